//! The ledger: what is counted of all that has happened, and how far a replay
//! has come. What stands in it follows from the log alone.

use std::collections::BTreeMap;

use super::failed::Failures;
use super::tally::{Inputs, Tally};
use crate::base::Uid;
use crate::engine::Prepared;
use crate::engine::decision::{Action, Answer, Entry};
use crate::engine::frozen::DecisionHash;
use crate::engine::frozen::v1::event::Place;
use crate::engine::{Effects, State};

/// What is counted, and how far a replay has come.
#[derive(Debug, Default)]
pub struct Ledger {
    /// What is counted.
    pub tally: Tally,
    /// The actions that failed for good.
    pub failures: Failures,
    /// The replay that was taken in, as far as it was.
    pub replay: Followed,
    /// The hash of all decisions.
    pub hash: DecisionHash,
}

/// The action that something is about which has happened.
#[derive(Debug, Clone)]
pub enum About {
    /// An attempt of it is asked for or has ended; whether it was put back.
    Attempt(Action, bool),
    /// It is put back: its key.
    PutBack(Uid),
}

/// A source of inputs, as far as it was taken in.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Followed {
    /// How many of its inputs were taken.
    pub last: u64,
    /// The hash of these inputs.
    pub through: [u8; 16],
    /// What came of them.
    pub inputs: Inputs,
    /// Those that were refused, by number, and why.
    pub refused: BTreeMap<u64, String>,
}

impl Ledger {
    /// Takes in what has come of something.
    pub fn follow(
        &mut self,
        state: &State,
        (place, about): (Option<Place>, Option<&About>),
        effects: &Effects,
    ) {
        self.hash = self.hash.then(effects.hash);
        for entry in effects.entries.iter() {
            self.told(state.prepared(), entry, about);
        }
        if let (Some(About::PutBack(key)), Some(Answer::Accepted(_))) = (about, &effects.answer) {
            self.failures.put_back(*key);
        }
        if let Some(place) = place {
            self.replay.follow(place, effects.answer.as_ref());
        }
    }

    /// Takes in an entry of the history.
    pub(super) fn told(&mut self, prepared: &Prepared, entry: &Entry, about: Option<&About>) {
        self.tally.told(prepared, entry, about);
        self.failures.told(prepared, entry, about);
    }
}

impl Followed {
    fn follow(&mut self, place: Place, answer: Option<&Answer>) {
        self.last = place.number;
        self.through = place.through;
        self.inputs.answered(answer);
        if let Some(Answer::Refused(reason)) = answer {
            self.refused.insert(place.number, reason.to_string());
        }
    }
}
