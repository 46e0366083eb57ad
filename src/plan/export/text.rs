//! A workflow as an outline, for terminals and reviews.

use std::fmt::Write;

use super::calendar;
use crate::plan::{Next, Program, Step, StepKind, Workflow};

/// Renders a workflow: its head, its clauses, its steps with their ids, and
/// where each path goes on when that is not the line below.
#[must_use]
pub fn render(program: &Program, workflow: &Workflow) -> String {
    let mut out = String::new();
    let object = &program.catalog.objects[workflow.object].name;
    let _ = writeln!(out, "workflow {} on {object}", workflow.name());
    let _ = writeln!(out, "  version {}", workflow.version.short());
    if let Some(made) = &workflow.made {
        let _ = writeln!(out, "  made of {}", made.call);
    }
    for clause in &workflow.clauses {
        let _ = writeln!(out, "  {}", clause.text);
    }
    let hours = workflow.hours.as_ref().and_then(|hours| hours.calendar);
    for line in hours
        .iter()
        .flat_map(|(id, _)| calendar::lines(program, *id))
    {
        let _ = writeln!(out, "  {line}");
    }
    if !workflow.has_trigger() {
        let _ = writeln!(out, "  enrolled by hand or by another workflow");
    }
    let _ = writeln!(out);
    let mut outline = Outline {
        workflow,
        width: id_width(workflow),
        out,
    };
    outline.block(workflow.entry, 0, Next::End);
    outline.out
}

/// The column in which steps begin.
fn id_width(workflow: &Workflow) -> usize {
    let widths = workflow
        .steps
        .iter()
        .map(|step| step.id.as_str().len() + 2 * step.depth);
    widths.max().unwrap_or(0).max(8) + 2
}

struct Outline<'a> {
    workflow: &'a Workflow,
    width: usize,
    out: String,
}

impl Outline<'_> {
    /// The steps of one block, from its first up to what follows the block.
    fn block(&mut self, entry: Next, depth: usize, after: Next) {
        let mut at = entry;
        while at != after {
            let Next::Step(place) = at else { break };
            let Some(step) = self.workflow.steps.get(place) else {
                break;
            };
            self.line(depth, step.id.as_str(), &step.text);
            self.arms(step, depth);
            at = step.next;
        }
        if entry == after {
            self.line(depth, "", "(nothing)");
        }
    }

    fn arms(&mut self, step: &Step, depth: usize) {
        match &step.kind {
            StepKind::Branch(_, otherwise) | StepKind::Match(_, _, otherwise) => {
                self.cases(step, depth);
                self.otherwise(*otherwise, (step, depth));
            }
            StepKind::Await(_) | StepKind::Split(_) => self.cases(step, depth),
            StepKind::Do(action) => {
                if let Some(entry) = action.on_error {
                    self.head(depth, "on error");
                    self.block(entry, depth + 1, step.next);
                }
            }
            _ => {}
        }
    }

    fn cases(&mut self, step: &Step, depth: usize) {
        for case in step.kind.cases() {
            self.head(depth, case.text);
            self.block(case.next, depth + 1, step.next);
        }
    }

    fn otherwise(&mut self, otherwise: Option<Next>, (step, depth): (&Step, usize)) {
        match otherwise {
            Some(entry) => {
                self.head(depth, "else");
                self.block(entry, depth + 1, step.next);
            }
            None => self.head(depth, "none met: goes on"),
        }
    }

    fn head(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "  {:indent$}├ {text}", "", indent = 2 * depth);
    }

    fn line(&mut self, depth: usize, id: &str, text: &str) {
        let indent = 2 * depth;
        let width = self.width.saturating_sub(indent);
        let _ = writeln!(self.out, "  {:indent$}{id:width$}{text}", "");
    }
}
