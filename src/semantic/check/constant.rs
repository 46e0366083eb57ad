//! Constants: literals, lists and expressions of other constants.

use crate::diagnostic::{Code, Finding};
use crate::model::Item;
use crate::semantic::hir::{Expr, Origins};
use crate::semantic::resolve::Trees;
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast::{self, ExprKind};

/// Through how many others a constant may lead: evaluating it recurses.
const MOST_LINKS: usize = 100;

/// How far the check of a constant is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

impl Checker<'_> {
    /// Checks every constant after those that it names.
    pub(super) fn check_constants(
        &mut self,
        trees: &Trees<'_>,
        origins: &mut Origins,
    ) -> Vec<Expr> {
        let mut states = vec![State::New; trees.constants.len()];
        for place in 0..trees.constants.len() {
            self.check_constant((place, 0), trees, (&mut states, origins));
        }
        let constants = std::mem::take(&mut self.constants);
        let spans = trees.constants.iter().map(|tree| tree.span);
        let all: Vec<Expr> = constants
            .into_iter()
            .zip(spans)
            .map(|(value, span)| value.unwrap_or_else(|| Expr::broken(span)))
            .collect();
        self.constants = all.iter().cloned().map(Some).collect();
        all
    }

    fn check_constant(
        &mut self,
        (place, links): (usize, usize),
        trees: &Trees<'_>,
        (states, origins): (&mut Vec<State>, &mut Origins),
    ) {
        let Some(tree) = trees.constants.get(place) else {
            return;
        };
        if states.get(place) != Some(&State::New) {
            return;
        }
        set(states, place, State::Open);
        self.stand_in(tree.span.source);
        for named in named_constants(&tree.value) {
            let Some(other) = self.catalog.constant(&named.name) else {
                continue;
            };
            let state = states.get(other.index()).copied();
            if state == Some(State::Open) || state == Some(State::New) && links >= MOST_LINKS {
                self.leads_too_far(named, state == Some(State::Open));
                set(states, place, State::Done);
                return;
            }
            if state == Some(State::New) {
                self.check_constant((other.index(), links + 1), trees, (states, origins));
                self.stand_in(tree.span.source);
            }
        }
        self.uses.clear();
        let value = self.expr(&tree.value, &Scope::default(), None);
        if let Some(part) = value.time_dependent() {
            let message = "a constant cannot depend on the time";
            self.report(
                Finding::new(Code::WrongType, part.span, message).help("write it where it is used"),
            );
        }
        if let Some(id) = self.catalog.constant(&tree.name.name) {
            self.declare(origins, Item::Constant(id), tree.span);
        }
        if let Some(slot) = self.constants.get_mut(place) {
            *slot = Some(value);
        }
        set(states, place, State::Done);
    }
}

impl Checker<'_> {
    /// A circle of constants, or a chain too long to evaluate.
    fn leads_too_far(&mut self, named: &ast::Ident, circle: bool) {
        self.report(if circle {
            let message = format!("`{}` depends on itself", named.name);
            Finding::new(Code::ComputedCycle, named.span, message)
                .help("a constant is made of literals and of other constants")
        } else {
            let message = format!("constants lead through more than {MOST_LINKS} others here");
            Finding::new(Code::NestedTooDeeply, named.span, message)
                .help("write one of them as a value")
        });
    }
}

fn set(states: &mut [State], place: usize, state: State) {
    if let Some(slot) = states.get_mut(place) {
        *slot = state;
    }
}

/// The bare names in an expression.
pub(super) fn named_constants(expr: &ast::Expr) -> Vec<&ast::Ident> {
    let own = match &expr.kind {
        ExprKind::Path(path) if path.arguments.is_none() => Some(&path.head),
        _ => None,
    };
    own.into_iter()
        .chain(expr.children().into_iter().flat_map(named_constants))
        .collect()
}
