//! The primitives of frozen states: bytes, whole numbers in seven-bit groups,
//! texts with their lengths, short ones of them once. What they mean is not known here.

use std::sync::Arc;

use super::ThawError;
use crate::base::{Lookup, Uid};

/// The longest text of which a block holds one copy, in bytes.
const LONGEST_SHARED: usize = 64;

/// Bytes being written.
#[derive(Debug, Default)]
pub(super) struct Writer<'p> {
    bytes: Vec<u8>,
    /// The short texts so far, by their number.
    texts: Lookup<&'p str, u64>,
    count: u64,
}

impl<'p> Writer<'p> {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.bytes.push(u8::from(flag));
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn id(&mut self, id: Uid) {
        self.raw(id.bytes());
    }

    pub(super) fn optional_id(&mut self, id: Option<Uid>) {
        self.flag(id.is_some());
        if let Some(id) = id {
            self.id(id);
        }
    }

    /// A whole number, the low seven bits first.
    pub(super) fn number(&mut self, number: u64) {
        let mut rest = number;
        while rest >= 0x80 {
            self.bytes.push(low_seven(rest) | 0x80);
            rest >>= 7;
        }
        self.bytes.push(low_seven(rest));
    }

    pub(super) fn wide(&mut self, number: u128) {
        let (high, low) = ((number >> 64) as u64, number as u64);
        self.number(low);
        self.number(high);
    }

    /// A whole number of either sign: small ones are short.
    pub(super) fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)) as u64);
    }

    pub(super) fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.raw(text.as_bytes());
    }

    /// The number of a text that was written before; a new one gets the next.
    pub(super) fn known(&mut self, text: &'p str) -> Option<u64> {
        if text.len() > LONGEST_SHARED {
            return None;
        }
        let known = self.texts.get(text).copied();
        if known.is_none() {
            self.texts.insert(text, self.count);
            self.count += 1;
        }
        known
    }
}

fn low_seven(number: u64) -> u8 {
    (number & 0x7f) as u8
}

/// Bytes being read. Nothing that they say is believed: a count is never more
/// than what is left.
#[derive(Debug, Clone)]
pub(super) struct Reader<'b> {
    rest: &'b [u8],
    /// The short texts so far.
    texts: Vec<Arc<str>>,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Reader {
            rest: bytes,
            texts: Vec::new(),
        }
    }

    /// Whether nothing is left.
    pub(super) fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    /// That nothing is left.
    pub(super) fn end(&self) -> Result<(), ThawError> {
        match self.rest {
            [] => Ok(()),
            _ => Err(ThawError::damaged("more than it says")),
        }
    }

    pub(super) fn byte(&mut self) -> Result<u8, ThawError> {
        let (byte, rest) = self.rest.split_first().ok_or_else(ThawError::short)?;
        self.rest = rest;
        Ok(*byte)
    }

    pub(super) fn flag(&mut self) -> Result<bool, ThawError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ThawError::damaged("neither true nor false")),
        }
    }

    pub(super) fn raw<const N: usize>(&mut self) -> Result<[u8; N], ThawError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(ThawError::short)?;
        self.rest = rest;
        Ok(*bytes)
    }

    pub(super) fn id(&mut self) -> Result<Uid, ThawError> {
        Ok(Uid::from_bytes(self.raw()?))
    }

    pub(super) fn optional_id(&mut self) -> Result<Option<Uid>, ThawError> {
        Ok(if self.flag()? { Some(self.id()?) } else { None })
    }

    pub(super) fn number(&mut self) -> Result<u64, ThawError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(ThawError::damaged("a number without an end"))
    }

    pub(super) fn wide(&mut self) -> Result<u128, ThawError> {
        let (low, high) = (self.number()?, self.number()?);
        Ok((u128::from(high) << 64) | u128::from(low))
    }

    pub(super) fn signed(&mut self) -> Result<i64, ThawError> {
        let number = self.number()?;
        Ok(((number >> 1) as i64) ^ -((number & 1) as i64))
    }

    /// A number that fits where it is needed.
    pub(super) fn small<T: TryFrom<u64>>(&mut self) -> Result<T, ThawError> {
        let number = self.number()?;
        T::try_from(number).map_err(|_| ThawError::damaged("a number that is too large"))
    }

    /// How many follow, of at least one byte each.
    pub(super) fn count(&mut self) -> Result<usize, ThawError> {
        let count: usize = self.small()?;
        if count > self.rest.len() {
            return Err(ThawError::short());
        }
        Ok(count)
    }

    pub(super) fn text(&mut self) -> Result<&'b str, ThawError> {
        let count = self.count()?;
        let (text, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(ThawError::short)?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| ThawError::damaged("a text that is none"))
    }

    /// A text that is written for the first time.
    pub(super) fn new_text(&mut self) -> Result<Arc<str>, ThawError> {
        let text: Arc<str> = Arc::from(self.text()?);
        if text.len() <= LONGEST_SHARED {
            self.texts.push(text.clone());
        }
        Ok(text)
    }

    /// A text that was written before.
    pub(super) fn known_text(&mut self) -> Result<Arc<str>, ThawError> {
        let number: usize = self.small()?;
        let text = self.texts.get(number).cloned();
        text.ok_or_else(|| ThawError::damaged("a text that was not written before"))
    }
}
