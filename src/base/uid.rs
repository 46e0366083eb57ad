//! Identities that are hashes of where they come from: the same on every
//! machine, after every restart and in every order of delivery.

use std::fmt;

use sha2::{Digest, Sha256};

/// An identity of 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid([u8; 16]);

impl Uid {
    /// The identity of some parts. Each part is framed by its length, so that
    /// `ab`, `c` and `a`, `bc` differ.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Uid::cut(&hasher.finalize())
    }

    /// The identity of the output at a place among those of this one.
    #[must_use]
    pub fn child(self, ordinal: u32) -> Self {
        Uid::of(&[&self.0, &ordinal.to_le_bytes()])
    }

    /// The identity of some bytes that were one before.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Uid(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads 32 hexadecimal digits; `None` where the text is no identity.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let number = u128::from_str_radix(text, 16).ok()?;
        Some(Uid(number.to_be_bytes()))
    }

    /// One of `count` partitions, the same for ever.
    #[must_use]
    pub fn partition(self, count: usize) -> usize {
        let [first, second, ..] = self.0;
        usize::from(u16::from_be_bytes([first, second])) % count.max(1)
    }

    fn cut(hash: &[u8]) -> Self {
        let mut bytes = [0; 16];
        for (byte, from) in bytes.iter_mut().zip(hash) {
            *byte = *from;
        }
        Uid(bytes)
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [b'0'; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            let halves = [byte >> 4, byte & 15];
            for (digit, half) in pair.iter_mut().zip(halves) {
                *digit = half + if half < 10 { b'0' } else { b'a' - 10 };
            }
        }
        f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
