//! Decisions: what was changed, told, sent and asked for.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use super::kept;
use super::value;
use crate::base::{Name, Timestamp, Uid};
use crate::engine::call::Call;
use crate::engine::decision::{self as live, Answer};
use crate::engine::enrolment::{Enrolment, Kept, Stage};
use crate::engine::history;
use crate::engine::message::{Address, Delivery, Key};
use crate::engine::prepared::Prepared;
use crate::engine::record::{Counter, CounterId, Heard, Side};
use crate::engine::schedule::{Cursor, ScheduleId};
use crate::model::{ObjectId, Value, WorkflowId};

/// A decision. What a message says is told by the decision that it leads to.
#[derive(Debug, Serialize)]
pub struct Decision<'d> {
    cell: Cell<'d>,
    changes: Each<'d, live::Change, Change<'d>>,
    entries: Each<'d, live::Entry, Entry<'d>>,
    messages: Each<'d, Delivery, Message<'d>>,
    actions: Each<'d, live::Action, Action<'d>>,
    answer: Option<Cow<'static, str>>,
}

/// A list of which each item is put into its form when it is written.
struct Each<'d, T, F> {
    freezing: Freezing<'d>,
    items: &'d [T],
    freeze: fn(Freezing<'d>, &'d T) -> F,
}

impl<T, F> fmt::Debug for Each<'_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items", self.items.len())
    }
}

impl<T, F: Serialize> Serialize for Each<'_, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let items = self.items.iter();
        serializer.collect_seq(items.map(|item| (self.freeze)(self.freezing, item)))
    }
}

#[derive(Debug, Serialize)]
enum Cell<'d> {
    Program,
    Record([u8; 16]),
    Key {
        object: &'d str,
        property: &'d str,
        value: &'d str,
    },
    Seen([u8; 16]),
}

#[derive(Debug, Serialize)]
enum Change<'d> {
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
struct End<'d> {
    side: String,
    other: [u8; 16],
    labels: Vec<&'d str>,
    heard: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Inside<'d> {
    id: [u8; 16],
    workflow: &'d str,
    version: [u8; 32],
    key: &'d str,
    stage: &'static str,
    step: Option<&'d str>,
    times: Vec<i64>,
    action: Option<([u8; 16], u32)>,
    open: u64,
    visits: u32,
    /// What names are bound to, as it prints.
    bindings: Vec<Option<Vec<Option<String>>>>,
}

#[derive(Debug, Serialize)]
struct Entry<'d> {
    at: i64,
    record: Option<[u8; 16]>,
    workflow: Option<&'d str>,
    enrolment: Option<[u8; 16]>,
    step: Option<&'d str>,
    kind: &'static str,
    fields: Vec<(&'static str, Cow<'d, str>)>,
}

#[derive(Debug, Serialize)]
struct Message<'d> {
    id: [u8; 16],
    chain: u32,
    to: Cell<'d>,
}

#[derive(Debug, Serialize)]
struct Action<'d> {
    key: [u8; 16],
    attempt: u32,
    at: i64,
    action: &'d str,
    arguments: Vec<(&'d str, String)>,
    message: Vec<String>,
}

/// The frozen form of a decision.
#[must_use]
pub fn freeze<'d>(prepared: &'d Prepared, decision: &'d live::Decision) -> Decision<'d> {
    let freezing = Freezing {
        prepared,
        object: decision.object,
    };
    Decision {
        cell: freezing.cell(&decision.cell),
        changes: freezing.each(&decision.changes, Freezing::change),
        entries: freezing.each(&decision.entries, Freezing::entry),
        messages: freezing.each(&decision.messages, Freezing::message),
        actions: freezing.each(&decision.actions, Freezing::action),
        answer: decision.answer.as_ref().map(answer),
    }
}

/// What names are taken from.
#[derive(Clone, Copy)]
struct Freezing<'p> {
    prepared: &'p Prepared,
    /// What the record at hand is.
    object: Option<ObjectId>,
}

impl<'d> Freezing<'d> {
    fn each<T, F>(self, items: &'d [T], freeze: fn(Self, &'d T) -> F) -> Each<'d, T, F> {
        Each {
            freezing: self,
            items,
            freeze,
        }
    }

    fn message(self, message: &'d Delivery) -> Message<'d> {
        Message {
            id: *message.id.bytes(),
            chain: message.chain,
            to: self.cell(&message.to),
        }
    }

    fn cell(self, address: &'d Address) -> Cell<'d> {
        match address {
            Address::Program => Cell::Program,
            Address::Record(id) => Cell::Record(*id.bytes()),
            Address::Key(key) => self.key(key),
            Address::Seen(id) => Cell::Seen(*id.bytes()),
        }
    }

    fn key(self, key: &'d Key) -> Cell<'d> {
        let object = &self.prepared.program.catalog.objects[key.object];
        Cell::Key {
            object: object.name.as_str(),
            property: object.properties[key.property].name.as_str(),
            value: &key.value,
        }
    }

    fn workflow(self, id: WorkflowId) -> &'d str {
        let workflow = self.prepared.workflow(id);
        workflow.map_or("", |workflow| workflow.name().as_str())
    }

    fn segment(self, id: crate::model::SegmentId) -> &'d str {
        self.prepared.program.catalog.segments[id].name.as_str()
    }

    fn change(self, change: &'d live::Change) -> Change<'d> {
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

    fn property(
        self,
        id: crate::model::PropertyId,
        value: Option<&'d Value>,
    ) -> (&'d str, Option<value::Freezing<'d>>) {
        let Some(object) = self.object else {
            return ("", None);
        };
        let property = &self.prepared.program.catalog.objects[object].properties[id];
        let value = value.map(|value| value::Freezing(value, &property.ty));
        (property.name.as_str(), value)
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
            let value = crate::model::compute::spell(value, &property.ty, zone);
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

    fn inside(self, of: &'d Enrolment) -> Inside<'d> {
        let micro = |at: &Timestamp| at.as_microsecond();
        let plan = self.prepared.workflow(of.workflow);
        let step = of.step().and_then(|step| plan?.steps.get(step));
        let (stage, times, action, open) = match &of.stage {
            Stage::Ready { due, .. } => ("ready", vec![micro(due)], None, 0),
            Stage::Waiting { began, due, .. } => {
                ("waiting", vec![micro(began), micro(due)], None, 0)
            }
            Stage::Awaiting {
                began, until, turn, ..
            } => {
                let never = |at: &Option<Timestamp>| at.as_ref().map_or(i64::MAX, micro);
                let times = vec![micro(began), never(until), never(turn)];
                ("awaiting", times, None, 0)
            }
            Stage::Writing { open, from, .. } => ("writing", vec![micro(from)], None, *open),
            Stage::Acting {
                action,
                attempt,
                retry,
                ..
            } => {
                let times = retry.iter().map(micro).collect();
                ("acting", times, Some((*action.bytes(), *attempt)), 0)
            }
            Stage::Finishing {
                action, attempt, ..
            } => {
                let action = Some((*action.bytes(), *attempt));
                ("finishing", Vec::new(), action, 0)
            }
        };
        let passed = of.passed.iter().map(|passed| micro(&passed.at));
        Inside {
            id: *of.id.bytes(),
            workflow: self.workflow(of.workflow),
            version: *of.version.bytes(),
            key: &of.key,
            stage,
            step: step.map(|step| step.id.as_str()),
            times: times.into_iter().chain(passed).collect(),
            action,
            open: open as u64,
            visits: of.visits,
            bindings: of.bindings.iter().map(|kept| self.kept(kept)).collect(),
        }
    }

    fn kept(self, kept: &Option<Kept>) -> Option<Vec<Option<String>>> {
        let print = |value: &Value| crate::model::compute::print(value, self.prepared.zone());
        let print = |value: &Option<Value>| value.as_ref().map(print);
        Some(match kept.as_ref()? {
            Kept::Answer(answer) | Kept::Record(answer) => answer.iter().map(print).collect(),
            Kept::Occurrence(occurrence) => {
                let id = Some(occurrence.id.to_string());
                let values = occurrence.values.iter().map(print);
                std::iter::once(id).chain(values).collect()
            }
        })
    }

    fn entry(self, entry: &'d live::Entry) -> Entry<'d> {
        let told = history::tell(self.prepared, self.object, entry);
        let plan = entry.workflow.and_then(|id| self.prepared.workflow(id));
        let step = entry.step.and_then(|step| plan?.steps.get(step));
        Entry {
            at: entry.at.as_microsecond(),
            record: entry.record.map(|id| *id.bytes()),
            workflow: entry.workflow.map(|id| self.workflow(id)),
            enrolment: entry.enrolment.map(|id| *id.bytes()),
            step: step.map(|step| step.id.as_str()),
            kind: told.kind,
            // Why an input was refused is told in words, which may change.
            fields: match entry.what {
                live::What::InputRefused(_) => Vec::new(),
                _ => told.fields,
            },
        }
    }

    fn action(self, action: &'d live::Action) -> Action<'d> {
        let call: &Call = &action.request;
        let catalog = &self.prepared.program.catalog;
        let message = call.message.iter();
        Action {
            key: *action.key.bytes(),
            attempt: action.attempt,
            at: action.decided_at.as_microsecond(),
            action: catalog.actions[call.action].name.as_str(),
            arguments: call
                .arguments
                .iter()
                .chain(&call.sends)
                .map(|(name, value)| (name.as_str(), value.to_string()))
                .collect(),
            message: message
                .flat_map(|message| {
                    let name = std::iter::once(message.name.to_string());
                    name.chain(message.fields.iter().map(|(field, text)| {
                        let words = crate::model::MessageField::ALL;
                        let word = words.iter().find(|(_, other)| other == field);
                        format!("{}: {text}", word.map_or("", |(word, _)| word))
                    }))
                })
                .collect(),
        }
    }
}

fn answer(answer: &Answer) -> Cow<'static, str> {
    match answer {
        Answer::Created(id) => format!("created {id}").into(),
        Answer::Accepted(id) => format!("accepted {id}").into(),
        Answer::Duplicate => "duplicate".into(),
        Answer::NoRecord(_) => "no_record".into(),
        Answer::Refused(_) => "refused".into(),
        Answer::Released => "released".into(),
    }
}
