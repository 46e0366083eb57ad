//! The forms that outlive a program: inputs and decisions in names, never in
//! places of tables, in fixed orders of fields, without spans and wording. A
//! form that was released is never changed; a new one gets a new module.

pub mod v1;

use std::fmt;

use postcard::ser_flavors::Flavor;
use sha2::{Digest, Sha256};

use super::decision::Decision;
use super::prepared::Prepared;
use crate::base::Uid;

/// The hash of the decisions that an input has led to: SHA-256 over their
/// frozen forms in the order of delivery, cut to 16 bytes; zeros where there
/// was no decision.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct DecisionHash([u8; 16]);

impl DecisionHash {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The hash of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        DecisionHash(bytes)
    }

    /// The hash of these decisions and what came after them. Where nothing was
    /// decided it stays as it is.
    #[must_use]
    pub fn then(self, next: DecisionHash) -> DecisionHash {
        if next == DecisionHash::default() {
            return self;
        }
        DecisionHash(*Uid::of(&[&self.0, &next.0]).bytes())
    }
}

impl fmt::Display for DecisionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DecisionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Decisions being hashed.
#[derive(Default)]
pub(super) struct Hashing {
    sha: Sha256,
    any: bool,
}

impl Hashing {
    /// Adds a decision.
    pub(super) fn add(&mut self, prepared: &Prepared, decision: &Decision) {
        let frozen = v1::decision::freeze(prepared, decision);
        let blocks = Blocks {
            sha: &mut self.sha,
            bytes: [0; BLOCK],
            filled: 0,
        };
        // A hash takes whatever is written.
        let _ = postcard::serialize_with_flavor(&frozen, blocks);
        self.any = true;
    }

    pub(super) fn finish(self) -> DecisionHash {
        let mut bytes = [0; 16];
        if !self.any {
            return DecisionHash(bytes);
        }
        for (byte, from) in bytes.iter_mut().zip(self.sha.finalize()) {
            *byte = from;
        }
        DecisionHash(bytes)
    }
}

/// How many bytes are hashed at once.
const BLOCK: usize = 512;

/// What is written goes into the hash, some blocks at once.
struct Blocks<'h> {
    sha: &'h mut Sha256,
    bytes: [u8; BLOCK],
    filled: usize,
}

impl Blocks<'_> {
    fn flush(&mut self) {
        if let Some(filled) = self.bytes.get(..self.filled) {
            self.sha.update(filled);
        }
        self.filled = 0;
    }
}

impl Flavor for Blocks<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        if self.filled == BLOCK {
            self.flush();
        }
        if let Some(place) = self.bytes.get_mut(self.filled) {
            *place = byte;
        }
        self.filled += 1;
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        let end = self.filled + bytes.len();
        if let Some(place) = self.bytes.get_mut(self.filled..end) {
            place.copy_from_slice(bytes);
            self.filled = end;
        } else {
            self.flush();
            self.sha.update(bytes);
        }
        Ok(())
    }

    fn finalize(mut self) -> postcard::Result<()> {
        self.flush();
        Ok(())
    }
}
