//! What deliveries do to their cell, one file for each kind. What follows of
//! it for workflows is not known here.

mod claim;
mod create;
mod delete;
mod link;
mod merge;
mod program;
mod resolve;
mod write;

use std::sync::Arc;

use super::decision::{Answer, Decision, Entry, Reason, What};
use super::draft::{Draft, Resume, follow_up};
use super::enrolment::Occurrence;
use super::message::{Address, Answered, Body, Delivery, Made, Request, Writer};
use super::record::RecordCell;
use super::state::KeyCell;
use super::world::World;
use crate::base::Timestamp;
use crate::model::{SegmentId, WorkflowId};

pub(super) use program::decide as decide_program;
pub(super) use resolve::route;

/// A cell as a decision sees it; `None` where there is none yet.
#[derive(Clone, Copy)]
pub(super) enum Cell<'c> {
    /// A record.
    Record(Option<&'c RecordCell>),
    /// A unique value.
    Key(Option<&'c KeyCell>),
    /// An id, with the time until which it is remembered.
    Seen(Option<Timestamp>),
}

/// What a delivery comes to. It sees the program and one cell, and changes
/// nothing.
pub(super) fn decide(world: World<'_>, cell: Cell<'_>, delivery: &Delivery) -> Decision {
    match (cell, &delivery.body) {
        (Cell::Record(cell), Body::Request(request)) => record(world, cell, (delivery, request)),
        (Cell::Key(cell), body) => {
            let nobodys = KeyCell::default();
            let cell = cell.unwrap_or(&nobodys);
            match body {
                Body::Claim(claim) => claim::claim(world, cell, (delivery, claim)),
                Body::Settle {
                    claim,
                    giver,
                    owner,
                    keeps,
                } => claim::settle(cell, delivery, (*claim, *giver), (*owner, *keeps)),
                _ => resolve::resolve(world, cell, delivery),
            }
        }
        (
            Cell::Seen(until),
            Body::Admit {
                seconds,
                repeated,
                to,
                then,
            },
        ) => match repeated {
            true => told(world, delivery, What::Duplicate),
            false => resolve::admit(world, until, (delivery, *seconds), (to, then)),
        },
        // INVARIANT: an input goes to the kind of cell that it is for.
        _ => Decision::about(delivery.to.clone()),
    }
}

fn record(
    world: World<'_>,
    cell: Option<&RecordCell>,
    (delivery, request): (&Delivery, &Request),
) -> Decision {
    match cell {
        Some(cell) if delivery.object.is_some_and(|object| object != cell.object) => {
            let asked = asked(world, request);
            told(
                world,
                delivery,
                What::NoRecord(cell.id.to_string().into(), asked),
            )
        }
        Some(cell) => {
            if let Some(gone) = &cell.gone {
                return delete::gone(world, (cell, gone), (delivery, request));
            }
            let mut draft = Draft::new(world, delivery, cell);
            if delivery.from.is_none() || is_entry(request) {
                draft.answer(Answer::Accepted(cell.id));
            }
            draft.decide(request)
        }
        None => create::new_record(world, delivery, request),
    }
}

/// What an input asks of a record, in a few words.
pub(super) fn asked(world: World<'_>, request: &Request) -> Arc<str> {
    let catalog = &world.prepared.program.catalog;
    let workflow = |id: &WorkflowId| &catalog.workflows[*id].name;
    match request {
        Request::Event(occurrence) => {
            let object = crate::model::ObjectId::at(0);
            let name = super::event_name(world.prepared, &occurrence.event, object);
            format!("event {name}").into()
        }
        Request::Enroll { workflow: id, .. } => format!("enroll {}", workflow(id)).into(),
        Request::Unenroll { workflow: id, .. } => {
            let name = id.as_ref().map_or("all", |id| workflow(id).as_str());
            format!("unenroll {name}").into()
        }
        Request::Member { segment, .. } => {
            format!("segment {}", catalog.segments[*segment].name).into()
        }
        Request::Link { .. } => "link".into(),
        Request::Unlink { .. } => "unlink".into(),
        Request::Delete(_) => "delete".into(),
        Request::Restore => "restore".into(),
        Request::Merge(_) => "merge".into(),
        _ => "set".into(),
    }
}

/// Whether a request is what an outside input asks, not a message between
/// records.
fn is_entry(request: &Request) -> bool {
    request.writer().is_none()
        && !matches!(
            request,
            Request::Offer { .. }
                | Request::Accept { .. }
                | Request::Declined { .. }
                | Request::InTurn(..)
                | Request::Unlinked { .. }
                | Request::Hear(_)
                | Request::Rejoin { .. }
                | Request::HeardAgain(..)
                | Request::Yield { .. }
                | Request::Absorb(_)
                | Request::NotMerged(_)
                | Request::Reply { .. }
                | Request::EnrollExisting(_)
                | Request::Went(_)
                | Request::Scheduled { .. }
        )
}

/// A decision that tells of an input and does nothing else.
pub(super) fn told(world: World<'_>, delivery: &Delivery, what: What) -> Decision {
    let mut decision = Decision::about(delivery.to.clone());
    decision.answer = what.answer();
    if decision.answer.is_none() {
        return decision;
    }
    decision.entries.push(Entry {
        by: delivery.by.clone(),
        ..Entry::of_input(world.now, what)
    });
    decision
}

/// Answers a step that the record that it makes does not come into being.
pub(super) fn refuse_step(
    decision: &mut Decision,
    delivery: &Delivery,
    (made, reason): (&Made, &str),
) {
    for _ in 0..made.answers() {
        let to = Address::Record(made.writer.record);
        let answer = Answered::Refused(reason.into());
        forward(decision, delivery, to, made.writer.reply(answer));
    }
}

/// Adds a message that only forwards.
pub(super) fn forward(decision: &mut Decision, parent: &Delivery, to: Address, body: Body) {
    let chain = parent.chain;
    let mut message = follow_up(parent, decision.messages.len(), (to, chain, body));
    message.object = parent.object;
    decision.messages.push(message);
}

impl Draft<'_> {
    /// Does to the record what is asked of it.
    // size: one arm for each kind of request.
    pub(super) fn receive(&mut self, request: &Request) {
        match request {
            Request::Create { values, import, .. } | Request::Write { values, import, .. } => {
                self.write(values, (import.as_ref(), request), None);
            }
            Request::Claimed {
                claim,
                keys,
                refused,
                then,
            } => self.claimed(*claim, keys, *refused, then),
            Request::AfterClaim(claim, then) => self.after_claim(*claim, then),
            Request::Link { .. }
            | Request::Unlink { .. }
            | Request::Offer { .. }
            | Request::Accept { .. }
            | Request::Declined { .. }
            | Request::InTurn(..)
            | Request::Unlinked { .. }
            | Request::Hear(_) => self.link(request),
            Request::Rejoin {
                side,
                back,
                instead_of,
                known_as,
                labels,
                heard,
            } => self.rejoined((*side, *back), (*instead_of, labels), (*known_as, heard)),
            Request::HeardAgain(side, heard, known_as) => {
                self.heard_again(*side, heard, *known_as);
            }
            Request::Find { object, then } => self.found(*object, then),
            Request::Delete(_) => self.delete(request),
            Request::Restore => self.restore(request, false),
            Request::Merge(from) => self.merge(*from, request),
            Request::Yield { to, object } => self.yield_to((*to, *object), request),
            Request::Absorb(other) => self.absorb(other),
            Request::NotMerged(why) => self.not_merged(why),
            Request::Event(occurrence) => self.event(occurrence),
            Request::Enroll { workflow, writer } => {
                self.requested(*workflow, *writer);
                self.reply = writer.map(|writer| (writer, Answered::Done));
            }
            Request::EnrollExisting(workflow) => self.existing(*workflow),
            Request::Unenroll { workflow, writer } => {
                self.unenroll(*workflow, *writer);
                self.reply = writer.map(|writer| (writer, Answered::Done));
            }
            Request::Member {
                segment,
                joins,
                writer,
            } => {
                self.member(*segment, *joins);
                self.reply = writer.map(|writer| (writer, Answered::Done));
            }
            Request::Went(went) => self.recall_all_went(went),
            Request::Reply { enrolment, answer } => {
                self.resume = Some(Resume::Answered(*enrolment, answer.clone()));
            }
            Request::Due { enrolment, due } => {
                self.resume = Some(Resume::Due(*enrolment, *due));
            }
            Request::Scheduled {
                workflow,
                schedule,
                due,
            } => self.scheduled((*workflow, *schedule), *due),
            Request::Wake { due } => {
                self.touched.time = true;
                self.woken = Some(*due);
            }
            Request::Attempt(_) | Request::Finished(..) | Request::Retry(..) => {
                self.resume = Some(Resume::Attempt(request.clone()));
            }
        }
    }

    fn event(&mut self, occurrence: &Arc<Occurrence>) {
        self.tell(What::Occurred(occurrence.clone()));
        self.touched.event = Some(occurrence.event.clone());
        self.occurrence = Some(occurrence.clone());
    }

    fn member(&mut self, segment: SegmentId, joins: bool) {
        if self.after.segments.contains(&segment) == joins {
            return;
        }
        self.change(super::decision::Change::Member(segment, joins));
        self.tell(What::Member(segment, joins));
        self.touched.segments.insert(segment);
    }

    /// Takes the record out of a workflow, or of all others than that of the
    /// step that asks.
    fn unenroll(&mut self, workflow: Option<WorkflowId>, writer: Option<Writer>) {
        let program = &self.world.prepared.program;
        let asking = writer.map(|writer| program.current(writer.workflow));
        let is_meant = |of: WorkflowId| match workflow {
            Some(workflow) => of == workflow,
            None => Some(of) != asking,
        };
        let reason = match writer {
            Some(_) => Reason::ByWorkflow,
            None => Reason::Manual,
        };
        for enrolment in self.inside_of(is_meant) {
            self.leave(enrolment, reason);
        }
    }
}
