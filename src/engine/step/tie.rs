//! `associate` and `dissociate`: links of the enrolled record with one that is
//! found by a unique value, or with all (I5).

use super::create::record_of;
use super::{At, Flow};
use crate::base::Uid;
use crate::engine::decision::What;
use crate::engine::draft::Draft;
use crate::engine::input::route;
use crate::engine::message::{Address, Body, Request, Target, Writer};
use crate::engine::record::LinkEnd;
use crate::model::{ObjectId, PropertyId, Value};
use crate::plan::Tie;

/// The place of the identity among the properties of every object.
const ID: usize = 0;

impl<'w> Draft<'w> {
    pub(super) fn associate(&mut self, at: At<'w>, tie: &Tie) -> Flow {
        self.tie(at, tie, |writer| Request::Link {
            association: tie.association,
            other: None,
            label: tie.label.clone(),
            writer: Some(writer),
        })
    }

    pub(super) fn dissociate(&mut self, at: At<'w>, tie: &Tie) -> Flow {
        if tie.other.is_none() {
            return self.dissociate_all(at, tie);
        }
        // The other record is put in when it is found.
        self.tie(at, tie, |writer| untied(tie, Uid::of(&[]), writer))
    }

    /// Asks the owner of a unique value, then the enrolled record.
    fn tie(&mut self, at: At<'w>, tie: &Tie, request: impl Fn(Writer) -> Request) -> Flow {
        let Some(writer) = self.writer_at(at) else {
            return Flow::End;
        };
        let object = self.world.object(self.after.object);
        let far = object.associations[tie.association].object;
        let of = self.after.enrolment(at.enrolment);
        let value = tie
            .other
            .as_ref()
            .and_then(|(property, value)| Some((*property, self.step_scope(of?).value(value)?)));
        let then = Box::new(request(writer));
        let first = value.and_then(|of| self.first_of_tie(far, of, then));
        let Some((to, body)) = first else {
            return self.skip(at);
        };
        self.cause_at(to, body);
        self.park(at, 1)
    }

    /// Whom the step asks first: the record of an identity, or the owner of any
    /// other unique value.
    fn first_of_tie(
        &self,
        far: ObjectId,
        (property, value): (PropertyId, Value),
        then: Box<Request>,
    ) -> Option<(Address, Body)> {
        if property.index() == ID {
            let find = Request::Find { object: far, then };
            let to = record_of(&value)?;
            return Some((Address::Record(to), Body::Request(Box::new(find))));
        }
        let targets = vec![
            Target::Key(self.world.key(far, property, &value)),
            Target::Id(self.after.object, self.after.id),
        ];
        Some(route(targets, Vec::new(), then))
    }

    fn dissociate_all(&mut self, at: At<'w>, tie: &Tie) -> Flow {
        let Some(writer) = self.writer_at(at) else {
            return Flow::End;
        };
        let label = tie.label.as_ref();
        let is_meant = |end: &&LinkEnd| label.is_none_or(|label| end.labels.contains(label));
        let linked = self.after.links(tie.association).filter(is_meant);
        let linked: Vec<Uid> = linked.map(|end| end.other).collect();
        if linked.is_empty() {
            return self.skip(at);
        }
        self.tell_step(at.enrolment, Some(at.place), What::Step);
        for other in &linked {
            self.send(self.after.id, untied(tie, *other, writer));
        }
        self.park(at, linked.len())
    }
}

fn untied(tie: &Tie, other: Uid, writer: Writer) -> Request {
    Request::Unlink {
        association: tie.association,
        other,
        label: tie.label.clone(),
        writer: Some(writer),
    }
}
