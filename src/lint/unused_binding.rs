//! `unused-binding`: a name bound by `as` or `let` that nothing reads.

use super::found::Found;
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::plan::{
    BoundName, DataSource, Expression, Link, Node, Records, Root, Step, StepKind, Way, Workflow,
};
use crate::semantic::hir::Occurrence;

pub(super) fn check(found: &mut Found<'_>) {
    found.in_workflows(|workflow, findings| {
        let sources = workflow.sources.iter().filter(|source| !source.used);
        findings.extend(sources.map(of_source));
        if !workflow.names.is_empty() {
            let names = unread(&workflow.names, &Reads::of(workflow));
            findings.extend(names.into_iter().map(of_name));
        }
    });
}

fn of_source(source: &DataSource) -> Finding {
    let message = format!("nothing reads `{}`", source.name);
    Finding::new(Code::UnusedBinding, source.place, message)
        .help("leave the `let` out")
        .fix("delete the `let`", source.cut, "")
}

fn of_name(name: &BoundName) -> Finding {
    let message = format!("nothing reads `{}`", name.name);
    let help = format!("leave `as {}` out", name.name);
    let finding = Finding::new(Code::UnusedBinding, name.span, message).help(&help);
    match name.cut {
        Some(cut) => finding.fix(help, cut, ""),
        None => finding,
    }
}

/// The names that no read means. Of names that share a place a read means the
/// last before it.
fn unread<'p>(names: &'p [BoundName], reads: &Reads) -> Vec<&'p BoundName> {
    let mut read = vec![false; names.len()];
    for (place, span) in &reads.found {
        // They stand in the order of the text.
        let above = names.partition_point(|name| name.span.start < span.start);
        let mut before = names.iter().zip(&mut read).take(above).rev();
        let meant = before.find(|(name, _)| name.place == *place);
        if let Some((_, flag)) = meant {
            *flag = true;
        }
    }
    let all = names.iter().zip(read);
    all.filter(|(_, read)| !read)
        .map(|(name, _)| name)
        .collect()
}

/// The places of names that are read, with where they are.
#[derive(Default)]
struct Reads {
    found: Vec<(usize, Span)>,
}

impl Reads {
    fn of(workflow: &Workflow) -> Self {
        let mut reads = Reads::default();
        for expression in workflow.expressions() {
            reads.expression(expression);
        }
        for step in &workflow.steps {
            reads.step(step);
        }
        reads
    }

    fn step(&mut self, step: &Step) {
        let records = match &step.kind {
            StepKind::Set(records, ..) | StepKind::Clear(records, _) => records,
            StepKind::Enroll(_, records)
            | StepKind::Add(_, records)
            | StepKind::Remove(_, records) => records,
            StepKind::Copy(copy) => &copy.records,
            _ => return,
        };
        match records {
            Records::This => {}
            Records::One(way) => self.way(way, step.span),
            Records::Linked(link) => self.link(link, step.span),
        }
    }

    fn expression(&mut self, expression: &Expression) {
        for (_, node, span) in expression.nodes() {
            match node {
                Node::Binding(place, _) | Node::Occurrence(Occurrence::Bound(place), _) => {
                    self.found.push((*place, span));
                }
                Node::Property(way, _) | Node::Record(way) => self.way(way, span),
                Node::Quantified(_, link, _) | Node::Aggregate(_, link, ..) => {
                    self.link(link, span)
                }
                _ => {}
            }
        }
    }

    fn link(&mut self, link: &Link, span: Span) {
        self.way(&link.from, span);
    }

    fn way(&mut self, way: &Way, span: Span) {
        match &way.root {
            Root::Bound(place) => self.found.push((*place, span)),
            Root::Chosen(choice) => {
                self.link(&choice.from, span);
                let filter = choice.filter.as_ref().map(|filter| &filter.expression);
                let by = choice.by.as_ref().map(|(by, _)| by);
                for expression in filter.into_iter().chain(by) {
                    self.expression(expression);
                }
            }
            Root::This | Root::Member => {}
        }
    }
}
