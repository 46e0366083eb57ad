//! A filter of ids: it says of one that is not there that it is not, with one
//! look at one line of memory, and errs about once in a thousand by saying that
//! it may be. It is a Bloom filter of lines: the first half of an id says which
//! line, the second half which seven bits of its 512.

use crate::base::Uid;

/// How many bytes a line has: that of a cache.
pub(super) const LINE_BYTES: usize = 64;

/// How many ids a line is for. With what is held of the blocks of a file an id
/// takes just below two bytes.
const IDS: u64 = 34;

/// How many bits of a line an id sets.
const BITS: u32 = 7;

/// A line of bits.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
struct Line([u64; LINE_BYTES / 8]);

/// A filter of ids.
#[derive(Debug)]
pub(super) struct Filter(Vec<Line>);

/// How many bytes the filter of so many ids has.
pub(super) fn bytes_of(count: u64) -> u64 {
    count.div_ceil(IDS) * LINE_BYTES as u64
}

impl Filter {
    /// That of some ids.
    pub(super) fn of(ids: impl ExactSizeIterator<Item = Uid>) -> Self {
        let lines = (ids.len() as u64).div_ceil(IDS);
        let mut filter = Filter(vec![Line::default(); usize::try_from(lines).unwrap_or(0)]);
        for id in ids {
            let place = filter.place(id);
            if let Some(line) = filter.0.get_mut(place) {
                for (word, bit) in bits(id) {
                    if let Some(word) = line.0.get_mut(word) {
                        *word |= bit;
                    }
                }
            }
        }
        filter
    }

    /// That of its bytes.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let lines = bytes.chunks_exact(LINE_BYTES).map(|line| {
            let mut words = Line::default();
            for (word, bytes) in words.0.iter_mut().zip(line.chunks_exact(8)) {
                *word = bytes.try_into().map_or(0, u64::from_le_bytes);
            }
            words
        });
        Filter(lines.collect())
    }

    /// The bytes.
    pub(super) fn write(&self, into: &mut Vec<u8>) {
        for word in self.0.iter().flat_map(|line| line.0) {
            into.extend_from_slice(&word.to_le_bytes());
        }
    }

    /// Whether an id may be there; if not, it is not.
    pub(super) fn may_hold(&self, id: Uid) -> bool {
        let Some(line) = self.0.get(self.place(id)) else {
            return false;
        };
        bits(id).all(|(word, bit)| line.0.get(word).is_some_and(|word| word & bit != 0))
    }

    /// The line of an id.
    fn place(&self, id: Uid) -> usize {
        let place = (u128::from(halves(id).0) * self.0.len() as u128) >> 64;
        usize::try_from(place).unwrap_or(0)
    }
}

/// The two halves of an id. Ids are hashes: both are as if drawn by lot.
pub(super) fn halves(id: Uid) -> (u64, u64) {
    let both = u128::from_be_bytes(*id.bytes());
    ((both >> 64) as u64, both as u64)
}

/// The bits of an id within its line: nine bits of the second half each.
fn bits(id: Uid) -> impl Iterator<Item = (usize, u64)> {
    let (_, half) = halves(id);
    (0..BITS).map(move |nth| {
        let place = half >> (9 * nth) & 511;
        ((place >> 6) as usize, 1 << (place & 63))
    })
}

#[cfg(test)]
mod tests {
    use super::{Filter, bytes_of};
    use crate::base::Uid;

    fn id(number: u32) -> Uid {
        Uid::of(&[&number.to_le_bytes()])
    }

    #[test]
    fn what_is_there_may_be_there_and_what_is_not_seldom_is() {
        for count in [0_u32, 1, 33, 34, 35, 20_000] {
            let ids: Vec<Uid> = (0..count).map(id).collect();
            let filter = Filter::of(ids.iter().copied());
            let mut bytes = Vec::new();
            filter.write(&mut bytes);
            assert_eq!(bytes.len() as u64, bytes_of(u64::from(count)));
            let filter = Filter::read(&bytes);
            assert!(ids.iter().all(|id| filter.may_hold(*id)), "{count}");
            let wrong = (0..20_000).filter(|other| filter.may_hold(id(1_000_000 + other)));
            let wrong = wrong.count();
            assert!(wrong <= 60, "{wrong} of 20,000 with {count}");
        }
    }
}
