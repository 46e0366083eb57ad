//! The hours of a workflow: an action that is reached outside them runs when
//! they open (W1, W2, A8).

use super::split::drawn;
use super::{At, Flow};
use crate::base::{SignedDuration, TimeZone, Timestamp, Uid, seconds_of, zone};
use crate::engine::decision::What;
use crate::engine::draft::Draft;
use crate::engine::enrolment::{Enrolment, Stage};
use crate::model::{Opens, PropertyId, Value};
use crate::plan::Next;

/// The name of the lot that spreads actions.
const SPREAD: &[u8] = b"flow spread v1";

impl Draft<'_> {
    /// Holds an action until the hours open; `None` where it may run now.
    pub(super) fn hold(&mut self, at: At<'_>) -> Option<Flow> {
        let due = self.opens(at.enrolment, at.place)?;
        self.tell_step(at.enrolment, Some(at.place), What::Held(due));
        let stage = Stage::Ready {
            at: Some(at.place),
            next: Next::Step(at.place),
            due,
        };
        self.stage(at.enrolment, stage);
        Some(Flow::Parked)
    }

    /// When a step may run that may not now: at the first instant inside the
    /// hours, or at the moment of the enrolment in the stretch over which
    /// actions are spread there (W2).
    pub(super) fn opens(&self, enrolment: Uid, step: usize) -> Option<Timestamp> {
        let of = self.after.enrolment(enrolment)?;
        let (hours, zone_of) = self.world.prepared.action_hours(of.workflow)?;
        let own = zone_of.and_then(|property| self.zone_in(property));
        let zone = own.as_ref().unwrap_or(&hours.zone);
        let (start, spread) = match hours.opens(self.world.now, zone) {
            Opens::Now => return None,
            Opens::Never => return Some(Timestamp::MAX),
            Opens::At(start, spread) => (start, spread),
        };
        let seconds = spread.and_then(seconds_of).unwrap_or(0);
        let step = self.plan_step(enrolment, step)?;
        let lot = drawn(SPREAD, enrolment, step.id.as_str());
        // The part of the stretch that the lot is of 2^64, in whole seconds.
        let part = (i128::from(lot) * i128::from(seconds)) >> 64;
        let later = SignedDuration::from_secs(i64::try_from(part).unwrap_or(0));
        Some(start.checked_add(later).unwrap_or(start))
    }

    /// The zone that a property of the record names; `None` where it names
    /// none.
    fn zone_in(&self, property: PropertyId) -> Option<TimeZone> {
        match self.now_scope().own(property)? {
            Value::Text(name) => zone(name.as_str()),
            _ => None,
        }
    }

    /// Judges anew when the hours open, where the zone of the record has
    /// changed.
    pub(super) fn look_at_hours(&mut self, of: &Enrolment) {
        let Stage::Ready {
            at: Some(step),
            next,
            due,
        } = of.stage
        else {
            return;
        };
        let hours = self.world.prepared.action_hours(of.workflow);
        let zone_of = hours.and_then(|(_, zone_of)| zone_of);
        if !zone_of.is_some_and(|property| self.touched.properties.contains(&property)) {
            return;
        }
        let new = self.opens(of.id, step).unwrap_or(self.world.now);
        if new != due {
            let stage = Stage::Ready {
                at: Some(step),
                next,
                due: new,
            };
            self.tell_step(of.id, Some(step), What::Held(new));
            self.stage(of.id, stage);
        }
    }
}
