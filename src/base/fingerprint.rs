//! Content hashes.

use std::fmt;

use sha2::{Digest, Sha256};

/// A SHA-256 hash of content. It is the same on every machine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The hash that some bytes were before.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Fingerprint(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first twelve hexadecimal digits: what people are shown.
    #[must_use]
    pub fn short(&self) -> String {
        let mut first = [0; 8];
        first
            .iter_mut()
            .zip(self.0)
            .for_each(|(to, from)| *to = from);
        format!("{:012x}", u64::from_be_bytes(first) >> 16)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())
    }
}

/// Collects content and hashes it.
#[derive(Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Adds one piece of text. Pieces are framed by their length, so that
    /// `ab`, `c` and `a`, `bc` differ.
    pub fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    /// Adds the hash of something else.
    pub fn fingerprint(&mut self, other: &Fingerprint) {
        self.0.update(other.0);
    }

    /// The hash of all that was added.
    #[must_use]
    pub fn finish(self) -> Fingerprint {
        Fingerprint(self.0.finalize().into())
    }
}
