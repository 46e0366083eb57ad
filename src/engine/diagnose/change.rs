//! The smallest change of a record that would turn an answer: one value, else two, else one for
//! each term that a trigger lacks. Each is tried on a copy of the record; what stands in no
//! condition is not looked for, nor other records.

use std::collections::BTreeSet;

use super::{Patient, Role};
use crate::base::{Decimal, Timestamp};
use crate::engine::evaluate::Notes;
use crate::engine::record::RecordCell;
use crate::model::{Property, PropertyId, SegmentId, Type, Value, compute};
use crate::plan::{Condition, Expression, Node, NodeId, Root};

/// How many changes are tried one by one.
const MOST: usize = 120;

/// A text that stands for any.
const ANY_TEXT: &str = "…";

/// A change of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A property gets a value, or none.
    Property(PropertyId, Option<Value>),
    /// It joins or leaves a static segment.
    Member(SegmentId, bool),
}

impl Edit {
    fn on(&self, cell: &RecordCell) -> RecordCell {
        let mut cell = cell.clone();
        match self {
            Edit::Property(property, value) => {
                if let Some(slot) = cell.slot(*property) {
                    slot.clone_from(value);
                }
            }
            Edit::Member(segment, true) => drop(cell.segments.insert(*segment)),
            Edit::Member(segment, false) => drop(cell.segments.remove(segment)),
        }
        cell
    }

    /// Whether both are about the same thing.
    fn rivals(&self, other: &Edit) -> bool {
        match (self, other) {
            (Edit::Property(one, _), Edit::Property(other, _)) => one == other,
            (Edit::Member(one, _), Edit::Member(other, _)) => one == other,
            _ => false,
        }
    }
}

/// What may be changed, in the order in which it is tried.
#[derive(Default)]
struct Candidates {
    /// What conditions name, and what lies next to it.
    named: Vec<Edit>,
    /// The values of a type besides, and none.
    further: Vec<Edit>,
    /// The segments whose conditions were looked into.
    seen: BTreeSet<SegmentId>,
}

/// Each once.
fn add(edits: &mut Vec<Edit>, more: impl IntoIterator<Item = Edit>) {
    for edit in more {
        if !edits.contains(&edit) {
            edits.push(edit);
        }
    }
}

impl Patient<'_> {
    /// The smallest change that turns the answer; none where none was found.
    pub(super) fn change(self, cell: &RecordCell) -> Vec<Edit> {
        let is_in = self.verdict(cell).is_none();
        let turns = |cell: &RecordCell| self.verdict(cell).is_none() != is_in;
        let edits = self.edits(cell);
        if let Some(one) = edits.iter().find(|edit| turns(&edit.on(cell))) {
            return vec![one.clone()];
        }
        for (place, one) in edits.iter().enumerate() {
            let with = one.on(cell);
            let others = edits.iter().skip(place + 1);
            let mut others = others.filter(|other| !one.rivals(other));
            if let Some(other) = others.find(|other| turns(&other.on(&with))) {
                return vec![one.clone(), other.clone()];
            }
        }
        self.several(cell, &edits, &turns)
    }

    /// One change for each term that stands in the way, without those that turn out needless.
    fn several(
        self,
        cell: &RecordCell,
        edits: &[Edit],
        turns: &dyn Fn(&RecordCell) -> bool,
    ) -> Vec<Edit> {
        let all = |made: &[Edit]| made.iter().fold(cell.clone(), |cell, edit| edit.on(&cell));
        let mut made: Vec<Edit> = Vec::new();
        for (role, condition) in self.conditions() {
            let wanted = !matches!(role, Role::Suppress | Role::Goal);
            for term in &condition.clauses {
                if turns(&all(&made)) {
                    break;
                }
                let lacks = |cell: &RecordCell| self.is_true(cell, condition, *term) != wanted;
                let now = all(&made);
                let free = |edit: &&Edit| made.iter().all(|other| !other.rivals(edit));
                let mut fitting = edits.iter().filter(free);
                let mends = |edit: &&Edit| lacks(&now) && !lacks(&edit.on(&now));
                if let Some(edit) = fitting.find(mends) {
                    made.push(edit.clone());
                }
            }
        }
        if !turns(&all(&made)) {
            return Vec::new();
        }
        let mut place = 0;
        while place < made.len() {
            let mut fewer = made.clone();
            fewer.remove(place);
            match turns(&all(&fewer)) {
                true => made = fewer,
                false => place += 1,
            }
        }
        made
    }

    fn is_true(self, cell: &RecordCell, condition: &Condition, term: NodeId) -> bool {
        let notes = Notes::default();
        let value = self.scope(cell, &notes).part(&condition.expression, term);
        value == Some(Value::Bool(true))
    }

    /// The changes that may matter: of each property that a condition reads, the values around
    /// those that it is held against.
    fn edits(self, cell: &RecordCell) -> Vec<Edit> {
        let mut found = Candidates::default();
        for (_, condition) in self.conditions() {
            self.of_condition((cell, condition), &mut found);
        }
        let mut edits = found.named;
        add(&mut edits, found.further);
        let same = |edit: &Edit| match edit {
            Edit::Property(property, value) => cell.value(*property) == value.as_ref(),
            Edit::Member(segment, joins) => cell.segments.contains(segment) == *joins,
        };
        edits.retain(|edit| !same(edit));
        // What is cleared comes after values, which say more, and any text at the end.
        edits.sort_by_key(|edit| match edit {
            Edit::Property(_, None) => 1,
            Edit::Property(_, Some(Value::Text(text))) if text.as_str() == ANY_TEXT => 2,
            _ => 0,
        });
        edits.truncate(MOST);
        edits
    }

    fn of_condition(self, (cell, condition): (&RecordCell, &Condition), into: &mut Candidates) {
        let expression = &condition.expression;
        for (id, node, _) in expression.nodes() {
            if let Node::InSegment(segment) = node {
                match self.state.prepared().segment(*segment) {
                    None => {
                        let edits = [true, false].map(|joins| Edit::Member(*segment, joins));
                        add(&mut into.named, edits);
                    }
                    Some(inner) if into.seen.insert(*segment) => {
                        self.of_condition((cell, inner), into);
                    }
                    Some(_) => {}
                }
                continue;
            }
            let held = self.held(expression, id);
            for property in &held {
                let edit = |value| Edit::Property(*property, value);
                let named = self.named(cell, (expression, id), *property);
                add(&mut into.named, named.into_iter().map(Some).map(edit));
                let further = self.further(*property);
                add(&mut into.further, further.into_iter().map(edit));
            }
        }
    }

    /// The properties of the record itself that a node holds against something, or is.
    fn held(self, expression: &Expression, id: NodeId) -> Vec<PropertyId> {
        let node = expression.node(id);
        let children = node.map_or_else(Vec::new, Node::children);
        let own = children.into_iter().chain([id]);
        own.filter_map(|id| self.own(expression, id)).collect()
    }

    /// A stored property of the record itself that can be written.
    fn own(self, expression: &Expression, id: NodeId) -> Option<PropertyId> {
        let (way, property) = match expression.node(id)? {
            Node::Property(way, property) => (way, *property),
            Node::Folded(inner) | Node::Convert(_, inner) => return self.own(expression, *inner),
            _ => return None,
        };
        let object = self.workflow.object;
        let prepared = self.state.prepared();
        let declared = &prepared.program.catalog.objects[object].properties[property];
        let is_own = matches!(way.root, Root::This) && way.hops.is_empty();
        let stored = !declared.builtin && prepared.computed(object, property).is_none();
        (is_own && stored && !declared.unique).then_some(property)
    }

    /// The values that a property is held against at a node, and their neighbours.
    fn named(
        self,
        cell: &RecordCell,
        (expression, id): (&Expression, NodeId),
        property: PropertyId,
    ) -> Vec<Value> {
        let mut values: Vec<Value> = Vec::new();
        let notes = Notes::default();
        let scope = self.scope(cell, &notes);
        let node = expression.node(id);
        let children = node.map_or_else(Vec::new, Node::children);
        for child in children {
            if self.own(expression, child).is_some() {
                continue;
            }
            match scope.bound_part(expression, child) {
                Some(Value::List(items)) => values.extend(items),
                Some(value) => values.extend(around(&value)),
                None => {}
            }
        }
        if let Some(Node::SetTest(_, _, places, _)) = node {
            let own = match cell.value(property) {
                Some(Value::Set(own)) => own.to_vec(),
                _ => Vec::new(),
            };
            let with: BTreeSet<usize> = own.iter().chain(places).copied().collect();
            let without = own.iter().filter(|place| !places.contains(place));
            let without: Vec<usize> = without.copied().collect();
            let with: Vec<usize> = with.into_iter().collect();
            values.extend([Value::Set(with.into()), Value::Set(without.into())]);
        }
        values.retain(|value| fits(value, &self.declared(property).ty));
        values
    }

    /// The values that a property may get without being held against them, and none.
    fn further(self, property: PropertyId) -> Vec<Option<Value>> {
        let declared = self.declared(property);
        let values = of_type(&declared.ty, self.now).into_iter().map(Some);
        values.chain((!declared.required).then_some(None)).collect()
    }

    fn declared(&self, property: PropertyId) -> &Property {
        let catalog = &self.state.prepared().program.catalog;
        &catalog.objects[self.workflow.object].properties[property]
    }
}

/// A value and what lies next to it.
fn around(value: &Value) -> Vec<Value> {
    let mut values = vec![value.clone()];
    match value {
        Value::Number(number) => {
            let next = [Decimal::ONE, Decimal::NEGATIVE_ONE];
            let next = next.iter().filter_map(|by| number.checked_add(*by));
            values.extend(next.map(Value::Number));
        }
        Value::Datetime(at) => {
            let second = std::time::Duration::from_secs(1);
            let next = [at.checked_add(second), at.checked_sub(second)];
            values.extend(next.into_iter().flatten().map(Value::Datetime));
        }
        Value::Date(day) => {
            let next = [day.tomorrow(), day.yesterday()];
            values.extend(next.into_iter().flatten().map(Value::Date));
        }
        _ => {}
    }
    values
}

/// The values of a type that are tried without being named.
fn of_type(ty: &Type, now: Timestamp) -> Vec<Value> {
    match ty {
        Type::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Type::Enum(members) => (0..members.list().len()).map(Value::Member).collect(),
        Type::Datetime => vec![Value::Datetime(now)],
        Type::Number => vec![Value::Number(Decimal::ZERO)],
        Type::String | Type::Phone => vec![Value::Text(ANY_TEXT.into())],
        _ => Vec::new(),
    }
}

fn fits(value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Member(place), Type::Enum(members)) => *place < members.list().len(),
        (Value::Text(_), Type::String | Type::Email | Type::Phone | Type::Url)
        | (Value::Number(_), Type::Number)
        | (Value::Bool(_), Type::Bool)
        | (Value::Date(_), Type::Date)
        | (Value::Datetime(_), Type::Datetime)
        | (Value::Set(_), Type::Set(_)) => true,
        _ => false,
    }
}

impl Edit {
    /// It in words: the name of what is changed, and the value; without one it is cleared, or
    /// left.
    #[must_use]
    pub fn told(&self, state: &super::State, cell: &RecordCell) -> (String, Option<String>) {
        let prepared = state.prepared();
        let catalog = &prepared.program.catalog;
        match self {
            Edit::Property(property, value) => {
                let declared = &catalog.objects[cell.object].properties[*property];
                let value = value.as_ref();
                let value = value.map(|value| compute::spell(value, &declared.ty, prepared.zone()));
                (declared.name.to_string(), value)
            }
            Edit::Member(segment, joins) => {
                let name = format!("segment {}", catalog.segments[*segment].name);
                (name, joins.then(|| "member".to_owned()))
            }
        }
    }
}
