//! What has happened to a record, as one list that is searched from the front
//! each time (E14, N2).

use flow::base::{Timestamp, Unit, day_of, start_of_day};
use flow::model::{PropertyId, Value};
use flow::semantic::hir::{Expr, ExprKind, Happened, Past, Refinement};

use crate::reference::eval::{Env, same};
use crate::reference::{Delivery, Model, Occurrence, Record};

/// Something that has happened to a record.
#[derive(Clone, PartialEq)]
pub(crate) enum Bygone {
    Had(PropertyId, Value),
    /// A property got another value, or none.
    Changed(PropertyId, Timestamp),
    Event(Occurrence),
    Imported(String),
}

impl Bygone {
    /// When it happened, where that is kept.
    pub(super) fn at(&self) -> Option<Timestamp> {
        match self {
            Bygone::Had(..) | Bygone::Imported(_) => None,
            Bygone::Changed(_, at) => Some(*at),
            Bygone::Event(event) => Some(event.occurred),
        }
    }
}

impl Model<'_> {
    /// Adds what a delivery has brought: its event, and values.
    pub(super) fn remember(&mut self, at: &Delivery) {
        let now = self.now;
        let object = &self.program.catalog.objects[self.records[&at.to].object];
        let record = self.record(&at.to);
        // What a merge or a restoring makes of a record is no change (L4).
        if let Some(before) = at.before.as_ref().filter(|_| !at.rebased) {
            let stored = object.properties.iter().filter(|(_, own)| !own.builtin);
            let changed = stored.filter(|(id, _)| before.values.get(id) != record.values.get(id));
            let changed = changed.map(|(id, _)| Bygone::Changed(id, now));
            record.past.extend(changed);
        }
        record.past.extend(at.event.clone().map(Bygone::Event));
        let values = record.values.iter();
        let had = values.map(|(id, value)| Bygone::Had(*id, value.clone()));
        let new: Vec<Bygone> = had.filter(|one| !record.past.contains(one)).collect();
        record.past.extend(new);
    }
}

impl Record {
    /// An import has created or touched it.
    pub(super) fn came_by(&mut self, import: Option<&str>) {
        let import = import.map(|name| Bygone::Imported(name.to_owned()));
        let new = import.filter(|import| !self.past.contains(import));
        self.past.extend(new);
    }
}

impl<'a> Env<'a> {
    pub(super) fn past(&self, past: &Past) -> Option<bool> {
        match past {
            Past::Happened(happened) => self.happened(happened),
            Past::Was {
                value,
                other,
                never,
            } => self.had(value, &self.eval(other)?).map(|had| had != *never),
            Past::Changed {
                value,
                period: (edge, by, counted),
                negated,
            } => {
                let last = self.last_change(value)?;
                let inside = match last {
                    Some(at) => {
                        let [low, high] = self.period(*edge, *by, *counted)?;
                        (low..=high).contains(&at)
                    }
                    None => false,
                };
                Some(inside != *negated)
            }
            Past::InSegment(segment) => {
                let this = self.member?;
                Some(Env { this, ..*self }.inside(*segment))
            }
            Past::Imported { name, member } => {
                let this = if *member { self.member? } else { self.this };
                Some(this.past.contains(&Bygone::Imported(name.to_string())))
            }
            Past::Workflow {
                test,
                workflow,
                member,
            } => {
                let this = if *member { self.member? } else { self.this };
                Some(this.went.contains(&(test.words(), workflow.index())))
            }
        }
    }

    fn happened(&self, happened: &Happened) -> Option<bool> {
        let this = if happened.member {
            self.member?
        } else {
            self.this
        };
        let is = |one: &&Bygone| {
            let Bygone::Event(event) = one else {
                return false;
            };
            let event = Some(event);
            let judging = Env {
                this,
                event,
                ..*self
            };
            event.is_some_and(|event| event.source == happened.event)
                && judging.permits(&happened.filter)
        };
        // The days of a refinement are those of the project (D1).
        let zone = &self.program.settings.zone;
        let of_project = Env { zone, ..*self };
        let rules = &happened.refinements;
        let in_time = |one: &&Bygone| match one {
            Bygone::Event(event) => of_project.all_in_time(rules, event.occurred),
            _ => false,
        };
        let times = this.past.iter().filter(is).filter(in_time).count();
        let counts = |rule: &&Refinement| {
            use Refinement::{AtLeast, AtMost, Exactly};
            matches!(rule, AtLeast(_) | AtMost(_) | Exactly(_))
        };
        let counted = rules.iter().any(|rule| counts(&rule));
        Some(rules.iter().all(|rule| enough(rule, times)) && (times > 0 || counted))
    }

    /// When a property changed last, where it ever did.
    fn last_change(&self, property: &Expr) -> Option<Option<Timestamp>> {
        let ExprKind::Property(path) = &property.kind else {
            panic!("a past without a property: {property:?}");
        };
        let past = self.record(&path.record)?.past.iter();
        let changes = past.filter_map(|one| match one {
            Bygone::Changed(id, at) if *id == path.property => Some(*at),
            _ => None,
        });
        Some(changes.max())
    }

    /// Whether a time lies within all bounds: with its whole day, but where one
    /// of them is by hours or less.
    pub(super) fn all_in_time(&self, rules: &[Refinement], time: Timestamp) -> bool {
        let whole = !rules.iter().any(by_instants);
        let day = |at| match whole {
            true => start_of_day(day_of(at, self.zone()), self.zone()).unwrap_or(at),
            false => at,
        };
        let time = day(time);
        let point = |point: &Expr| self.bound(point).map(&day);
        rules.iter().all(|rule| match rule {
            Refinement::Within(edge, by, counted) => {
                let period = self.period(*edge, *by, *counted);
                period.is_some_and(|[low, high]| day(low) <= time && time <= day(high))
            }
            Refinement::After(low) if whole => point(low).is_some_and(|low| low <= time),
            Refinement::After(low) => point(low).is_some_and(|low| low < time),
            Refinement::Before(high) => point(high).is_some_and(|high| time < high),
            _ => true,
        })
    }

    /// A point in time as a bound: so many days ago is the start of that day (D2).
    fn bound(&self, point: &Expr) -> Option<Timestamp> {
        match point.kind {
            ExprKind::Relative(by, ahead) => self.edge(by, !ahead),
            _ => panic!("not modelled: {point:?}"),
        }
    }

    /// Whether a property ever had a value, or one of a list.
    fn had(&self, property: &Expr, other: &Value) -> Option<bool> {
        let ExprKind::Property(path) = &property.kind else {
            panic!("a past without a property: {property:?}");
        };
        let record: &Record = self.record(&path.record)?;
        let is = |value: &Value| match other {
            Value::List(items) => {
                let mut items = items.iter();
                items.any(|item| same(Some(value), Some(item), &property.ty))
            }
            other => same(Some(value), Some(other), &property.ty),
        };
        let mut past = record.past.iter();
        Some(
            past.any(
                |one| matches!(one, Bygone::Had(id, value) if *id == path.property && is(value)),
            ),
        )
    }
}

/// Whether a number of times is as often as a rule asks.
pub(super) fn enough(rule: &Refinement, times: usize) -> bool {
    match rule {
        Refinement::AtLeast(least) => *least <= times.into(),
        Refinement::AtMost(most) => *most >= times.into(),
        Refinement::Exactly(wanted) => *wanted == times.into(),
        _ => true,
    }
}

/// Whether a bound moves by less than days.
fn by_instants(rule: &Refinement) -> bool {
    match rule {
        Refinement::Within(_, by, _) => by.unit < Unit::Day,
        Refinement::Before(point) | Refinement::After(point) => {
            matches!(point.kind, ExprKind::Relative(by, _) if by.unit < Unit::Day)
        }
        _ => false,
    }
}
