//! Clauses about times.

use super::Lowering;
use crate::plan::{DataSource, DateTrigger, Schedule, Timing};
use crate::semantic::hir;

impl Lowering<'_> {
    pub(super) fn schedule(self, schedule: &hir::Schedule) -> Schedule {
        let when = schedule.when.as_ref();
        Schedule {
            timing: match &schedule.timing {
                hir::Timing::Every(every) => Timing::Every(every.clone()),
                hir::Timing::Once(moment) => Timing::Once(self.expression(moment)),
                hir::Timing::Cron(cron) => Timing::Cron(*cron),
            },
            when: when.map(|when| self.condition(when)),
            span: schedule.span,
            text: self.text(schedule.span),
        }
    }

    pub(super) fn source(self, source: &hir::DataSource) -> DataSource {
        DataSource {
            name: source.name.clone(),
            value: self.expression(&source.value),
            used: source.used,
            place: source.place,
            cut: self.cut(source.span),
        }
    }

    pub(super) fn date_trigger(self, trigger: &hir::DateTrigger) -> DateTrigger {
        let when = trigger.when.as_ref();
        DateTrigger {
            property: trigger.property,
            offset: trigger.offset,
            at: trigger.at,
            yearly: trigger.yearly,
            when: when.map(|when| self.condition(when)),
            span: trigger.span,
            text: self.text(trigger.span),
        }
    }
}
