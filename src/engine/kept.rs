//! What a record keeps of its past: only what some condition of the program
//! reads (E14, V6). What conditions make of it is not known here.

use std::collections::BTreeMap;

use super::seldom::Empty;
use crate::base::{Date, Timestamp};
use crate::model::Value;

/// The place of something past among all that the conditions of a program
/// read.
pub type TraceId = u32;

/// What is kept of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It is so, or was so once.
    Yes,
    /// When it was last.
    At(Timestamp),
    /// The values that it had, each once, in the order in which it had them
    /// first.
    Values(Vec<Value>),
    /// How often it happened, and when.
    Counted(Box<Counter>),
}

impl Kept {
    /// What is kept of two records that have become one (L4).
    #[must_use]
    pub fn with(self, other: &Kept) -> Self {
        match (self, other) {
            (Kept::At(own), Kept::At(at)) => Kept::At(own.max(*at)),
            (Kept::Values(mut own), Kept::Values(values)) => {
                let new: Vec<Value> = values
                    .iter()
                    .filter(|value| !own.contains(value))
                    .cloned()
                    .collect();
                own.extend(new);
                Kept::Values(own)
            }
            (Kept::Counted(mut own), Kept::Counted(counter)) => {
                own.add(counter);
                Kept::Counted(own)
            }
            (own, _) => own,
        }
    }
}
// INVARIANT: a flag or a moment takes no more than 40 bytes of a record, a counter
// 56 more, and each day or instant that it counts about 12 or 20.
const _: () = assert!(size_of::<(TraceId, Kept)>() <= 40);
const _: () = assert!(size_of::<Counter>() <= 56);

/// How often something happened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counter {
    /// All that were counted, where the bounds do not move.
    pub total: u64,
    /// By day, where the bounds move by days.
    pub days: BTreeMap<Date, u32>,
    /// By instant, where they move by less.
    pub instants: BTreeMap<Timestamp, u32>,
}

impl Counter {
    /// Adds what another one has counted.
    pub(super) fn add(&mut self, other: &Counter) {
        self.total = self.total.saturating_add(other.total);
        for (day, count) in &other.days {
            let own = self.days.entry(*day).or_default();
            *own = own.saturating_add(*count);
        }
        for (at, count) in &other.instants {
            let own = self.instants.entry(*at).or_default();
            *own = own.saturating_add(*count);
        }
    }
}

/// What a record keeps of its past, in the order of what it is. Most records
/// keep few things, so it is a sorted list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Past(Vec<(TraceId, Kept)>);

impl Past {
    /// What is kept of one thing.
    #[must_use]
    pub fn get(&self, id: TraceId) -> Option<&Kept> {
        let place = self.0.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.0.get(place).map(|(_, kept)| kept)
    }

    /// Keeps something; `None`: no longer.
    pub fn set(&mut self, id: TraceId, kept: Option<Kept>) {
        match (self.0.binary_search_by_key(&id, |(id, _)| *id), kept) {
            (Ok(place), Some(kept)) => {
                if let Some(own) = self.0.get_mut(place) {
                    own.1 = kept;
                }
            }
            (Ok(place), None) => drop(self.0.remove(place)),
            (Err(place), Some(kept)) => {
                self.0.reserve_exact(1);
                self.0.insert(place, (id, kept));
            }
            (Err(_), None) => {}
        }
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that is kept, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (TraceId, &Kept)> {
        self.0.iter().map(|(id, kept)| (*id, kept))
    }
}

impl Empty for Past {
    const EMPTY: &'static Self = &Past(Vec::new());
}
