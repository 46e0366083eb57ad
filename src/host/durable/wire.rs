//! What a snapshot holds besides the state: the program, what is counted, what
//! is under way. Forms that were released are never changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::{Timestamp, Uid};
use crate::engine::decision::Reason;
use crate::engine::frozen::DecisionHash;
use crate::engine::frozen::v1::call::Call;
use crate::host::failed::Failed;
use crate::host::ledger::{Followed, Ledger};
use crate::host::tally::{Acts, Flow, Inputs, Tally};

/// All that a snapshot holds besides the state.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Beside {
    /// The program, by the hash of its texts.
    pub(super) program: [u8; 16],
    /// Whose store it is.
    pub(super) store: [u8; 16],
    ledger: WireLedger,
    /// What was asked of the outside and has not come back.
    pub(super) open: Vec<WireOpen>,
    /// What failed actions had asked, by their place in the list, with the keys
    /// of their enrolments. It stands
    /// behind all else: the first snapshots do not have it.
    #[serde(skip)]
    calls: Vec<(u64, String, Call)>,
    /// The files of ids that count, the oldest first. They stand behind that,
    /// where there are any.
    #[serde(skip)]
    pub(super) ids: Vec<[u8; 16]>,
}

/// An action under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireOpen {
    /// Its record.
    pub(super) record: [u8; 16],
    /// Its enrolment; its own key, where it was put back.
    pub(super) waits: [u8; 16],
    /// When it was decided, in microseconds since 1970.
    pub(super) decided_at: i64,
    /// Whether its attempt was released.
    pub(super) released: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct WireLedger {
    hash: [u8; 16],
    replay: WireFollowed,
    flows: Vec<(String, WireFlow)>,
    actions: Vec<((String, String), WireActs)>,
    asked: Vec<((String, String), (String, String))>,
    failures: Vec<WireFailed>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WireFailed {
    key: [u8; 16],
    record: [u8; 16],
    enrolment: [u8; 16],
    workflow: String,
    step: String,
    action: String,
    error: String,
    at: i64,
    attempts: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct WireFollowed {
    last: u64,
    through: [u8; 16],
    applied: u64,
    duplicates: u64,
    no_record: u64,
    refusals: Vec<(String, u64)>,
    refused: Vec<(u64, String)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WireFlow {
    enrolled: u64,
    left: Vec<(String, u64)>,
    refused: Vec<(String, u64)>,
    missed: Vec<((String, String), u64)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WireActs {
    asked: u64,
    done: u64,
    failed: u64,
}

impl Beside {
    pub(super) fn new(
        (program, store): (Uid, Uid),
        ledger: &Ledger,
        open: Vec<WireOpen>,
        ids: &[Uid],
    ) -> Self {
        Beside {
            ids: ids.iter().map(|file| *file.bytes()).collect(),
            program: *program.bytes(),
            store: *store.bytes(),
            ledger: WireLedger::of(ledger),
            open,
            calls: calls(ledger),
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        // Writing to memory does not fail.
        let before = postcard::to_allocvec(self).unwrap_or_default();
        let bytes = postcard::to_extend(&self.calls, before).unwrap_or_default();
        match self.ids.as_slice() {
            [] => bytes,
            ids => postcard::to_extend(ids, bytes).unwrap_or_default(),
        }
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (mut beside, rest) = postcard::take_from_bytes::<Beside>(bytes).ok()?;
        if !rest.is_empty() {
            let (calls, rest) = postcard::take_from_bytes(rest).ok()?;
            beside.calls = calls;
            if !rest.is_empty() {
                beside.ids = postcard::from_bytes(rest).ok()?;
            }
        }
        Some(beside)
    }

    /// What was counted.
    pub(super) fn ledger(&self) -> Ledger {
        let wire = &self.ledger;
        let mut failed: Vec<Failed> = wire.failures.iter().map(WireFailed::failed).collect();
        for (place, per, call) in &self.calls {
            let place = usize::try_from(*place).ok();
            if let Some(failed) = place.and_then(|place| failed.get_mut(place)) {
                failed.per.clone_from(per);
                failed.call = Some(Arc::new(call.clone()));
            }
        }
        Ledger {
            tally: Tally {
                flows: all(&wire.flows, WireFlow::flow),
                actions: all(&wire.actions, WireActs::acts),
                asked: wire.asked.iter().cloned().collect(),
            },
            failures: failed.into_iter().collect(),
            replay: wire.replay.followed(),
            hash: DecisionHash::from_bytes(wire.hash),
        }
    }
}

/// What failed actions had asked, by their place in the list.
fn calls(ledger: &Ledger) -> Vec<(u64, String, Call)> {
    let all = (0..).zip(ledger.failures.iter());
    all.filter_map(|(place, failed)| {
        let call = failed.call.as_ref()?;
        Some((place, failed.per.clone(), Call::clone(call)))
    })
    .collect()
}

impl WireOpen {
    /// When it was decided.
    pub(super) fn at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.decided_at).unwrap_or(Timestamp::MIN)
    }
}

impl WireLedger {
    fn of(ledger: &Ledger) -> Self {
        let tally = &ledger.tally;
        let asked = tally.asked.iter();
        WireLedger {
            hash: *ledger.hash.bytes(),
            replay: WireFollowed::of(&ledger.replay),
            flows: each(&tally.flows, WireFlow::of),
            actions: each(&tally.actions, WireActs::of),
            asked: asked.map(|(at, what)| (at.clone(), what.clone())).collect(),
            failures: ledger.failures.iter().map(WireFailed::of).collect(),
        }
    }
}

impl WireFailed {
    fn of(failed: &Failed) -> Self {
        WireFailed {
            key: *failed.key.bytes(),
            record: *failed.record.bytes(),
            enrolment: *failed.enrolment.bytes(),
            workflow: failed.workflow.clone(),
            step: failed.step.clone(),
            action: failed.action.clone(),
            error: failed.error.clone(),
            at: failed.at.as_microsecond(),
            attempts: failed.attempts,
        }
    }

    fn failed(&self) -> Failed {
        Failed {
            key: Uid::from_bytes(self.key),
            record: Uid::from_bytes(self.record),
            enrolment: Uid::from_bytes(self.enrolment),
            per: String::new(),
            workflow: self.workflow.clone(),
            step: self.step.clone(),
            action: self.action.clone(),
            error: self.error.clone(),
            at: Timestamp::from_microsecond(self.at).unwrap_or(Timestamp::MIN),
            attempts: self.attempts,
            call: None,
        }
    }
}

impl WireFollowed {
    fn of(followed: &Followed) -> Self {
        let inputs = &followed.inputs;
        WireFollowed {
            last: followed.last,
            through: followed.through,
            applied: inputs.applied as u64,
            duplicates: inputs.duplicates as u64,
            no_record: inputs.no_record as u64,
            refusals: each(&inputs.refused, |count| *count as u64),
            refused: each(&followed.refused, Clone::clone),
        }
    }

    fn followed(&self) -> Followed {
        Followed {
            last: self.last,
            through: self.through,
            inputs: Inputs {
                applied: count(&self.applied),
                duplicates: count(&self.duplicates),
                no_record: count(&self.no_record),
                refused: all(&self.refusals, count),
            },
            refused: all(&self.refused, Clone::clone),
        }
    }
}

impl WireFlow {
    fn of(flow: &Flow) -> Self {
        let words = |counts: &BTreeMap<Reason, usize>| {
            let counts = counts.iter();
            let counts = counts.map(|(reason, count)| (reason.word().to_owned(), *count as u64));
            counts.collect()
        };
        WireFlow {
            enrolled: flow.enrolled as u64,
            left: words(&flow.left),
            refused: words(&flow.refused),
            missed: each(&flow.missed, |count| *count as u64),
        }
    }

    fn flow(&self) -> Flow {
        let reasons = |counts: &[(String, u64)]| {
            let counts = counts.iter();
            let counts =
                counts.filter_map(|(word, number)| Some((Reason::parse(word)?, count(number))));
            counts.collect()
        };
        Flow {
            enrolled: count(&self.enrolled),
            inside: 0,
            left: reasons(&self.left),
            refused: reasons(&self.refused),
            missed: all(&self.missed, count),
        }
    }
}

impl WireActs {
    fn of(acts: &Acts) -> Self {
        WireActs {
            asked: acts.asked as u64,
            done: acts.done as u64,
            failed: acts.failed as u64,
        }
    }

    fn acts(&self) -> Acts {
        Acts {
            asked: count(&self.asked),
            done: count(&self.done),
            failed: count(&self.failed),
        }
    }
}

fn count(number: &u64) -> usize {
    usize::try_from(*number).unwrap_or(usize::MAX)
}

fn each<K: Clone, V, W>(map: &BTreeMap<K, V>, form: impl Fn(&V) -> W) -> Vec<(K, W)> {
    map.iter()
        .map(|(key, value)| (key.clone(), form(value)))
        .collect()
}

fn all<K: Clone + Ord, V, W>(list: &[(K, V)], form: impl Fn(&V) -> W) -> BTreeMap<K, W> {
    list.iter()
        .map(|(key, value)| (key.clone(), form(value)))
        .collect()
}
