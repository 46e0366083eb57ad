//! Heads of declarations: who is declared, where, with which types.

mod action;
mod association;
mod package;
mod pinned;
mod property;
mod template;

pub(super) use package::unused;

use super::Older;
use super::lost::Lost;
use crate::base::{Lookup, Name, SourceId, Span};
use crate::diagnostic::{Code, Finding, Findings, with_article};
use crate::model::{
    Calendar, Catalog, Constant, Event, EventProperty, Message, MessageParameter, OCCURRENCE,
    Object, ObjectId, Segment, Settings, Template,
};
use crate::syntax::ast::{self, Declaration, Ident};

/// The catalog, and the trees of its entries in the same order.
pub(super) struct Resolved<'a> {
    pub(super) catalog: Catalog,
    pub(super) trees: Trees<'a>,
    pub(super) lost: Lost,
    /// The templates of older versions.
    pub(super) pinned: Vec<PinnedTemplate<'a>>,
    /// The catalog as the files of older versions see it.
    pub(super) seen: Vec<(SourceId, Catalog)>,
    pub(super) findings: Findings,
}

/// A template as it was when an older version of an instance was made of it.
pub(super) type PinnedTemplate<'a> = (&'a ast::Template, Template);

/// The trees of declarations by kind, in the order of names.
#[derive(Default)]
pub(super) struct Trees<'a> {
    /// Each object with what extends it.
    pub(super) objects: Vec<Vec<&'a ast::Object>>,
    pub(super) events: Vec<EventTree<'a>>,
    pub(super) messages: Vec<&'a ast::Message>,
    pub(super) segments: Vec<&'a ast::Segment>,
    pub(super) constants: Vec<&'a ast::Constant>,
    pub(super) calendars: Vec<&'a ast::Calendar>,
    /// `None` for actions that every project has.
    pub(super) actions: Vec<Option<&'a ast::Action>>,
    pub(super) templates: Vec<&'a ast::Template>,
    pub(super) workflows: Vec<WorkflowTree<'a>>,
    pub(super) tests: Vec<&'a ast::test::Test>,
}

/// What declares a workflow.
#[derive(Clone, Copy)]
pub(super) enum WorkflowTree<'a> {
    Own(&'a ast::Workflow),
    Instance(&'a ast::Instance),
}

impl<'a> WorkflowTree<'a> {
    pub(super) fn name(self) -> &'a Ident {
        match self {
            WorkflowTree::Own(workflow) => &workflow.name,
            WorkflowTree::Instance(instance) => &instance.name,
        }
    }
}

/// What declares an event.
#[derive(Clone, Copy)]
pub(super) enum EventTree<'a> {
    Event(&'a ast::Event),
    Webhook(&'a ast::Webhook),
}

impl<'a> EventTree<'a> {
    pub(super) fn name(self) -> &'a Ident {
        match self {
            EventTree::Event(event) => &event.name,
            EventTree::Webhook(webhook) => &webhook.name,
        }
    }

    /// `renamed from OLD`, as often as it stands there.
    pub(super) fn renamed(self) -> &'a [Ident] {
        match self {
            EventTree::Event(event) => &event.renamed,
            EventTree::Webhook(webhook) => &webhook.renamed,
        }
    }

    pub(super) fn object(self) -> &'a Ident {
        match self {
            EventTree::Event(event) => &event.object,
            EventTree::Webhook(webhook) => &webhook.object,
        }
    }
}

/// The words of built-in events.
const BUILTIN_EVENTS: [&str; 6] = [
    "created",
    "changed",
    "joined",
    "left",
    "deleted",
    "action_failed",
];

pub(super) fn resolve<'a>(
    (files, pinned): (&'a [ast::File], &'a [Older]),
    complete: bool,
    settings: &'a Settings,
) -> Resolved<'a> {
    let mut resolver = Resolver::new(complete, settings);
    let gathered = resolver.gather(files);
    resolver.objects(&gathered);
    resolver.events(&gathered);
    resolver.calendars(&gathered);
    resolver.rest(&gathered);
    resolver.actions(&gathered);
    resolver.templates(&gathered);
    resolver.workflows(&gathered);
    resolver.pinned(pinned);
    resolver.finish()
}

/// All declarations by kind, sorted by name; of doubles the first.
#[derive(Default)]
struct Gathered<'a> {
    objects: Vec<&'a ast::Object>,
    extensions: Vec<&'a ast::Object>,
    events: Vec<EventTree<'a>>,
    messages: Vec<&'a ast::Message>,
    segments: Vec<&'a ast::Segment>,
    constants: Vec<&'a ast::Constant>,
    calendars: Vec<&'a ast::Calendar>,
    actions: Vec<&'a ast::Action>,
    templates: Vec<&'a ast::Template>,
    workflows: Vec<WorkflowTree<'a>>,
}

struct Resolver<'a> {
    catalog: Catalog,
    trees: Trees<'a>,
    lost: Lost,
    pinned: Vec<PinnedTemplate<'a>>,
    /// What is kept with older versions: in which file, as what, by which name.
    kept: Vec<(SourceId, &'static str, Name)>,
    findings: Findings,
    complete: bool,
    settings: &'a Settings,
    /// Declarations of objects that should extend those of packages.
    redeclared: Vec<Span>,
    /// Objects that packages need and the project lacks.
    lacking: Lookup<Name, ()>,
    /// Where each attribute of an object is declared.
    places: Lookup<(ObjectId, Name), Span>,
}

impl<'a> Resolver<'a> {
    fn new(complete: bool, settings: &'a Settings) -> Self {
        let (catalog, trees, lost, pinned, findings, places, lacking) = Default::default();
        Resolver {
            catalog,
            trees,
            lost,
            pinned,
            kept: Vec::new(),
            findings,
            complete,
            settings,
            redeclared: Vec::new(),
            lacking,
            places,
        }
    }

    fn finish(self) -> Resolved<'a> {
        Resolved {
            seen: self.seen(),
            catalog: self.catalog,
            trees: self.trees,
            lost: self.lost,
            pinned: self.pinned,
            findings: self.findings,
        }
    }

    fn gather(&mut self, files: &'a [ast::File]) -> Gathered<'a> {
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

    /// The object of a name, with a finding where there is none.
    fn object(&mut self, ident: &Ident) -> Option<ObjectId> {
        let found = self.catalog.object(&ident.name);
        if found.is_none() && self.complete && !self.lost.explains(&ident.name, ident.span) {
            if let Some(package) = self.package(ident.span) {
                self.lacks(package, ident);
                return None;
            }
            let names = self
                .catalog
                .objects
                .rows()
                .iter()
                .map(|object| object.name.as_str());
            let meant = crate::base::nearest(ident.name.as_str(), names);
            let message = format!("there is no object `{}`", ident.name);
            let finding = Finding::new(Code::UnknownObject, ident.span, message);
            let finding = finding.did_you_mean(meant, ident.span);
            self.findings.push(match unused("object", &ident.name) {
                Some(help) => finding.help(help),
                None => finding,
            });
        }
        found
    }

    fn objects(&mut self, all: &Gathered<'a>) {
        for object in &all.objects {
            let row = Object::new(
                object.name.name.clone(),
                object.doc.clone(),
                object.activity.is_some(),
            );
            self.catalog.add_object(row);
            self.trees.objects.push(vec![object]);
        }
        for extension in &all.extensions {
            if let Some(id) = self.object(&extension.name)
                && let Some(trees) = self.trees.objects.get_mut(id.index())
            {
                trees.push(extension);
            }
        }
        let mut trees = self.trees.objects.clone();
        trees
            .iter_mut()
            .for_each(|trees| self.packages_first(trees));
        let declared = trees_by_name(all);
        for (id, trees) in self.catalog.objects.ids().zip(&trees) {
            for property in trees.iter().flat_map(|tree| &tree.properties) {
                self.attribute(id, property, &declared);
            }
        }
        for (id, trees) in self.catalog.objects.ids().zip(&trees) {
            for property in trees.iter().flat_map(|tree| &tree.properties) {
                self.inverse(id, property);
            }
        }
    }

    fn events(&mut self, all: &Gathered<'a>) {
        for tree in &all.events {
            let Some(object) = self.object(tree.object()) else {
                self.lost.insert(tree.name().name.clone());
                continue;
            };
            let name = tree.name();
            if BUILTIN_EVENTS.contains(&name.name.as_str()) {
                self.findings.push(
                    Finding::new(
                        Code::ReservedWord,
                        name.span,
                        format!("`{}` is a built-in event", name.name),
                    )
                    .help("every object has it; give this event another name"),
                );
            }
            let mut event = Event {
                name: name.name.clone(),
                doc: None,
                object,
                properties: crate::base::Table::default(),
                webhook: matches!(tree, EventTree::Webhook(_)),
            };
            self.event_properties(&mut event, *tree);
            self.catalog.add_event(event);
            self.trees.events.push(*tree);
        }
    }

    fn event_properties(&mut self, event: &mut Event, tree: EventTree<'a>) {
        type Row<'r> = (&'r Ident, &'r ast::TypeExpr, &'r ast::Doc, bool);
        let rows: Vec<Row<'_>> = match tree {
            EventTree::Event(tree) => {
                event.doc.clone_from(&tree.doc);
                tree.properties
                    .iter()
                    .map(|property| (&property.name, &property.ty, &property.doc, false))
                    .collect()
            }
            EventTree::Webhook(tree) => {
                event.doc.clone_from(&tree.doc);
                let fields = tree.fields.iter();
                fields
                    .map(|field| (&field.name, &field.ty, &field.doc, field.default.is_some()))
                    .collect()
            }
        };
        let mut firsts: Vec<&Ident> = Vec::new();
        for (name, ty, doc, default) in rows {
            if let Some(first) = firsts.iter().find(|first| first.name == name.name) {
                self.findings
                    .push(repeated(name, "the event has", Some(first.span)));
                continue;
            }
            firsts.push(name);
            if OCCURRENCE.iter().any(|(word, _)| name.name == *word) && name.name != "id" {
                self.findings.push(
                    repeated(name, "the event has", None)
                        .help("every occurrence has it; choose another name"),
                );
                continue;
            }
            let ty = self.value_type(ty, event.webhook);
            event.properties.push(EventProperty {
                name: name.name.clone(),
                doc: doc.clone(),
                ty,
                default,
            });
        }
    }

    fn calendars(&mut self, all: &Gathered<'a>) {
        for tree in &all.calendars {
            self.calendar(tree, tree.name.name.clone());
        }
    }

    fn calendar(&mut self, tree: &'a ast::Calendar, name: Name) {
        let doc = tree.doc.clone();
        self.catalog.add_calendar(Calendar { name, doc });
        self.trees.calendars.push(tree);
    }

    fn rest(&mut self, all: &Gathered<'a>) {
        for tree in &all.messages {
            self.message(tree, tree.name.name.clone());
        }
        for tree in &all.segments {
            self.segment(tree, tree.name.name.clone());
        }
        for tree in &all.constants {
            self.constant(tree, tree.name.name.clone());
        }
    }

    fn message(&mut self, tree: &'a ast::Message, name: Name) {
        let Some(object) = self.object(&tree.object) else {
            self.lost.insert(tree.name.name.clone());
            return;
        };
        let parameters = self.parameters(&tree.parameters);
        self.catalog.add_message(Message {
            name,
            doc: tree.doc.clone(),
            object,
            parameters,
        });
        self.trees.messages.push(tree);
    }

    fn segment(&mut self, tree: &'a ast::Segment, name: Name) {
        let Some(object) = self.object(&tree.object) else {
            self.lost.insert(tree.name.name.clone());
            return;
        };
        self.catalog.add_segment(Segment {
            name,
            doc: tree.doc.clone(),
            object,
            fixed: matches!(tree.kind, ast::SegmentKind::Static),
        });
        self.trees.segments.push(tree);
    }

    fn constant(&mut self, tree: &'a ast::Constant, name: Name) {
        let doc = tree.doc.clone();
        self.catalog.add_constant(Constant { name, doc });
        self.trees.constants.push(tree);
    }

    fn parameters(&mut self, trees: &[ast::Parameter]) -> Vec<MessageParameter> {
        let trees = self.single("the message has", trees);
        let rows = trees.into_iter().map(|parameter| MessageParameter {
            name: parameter.name.name.clone(),
            ty: self.value_type(&parameter.ty, false),
            required: parameter.required.is_some(),
        });
        rows.collect()
    }

    /// Parameters without doubles, which are reported.
    fn single<'t>(&mut self, owner: &str, trees: &'t [ast::Parameter]) -> Vec<&'t ast::Parameter> {
        let mut kept: Vec<&ast::Parameter> = Vec::with_capacity(trees.len());
        for tree in trees {
            let same = |other: &&&ast::Parameter| other.name.name == tree.name.name;
            match kept.iter().find(same) {
                Some(first) => {
                    let first = Some(first.name.span);
                    self.findings.push(repeated(&tree.name, owner, first));
                }
                None => kept.push(tree),
            }
        }
        kept
    }
}

/// A second property, parameter or member of one name.
pub(super) fn repeated(ident: &Ident, owner: &str, first: Option<Span>) -> Finding {
    let name = format!("`{}`", ident.name);
    let finding = Finding::new(
        Code::DuplicateName,
        ident.span,
        format!("{owner} {name} already"),
    )
    .help("give one of them another name");
    match first {
        Some(first) => finding.also(first, "the first"),
        None => finding,
    }
}

/// Finds the tree of a property by the names of its object and itself.
type PropertyTrees<'a> = Lookup<(Name, Name), &'a ast::TypeExpr>;

fn trees_by_name<'a>(all: &Gathered<'a>) -> PropertyTrees<'a> {
    let objects = all.objects.iter().chain(&all.extensions);
    objects
        .flat_map(|object| {
            object
                .properties
                .iter()
                .map(|property| (object.name.name.clone(), property))
        })
        .map(|(object, property)| ((object, property.name.name.clone()), &property.ty))
        .collect()
}
