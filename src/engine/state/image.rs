//! Images: a state as it is at one instant, shared with the state that runs
//! on. How an image is written down is not known here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::caused::Caused;
use super::schedules::{Cursors, Schedules};
use super::timers::{Moved, Timer, Timers};
use super::wakes::Wakes;
use super::{Partition, State, ids};
use crate::base::{Timestamp, Uid};
use crate::engine::alert;
use crate::engine::prepared::Prepared;
use crate::engine::put_back::PutBack;
use crate::engine::rate::Rate;
use crate::engine::world::Switch;
use crate::model::WorkflowId;
use crate::plan::Program;

/// A state at an instant at which nothing is under way. Taking one copies no
/// record: what the state changes afterwards, it copies first.
#[derive(Debug, Clone)]
pub struct Image {
    pub(in crate::engine) prepared: Arc<Prepared>,
    pub(in crate::engine) partitions: Vec<Arc<Partition>>,
    pub(in crate::engine) switches: BTreeMap<WorkflowId, Switch>,
    pub(in crate::engine) rates: BTreeMap<WorkflowId, Arc<Rate>>,
    pub(in crate::engine) notices: BTreeMap<Uid, PutBack>,
    pub(in crate::engine) now: Timestamp,
    pub(in crate::engine) published: bool,
    /// Whether the partitions hold the wakes of their records (E12).
    pub(in crate::engine) has_wakes: bool,
    /// How many chains each record has begun at this instant.
    pub(in crate::engine) begun: BTreeMap<Uid, u32>,
    /// What inputs have led to at this instant.
    pub(in crate::engine) caused: Caused,
    /// Timers that a resumption has moved.
    pub(in crate::engine) moved: Moved,
    /// Where the schedules of workflows stand.
    pub(in crate::engine) schedules: Cursors,
    /// How many inputs without an id each partition has taken.
    pub(in crate::engine) accepted: Vec<u64>,
}

impl Image {
    /// The program that it runs.
    #[must_use]
    pub fn prepared(&self) -> &Arc<Prepared> {
        &self.prepared
    }

    /// How many records it holds.
    #[must_use]
    pub fn records(&self) -> usize {
        let partitions = self.partitions.iter();
        partitions.map(|partition| partition.records.len()).sum()
    }

    /// The state goes on from here.
    pub(in crate::engine) fn into_state(self) -> State {
        let program = &self.prepared.program;
        let rates = self.rates.iter();
        let rates = rates.filter_map(|(id, rate)| Timer::of_rate(*id, rate, program));
        let notices = self.notices.values();
        let notices = notices.filter_map(|of| Timer::of_put_back(alert::program(), of, program));
        let timers = timers(program, &self.partitions)
            .chain(rates)
            .chain(notices);
        let switches = &self.switches;
        let paused = |id| {
            switches
                .get(&id)
                .is_some_and(|switch: &Switch| switch.paused)
        };
        let timers = Timers::of(timers, self.moved, paused);
        State {
            ids: ids::count(&self.partitions),
            wakes: Wakes::of(&self.partitions),
            schedules: Schedules::of(&self.prepared, self.schedules),
            prepared: self.prepared,
            published: self.published,
            switches: self.switches,
            rates: self.rates,
            notices: self.notices,
            partitions: self.partitions,
            timers,
            begun: self.begun,
            caused: self.caused,
            now: self.now,
        }
    }
}

/// The timers of all enrolments, and of all actions that were put back.
fn timers<'s>(
    program: &'s Program,
    partitions: &'s [Arc<Partition>],
) -> impl Iterator<Item = Timer> + 's {
    let records = partitions
        .iter()
        .flat_map(|partition| partition.records.values());
    records.flat_map(move |cell| {
        let enrolments = cell.enrolments.iter();
        let enrolments = enrolments.filter_map(|of| Timer::of(cell.id, of, program));
        let put_back = cell.put_back.values();
        enrolments.chain(put_back.filter_map(|of| Timer::of_put_back(cell.id, of, program)))
    })
}

impl State {
    /// What it is now, for another thread to keep.
    pub(in crate::engine) fn image(&self, accepted: Vec<u64>) -> Image {
        Image {
            prepared: self.prepared.clone(),
            partitions: self.partitions.clone(),
            switches: self.switches.clone(),
            rates: self.rates.clone(),
            notices: self.notices.clone(),
            now: self.now,
            published: self.published,
            has_wakes: true,
            begun: self.begun.clone(),
            caused: self.caused.clone(),
            moved: self.timers.moved().clone(),
            schedules: self.schedules.cursors().clone(),
            accepted,
        }
    }
}
