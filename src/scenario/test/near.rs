//! Why nothing has enrolled a record: what each trigger of the workflow asks
//! for, and what there is.

use super::claim::Seen;
use crate::base::{Name, Span};
use crate::engine::decision::What;
use crate::engine::event_name;
use crate::plan::{Condition, EventTrigger, Workflow};

impl<'a> Seen<'a> {
    /// A line for each trigger and each `only when`, with what stands against
    /// it.
    pub(super) fn against(&self, place: usize, workflow: &Name) -> Vec<String> {
        let prepared = self.cast.state.prepared();
        let id = prepared.program.catalog.workflow(workflow);
        let plan = id.and_then(|id| prepared.workflow(id));
        let Some(plan) = plan.filter(|_| self.cast.cell(place).is_some()) else {
            return Vec::new();
        };
        let events = plan.events.iter();
        let mut lines: Vec<String> = events
            .map(|trigger| format!("`{}`: {}", trigger.text, self.happened(place, trigger)))
            .collect();
        for condition in plan.filters.iter().chain(&plan.only) {
            if let Some(clause) = clause_of(plan, condition) {
                lines.push(format!("`{clause}` {}", self.stands(place, condition)));
            }
        }
        lines
    }

    /// Whether the event of a trigger has happened to a record.
    fn happened(&self, place: usize, trigger: &EventTrigger) -> String {
        let (prepared, record) = (self.cast.state.prepared(), self.record(place));
        let object = self.cast.roles.get(place).map(|role| role.object);
        let Some(object) = object else {
            return String::new();
        };
        let name = event_name(prepared, &trigger.event, object);
        let told = self.log.told.iter().rev();
        let mut own = told.filter(|told| told.entry.record == record);
        let last = own.find(|told| match &told.entry.what {
            What::Occurred(occurrence) => occurrence.event == trigger.event,
            _ => false,
        });
        match last {
            Some(last) => format!("the last `{name}` was at {}", self.instant(last.entry.at)),
            None => format!("no `{name}` has happened"),
        }
    }

    /// How a condition stands now, with what it reads.
    fn stands(&self, place: usize, condition: &Condition) -> String {
        let judged = self.cast.judge(Some(place), condition);
        let is = match judged.holds {
            Some(true) => "is true now",
            Some(false) => "is false",
            None => "is unknown",
        };
        let read = judged.read.iter();
        let read: Vec<String> = read
            .map(|(path, value)| format!("`{path}` is {value}"))
            .collect();
        match read.is_empty() {
            true => is.to_owned(),
            false => format!("{is}: {}", read.join(", ")),
        }
    }
}

/// The clause that a condition stands in, as people read it.
fn clause_of<'w>(plan: &'w Workflow, condition: &Condition) -> Option<&'w str> {
    let root = condition.expression.root()?;
    let span = condition.expression.span(root)?;
    let holds = |outer: Span| {
        outer.source == span.source && outer.start <= span.start && span.end <= outer.end
    };
    let mut clauses = plan.clauses.iter();
    let clause = clauses.find(|clause| holds(clause.span))?;
    Some(&clause.text)
}
