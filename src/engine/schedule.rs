//! Schedules: when they come, and whom they take, in chunks of records in order
//! of id within a partition (I8, E8). A schedule re-enrols by itself. Where each
//! of them stands is state: an old time is made up for or missed, never lost.

mod times;

use super::consider::Cause;
use super::decision::{Change, Decision, Entry, What};
use super::draft::{Draft, follow_up};
use super::evaluate::{Notes, Scope};
use super::message::{Address, Body, Delivery, Request};
use super::prepared::Prepared;
use super::record::RecordCell;
use super::world::World;
use crate::base::{Timestamp, Uid, start_of_day};
use crate::model::{ObjectId, Value, WorkflowId};
use crate::plan::{Schedule, Timing, Workflow};

/// How many records a chunk takes at most.
const CHUNK: usize = 1_000;

/// How many records are looked at for a chunk at most.
const LOOKED_AT: usize = 20_000;

/// How many missed times are counted.
const COUNTED: u64 = 10_000;

/// Where a schedule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The last of its times that was seen to, or when it began.
    pub last: Timestamp,
    /// What it is taking in.
    pub run: Option<Run>,
}

/// A time of a schedule whose records are being taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The time.
    pub due: Timestamp,
    /// When the next chunk is taken.
    pub next: Timestamp,
    /// The last record that was looked at.
    pub after: Uid,
}

/// A schedule by its workflow and its place there.
pub type ScheduleId = (WorkflowId, usize);

/// When a schedule has something to do next.
pub(super) fn due(prepared: &Prepared, id: ScheduleId, cursor: &Cursor) -> Option<Timestamp> {
    match cursor.run {
        Some(run) => Some(run.next),
        None => next(prepared, id, cursor.last),
    }
}

/// The first time of a schedule after an instant.
fn next(prepared: &Prepared, (id, place): ScheduleId, after: Timestamp) -> Option<Timestamp> {
    let plan = prepared.workflow(id)?;
    let zone = &prepared.timetable(id).zone;
    match &plan.schedules.get(place)?.timing {
        Timing::Every(every) => times::next(every, after, zone),
        Timing::Cron(cron) => times::next_of_cron(cron, after, zone),
        Timing::Once(moment) => {
            // A moment that is known reads no record: any will do.
            let nobody = RecordCell::new(Uid::of(&[]), ObjectId::at(0), 0, Timestamp::UNIX_EPOCH);
            let notes = Notes::default();
            let scope = Scope::of(prepared, &nobody, Timestamp::UNIX_EPOCH, &notes);
            let at = match scope.value(moment)? {
                Value::Datetime(at) => at,
                Value::Date(day) => start_of_day(day, zone)?,
                _ => return None,
            };
            (at > after).then_some(at)
        }
    }
}

/// Decides about a schedule whose time has come: takes a chunk of records.
/// `records` gives those behind one, by partition, then id.
pub(super) fn decide<'r, R: Iterator<Item = &'r RecordCell>>(
    world: World<'_>,
    records: impl FnOnce(Option<Uid>) -> R,
    (delivery, id, cursor): (&Delivery, ScheduleId, Cursor),
) -> Decision {
    let mut decision = Decision::about(Address::Program);
    let Some(plan) = world.prepared.workflow(id.0) else {
        return decision;
    };
    let Some(schedule) = plan.schedules.get(id.1) else {
        return decision;
    };
    let (due, after) = match cursor.run {
        Some(run) => (Some(run.due), Some(run.after)),
        None => (begin(world, (id, schedule), cursor, &mut decision), None),
    };
    let mut cursor = Cursor {
        last: due.unwrap_or(world.now),
        run: None,
    };
    let switch = world.switch(id.0);
    let runs = !plan.off && !switch.off && !switch.paused && switch.turned_on;
    if let Some(due) = due.filter(|_| runs) {
        let taking = Taking {
            world,
            plan,
            id,
            due,
        };
        let last = taking.chunk(records(after), (delivery, &mut decision));
        cursor.run = last.map(|after| Run {
            due,
            next: taking.later(),
            after,
        });
    }
    decision.changes.push(Change::Schedule(id, cursor));
    decision
}

/// The time that is seen to: of those that came while the program stood still
/// one, if it is not too old (I8).
fn begin(
    world: World<'_>,
    (id, schedule): (ScheduleId, &Schedule),
    cursor: Cursor,
    decision: &mut Decision,
) -> Option<Timestamp> {
    let catch_up = world
        .prepared
        .program
        .settings
        .catch_up
        .saturating_mul(1_000_000);
    let reach = world.now.as_microsecond().saturating_sub(catch_up);
    let reach = Timestamp::from_microsecond(reach).unwrap_or(Timestamp::MIN);
    let following = |at| next(world.prepared, id, at).filter(|next| *next <= world.now);
    let (mut missed, mut due) = (None, following(cursor.last));
    let mut times = 0;
    while let Some(at) = due.filter(|at| *at <= reach) {
        times += 1;
        missed = Some(at);
        // Of very many the last ones are not counted.
        due = following(if times < COUNTED { at } else { at.max(reach) });
    }
    let is_paused = world.switch(id.0).paused;
    let mut last = due;
    while let Some(at) = due {
        last = Some(at);
        due = following(at);
    }
    if let Some(due) = last.filter(|_| is_paused).or(missed) {
        times += u64::from(is_paused && last.is_some());
        decision.entries.push(Entry {
            workflow: Some(id.0),
            span: Some(schedule.span),
            ..Entry::of_input(world.now, What::Missed { due, times })
        });
    }
    last
}

/// The records of one time being taken.
struct Taking<'w> {
    world: World<'w>,
    plan: &'w Workflow,
    id: ScheduleId,
    due: Timestamp,
}

impl Taking<'_> {
    /// Asks the next records that match to enrol. Returns the last one that was
    /// looked at; `None` when all were.
    fn chunk<'r>(
        &self,
        mut records: impl Iterator<Item = &'r RecordCell>,
        (delivery, decision): (&Delivery, &mut Decision),
    ) -> Option<Uid> {
        let (mut taken, mut last) = (0, None);
        for _ in 0..LOOKED_AT {
            let cell = records.next()?;
            last = Some(cell.id);
            if !self.takes(cell) {
                continue;
            }
            let request = Request::Scheduled {
                workflow: self.id.0,
                schedule: self.id.1,
                due: self.due,
            };
            let to = Address::Record(cell.id);
            // A schedule begins a chain for each record, which goes back to no other.
            let body = (to, 1, Body::Request(Box::new(request)));
            let mut message = follow_up(delivery, decision.messages.len(), body);
            message.root = message.id;
            decision.messages.push(message);
            taken += 1;
            if taken == CHUNK {
                break;
            }
        }
        last
    }

    /// Whether a record matches, as far as it is known before it is asked.
    fn takes(&self, cell: &RecordCell) -> bool {
        if cell.object != self.plan.object || cell.gone.is_some() {
            return false;
        }
        let notes = Notes::default();
        let prepared = self.world.prepared;
        let scope = Scope {
            timetable: prepared.timetable(self.id.0),
            ..Scope::of(prepared, cell, self.world.now, &notes)
        };
        let schedule = self.plan.schedules.get(self.id.1);
        let when = schedule.and_then(|schedule| schedule.when.as_ref());
        when.is_none_or(|when| scope.holds(when))
    }

    /// When the next chunk is taken, at the project's pace.
    fn later(&self) -> Timestamp {
        paced(self.world.prepared, self.world.now, 1)
    }
}

/// When the chunk of a number is taken, if the first is taken now.
pub(super) fn paced(prepared: &Prepared, now: Timestamp, chunk: usize) -> Timestamp {
    let limits = &prepared.program.settings.limits;
    let Some(per_second) = limits.records_per_second.filter(|_| chunk > 0) else {
        return now;
    };
    let records = i64::try_from(chunk.saturating_mul(CHUNK)).unwrap_or(i64::MAX);
    let wait = records.saturating_mul(1_000_000) / i64::from(per_second.max(1));
    let at = now.as_microsecond().saturating_add(wait);
    Timestamp::from_microsecond(at).unwrap_or(now)
}

/// The chunk that the item of a place belongs to.
pub(super) fn chunk_of(place: usize) -> usize {
    place / CHUNK
}

/// The delivery that lets a schedule go on.
pub(super) fn delivery(
    prepared: &Prepared,
    id: ScheduleId,
    (cursor, at): (&Cursor, Timestamp),
) -> Delivery {
    let workflow = prepared.workflow(id.0);
    let name = workflow.map_or("", |plan| plan.name().as_str());
    let after = cursor.run.map(|run| run.after);
    let id = Uid::of(&[
        b"schedule",
        name.as_bytes(),
        &(id.1 as u64).to_le_bytes(),
        &at.as_microsecond().to_le_bytes(),
        after.as_ref().map_or(&[][..], |after| after.bytes()),
    ]);
    Delivery {
        id,
        root: id,
        chain: 1,
        from: None,
        to: Address::Program,
        occurred_at: None,
        by: None,
        object: None,
        body: Body::Schedule,
    }
}

impl Draft<'_> {
    /// The time of a schedule has come for the record.
    pub(super) fn scheduled(&mut self, (id, place): ScheduleId, due: Timestamp) {
        let Some(plan) = self.workflow(id) else {
            return;
        };
        let Some(schedule) = plan.schedules.get(place) else {
            return;
        };
        self.timetable = self.world.prepared.timetable(id);
        if schedule.when.as_ref().is_some_and(|when| !self.is(when)) {
            return;
        }
        self.from = Some(due);
        let cause = Cause::plain("schedule", schedule.span);
        self.enrol_by_itself(id, plan, cause);
    }
}
