//! Properties, and what is read through links.

use std::cell::RefCell;
use std::cmp::Ordering;

use super::{Evaluation, Scope, View};
use crate::base::{Decimal, Name, Uid};
use crate::engine::enrolment::Kept;
use crate::engine::record::{Heard, LinkEnd, RecordCell, Side};
use crate::model::compute::{self, Operator};
use crate::model::{ObjectId, PropertyId, Value};
use crate::plan::{Expression, Link, NodeId, Root, Way};
use crate::semantic::hir::Aggregate;
use crate::syntax::ast::Quantifier;

impl Scope<'_> {
    /// A property of the record itself, built-in and computed ones too.
    pub(in crate::engine) fn own(&self, property: PropertyId) -> Option<Value> {
        let cell = self.this;
        match property.index() {
            0 => return Some(Value::Text(cell.id.to_string().into())),
            1 => return Some(Value::Datetime(cell.created_at)),
            2 => return Some(Value::Datetime(cell.updated_at)),
            _ => {}
        }
        match self.prepared.computed(cell.object, property) {
            Some(expression) => self.worked_out(property, expression),
            None => cell.value(property).cloned(),
        }
    }

    /// A computed property. It may be made of others, each of which is worked
    /// out once.
    fn worked_out(&self, property: PropertyId, expression: &Expression) -> Option<Value> {
        let Some(done) = self.computed else {
            let done = RefCell::default();
            let scope = Scope {
                computed: Some(&done),
                ..self.alone()
            };
            return scope.value(expression);
        };
        if let Some(value) = done.borrow().get(&property) {
            return value.clone();
        }
        let value = self.value(expression);
        done.borrow_mut().insert(property, value.clone());
        value
    }
}

impl<'s> Evaluation<'s, '_> {
    /// The record at the end of a way.
    pub(super) fn walk(self, way: &'s Way, member: Option<View<'s>>) -> Option<View<'s>> {
        let start = match &way.root {
            Root::This => self.this,
            Root::Member => member?,
            Root::Bound(place) => self.scope.made(*place)?,
            Root::Chosen(choice) => self.chosen(choice, member)?,
        };
        way.hops
            .iter()
            .try_fold(start, |view, hop| view.one(hop.association))
    }

    pub(super) fn property(
        self,
        way: &'s Way,
        property: PropertyId,
        member: Option<View<'s>>,
    ) -> Option<Value> {
        let value = self.read(self.walk(way, member)?, property);
        self.scope
            .notes
            .saw(|| self.described(way, property, value.as_ref()));
        value
    }

    /// The value of a property of a record.
    fn read(self, view: View<'s>, property: PropertyId) -> Option<Value> {
        match view {
            View::Own(_) => self.scope.own(property),
            View::Heard(heard) => heard.value(property).cloned(),
            View::Made(id, values, cell) => match self.heard_of(id, property, cell) {
                Some(heard) => heard.value(property).cloned(),
                None => values.get(property.index())?.clone(),
            },
            View::Whole(cell, _) => {
                let Scope {
                    prepared,
                    now,
                    notes,
                    ..
                } = *self.scope;
                Scope::of(prepared, cell, now, notes).own(property)
            }
        }
    }

    /// What the record at hand has heard of one that a step has made, through a
    /// link that lets a property be known.
    fn heard_of(self, id: Uid, property: PropertyId, cell: &'s RecordCell) -> Option<&'s Heard> {
        let reads = |end: &&LinkEnd| match end.side {
            Side::Own(association) => {
                let interest = self.scope.prepared.interest(cell.object, association);
                interest.is_some_and(|interest| interest.properties.contains(&property))
            }
            Side::Back(..) => false,
        };
        let ends = cell.ends.iter().map(|end| &**end);
        let mut ends = ends.filter(|end| end.other == id);
        ends.find(reads).map(|end| &end.heard)
    }

    /// What was read, as people write it.
    fn described(self, way: &Way, property: PropertyId, value: Option<&Value>) -> (String, String) {
        let catalog = &self.scope.prepared.program.catalog;
        let Some((mut object, mut path)) = self.begins(way) else {
            return (String::new(), String::new());
        };
        for hop in &way.hops {
            let association = &catalog.objects[hop.object].associations[hop.association];
            path.push_str(association.name.as_str());
            path.push('.');
            object = association.object;
        }
        let property = &catalog.objects[object].properties[property];
        path.push_str(property.name.as_str());
        let zone = self.scope.zone();
        let value = value.map_or_else(
            || "unknown".to_owned(),
            |value| compute::spell(value, &property.ty, zone),
        );
        (path, value)
    }

    /// What the record is at which a way begins, and what stands before the
    /// names that follow; `None` where it has none.
    fn begins(self, way: &Way) -> Option<(ObjectId, String)> {
        let catalog = &self.scope.prepared.program.catalog;
        let unnamed = || {
            let first = way.hops.first()?;
            Some((first.object, String::new()))
        };
        match (&way.root, self.this) {
            (Root::This, View::Own(cell)) => Some((cell.object, String::new())),
            (Root::Bound(place), _) => match self.scope.cast.and_then(|cast| cast.role(*place)) {
                Some(role) => Some((role.object, format!("{}.", role.name))),
                None => unnamed(),
            },
            (Root::Chosen(choice), _) => {
                let word = if choice.last { "last" } else { "first" };
                let hop = choice.from.hop;
                let of = &catalog.objects[hop.object].associations[hop.association];
                Some((choice.from.object, format!("{word}({}).", of.name)))
            }
            // The object of a member is not at hand; its name alone is told.
            (Root::This | Root::Member, _) => unnamed(),
        }
    }

    /// Which record was read, as people write it.
    pub(super) fn described_record(self, way: &Way, record: Option<Uid>) -> (String, String) {
        let catalog = &self.scope.prepared.program.catalog;
        let names = way.hops.iter().map(|hop| {
            let object = &catalog.objects[hop.object];
            object.associations[hop.association].name.as_str()
        });
        let path = names.collect::<Vec<&str>>().join(".");
        let record = record.map_or_else(|| "unknown".to_owned(), |record| record.to_string());
        (path, record)
    }

    /// The records at the other end of a link.
    pub(super) fn members(self, link: &'s Link, member: Option<View<'s>>) -> Vec<View<'s>> {
        let Some(from) = self.walk(&link.from, member) else {
            return Vec::new();
        };
        let links = from.links(link.hop.association).into_iter();
        links
            .filter(|seen| link.label.as_ref().is_none_or(|l| seen.labels.contains(l)))
            .map(|seen| seen.view)
            .collect()
    }

    /// One associated record for the whole condition (N3); unknown members
    /// count as unknown (N2).
    pub(super) fn quantified(
        self,
        quantifier: Quantifier,
        (link, condition): (&'s Link, NodeId),
        member: Option<View<'s>>,
    ) -> Option<bool> {
        let members = self.members(link, member);
        let mut unknown = false;
        let decisive = quantifier != Quantifier::All;
        for one in members {
            match self.truth(condition, Some(one)) {
                Some(is) if is == decisive => return Some(quantifier == Quantifier::Any),
                Some(_) => {}
                None => unknown = true,
            }
        }
        if unknown {
            return None;
        }
        Some(quantifier != Quantifier::Any)
    }

    pub(super) fn aggregate(
        self,
        aggregate: Aggregate,
        (link, property, filter): (&'s Link, Option<PropertyId>, Option<NodeId>),
        member: Option<View<'s>>,
    ) -> Option<Value> {
        let mut members = self.members(link, member);
        if let Some(filter) = filter {
            members.retain(|one| self.truth(filter, Some(*one)) == Some(true));
        }
        if aggregate == Aggregate::Count {
            let from = self.walk(&link.from, member)?;
            return ever(from, link).then(|| Value::Number(Decimal::from(members.len() as u64)));
        }
        let property = property?;
        let values = members.iter().filter_map(|one| self.read(*one, property));
        self.folded(aggregate, &values.collect::<Vec<Value>>())
    }

    /// Members whose value is unknown are left out (N2).
    fn folded(self, aggregate: Aggregate, values: &[Value]) -> Option<Value> {
        let wanted = match aggregate {
            Aggregate::Min => Ordering::Less,
            Aggregate::Max => Ordering::Greater,
            _ => {
                let sum = self.sum(values)?;
                if aggregate != Aggregate::Avg {
                    return Some(sum);
                }
                let count = Value::Number(Decimal::from(values.len() as u64));
                if values.is_empty() {
                    return None;
                }
                return self.operate(Operator::Divide, &sum, &count);
            }
        };
        values
            .iter()
            .reduce(|best, one| match compute::compare(one, best) {
                Some(order) if order == wanted => one,
                _ => best,
            })
            .cloned()
    }

    fn sum(self, values: &[Value]) -> Option<Value> {
        let zero = Value::Number(Decimal::ZERO);
        values
            .iter()
            .try_fold(zero, |sum, one| self.operate(Operator::Add, &sum, one))
    }

    fn operate(self, op: Operator, a: &Value, b: &Value) -> Option<Value> {
        let result = compute::arithmetic(op, a, b, self.scope.zone());
        self.noted(result)
    }
}

fn ever(from: View<'_>, link: &Link) -> bool {
    let label: Option<&Name> = link.label.as_ref();
    from.ever(link.hop.association, label)
}

impl Scope<'_> {
    /// The record of a name.
    fn made(&self, place: usize) -> Option<View<'_>> {
        if let Some(cast) = self.cast {
            return cast.view(place);
        }
        let Kept::Record(values) = self.bindings.get(place)?.as_ref()? else {
            return None;
        };
        let id = match values.first()?.as_ref()? {
            Value::Text(id) => Uid::parse(id)?,
            _ => return None,
        };
        Some(View::Made(id, values, self.this))
    }

    /// The record at the end of a way.
    pub(in crate::engine) fn record(&self, way: &Way) -> Option<Uid> {
        let nothing = Expression::default();
        self.of_this(&nothing).walk(way, None).map(View::id)
    }

    /// The records at the other end of a link, in the order of the links.
    pub(in crate::engine) fn linked(&self, link: &Link) -> Vec<Uid> {
        let nothing = Expression::default();
        let members = self.of_this(&nothing).members(link, None);
        members.into_iter().map(View::id).collect()
    }
}
