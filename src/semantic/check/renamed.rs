//! Old names: `renamed from OLD` (V7).

use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding, with_article};
use crate::model::{Item, ObjectId, is_kept};
use crate::semantic::resolve::{Trees, WorkflowTree};
use crate::semantic::types::Checker;
use crate::syntax::ast::{self, ClauseKind, Ident, ModifierKind};

/// Things of one kind that were called otherwise.
struct Kind<'t> {
    word: &'static str,
    /// All names that are declared, with their places.
    declared: Vec<&'t Ident>,
    /// Old names so far.
    old: Vec<&'t Ident>,
}

impl<'t> Kind<'t> {
    fn new(word: &'static str, declared: impl IntoIterator<Item = &'t Ident>) -> Self {
        Kind {
            word,
            declared: declared.into_iter().collect(),
            old: Vec::new(),
        }
    }
}

impl Checker<'_> {
    /// All old names, each of one thing that is not declared any more.
    pub(super) fn check_renamed(&mut self, trees: &Trees<'_>) -> Vec<(Item, Name)> {
        let mut renamed = Vec::new();
        let catalog = self.catalog;
        let names = trees.objects.iter().flatten().filter(|tree| !tree.extends);
        let mut objects = Kind::new("object", names.map(|tree| &tree.name));
        for (id, parts) in catalog.objects.ids().zip(&trees.objects) {
            for tree in parts {
                renamed.extend(self.renamed(
                    &mut objects,
                    (Item::Object(id), &tree.name),
                    &tree.renamed,
                ));
            }
            self.renamed_attributes(id, parts, &mut renamed);
        }
        let mut events = Kind::new("event", trees.events.iter().map(|tree| tree.name()));
        for (id, tree) in catalog.events.ids().zip(&trees.events) {
            let item = (Item::Event(id), tree.name());
            renamed.extend(self.renamed(&mut events, item, tree.renamed()));
        }
        let mut segments = Kind::new("segment", trees.segments.iter().map(|tree| &tree.name));
        let all = catalog.segments.iter().zip(&trees.segments);
        let own = all.filter(|((_, segment), _)| !is_kept(&segment.name));
        for ((id, _), tree) in own {
            let item = (Item::Segment(id), &tree.name);
            renamed.extend(self.renamed(&mut segments, item, &tree.renamed));
        }
        let mut workflows = Kind::new("workflow", trees.workflows.iter().map(|tree| tree.name()));
        for (id, tree) in catalog.workflows.ids().zip(&trees.workflows) {
            let clauses = match tree {
                WorkflowTree::Own(tree) => &tree.clauses,
                WorkflowTree::Instance(tree) => &tree.clauses,
            };
            let old = old_names(clauses);
            // A second clause has a finding of its own.
            let item = (Item::Workflow(id), tree.name());
            renamed.extend(self.renamed(&mut workflows, item, old.take(1)));
        }
        for tree in &trees.templates {
            if let Some(old) = old_names(&tree.clauses).next() {
                let message = "a template has no old name: it is no workflow";
                self.report(
                    Finding::new(Code::WrongRename, old.span, message)
                        .help("write `renamed from` in its instances"),
                );
            }
        }
        renamed
    }

    /// The properties and associations of an object.
    fn renamed_attributes(
        &mut self,
        object: ObjectId,
        parts: &[&ast::Object],
        into: &mut Vec<(Item, Name)>,
    ) {
        let properties = || parts.iter().flat_map(|part| &part.properties);
        let mut kind = Kind::new("property", properties().map(|property| &property.name));
        for tree in properties() {
            let mut old = tree
                .modifiers
                .iter()
                .filter_map(|modifier| match &modifier.kind {
                    ModifierKind::Renamed(old) => Some(old),
                    _ => None,
                });
            let owner = &self.catalog.objects[object];
            let name = tree.name.name.as_str();
            let property = owner.property(name).map(|id| Item::Property(object, id));
            let association = || Some(Item::Association(object, owner.association(name)?));
            let Some(item) = property.or_else(association) else {
                continue;
            };
            // A second modifier of one kind has a finding of its own.
            let Some(old) = old.next() else {
                continue;
            };
            if self.is_named_elsewhere(object, old, &kind) {
                continue;
            }
            into.extend(self.renamed(&mut kind, (item, &tree.name), [old]));
        }
    }

    /// Whether the object has an old name without a line for it: every object
    /// has it, or it is the other end of an association.
    fn is_named_elsewhere(&mut self, object: ObjectId, old: &Ident, kind: &Kind<'_>) -> bool {
        let owner = &self.catalog.objects[object];
        let line = kind.declared.iter().any(|name| name.name == old.name);
        let elsewhere = !line && owner.attribute(old.name.as_str()).is_some();
        if elsewhere {
            let message = format!("`{}` still has a property `{}`", owner.name, old.name);
            self.report(
                Finding::new(Code::WrongRename, old.span, message)
                    .help("what was renamed is not declared under its old name"),
            );
        }
        elsewhere
    }

    /// The old name of one thing.
    fn renamed<'t>(
        &mut self,
        kind: &mut Kind<'t>,
        (item, name): (Item, &'t Ident),
        old: impl IntoIterator<Item = &'t Ident>,
    ) -> Option<(Item, Name)> {
        let mut old = old.into_iter();
        let first = old.next()?;
        if let Some(second) = old.next() {
            let message = "`renamed from` may stand only once";
            self.report(
                Finding::new(Code::RepeatedClause, second.span, message)
                    .also(first.span, "the first")
                    .help("name what it was called last"),
            );
        }
        let declared = kind.declared.iter().find(|other| other.name == first.name);
        let taken = kind.old.iter().find(|other| other.name == first.name);
        if let Some(finding) = wrong(kind.word, (name, first), (declared, taken)) {
            self.report(finding);
            return None;
        }
        kind.old.push(first);
        Some((item, first.name.clone()))
    }
}

/// The names in `renamed from` of a workflow.
fn old_names(clauses: &[ast::Clause]) -> impl Iterator<Item = &Ident> {
    clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Renamed(old) => Some(old),
        _ => None,
    })
}

/// Why a name cannot be the old one.
fn wrong(
    kind: &str,
    (name, old): (&Ident, &Ident),
    (declared, taken): (Option<&&Ident>, Option<&&Ident>),
) -> Option<Finding> {
    let finding = |message: String, place: Span, label: &str| {
        Finding::new(Code::WrongRename, old.span, message).also(place, label)
    };
    if old.name == name.name {
        let message = format!("`{}` is renamed from itself", name.name);
        return Some(
            Finding::new(Code::WrongRename, old.span, message)
                .help("name what it was called before, or leave it out"),
        );
    }
    if let Some(declared) = declared {
        let message = format!("there still is {} `{}`", with_article(kind), old.name);
        return Some(
            finding(message, declared.span, "declared here")
                .help("what was renamed is not declared under its old name"),
        );
    }
    let taken = taken?;
    let message = format!("another {kind} is renamed from `{}` already", old.name);
    Some(
        finding(message, taken.span, "the other")
            .help("what an old name holds goes to one new name"),
    )
}
