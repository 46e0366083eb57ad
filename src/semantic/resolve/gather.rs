//! All declarations of a program by kind; of those that share a name, the first.

use super::{EventTree, Resolver, WorkflowTree, package};
use crate::base::Span;
use crate::diagnostic::{Code, Finding, with_article};
use crate::syntax::ast::{self, Declaration, Ident};

/// All declarations by kind, sorted by name; of doubles the first.
#[derive(Default)]
pub(super) struct Gathered<'a> {
    pub(super) objects: Vec<&'a ast::Object>,
    pub(super) extensions: Vec<&'a ast::Object>,
    pub(super) events: Vec<EventTree<'a>>,
    pub(super) messages: Vec<&'a ast::Message>,
    pub(super) segments: Vec<&'a ast::Segment>,
    pub(super) constants: Vec<&'a ast::Constant>,
    pub(super) calendars: Vec<&'a ast::Calendar>,
    pub(super) actions: Vec<&'a ast::Action>,
    pub(super) templates: Vec<&'a ast::Template>,
    pub(super) workflows: Vec<WorkflowTree<'a>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn gather(&mut self, files: &'a [ast::File]) -> Gathered<'a> {
        let mut all = Gathered::default();
        for declaration in files.iter().flat_map(|file| &file.declarations) {
            match declaration {
                Declaration::Object(object) if object.extends => all.extensions.push(object),
                Declaration::Object(object) => all.objects.push(object),
                Declaration::Event(event) => all.events.push(EventTree::Event(event)),
                Declaration::Webhook(webhook) => all.events.push(EventTree::Webhook(webhook)),
                Declaration::Message(message) => all.messages.push(message),
                Declaration::Segment(segment) => all.segments.push(segment),
                Declaration::Constant(constant) => all.constants.push(constant),
                Declaration::Calendar(calendar) => all.calendars.push(calendar),
                Declaration::Action(action) => all.actions.push(action),
                Declaration::Template(template) => all.templates.push(template),
                Declaration::Workflow(workflow) => all.workflows.push(WorkflowTree::Own(workflow)),
                Declaration::Instance(instance) => {
                    all.workflows.push(WorkflowTree::Instance(instance));
                }
                Declaration::Test(test) => self.trees.tests.push(test),
                Declaration::Lost(name) => self.lost.insert(name.clone()),
                Declaration::Partial(name) => self.lost.partly(name.clone()),
                Declaration::Doubtful(name, line) => self.lost.on_line(name.clone(), *line),
            }
        }
        self.redeclared(&mut all);
        self.unique("object", &mut all.objects, |object| &object.name);
        self.unique("event", &mut all.events, |event| event.name());
        self.unique("message", &mut all.messages, |message| &message.name);
        self.unique("segment", &mut all.segments, |segment| &segment.name);
        self.unique("constant", &mut all.constants, |constant| &constant.name);
        self.unique("calendar", &mut all.calendars, |calendar| &calendar.name);
        self.unique("action", &mut all.actions, |action| &action.name);
        self.unique("template", &mut all.templates, |template| &template.name);
        self.unique("workflow", &mut all.workflows, |workflow| workflow.name());
        all
    }

    /// Sorts by name and reports all but the first of each name.
    fn unique<T: Copy>(&mut self, kind: &str, list: &mut Vec<T>, name: impl Fn(&T) -> &'a Ident) {
        let place = |item: &T| {
            let span = name(item).span;
            (self.package(span).is_none(), span)
        };
        list.sort_by(|a, b| (&name(a).name, place(a)).cmp(&(&name(b).name, place(b))));
        let mut kept: Vec<T> = Vec::with_capacity(list.len());
        for item in list.iter() {
            match kept.last().map(&name) {
                Some(first) if first.name == name(item).name => {
                    self.duplicate(kind, name(item), first.span)
                }
                _ => kept.push(*item),
            }
        }
        *list = kept;
    }

    fn duplicate(&mut self, kind: &str, ident: &Ident, first: Span) {
        if let Some(package) = self.package(first) {
            let finding = package::declared(kind, ident, (package, first));
            self.findings
                .push(finding.help("give this one another name"));
            return;
        }
        self.findings.push(
            Finding::new(
                Code::DuplicateName,
                ident.span,
                format!("there is {} `{}` already", with_article(kind), ident.name),
            )
            .also(first, "the first")
            .help("give one of them another name"),
        );
    }
}
