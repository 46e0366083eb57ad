//! Inputs of a test: what is given, and what happens, as the engine takes it.

use super::{Going, Stage};
use crate::base::{Timestamp, Uid, day_of, start_of_day};
use crate::engine::decision::Answer;
use crate::engine::{Input, InputBody, Target};
use crate::model::{AssociationId, ObjectId, PropertyId, Type, Value};
use crate::plan::TargetProperty;
use crate::plan::test::{End, Given, Occurrence, Placed, Values};

/// Values of properties, and the records at the ends of `one` associations.
pub(super) type Taken = (
    Vec<(PropertyId, Option<Value>)>,
    Vec<(AssociationId, Option<Uid>)>,
);

impl Stage<'_> {
    /// A part of the world before. One that cannot be as it is given ends the
    /// test.
    pub(super) fn given(&mut self, given: &Placed<Given>) -> Going {
        let refused = match &given.what {
            Given::Record(place, values) => self.create(*place, values),
            Given::Link(end) => match self.link(end) {
                Some(body) => refusal(self.input(body.into())),
                None => Some("one of the records is not there".to_owned()),
            },
            Given::Member(place, segment) => {
                let body = InputBody::Member(self.target(*place), *segment, true);
                refusal(self.input(body.into()))
            }
            Given::Event(occurrence, at) => {
                let value = self.seen().cast.value(at);
                let at = value.and_then(|at| self.moment(&at));
                let mut input = self.event(occurrence);
                input.occurred_at = at.or(input.occurred_at);
                refusal(self.input(input))
            }
        };
        match refused {
            None => Ok(()),
            Some(reason) => {
                let message = format!("the world cannot be as `{}` says", given.text);
                Err(self.fails(given, (message, vec![reason]), Vec::new()))
            }
        }
    }

    /// Creates a record of the test; why not, if so.
    pub(super) fn create(&mut self, place: usize, values: &Values) -> Option<String> {
        let object = self.object(place);
        let (values, ends) = self.taken(object, values);
        let known = values.into_iter();
        let known = known.filter_map(|(property, value)| Some((property, value?)));
        let input = Input {
            // Its identity follows from its name, so that it stays the same.
            id: self
                .test
                .records
                .get(place)
                .map(|role| role.name.as_str().into()),
            ..InputBody::Create(object, known.collect()).into()
        };
        match self.input(input) {
            Some(Answer::Created(id)) => {
                if let Some(role) = self.scenario.carrier_mut().roles.get_mut(place) {
                    role.record = Some(id);
                }
                let mut refused = None;
                for (association, other) in ends {
                    let answer = self.tie((place, association), other);
                    refused = refused.or_else(|| refusal(answer));
                }
                refused
            }
            answer => refusal(answer).or_else(|| Some("it was not created".to_owned())),
        }
    }

    /// Puts a record at the end of a `one` association, or takes the one away
    /// that is there.
    pub(super) fn tie(
        &mut self,
        (place, association): (usize, AssociationId),
        other: Option<Uid>,
    ) -> Option<Answer> {
        let target = self.target(place);
        let object = self.object(place);
        let far = {
            let catalog = &self.state().prepared().program.catalog;
            catalog.objects[object].associations[association].object
        };
        let body = match other {
            Some(other) => InputBody::Link(target, association, Target::Id(far, other), None),
            None => {
                let end = self
                    .seen()
                    .cast
                    .cell(place)?
                    .links(association)
                    .next()?
                    .other;
                InputBody::Unlink(target, association, Target::Id(far, end), None)
            }
        };
        self.input(body.into())
    }

    /// A link that comes about.
    pub(super) fn link(&self, end: &End) -> Option<InputBody> {
        let (target, other) = self.ends(end)?;
        let association = end.link.hop.association;
        Some(InputBody::Link(
            target,
            association,
            other,
            end.link.label.clone(),
        ))
    }

    /// Whose association it is, and who stands at its end.
    pub(super) fn ends(&self, end: &End) -> Option<(Target, Target)> {
        let owner = self.seen().cast.record(&end.link.from)?;
        let target = Target::Id(end.link.hop.object, owner);
        Some((target, self.target(end.record)))
    }

    /// An event of a record.
    pub(super) fn event(&self, of: &Occurrence) -> Input {
        let catalog = &self.state().prepared().program.catalog;
        let declared = &catalog.events[of.event];
        let mut values = vec![None; declared.properties.len()];
        let cast = self.seen().cast;
        for (property, value) in &of.fields {
            let ty = &declared.properties[*property].ty;
            let value = cast.value(value).map(|value| self.fitted(ty, value));
            if let Some(slot) = values.get_mut(property.index()) {
                *slot = value;
            }
        }
        let id = of.id.as_ref().and_then(|id| cast.value(id));
        let occurred_at = of.occurred_at.as_ref().and_then(|at| cast.value(at));
        Input {
            id: id.and_then(|id| match id {
                Value::Text(id) => Some(id.as_str().into()),
                _ => None,
            }),
            occurred_at: occurred_at.and_then(|at| self.moment(&at)),
            ..InputBody::Event(self.target(of.record), of.event, values).into()
        }
    }

    /// Values as they are at this instant.
    pub(super) fn taken(&self, object: ObjectId, values: &Values) -> Taken {
        let (mut properties, mut ends) = (Vec::new(), Vec::new());
        let declared = &self.state().prepared().program.catalog.objects[object];
        let cast = self.seen().cast;
        for (target, value) in values {
            let value = cast.value(value);
            match target {
                TargetProperty::Property(id) => {
                    let ty = &declared.properties[*id].ty;
                    properties.push((*id, value.map(|value| self.fitted(ty, value))));
                }
                TargetProperty::Association(id) => {
                    let other = value.and_then(|value| match value {
                        Value::Text(id) => Uid::parse(&id),
                        _ => None,
                    });
                    ends.push((*id, other));
                }
            }
        }
        (properties, ends)
    }

    /// A day where a moment is wanted is its start, and a moment its day.
    fn fitted(&self, ty: &Type, value: Value) -> Value {
        let zone = self.state().prepared().zone();
        match (ty, &value) {
            (Type::Datetime, Value::Date(day)) => {
                start_of_day(*day, zone).map_or(value, Value::Datetime)
            }
            (Type::Date, Value::Datetime(at)) => Value::Date(day_of(*at, zone)),
            _ => value,
        }
    }

    /// Gives an input to the engine, at the present instant.
    pub(super) fn input(&mut self, input: Input) -> Option<Answer> {
        let now: Timestamp = self.scenario.now();
        let answer = self.scenario.apply(now, input);
        self.scenario.settle();
        answer
    }

    /// A record as inputs name it. One that is not there is nobody's.
    pub(super) fn target(&self, place: usize) -> Target {
        let role = self.scenario.carrier().roles.get(place);
        let record = role.and_then(|role| role.record);
        Target::Id(self.object(place), record.unwrap_or(Uid::of(&[b"nobody"])))
    }

    pub(super) fn object(&self, place: usize) -> ObjectId {
        let role = self.scenario.carrier().roles.get(place);
        role.map_or(ObjectId::at(0), |role| role.object)
    }
}

/// Why an input was not taken, if so.
pub(super) fn refusal(answer: Option<Answer>) -> Option<String> {
    match answer {
        Some(Answer::Refused(reason)) => Some(reason.to_string()),
        Some(Answer::NoRecord(which)) => Some(format!("there is no record {which}")),
        Some(Answer::Duplicate) => Some("its id was seen before".to_owned()),
        Some(Answer::Created(_) | Answer::Accepted(_) | Answer::Released) | None => None,
    }
}
