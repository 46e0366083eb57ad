//! Random acts of a history: what may happen to the records of a test, with
//! values near to those that the program compares with.

use super::range::Range;
use crate::base::{Duration, Span, Timestamp, Unit};
use crate::model::{ActionId, ObjectId, Type, Value};
use crate::plan::test::{Act, Input, Mock, Occurrence, Outcome, Placed, Test};
use crate::plan::{Expression, Hop, Link, Node, Program, Root, StepKind, TargetProperty, Way};
use crate::syntax::ast::test::Switch;

/// How far time goes on.
const GAPS: [(i64, Unit); 8] = [
    (1, Unit::Minute),
    (5, Unit::Minute),
    (1, Unit::Hour),
    (23, Unit::Hour),
    (1, Unit::Day),
    (2, Unit::Day),
    (7, Unit::Day),
    (30, Unit::Day),
];

/// Numbers that look like chance, by a seed: SplitMix64.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// A number below another.
    pub(super) fn below(&mut self, most: u64) -> u64 {
        self.next() % most.max(1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let state = self.0;
        let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ (state >> 31)
    }

    /// A place in a list.
    pub(super) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// One of a list.
    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let place = self.place(from.len());
        from.get(place).cloned()
    }
}

/// What acts are drawn from.
pub(super) struct Drawing<'p> {
    program: &'p Program,
    test: &'p Test,
    dice: Dice,
    range: Range<'p>,
    /// The actions that workflows ask for.
    actions: Vec<ActionId>,
    /// What the test itself does, but for what it expects.
    own: Vec<&'p Placed<Act>>,
}

impl<'p> Drawing<'p> {
    /// What is drawn by a seed in a test that begins at an instant.
    pub(super) fn new(
        program: &'p Program,
        test: &'p Test,
        (seed, begins): (u64, Timestamp),
    ) -> Self {
        let acts = test.acts.iter();
        let own = acts.filter(|act| {
            !matches!(
                act.what,
                Act::Expect(_) | Act::AdvanceTo(_) | Act::Input(Input::Program(_))
            )
        });
        Drawing {
            program,
            test,
            dice: Dice(seed),
            range: Range::of(program, test, begins),
            actions: Self::actions(program),
            own: own.collect(),
        }
    }

    /// The actions that workflows ask for.
    fn actions(program: &Program) -> Vec<ActionId> {
        let workflows = program.workflows().iter();
        let steps = workflows.flat_map(|workflow| &workflow.steps);
        let actions = steps.filter_map(|step| match &step.kind {
            StepKind::Do(action) => Some(action.action),
            _ => None,
        });
        actions.collect()
    }

    fn below(&mut self, most: u64) -> u64 {
        self.dice.below(most)
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        self.dice.pick(from)
    }

    /// An act; `None` where what was drawn is nothing here.
    pub(super) fn act(&mut self) -> Option<Placed<Act>> {
        let (what, text) = match self.below(100) {
            0..=21 => {
                let own = self.own.clone();
                return self.pick(&own).cloned();
            }
            22..=39 => self.event()?,
            40..=56 => self.set()?,
            57..=59 => self.clear()?,
            60..=65 => self.tie()?,
            66..=69 => self.asked()?,
            70..=72 => self.switch()?,
            73..=75 => self.mock()?,
            76..=78 => self.goes()?,
            79..=80 => self.merge()?,
            81..=82 => self.member()?,
            _ => self.gap()?,
        };
        Some(Placed {
            what,
            span: self.nowhere(),
            text,
        })
    }

    /// The place of what stands in no text: behind the test.
    fn nowhere(&self) -> Span {
        let end = self.test.span.end;
        Span::new(self.test.span.source, end, end)
    }

    /// A record of the test: its place, what it is, what it is called.
    fn role(&mut self) -> Option<(usize, ObjectId, String)> {
        let place = self.dice.place(self.test.records.len());
        let role = self.test.records.get(place)?;
        Some((place, role.object, role.name.to_string()))
    }

    fn event(&mut self) -> Option<(Act, String)> {
        let (record, object, name) = self.role()?;
        let events = self.program.catalog.events.iter();
        let own: Vec<_> = events.filter(|(_, event)| event.object == object).collect();
        let (event, declared) = self.pick(&own)?;
        let (mut fields, mut texts) = (Vec::new(), Vec::new());
        for (id, property) in declared.properties.iter() {
            if self.below(3) == 0 {
                continue;
            }
            let Some((value, text)) = self.value(&property.ty) else {
                continue;
            };
            fields.push((id, self.constant(value)));
            texts.push(format!("{}: {text}", property.name));
        }
        let with = match texts.is_empty() {
            true => String::new(),
            false => format!(" {{ {} }}", texts.join(", ")),
        };
        let text = format!("when {name} does {}{with}", declared.name);
        let occurrence = Occurrence {
            record,
            event,
            fields,
            id: None,
            occurred_at: None,
        };
        Some((Act::Input(Input::Event(occurrence)), text))
    }

    fn set(&mut self) -> Option<(Act, String)> {
        let (record, object, name) = self.role()?;
        let properties = self.program.catalog.objects[object].properties.iter();
        let own = properties.filter(|(_, of)| !of.builtin && !of.computed);
        let own: Vec<_> = own.collect();
        let (id, property) = self.pick(&own)?;
        let (value, text) = self.value(&property.ty)?;
        let value = (TargetProperty::Property(id), self.constant(value));
        let text = format!("when {name} sets {} = {text}", property.name);
        Some((Act::Input(Input::Set(record, vec![value])), text))
    }

    fn clear(&mut self) -> Option<(Act, String)> {
        let (record, object, name) = self.role()?;
        let properties = self.program.catalog.objects[object].properties.iter();
        let own = properties.filter(|(_, of)| !of.builtin && !of.computed && !of.required);
        let own: Vec<_> = own.collect();
        let (id, property) = self.pick(&own)?;
        let text = format!("when {name} clears {}", property.name);
        let target = vec![TargetProperty::Property(id)];
        Some((Act::Input(Input::Clear(record, target)), text))
    }

    /// A link that comes about, or goes.
    fn tie(&mut self) -> Option<(Act, String)> {
        let (owner, object, name) = self.role()?;
        let (record, other, far) = self.role()?;
        let associations = self.program.catalog.objects[object].associations.iter();
        let fitting = associations.filter(|(_, one)| one.object == other);
        let fitting: Vec<_> = fitting.collect();
        let (association, declared) = self.pick(&fitting)?;
        let way = |place| Way {
            root: Root::Bound(place),
            hops: Box::default(),
        };
        if !declared.many {
            let other = Expression::alone(Node::Record(way(record)), self.nowhere());
            let value = vec![(TargetProperty::Association(association), other)];
            let text = format!("when {name} sets {} = {far}", declared.name);
            return Some((Act::Input(Input::Set(owner, value)), text));
        }
        let label = match self.below(2) {
            0 => None,
            _ => self.pick(&declared.labels),
        };
        let shown = label.as_ref().map(|label| format!(" label {label}"));
        let end = crate::plan::test::End {
            record,
            link: Link {
                from: way(owner),
                hop: Hop {
                    object,
                    association,
                },
                label,
                object: other,
            },
        };
        let path = format!("{name}.{}{}", declared.name, shown.unwrap_or_default());
        Some(match self.below(3) {
            0 => (
                Act::Input(Input::Unlink(end)),
                format!("when {far} leaves {path}"),
            ),
            _ => (
                Act::Input(Input::Link(end)),
                format!("when {far} joins {path}"),
            ),
        })
    }

    /// A person enrols a record, or takes it out.
    fn asked(&mut self) -> Option<(Act, String)> {
        let (record, object, name) = self.role()?;
        let workflows = self.program.workflows().iter();
        let own: Vec<_> = workflows.filter(|of| of.object == object).collect();
        let workflow = self.pick(&own)?.name().clone();
        Some(match self.below(2) {
            0 => {
                let text = format!("when {name} unenrolls from {workflow}");
                (Act::Input(Input::Unenroll(record, workflow)), text)
            }
            _ => {
                let text = format!("when {name} enrolls in {workflow}");
                (Act::Input(Input::Enroll(record, workflow)), text)
            }
        })
    }

    /// A record is deleted, or is there again.
    fn goes(&mut self) -> Option<(Act, String)> {
        let (record, _, name) = self.role()?;
        Some(match self.below(2) {
            0 => {
                let text = format!("when {name} is deleted");
                (Act::Input(Input::Delete(record)), text)
            }
            _ => {
                let text = format!("when {name} is restored");
                (Act::Input(Input::Restore(record)), text)
            }
        })
    }

    /// A record becomes part of another one of its object.
    fn merge(&mut self) -> Option<(Act, String)> {
        let (from, object, name) = self.role()?;
        let (into, other, far) = self.role()?;
        let text = format!("when {name} merges into {far}");
        let fits = object == other && from != into;
        fits.then_some((Act::Input(Input::Merge(from, into)), text))
    }

    /// A record joins a segment that is kept by hand, or leaves it.
    fn member(&mut self) -> Option<(Act, String)> {
        let (record, object, name) = self.role()?;
        let segments = self.program.catalog.segments.iter();
        let own = segments.filter(|(_, of)| of.fixed && of.object == object);
        let own: Vec<_> = own.collect();
        let (id, segment) = self.pick(&own)?;
        Some(match self.below(2) {
            0 => {
                let text = format!("when {name} is removed from {}", segment.name);
                (Act::Input(Input::Remove(record, id)), text)
            }
            _ => {
                let text = format!("when {name} is added to {}", segment.name);
                (Act::Input(Input::Add(record, id)), text)
            }
        })
    }

    fn switch(&mut self) -> Option<(Act, String)> {
        let workflows: Vec<_> = self.program.workflows().iter().collect();
        let name = self.pick(&workflows)?.name().clone();
        let (switch, words) = self.pick(&[
            (Switch::Off, "turns off"),
            (Switch::On, "turns on"),
            (Switch::On, "turns on"),
            (Switch::Pause, "is paused"),
            (Switch::Resume, "is resumed"),
            (Switch::Resume, "is resumed"),
        ])?;
        let text = format!("when {name} {words}");
        Some((Act::Input(Input::Switch(name, switch)), text))
    }

    /// From here on attempts of an action fail for a while.
    fn mock(&mut self) -> Option<(Act, String)> {
        let actions = self.actions.clone();
        let action = self.pick(&actions)?;
        let declared = &self.program.catalog.actions[action];
        let times = u32::try_from(1 + self.below(3)).unwrap_or(1);
        let status = self.pick(&[404, 500, 503])?;
        let text = format!("mock {} fails {status} times {times}", declared.name);
        let mock = Mock {
            action,
            outcome: Outcome::Fails(status),
            times,
        };
        Some((Act::Mock(mock), text))
    }

    fn gap(&mut self) -> Option<(Act, String)> {
        let (count, unit) = self.pick(&GAPS)?;
        let amount = Duration {
            count,
            unit,
            business: false,
        };
        let plural = if count == 1 { "" } else { "s" };
        let text = format!("advance {count} {}{plural}", unit.word());
        Some((Act::AdvanceBy(amount), text))
    }

    /// A value of a type, and how it is written.
    fn value(&mut self, ty: &Type) -> Option<(Value, String)> {
        self.range.value(&mut self.dice, ty)
    }

    fn constant(&self, value: Value) -> Expression {
        Expression::alone(Node::Constant(value), self.nowhere())
    }
}
