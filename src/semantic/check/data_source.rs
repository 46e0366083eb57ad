//! `let NAME = EXPR`: a data source. It is worked out where it is used, so a
//! name stands for its expression; what follows it may use it.

use std::cell::Cell;
use std::rc::Rc;

use super::limit::SOURCES;
use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::model::{ObjectId, Type};
use crate::semantic::hir::{self, DataSource, Expr};
use crate::semantic::types::{Bound, Checker, Local, Locals, Scope, Source};
use crate::syntax::ast::{self, ClauseKind, ExprKind};

/// How many parts a data source may have, those that it names included.
const MOST_PARTS: usize = 1_000;

/// How many levels it may have, those that it names included.
const MOST_LEVELS: usize = 100;

/// The data sources of a workflow, as far as they are checked.
pub(super) struct DataSources<'t> {
    object: ObjectId,
    all: Vec<DataSourceTree<'t>>,
}

struct DataSourceTree<'t> {
    tree: &'t ast::Let,
    /// Its place among the clauses.
    at: usize,
    span: Span,
    meaning: Local,
}

impl<'t> DataSources<'t> {
    /// The names in reach of a clause, by its place among all.
    pub(super) fn before(&self, place: usize) -> Locals {
        let all = self.all.iter().map(|source| {
            let meaning = match source.at < place {
                true => source.meaning.clone(),
                false => Local::Source(Bound::Below(source.tree.name.span)),
            };
            (source.tree.name.name.clone(), meaning)
        });
        all.collect()
    }

    /// The scope of a clause that is judged without an event.
    pub(super) fn scope(&self, place: usize) -> Scope {
        Scope {
            locals: self.before(place),
            ..Scope::of(self.object)
        }
    }

    /// Those that are understood, in the order of the text.
    pub(super) fn checked(&self) -> Vec<DataSource> {
        let all = self.all.iter().filter_map(|source| match &source.meaning {
            Local::Source(Bound::Value(value)) => Some(DataSource {
                name: source.tree.name.name.clone(),
                value: value.value.clone(),
                used: value.used.get(),
                place: source.tree.name.span,
                span: source.span,
            }),
            _ => None,
        });
        all.collect()
    }

    /// What one of them sees: those before it, and of the others whether they
    /// lead back to it.
    fn inside(&self, place: usize, scope: &Scope) -> Scope {
        let mut locals = Locals::default();
        for (other, source) in self.all.iter().enumerate() {
            let span = source.tree.name.span;
            let meaning = match other < place {
                true => source.meaning.clone(),
                false if other == place || self.leads(other, place) => Local::Source(Bound::Circle),
                false => Local::Source(Bound::Below(span)),
            };
            locals.push(source.tree.name.name.clone(), meaning);
        }
        Scope {
            locals,
            ..scope.clone()
        }
    }

    /// Whether one names the other, directly or through others.
    fn leads(&self, from: usize, to: usize) -> bool {
        let mut reached = vec![from];
        let mut next = 0;
        while let Some(at) = reached.get(next).copied() {
            next += 1;
            let Some(source) = self.all.get(at) else {
                continue;
            };
            let names = names_in(&source.tree.value);
            for (other, named) in self.all.iter().enumerate() {
                let is_named = names.iter().any(|name| **name == named.tree.name.name);
                if is_named && other == to {
                    return true;
                }
                if is_named && !reached.contains(&other) {
                    reached.push(other);
                }
            }
        }
        false
    }
}

impl Checker<'_> {
    /// All `let` of a workflow. Those that read the event come later, when all
    /// triggers are known.
    pub(super) fn data_sources<'t>(
        &mut self,
        object: ObjectId,
        clauses: &'t [ast::Clause],
    ) -> DataSources<'t> {
        let mut sources = DataSources {
            object,
            all: Vec::new(),
        };
        for (at, clause) in clauses.iter().enumerate() {
            if let ClauseKind::Let(tree) = &clause.kind
                && self.is_free(&sources, tree)
            {
                sources.all.push(DataSourceTree {
                    tree,
                    at,
                    span: clause.span,
                    meaning: Local::Lost,
                });
            }
        }
        self.limited(
            &SOURCES,
            sources.all.iter().map(|source| source.tree.name.span),
        );
        for place in 0..sources.all.len() {
            let scope = sources.inside(place, &Scope::of(object));
            let Some(source) = sources.all.get(place) else {
                continue;
            };
            let meaning = match reads_event(&source.tree.value, &scope) {
                true => Local::Source(Bound::OfEvent(source.tree.name.span)),
                false => self.data_source(source.tree, &scope),
            };
            if let Some(source) = sources.all.get_mut(place) {
                source.meaning = meaning;
            }
        }
        sources
    }

    /// Those that read the event, where one is at hand.
    pub(super) fn event_sources(&mut self, sources: &mut DataSources<'_>, scope: &Scope) {
        for place in 0..sources.all.len() {
            let scope = sources.inside(place, scope);
            let Some(source) = sources.all.get_mut(place) else {
                continue;
            };
            if let Local::Source(Bound::OfEvent(_)) = source.meaning {
                source.meaning = self.data_source(source.tree, &scope);
            }
        }
    }

    /// Whether the name is no other's.
    fn is_free(&mut self, sources: &DataSources<'_>, tree: &ast::Let) -> bool {
        self.no_shadow(sources.object, &tree.name);
        let same = |source: &&DataSourceTree<'_>| source.tree.name.name == tree.name.name;
        let first = sources.all.iter().find(same);
        if let Some(first) = first {
            let message = format!("there is a `let {}` already", tree.name.name);
            self.report(
                Finding::new(Code::DuplicateName, tree.name.span, message)
                    .also(first.tree.name.span, "the first")
                    .help("give one of them another name"),
            );
        }
        first.is_none()
    }

    fn data_source(&mut self, tree: &ast::Let, scope: &Scope) -> Local {
        let value = self.expr(&tree.value, scope, None);
        if matches!(value.ty, Type::Broken) {
            return Local::Lost;
        }
        let (parts, levels) = size(&value);
        if parts > MOST_PARTS || levels > MOST_LEVELS {
            let message = format!("`{}` holds too much", tree.name.name);
            self.report(
                Finding::new(Code::NestedTooDeeply, tree.name.span, message).help(format!(
                    "with all that it names it has at most {MOST_PARTS} parts in {MOST_LEVELS} levels"
                )),
            );
            return Local::Lost;
        }
        let reads = value.find(&|part| matches!(part.kind, hir::ExprKind::Event(_)));
        let event = reads.and(scope.event.clone());
        let used = Cell::new(false);
        Local::Source(Bound::Value(Rc::new(Source { value, event, used })))
    }
}

/// The names that an expression begins its paths with.
fn names_in(expr: &ast::Expr) -> Vec<&Name> {
    let own = match &expr.kind {
        ExprKind::Path(path) if path.arguments.is_none() => Some(&path.head.name),
        ExprKind::Quantified(_, path, _) => Some(&path.head.name),
        _ => None,
    };
    let inner = expr.children().into_iter().flat_map(names_in);
    own.into_iter().chain(inner).collect()
}

/// Whether an expression reads the event, itself or by what it names.
fn reads_event(expr: &ast::Expr, scope: &Scope) -> bool {
    names_in(expr).into_iter().any(|name| {
        let named = scope.local(name.as_str());
        *name == "event" || matches!(named, Some(Local::Source(Bound::OfEvent(_))))
    })
}

/// How many parts and levels a value has.
fn size(value: &Expr) -> (usize, usize) {
    let children = value.children();
    let inner = children.into_iter().map(size);
    let (parts, levels) = inner.fold((0, 0), |(parts, levels), (more, deep)| {
        (parts + more, levels.max(deep))
    });
    (parts + 1, levels + 1)
}
