//! Who takes part in a test: its records by name, and how far it is read.

use crate::base::{Span, Timestamp, nearest};
use crate::diagnostic::{Code, Finding};
use crate::model::{ObjectId, PropertyId, Value};
use crate::semantic::hir::test::Record;
use crate::semantic::hir::{Fact, RecordPath, Root};
use crate::semantic::types::{Checker, Local, Scope};
use crate::syntax::ast::Ident;
use crate::syntax::ast::test::{Given, NewRecord, StatementKind, Test, When};

/// Who takes part in a test, and how far it is read.
pub(super) struct Cast<'t> {
    tree: &'t Test,
    /// The names at hand.
    pub(super) scope: Scope,
    roles: Vec<Role<'t>>,
    /// The first statement by which something happens.
    pub(super) acted: Option<Span>,
    /// The latest moment that is certain, and where it is said.
    pub(super) reached: Option<(Timestamp, Span)>,
    /// Whether an edited program may know more steps and workflows.
    pub(super) edited: bool,
    /// The unique values of the records of the world before.
    unique: Vec<(Unique, Value, Span)>,
}

/// A unique property.
type Unique = (ObjectId, PropertyId);

/// A record of a test.
struct Role<'t> {
    name: &'t Ident,
    /// `None` for an object that is not known.
    object: Option<ObjectId>,
    /// Whether it is there at the statement at hand.
    there: bool,
}

impl Cast<'_> {
    /// The place of the record that a statement declares, with its object.
    pub(super) fn declared(&self, name: &Ident) -> Option<(usize, Option<ObjectId>)> {
        let place = self
            .roles
            .iter()
            .position(|role| role.name.span == name.span)?;
        Some((place, self.roles.get(place)?.object))
    }

    /// The object of a record.
    pub(super) fn object(&self, place: usize) -> Option<ObjectId> {
        self.roles.get(place)?.object
    }

    /// A record takes a unique value; answers where another has taken it.
    pub(super) fn takes(&mut self, of: Unique, value: Value, place: Span) -> Option<Span> {
        let mut taken = self.unique.iter();
        let first = taken.find(|(other, known, _)| *other == of && *known == value);
        let first = first.map(|(.., first)| *first);
        if first.is_none() {
            self.unique.push((of, value, place));
        }
        first
    }

    /// From here on the record is there.
    pub(super) fn there(&mut self, place: usize) {
        let Some(role) = self.roles.get_mut(place).filter(|role| !role.there) else {
            return;
        };
        role.there = true;
        let local = match role.object {
            Some(object) => {
                let record = RecordPath::of(Root::Bound(place), object);
                self.scope.facts.insert(Fact::Record(record));
                Local::Record { place, object }
            }
            None => Local::Lost,
        };
        self.scope.locals.push(role.name.name.clone(), local);
    }

    /// Every record is there.
    pub(super) fn all_there(&mut self) {
        (0..self.roles.len()).for_each(|place| self.there(place));
    }

    /// Its records, in their places.
    pub(super) fn records(&self) -> Vec<Record> {
        let known = self.roles.iter().filter_map(|role| {
            Some(Record {
                name: role.name.name.clone(),
                object: role.object?,
                span: role.name.span,
            })
        });
        known.collect()
    }

    /// Whether a name may be that of something that could not be read.
    fn is_lost(&self, ident: &Ident) -> bool {
        self.tree.nameless || self.tree.lost.contains(&ident.name)
    }

    /// Whether the test names a workflow anywhere.
    pub(super) fn names_workflow(&self, name: &str) -> bool {
        let named = self
            .tree
            .statements
            .iter()
            .filter_map(|statement| match &statement.kind {
                StatementKind::When(When::Enrolls(_, name) | When::Unenrolls(_, name))
                | StatementKind::When(When::Switches(name, _)) => Some(name),
                StatementKind::Expect(claim)
                | StatementKind::Always(claim)
                | StatementKind::Never(claim) => super::claim::workflow_in(claim),
                _ => None,
            });
        let mut named = named;
        named.any(|ident| ident.name == *name)
    }
}

impl Checker<'_> {
    /// The records that a test names, none of them there yet.
    pub(super) fn cast<'t>(&mut self, tree: &'t Test) -> Cast<'t> {
        let lost = tree.lost.iter();
        let mut cast = Cast {
            tree,
            scope: Scope {
                test: true,
                locals: lost.map(|name| (name.clone(), Local::Lost)).collect(),
                ..Scope::default()
            },
            roles: Vec::new(),
            acted: None,
            reached: None,
            edited: false,
            unique: Vec::new(),
        };
        for statement in &tree.statements {
            if let StatementKind::Given(Given::Record(new))
            | StatementKind::When(When::Created(new)) = &statement.kind
            {
                self.role_of(new, &mut cast);
            }
        }
        cast
    }

    fn role_of<'t>(&mut self, new: &'t NewRecord, cast: &mut Cast<'t>) {
        let (of, name) = match self.is_swapped(new) {
            true => (&new.name, &new.object),
            false => (&new.object, &new.name),
        };
        let object = self.catalog.object(&of.name);
        if object.is_none() {
            let names = self.catalog.objects.rows().iter();
            let message = format!("there is no object `{}`", of.name);
            self.unknown(
                Code::UnknownObject,
                (of.name.as_str(), of.span),
                message,
                names.map(|object| object.name.as_str()),
            );
        }
        let same = |role: &&Role<'_>| role.name.name == name.name;
        if let Some(first) = cast.roles.iter().find(same) {
            let message = format!("the test has a record `{}` already", name.name);
            self.report(
                Finding::new(Code::DuplicateName, name.span, message)
                    .also(first.name.span, "the first")
                    .help("give one of them another name"),
            );
            return;
        }
        cast.roles.push(Role {
            name,
            object,
            there: false,
        });
    }

    /// `given ada contact`: the name stands before the object.
    fn is_swapped(&mut self, new: &NewRecord) -> bool {
        let is_object = |ident: &Ident| self.catalog.object(&ident.name).is_some();
        if is_object(&new.object) || !is_object(&new.name) {
            return false;
        }
        let both = new.object.span.to(new.name.span);
        let order = format!("{} {}", new.name.name, new.object.name);
        let message = format!("the object stands before the name: `{order}`");
        self.report(Finding::new(Code::UnknownObject, both, message).fix(
            format!("write `{order}`"),
            both,
            order,
        ));
        true
    }

    /// The record of a name, which must be there.
    pub(super) fn role(&mut self, ident: &Ident, cast: &Cast<'_>) -> Option<(usize, ObjectId)> {
        let named = |role: &Role<'_>| role.name.name == ident.name;
        let Some(place) = cast.roles.iter().position(named) else {
            if !cast.is_lost(ident) {
                let names = cast.roles.iter().map(|role| role.name.name.as_str());
                let meant = nearest(ident.name.as_str(), names);
                let message = format!("the test has no record `{}`", ident.name);
                let finding = Finding::new(Code::UnknownName, ident.span, message);
                self.report(match meant {
                    Some(_) => finding.did_you_mean(meant, ident.span),
                    None => finding.help(format!(
                        "write `given OBJECT {} {{ … }}` before",
                        ident.name
                    )),
                });
            }
            return None;
        };
        let role = cast.roles.get(place)?;
        if !role.there {
            let message = format!("`{}` is not there yet", ident.name);
            self.report(
                Finding::new(Code::TestOrder, ident.span, message)
                    .also(role.name.span, "it is named here"),
            );
        }
        Some((place, role.object?))
    }
}
