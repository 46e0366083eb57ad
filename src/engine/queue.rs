//! Messages under way. On one node they are delivered in the order in which
//! they were sent, before anything else. A seeded order delivers them later
//! and in other orders, kept between each pair of cells: what must hold on
//! many nodes must hold there too.

use std::collections::VecDeque;

use super::message::Delivery;

/// In which order messages are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Breadth first, as they were sent.
    #[default]
    Sent,
    /// By a seed: some later, while the clock stands still, and in other
    /// orders between pairs.
    Seeded(u64),
}

/// The messages under way.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<Delivery>,
    seed: Option<u64>,
}

impl Queue {
    pub(super) fn new(order: Order) -> Self {
        Queue {
            waiting: VecDeque::new(),
            seed: match order {
                Order::Sent => None,
                Order::Seeded(seed) => Some(seed),
            },
        }
    }

    pub(super) fn put(&mut self, message: Delivery) {
        self.waiting.push_back(message);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next message that is delivered; `all` leaves none for later.
    pub(super) fn next(&mut self, all: bool) -> Option<Delivery> {
        if self.seed.is_none() || self.waiting.is_empty() {
            return self.waiting.pop_front();
        }
        if !all && self.draw(4) == 0 {
            return None;
        }
        let drawn = self.draw(self.waiting.len() as u64);
        let drawn = usize::try_from(drawn).unwrap_or_default();
        let chosen = self.waiting.get(drawn)?;
        let pair = (&chosen.from, &chosen.to);
        // The first of its pair goes before it.
        let first = self
            .waiting
            .iter()
            .position(|other| (&other.from, &other.to) == pair)?;
        self.waiting.remove(first)
    }

    /// A number below a bound, by SplitMix64.
    fn draw(&mut self, below: u64) -> u64 {
        let Some(seed) = &mut self.seed else { return 0 };
        *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % below.max(1)
    }
}
