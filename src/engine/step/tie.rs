//! `associate` and `dissociate`: links of the enrolled record with one that is
//! found by a unique value, or with all (I5).

use super::{At, Flow};
use crate::base::Uid;
use crate::engine::decision::What;
use crate::engine::draft::Draft;
use crate::engine::input::route;
use crate::engine::message::{Request, Target, Writer};
use crate::engine::record::LinkEnd;
use crate::plan::Tie;

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
        let key = tie.other.as_ref().and_then(|(property, value)| {
            let value = self.step_scope(of?).value(value)?;
            Some(self.world.key(far, *property, &value))
        });
        let Some(key) = key else {
            return self.skip(at);
        };
        let targets = vec![
            Target::Key(key),
            Target::Id(self.after.object, self.after.id),
        ];
        let (to, body) = route(targets, Vec::new(), Box::new(request(writer)));
        self.cause_at(to, body);
        self.park(at, 1)
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
