//! The differences that a decision makes to its cell. What is kept of an
//! enrolment is not known here.

use serde::Serialize;

use super::inside::Inside;
use super::{Freezing, value};
use crate::base::{Name, Timestamp, Uid};
use crate::engine::decision as live;
use crate::engine::frozen::v1::kept;
use crate::engine::record::{Counter, CounterId, Heard, Side};
use crate::engine::schedule::{Cursor, ScheduleId};
use crate::model::ObjectId;
use crate::model::compute::spell;

#[derive(Debug, Serialize)]
pub(super) enum Change<'d> {
    Published,
    TurnedOn(&'d str),
    Switched(&'d str, &'d str),
    Seen(i64),
    Owner(Option<[u8; 16]>),
    Reserved(Option<[u8; 16]>),
    Waits(Option<[u8; 16]>),
    Created(&'d str, i64),
    Value(&'d str, Option<value::Freezing<'d>>),
    Updated(i64),
    End(End<'d>),
    NoEnd(String, [u8; 16]),
    Ever(String, Option<&'d str>),
    Member(&'d str, bool),
    Enrolment(Inside<'d>),
    Been(&'d str, &'d str),
    Left([u8; 16]),
    Counter(String, u64, Vec<(String, u32)>, Vec<(i64, u32)>),
    Claiming([u8; 16]),
    ClaimOver([u8; 16]),
    Linking(String, Option<[u8; 16]>, Option<u64>),
    PutBack([u8; 16], &'d str, (u32, u32), Option<i64>),
    PutBackOver([u8; 16]),
    Sent(&'d str, Vec<(i64, [u8; 16])>),
    Counted(&'d str),
    Rate(&'d str, Option<i64>, Option<i64>, Vec<(String, u64)>),
    Kept(&'d str, Option<kept::Kept>),
    Former(Option<[u8; 16]>),
    Forever,
    Since(&'d str, i64),
    Deleted(Vec<(String, [u8; 16], Vec<&'d str>)>),
    Restored,
    Yielded([u8; 16]),
    Merging(Option<[u8; 16]>),
    Absorbed([u8; 16], Vec<(&'d str, &'d str, u32)>, u64),
    Schedule(&'d str, &'d str, i64, Option<(i64, i64, [u8; 16])>),
}

#[derive(Debug, Serialize)]
pub(super) struct End<'d> {
    side: String,
    other: [u8; 16],
    labels: Vec<&'d str>,
    heard: Vec<String>,
}

impl<'d> Freezing<'d> {
    pub(super) fn change(self, change: &'d live::Change) -> Change<'d> {
        use live::Change as C;
        let uid = |id: &Option<Uid>| id.map(|id| *id.bytes());
        match change {
            C::Published => Change::Published,
            C::TurnedOn(workflow) => Change::TurnedOn(self.workflow(*workflow)),
            C::Switched(workflow, to) => Change::Switched(self.workflow(*workflow), to.word()),
            C::Seen(until) => Change::Seen(until.as_microsecond()),
            C::Owner(owner) => Change::Owner(uid(owner)),
            C::Reserved(claim) => Change::Reserved(uid(claim)),
            C::Waits(delivery) => {
                Change::Waits(delivery.as_ref().map(|delivery| *delivery.id.bytes()))
            }
            C::Former(former) => Change::Former(uid(former)),
            C::Forever => Change::Forever,
            C::Claiming(claim) => Change::Claiming(*claim.id.bytes()),
            C::ClaimOver(claim) => Change::ClaimOver(*claim.bytes()),
            other => self.record_change(other),
        }
    }

    fn record_change(self, change: &'d live::Change) -> Change<'d> {
        use live::Change as C;
        match change {
            C::Created { object, at, .. } => {
                let object = &self.prepared.program.catalog.objects[*object];
                Change::Created(object.name.as_str(), at.as_microsecond())
            }
            C::Value(property, new) => {
                let (name, value) = self.property(*property, new.as_ref());
                Change::Value(name, value)
            }
            C::Updated(at) => Change::Updated(at.as_microsecond()),
            C::End(end) => Change::End(End {
                side: self.side(end.side),
                other: *end.other.bytes(),
                labels: end.labels.iter().map(Name::as_str).collect(),
                heard: self.heard(end.side, &end.heard),
            }),
            C::NoEnd(side, other) => Change::NoEnd(self.side(*side), *other.bytes()),
            C::Ever(association, label) => Change::Ever(
                self.side(Side::Own(*association)),
                label.as_ref().map(Name::as_str),
            ),
            C::Member(segment, is) => Change::Member(self.segment(*segment), *is),
            C::Enrolment(enrolment) => Change::Enrolment(self.inside(enrolment)),
            C::Been(workflow, key) => Change::Been(self.workflow(*workflow), key),
            C::Left(id) => Change::Left(*id.bytes()),
            C::Counter(id, counter) => self.counter(*id, counter),
            C::Linking((association, other), waiting) => Change::Linking(
                self.side(Side::Own(*association)),
                other.map(|other| *other.bytes()),
                waiting.as_ref().map(|waiting| waiting.len() as u64),
            ),
            other => self.action_change(other),
        }
    }

    /// What changes about actions, and about what is counted of them and of
    /// enrolments.
    fn action_change(self, change: &'d live::Change) -> Change<'d> {
        use live::Change as C;
        match change {
            C::PutBack(of) => Change::PutBack(
                *of.key.bytes(),
                self.workflow(of.workflow),
                (of.before, of.attempt),
                of.retry.map(|at| at.as_microsecond()),
            ),
            C::PutBackOver(key) => Change::PutBackOver(*key.bytes()),
            C::Counted(workflow) => Change::Counted(self.workflow(*workflow)),
            C::Sent(action, sent) => Change::Sent(
                self.prepared.program.catalog.actions[*action].name.as_str(),
                sent.iter()
                    .map(|(at, key)| (at.as_microsecond(), *key.bytes()))
                    .collect(),
            ),
            C::Rate(workflow, rate) => {
                let micro = |at: Option<Timestamp>| at.map(|at| at.as_microsecond());
                let days = rate.days.iter();
                let days = days.map(|(day, count)| (day.to_string(), *count));
                let name = self.workflow(*workflow);
                Change::Rate(name, micro(rate.raised), micro(rate.next), days.collect())
            }
            C::Kept(id, of) => {
                let kept = of.as_ref().map(|of| kept::freeze(self.prepared, *id, of));
                Change::Kept(self.prepared.traces.name(*id), kept)
            }
            C::Schedule(id, cursor) => self.schedule(*id, cursor),
            other => self.change_of_whole(other),
        }
    }

    /// What makes a record come and go.
    fn change_of_whole(self, change: &'d live::Change) -> Change<'d> {
        use live::Change as C;
        match change {
            C::Since(property, at) => {
                Change::Since(self.property(*property, None).0, at.as_microsecond())
            }
            C::Deleted(links) => {
                let links = links.iter().map(|link| {
                    let labels = link.labels.iter().map(Name::as_str).collect();
                    (self.side(link.side), *link.other.bytes(), labels)
                });
                Change::Deleted(links.collect())
            }
            C::Restored => Change::Restored,
            C::Yielded(into) => Change::Yielded(*into.bytes()),
            C::Merging(from) => Change::Merging(from.map(|from| *from.bytes())),
            C::Absorbed(other) => {
                let been = other.been.iter();
                let been = been.map(|(of, key, times)| (self.workflow(of), &**key, times));
                let counted = other.counters.values().map(|counter| counter.total);
                Change::Absorbed(*other.id.bytes(), been.collect(), counted.sum())
            }
            // INVARIANT: the others are taken before.
            _ => Change::Published,
        }
    }

    fn counter(self, id: CounterId, counter: &Counter) -> Change<'d> {
        let refined = self.prepared.refined.get(id as usize);
        let of = refined.map(|refined| {
            let workflow = self.workflow(refined.workflow);
            format!("{workflow} {}", refined.trigger)
        });
        let days = counter.days.iter();
        let instants = counter.instants.iter();
        Change::Counter(
            of.unwrap_or_default(),
            counter.total,
            days.map(|(day, count)| (day.to_string(), *count)).collect(),
            instants
                .map(|(at, count)| (at.as_microsecond(), *count))
                .collect(),
        )
    }

    fn schedule(self, (workflow, place): ScheduleId, cursor: &Cursor) -> Change<'d> {
        let plan = self.prepared.workflow(workflow);
        let schedule = plan.and_then(|plan| plan.schedules.get(place));
        let run = cursor.run.map(|run| {
            let (due, next) = (run.due.as_microsecond(), run.next.as_microsecond());
            (due, next, *run.after.bytes())
        });
        Change::Schedule(
            self.workflow(workflow),
            schedule.map_or("", |schedule| &schedule.text),
            cursor.last.as_microsecond(),
            run,
        )
    }

    fn side(self, side: Side) -> String {
        let catalog = &self.prepared.program.catalog;
        let (object, association, back) = match (side, self.object) {
            (Side::Own(association), Some(object)) => (object, association, ""),
            (Side::Back(object, association), _) => (object, association, "< "),
            (Side::Own(_), None) => return String::new(),
        };
        let object = &catalog.objects[object];
        let name = &object.associations[association].name;
        format!("{back}{}.{name}", object.name)
    }

    /// The values of what was heard, in the order of the properties' names as
    /// they are declared.
    fn heard(self, side: Side, heard: &Heard) -> Vec<String> {
        let catalog = &self.prepared.program.catalog;
        let object = match (side, self.object) {
            (Side::Own(association), Some(object)) => {
                catalog.objects[object].associations[association].object
            }
            (Side::Back(object, _), _) => object,
            (Side::Own(_), None) => return Vec::new(),
        };
        let mut found = Vec::new();
        self.heard_of(object, heard, &mut found);
        found
    }

    fn heard_of(self, object: ObjectId, heard: &Heard, into: &mut Vec<String>) {
        let declared = &self.prepared.program.catalog.objects[object];
        for (property, value) in &heard.values {
            let property = &declared.properties[*property];
            let zone = self.prepared.zone();
            let value = spell(value, &property.ty, zone);
            into.push(format!("{}={value}", property.name));
        }
        for (id, of) in heard.past.iter() {
            let of = kept::freeze(self.prepared, id, of);
            into.push(format!("{}: {of}", self.prepared.traces.name(id)));
        }
        for links in &heard.links {
            let association = &declared.associations[links.association];
            let ever: Vec<&str> = links
                .ever
                .iter()
                .map(|label| label.as_ref().map_or("", Name::as_str))
                .collect();
            into.push(format!("{} ever {}:", association.name, ever.join(",")));
            for (labels, member) in &links.members {
                let labels: Vec<&str> = labels.iter().map(Name::as_str).collect();
                into.push(format!(
                    "{}[{}]>{}",
                    association.name,
                    labels.join(","),
                    member.record
                ));
                self.heard_of(association.object, member, into);
            }
        }
    }
}
