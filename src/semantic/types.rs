//! Types of expressions: names are resolved where they stand, every part gets
//! a type, and what may be unknown is tracked.

mod aggregate;
mod arithmetic;
mod call;
mod compare;
mod elsewhere;
mod expr;
mod facts;
mod fit;
mod known;
mod locals;
mod many;
mod membership;
mod name;
mod occurrence;
mod parameter;
mod past;
mod path;
mod record;
mod scope;
mod secret;
mod test;
mod text;

pub(super) use facts::{facts, facts_unless};
pub(super) use known::Known;
pub(super) use locals::Locals;
pub(super) use parameter::{Parameter, Parameters, StandsFor};
pub(super) use path::Attribute;
pub(super) use scope::{Bound, EventScope, Local, Member, Scope, Source};

use std::collections::BTreeSet;

use super::hir::{Expr, ExprKind, FieldSource};
use super::lost::Lost;
use crate::base::{Name, SourceId, Span, meant};
use crate::diagnostic::{Code, Finding, Findings, with_article};
use crate::model::{Catalog, Hours, Item, ObjectId, PropertyId, Settings, Type, Value};
use crate::syntax::ast::Ident;

/// What is checked so far, and what it is checked against.
pub(super) struct Checker<'a> {
    pub(super) catalog: &'a Catalog,
    /// The catalog of all, and as the files of older versions see it (V3).
    catalogs: (&'a Catalog, &'a [(SourceId, Catalog)]),
    pub(super) settings: &'a Settings,
    /// Names of declarations that could not be read.
    pub(super) lost: &'a Lost,
    /// Whether all declarations are there, at least by name.
    pub(super) complete: bool,
    /// The values of constants, as far as they are checked.
    pub(super) constants: Vec<Option<Expr>>,
    /// The hours of calendars, as far as they are checked.
    pub(super) calendars: Vec<Hours>,
    /// Computed properties that are made of sensitive ones.
    pub(super) sensitive: BTreeSet<(ObjectId, PropertyId)>,
    pub(super) findings: Findings,
    /// What the parameters of the template at hand stand for.
    pub(super) parameters: Option<Parameters>,
    /// What the declaration at hand names.
    pub(super) uses: BTreeSet<Item>,
    /// The arms of steps that lead to the step at hand.
    pub(super) trail: Vec<String>,
    /// Where the names of the workflow are bound, by their places, and how
    /// many arms lead there.
    pub(super) bound: Vec<(Span, usize)>,
    /// The names of the steps of each workflow.
    pub(super) step_ids: Vec<Vec<Name>>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(
        catalogs: (&'a Catalog, &'a [(SourceId, Catalog)]),
        settings: &'a Settings,
        lost: &'a Lost,
        complete: bool,
    ) -> Self {
        let (catalog, _) = catalogs;
        let constants = catalog.constants.ids().map(|_| None).collect();
        let (findings, uses, sensitive) = Default::default();
        Checker {
            catalog,
            catalogs,
            settings,
            lost,
            complete,
            constants,
            calendars: Vec::new(),
            sensitive,
            findings,
            parameters: None,
            uses,
            trail: Vec::new(),
            bound: Vec::new(),
            step_ids: Vec::new(),
        }
    }

    /// From now on names mean what they mean in a file.
    pub(super) fn stand_in(&mut self, source: SourceId) {
        let (all, seen) = self.catalogs;
        let own = seen.iter().find(|(other, _)| *other == source);
        self.catalog = own.map_or(all, |(_, catalog)| catalog);
    }

    /// Names mean again what they mean everywhere.
    pub(super) fn stand_outside(&mut self) {
        (self.catalog, _) = self.catalogs;
    }

    pub(super) fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Reports a name that means nothing, unless its declaration was lost.
    pub(super) fn unknown<'n>(
        &mut self,
        code: Code,
        (name, span): (&str, Span),
        message: String,
        candidates: impl IntoIterator<Item = &'n str>,
    ) {
        if self.is_lost(code, (name, span)) {
            return;
        }
        if let Some(instead) = self.wrong_parameter(code, (name, span)) {
            self.findings.extend(instead);
            return;
        }
        if code == Code::UnknownWorkflow && self.catalog.template(&Name::new(name)).is_some() {
            self.no_instance(name, span);
            return;
        }
        let meant = meant(name, candidates);
        self.findings
            .push(Finding::new(code, span, message).did_you_mean(meant, span));
    }

    /// A template where a workflow must stand.
    fn no_instance(&mut self, name: &str, span: Span) {
        let message = format!("`{name}` is a template, not a workflow");
        self.report(
            Finding::new(Code::UnknownWorkflow, span, message).help(format!(
                "name an instance of it: `workflow NAME = {name}(…)`"
            )),
        );
    }

    /// Whether what a name means may stand in what could not be read.
    pub(super) fn is_lost(&self, code: Code, (name, span): (&str, Span)) -> bool {
        let elsewhere = !self.complete || self.lost.explains(name, span);
        self.lost.contains(name) || elsewhere && declared_elsewhere(code)
    }

    /// The value that an expression is known to have, constants resolved.
    pub(super) fn literal_of<'v>(&'v self, value: &'v Expr) -> Option<&'v Value> {
        match &value.kind {
            ExprKind::Literal(value) => Some(value),
            ExprKind::Constant(id) => {
                let named = self.constants.get(id.index())?.as_ref()?;
                self.literal_of(named)
            }
            ExprKind::Parameter(_) => self.some_time(value),
            _ => None,
        }
    }

    /// The part of a value that is sensitive.
    pub(super) fn sensitive_part<'v>(&self, value: &'v Expr) -> Option<&'v Expr> {
        let sensitive = |object: ObjectId, property: PropertyId| {
            self.catalog.objects[object].properties[property].sensitive
                || self.sensitive.contains(&(object, property))
        };
        value.find(&|part| match &part.kind {
            ExprKind::Property(path) => sensitive(path.record.object, path.property),
            ExprKind::Aggregate(_, path, Some(property), _) => sensitive(path.object, *property),
            ExprKind::Event(field) | ExprKind::Occurrence(_, field) => {
                field.sources.iter().any(|source| match source {
                    FieldSource::Old(object, property) | FieldSource::New(object, property) => {
                        sensitive(*object, *property)
                    }
                    _ => false,
                })
            }
            _ => false,
        })
    }

    /// Reports a thing of another object than the one at hand; the words say
    /// what it does with its own.
    pub(super) fn other_object(
        &mut self,
        (name, does): (&Ident, &str),
        owner: ObjectId,
        here: ObjectId,
    ) {
        let named = |object: ObjectId| with_article(self.catalog.objects[object].name.as_str());
        let (owner, here) = (named(owner), named(here));
        let message = format!("`{}` {does} {owner}, and this is about {here}", name.name);
        self.report(Finding::new(Code::OtherObject, name.span, message));
    }

    pub(super) fn describe(&self, ty: &Type) -> String {
        ty.describe(self.catalog)
    }
}

/// Whether what is missing may stand in a file that could not be read.
fn declared_elsewhere(code: Code) -> bool {
    !matches!(
        code,
        Code::UnknownFunction
            | Code::UnknownArgument
            | Code::UnknownAction
            | Code::UnknownField
            | Code::GotoTarget
    )
}
