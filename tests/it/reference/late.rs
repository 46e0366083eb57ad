//! The program stood still: what has come due meanwhile is seen to in order, as
//! things are now, and what follows from it counts from when it was due (I8).

use std::collections::BTreeMap;

use flow::base::Timestamp;

use crate::reference::eval::Env;
use crate::reference::wakes::before;
use crate::reference::{Delivery, Model, Record};

/// What is due since the program stood still.
#[derive(Default)]
pub(super) struct Late {
    /// When records are to be looked at.
    wakes: BTreeMap<String, Timestamp>,
    /// The first times of schedules, by workflow and place.
    schedules: BTreeMap<(usize, usize), Timestamp>,
    /// Those records as they were before others have changed them meanwhile.
    unlooked: BTreeMap<String, Record>,
    /// Up to when the record has been looked at whose next wake is sought.
    seen: Option<Timestamp>,
}

impl Model<'_> {
    /// Lets time pass without a stop.
    pub(crate) fn stand_still(&mut self, to: Timestamp) {
        let records = self.records.values();
        let wakes = records.filter_map(|of| Some((of.handle.clone(), self.next_for(of, to)?)));
        self.late.wakes = wakes.collect();
        let wakes: Vec<String> = self.late.wakes.keys().cloned().collect();
        wakes.iter().for_each(|of| self.keep_unlooked(of));
        self.late.schedules = self.next_times(to).collect();
        self.pass(to);
        self.settle();
    }

    /// Keeps a record that time has still to be looked at for: what holds of it by
    /// what changes it until then has turned by that, not by time.
    pub(super) fn keep_unlooked(&mut self, of: &str) {
        let record = self.records.get(of);
        self.late
            .unlooked
            .extend(record.map(|record| (of.to_owned(), record.clone())));
    }

    /// Where what a delivery has turned must be so: now; where time has turned it, at
    /// the instant for which the record is looked at, and of the record as it was
    /// before others have changed it.
    pub(super) fn by_time<'a>(&'a self, delivery: &'a Delivery) -> [Env<'a>; 3] {
        let after = self.after(delivery);
        let mut all = [after; 3];
        if let (Some(_), Some(due)) = (delivery.earlier, delivery.due) {
            all[1].now = due;
            all[2].this = self.late.unlooked.get(&delivery.to).unwrap_or(after.this);
        }
        all
    }

    /// The instant behind which things are still to be seen to.
    pub(super) fn seen(&self) -> Timestamp {
        self.late.seen.unwrap_or(self.now)
    }

    /// Sees to what is due first: at one instant records that time turns
    /// something for, then schedules, then enrolments (I2). Whether there was any.
    pub(super) fn sees_to_next(&mut self) -> bool {
        let wakes = self.late.wakes.iter();
        let wake = wakes.map(|(of, due)| (*due, self.uid(of), of)).min();
        let schedules = self.late.schedules.iter();
        let schedule = schedules.map(|(of, due)| (*due, *of)).min();
        let timer = self.next_timer().filter(|(due, _)| *due <= self.now);
        let dues = wake.iter().map(|of| of.0).chain(timer.map(|of| of.0));
        let first = dues.chain(schedule.map(|of| of.0)).min();
        if let Some((due, _, of)) = wake.filter(|of| Some(of.0) == first) {
            let of = of.clone();
            self.late.wakes.remove(&of);
            self.look_at(&of, due);
        } else if let Some((due, of)) = schedule.filter(|of| Some(of.0) == first) {
            self.late.schedules.remove(&of);
            self.make_up_for(of, due);
        } else if let Some((due, id)) = timer {
            let to = self.going(id).record.clone();
            self.send(&to, move |_, at| (at.asker, at.due) = (Some(id), Some(due)));
            self.goes_back(&to);
        }
        first.is_some()
    }

    /// Looks at a record for which time has turned something.
    pub(super) fn look_at(&mut self, record: &str, due: Timestamp) {
        if self.records.contains_key(record) {
            self.send(record, move |_, at| {
                (at.earlier, at.due) = (Some(before(due)), Some(due));
            });
        }
    }

    /// What is looked at late is looked at next for what turned after that.
    pub(super) fn look_again(&mut self, at: &Delivery) {
        let due = at.earlier.and(at.due);
        let (Some(record), Some(due)) = (self.records.get(&at.to).cloned(), due) else {
            return;
        };
        self.late.seen = Some(due);
        let next = self.next_for(&record, self.now);
        self.late.seen = None;
        match (next, at.before.clone()) {
            (Some(next), Some(before)) => {
                self.late.unlooked.entry(at.to.clone()).or_insert(before);
                self.late.wakes.insert(at.to.clone(), next);
            }
            _ => _ = self.late.unlooked.remove(&at.to),
        }
    }

    /// Of the times of a schedule the last one is made up for, if it may be.
    fn make_up_for(&mut self, (at, place): (usize, usize), first: Timestamp) {
        self.late.seen = Some(first);
        while let Some(next) = self.next_time(at, place, self.now) {
            self.late.seen = Some(next);
        }
        let last = self.late.seen.take().unwrap_or(first);
        if !self.is_too_old(last) {
            self.time.called.push_back((at, place, last));
        }
    }

    /// Whether a time is missed.
    pub(super) fn is_too_old(&self, due: Timestamp) -> bool {
        let most = self.program.settings.catch_up;
        let age = self.now.as_microsecond() - due.as_microsecond();
        age > 0 && age >= most.saturating_mul(1_000_000)
    }
}
