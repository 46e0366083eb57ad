//! Heads of declarations: who is declared, where, with which types.

mod action;
mod association;
mod event;
mod gather;
mod package;
mod pinned;
mod property;
mod template;

pub(super) use event::EventTree;
pub(super) use package::unused;

use gather::Gathered;

use super::Older;
use super::lost::Lost;
use crate::base::{Lookup, Name, SourceId, Span};
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{
    Calendar, Catalog, Constant, Message, MessageParameter, Object, ObjectId, Segment, Settings,
    Template,
};
use crate::syntax::ast::{self, Ident};

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

    /// The object of a name, with a finding where there is none.
    fn object(&mut self, ident: &Ident) -> Option<ObjectId> {
        let found = self.catalog.object(&ident.name);
        if found.is_none() && self.complete && !self.lost.explains(&ident.name, ident.span) {
            if let Some(package) = self.package(ident.span) {
                self.lacks(package, ident);
                return None;
            }
            let meant = self.nearest_object(ident);
            let meant = meant.map(|id| self.catalog.objects[id].name.as_str());
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

    /// The object that a name was most likely meant to be.
    fn nearest_object(&self, ident: &Ident) -> Option<ObjectId> {
        let objects = self.catalog.objects.rows().iter();
        let names = objects.map(|object| object.name.as_str());
        let meant = crate::base::nearest(ident.name.as_str(), names)?;
        self.catalog.object(&Name::new(meant))
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
            let (name, extended) = (&extension.name, self.object(&extension.name));
            let meant = self.nearest_object(name);
            let meant = meant.filter(|_| !self.lost.contains(&name.name));
            match extended.or(meant) {
                Some(id) => {
                    let trees = self.trees.objects.get_mut(id.index());
                    trees.into_iter().for_each(|trees| trees.push(extension));
                }
                None => self.only_extended(extension),
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

    /// What extends an object that is nowhere declared is all that is known of
    /// it, so that what names it is still checked.
    fn only_extended(&mut self, extension: &'a ast::Object) {
        let name = &extension.name.name;
        self.lost.only_extended(name.clone());
        let row = Object::new(name.clone(), None, false);
        self.catalog.add_object(row);
        self.trees.objects.push(vec![extension]);
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
