//! Instances of templates: their arguments, their own clauses, and the workflow
//! that comes of them.

use super::constant::named_constants;
use super::template::Body;
use super::workflow::parts;
use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::model::{Template, WorkflowId};
use crate::semantic::hir::{Given, Made, Workflow};
use crate::semantic::resolve::Trees;
use crate::semantic::types::{Checker, Parameter, StandsFor};
use crate::syntax::ast::{self, Clause, ClauseKind};

/// What was made of a template: the workflow, and the text that it is made of.
type Instance = (Workflow, Vec<Span>);

impl Checker<'_> {
    /// An instance of one of the templates of the program.
    pub(super) fn instance_of(
        &mut self,
        (of, tree): (WorkflowId, &ast::Instance),
        trees: &Trees<'_>,
        bodies: &mut [Body],
    ) -> Option<Instance> {
        let catalog = self.catalog;
        let id = catalog.template(&tree.template.name)?;
        let template = trees.templates.get(id.index())?;
        let body = bodies.get_mut(id.index())?;
        Some(self.instance((of, tree), (template, &catalog.templates[id]), body))
    }

    /// An instance of a template: the body is checked with what the arguments
    /// say.
    pub(super) fn instance(
        &mut self,
        (of, tree): (WorkflowId, &ast::Instance),
        (template, head): (&ast::Template, &Template),
        body: &mut Body,
    ) -> Instance {
        self.no_steps(tree);
        let parameters = template.parameters.iter();
        parameters.for_each(|parameter| self.uses_type(&parameter.ty));
        let list = self.arguments_of(tree, head);
        body.used |= list
            .iter()
            .all(|parameter| !matches!(parameter.stands_for, StandsFor::Lost));
        let given: Vec<Option<Span>> = list.iter().map(given_at).collect();
        let whole = workflow(tree, template);
        let ((mut workflow, named), findings) = self.apart((template.span, list), |checker| {
            checker.workflow((Some(of), head.object), &whole)
        });
        let arguments = named.into_iter().filter_map(|(span, parameter)| {
            let argument = given.get(parameter).copied()?;
            Some((span, argument?))
        });
        let given = Given {
            name: tree.name.span,
            arguments: arguments.collect(),
        };
        for finding in findings {
            let place = finding.primary.span;
            if template.span.contains(place) {
                body.made.add(finding, given.cause(place));
            } else {
                self.report(finding);
            }
        }
        workflow.made = Some(Made {
            template: head.name.clone(),
            span: template.span,
            call: tree.call,
            given,
        });
        let mut text = parts(tree.span, &tree.clauses);
        text.extend(parts(template.span, &template.clauses));
        (workflow, text)
    }

    /// The steps are those of the template.
    fn no_steps(&mut self, tree: &ast::Instance) {
        for clause in steps(&tree.clauses) {
            let word = Span {
                end: clause.span.start + "steps".len() as u32,
                ..clause.span
            };
            let message = "the steps of an instance are those of its template";
            self.report(Finding::new(Code::InstanceSteps, word, message).help(
                "what differs between instances is a parameter; other steps are another workflow",
            ));
        }
    }
}

fn given_at(parameter: &Parameter) -> Option<Span> {
    match &parameter.stands_for {
        StandsFor::Value(_, span) | StandsFor::Named(_, span) => Some(*span),
        StandsFor::Any | StandsFor::Lost => None,
    }
}

fn steps(clauses: &[Clause]) -> impl Iterator<Item = &Clause> {
    clauses
        .iter()
        .filter(|clause| matches!(clause.kind, ClauseKind::Steps(_)))
}

/// The clauses of a template with those of an instance in their places.
fn merged(template: &[Clause], instance: &[Clause]) -> Vec<Clause> {
    let own: Vec<&Clause> = instance
        .iter()
        .filter(|clause| !matches!(clause.kind, ClauseKind::Steps(_)))
        .collect();
    let mut merged: Vec<Clause> = Vec::with_capacity(template.len() + own.len());
    let mut taken = vec![false; own.len()];
    let mut take = |merged: &mut Vec<Clause>, test: &dyn Fn(&Clause) -> bool| {
        for (clause, taken) in own.iter().zip(&mut taken) {
            if !*taken && test(clause) {
                *taken = true;
                merged.push((*clause).clone());
            }
        }
    };
    for clause in template {
        if matches!(clause.kind, ClauseKind::Steps(_)) {
            // What the template says nothing of comes before the steps.
            take(&mut merged, &|_| true);
            merged.push(clause.clone());
        } else if own.iter().any(|other| replaces(other, clause)) {
            take(&mut merged, &|other| replaces(other, clause));
        } else {
            merged.push(clause.clone());
        }
    }
    take(&mut merged, &|_| true);
    merged.sort_by_key(|clause| turn(clause, template));
    merged
}

/// In which turn a clause comes: a name for a value after those that it may
/// use, and before all clauses.
fn turn(clause: &Clause, template: &[Clause]) -> u8 {
    let ClauseKind::Let(own) = &clause.kind else {
        return 3;
    };
    let of_template = |name: &Name| {
        let mut others = template.iter();
        others
            .any(|other| matches!(&other.kind, ClauseKind::Let(other) if other.name.name == *name))
    };
    let mut uses = named_constants(&own.value).into_iter();
    match of_template(&own.name.name) {
        true => 1,
        false if uses.any(|used| of_template(&used.name)) => 2,
        false => 0,
    }
}

/// Whether a clause of an instance stands in place of one of its template.
fn replaces(own: &Clause, of_template: &Clause) -> bool {
    match (&own.kind, &of_template.kind) {
        (ClauseKind::Let(own), ClauseKind::Let(other)) => own.name.name == other.name.name,
        _ => own.keyword == of_template.keyword,
    }
}

/// The workflow that an instance is, as if it were written out.
fn workflow(tree: &ast::Instance, template: &ast::Template) -> ast::Workflow {
    let mut clauses = merged(&template.clauses, &tree.clauses);
    if steps(&clauses).next().is_none() {
        // A template without steps has a finding of its own.
        clauses.push(Clause {
            doc: None,
            keyword: "steps",
            kind: ClauseKind::Steps(Vec::new()),
            span: template.span.after(),
        });
    }
    ast::Workflow {
        doc: tree.doc.clone(),
        name: tree.name.clone(),
        object: template.object.clone(),
        span: tree.span,
        clauses,
    }
}
