//! What frames of the kinds hold that speak of an input: its position, and the
//! hash of its decision or why it is left out. What an input holds is not known
//! here.

use std::str;

use super::fields::Fields;
use super::position::Position;

/// How many bytes the hash of a decision has.
pub const HASH_BYTES: usize = 16;

/// The hash of what was decided on an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// The position of the input.
    pub input: Position,
    /// The hash.
    pub hash: [u8; HASH_BYTES],
}

impl Decided {
    /// What the frame holds.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.input.get().to_le_bytes()[..], &self.hash].concat()
    }

    /// Reads what the frame holds; nothing if it holds something else.
    #[must_use]
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields(payload);
        let decided = Decided {
            input: Position::new(fields.u64()?),
            hash: fields.bytes()?,
        };
        fields.rest().is_empty().then_some(decided)
    }
}

/// That an input is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetAside<'p> {
    /// The position of the input.
    pub input: Position,
    /// Why.
    pub why: &'p str,
}

impl<'p> SetAside<'p> {
    /// What the frame holds.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.input.get().to_le_bytes()[..], self.why.as_bytes()].concat()
    }

    /// Reads what the frame holds; nothing if it holds something else.
    #[must_use]
    pub fn read(payload: &'p [u8]) -> Option<Self> {
        let mut fields = Fields(payload);
        Some(SetAside {
            input: Position::new(fields.u64()?),
            why: str::from_utf8(fields.rest()).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Decided, HASH_BYTES, Position, SetAside};

    #[test]
    fn payloads_are_read_as_they_were_written() {
        let decided = Decided {
            input: Position::new(7),
            hash: [9; HASH_BYTES],
        };
        assert_eq!(Decided::read(&decided.to_bytes()), Some(decided));
        assert_eq!(Decided::read(&[0; 23]), None);
        assert_eq!(Decided::read(&[0; 25]), None);
        let aside = SetAside {
            input: Position::new(8),
            why: "no such object",
        };
        assert_eq!(SetAside::read(&aside.to_bytes()), Some(aside));
        assert_eq!(SetAside::read(&[0; 7]), None);
        assert_eq!(SetAside::read(&[0, 0, 0, 0, 0, 0, 0, 0, 0xFF]), None);
    }
}
