//! `branch` and `match`.

use super::flow::Walk;
use super::limit::{BRANCH_CASES, MATCH_CASES};
use crate::base::Name;
use crate::diagnostic::{Code, Finding};
use crate::model::{Type, Value};
use crate::semantic::hir::{Case, Expr, ExprKind, Fact, MatchArm, MatchTest, Step, StepKind};
use crate::semantic::types::{Checker, Known, Scope, facts, facts_unless};
use crate::syntax::ast::{self, MatchValue};

impl Checker<'_> {
    pub(super) fn branch(&mut self, tree: &ast::Branch, walk: &mut Walk) -> StepKind {
        self.limited(&BRANCH_CASES, tree.cases.iter().map(|case| case.head));
        let mut exits: Vec<Known> = Vec::new();
        let mut cases = Vec::with_capacity(tree.cases.len());
        let id = walk.at.clone();
        for (number, case) in (1..).zip(&tree.cases) {
            let when = self.condition(&case.when, &walk.scope);
            let next = walk.scope.knowing(facts_unless(&when)).facts;
            walk.scope = walk.scope.knowing(facts(&when, true));
            let way = format!("case {number} of `{id}`");
            let steps = self.arm(way, &case.steps, (walk, &mut exits));
            walk.scope.facts = next;
            let label = case.label.as_ref().map(|label| label.text.as_str().into());
            cases.push(Case {
                label,
                doc: case.doc.clone(),
                when,
                steps,
                head: case.head,
            });
        }
        let otherwise = self.otherwise(&tree.otherwise, &id, (walk, &mut exits));
        walk.join(exits);
        StepKind::Branch(cases, otherwise)
    }

    /// `else`, or the way past all cases.
    fn otherwise(
        &mut self,
        tree: &[ast::ElseCase],
        id: &Name,
        (walk, exits): (&mut Walk, &mut Vec<Known>),
    ) -> Option<Vec<Step>> {
        let Some(case) = tree.first() else {
            walk.leave(exits);
            return None;
        };
        let way = format!("`else` of `{id}`");
        Some(self.arm(way, &case.steps, (walk, exits)))
    }

    pub(super) fn match_step(&mut self, tree: &ast::Match, walk: &mut Walk) -> StepKind {
        self.limited(&MATCH_CASES, tree.cases.iter().map(|case| case.head));
        let value = self.expr(&tree.value, &walk.scope, None);
        let mut exits: Vec<Known> = Vec::new();
        if !matchable(&value.ty) {
            let found = self.describe(&value.ty);
            self.report(
                Finding::new(
                    Code::WrongOperator,
                    value.span,
                    format!("`match` does not take {found}"),
                )
                .help("it compares a text, a number, a date, a bool or an enum; write a `branch`"),
            );
        }
        let fact = value.fact();
        let mut arms = Vec::with_capacity(tree.cases.len());
        let id = walk.at.clone();
        for (number, case) in (1..).zip(&tree.cases) {
            let tests: Vec<MatchTest> = case
                .values
                .iter()
                .filter_map(|test| self.match_test(test, &value))
                .collect();
            let known = !tests.iter().any(|test| matches!(test, MatchTest::Unknown));
            let outside = walk.scope.facts.clone();
            walk.scope = walk.scope.knowing(fact.clone().filter(|_| known));
            let way = format!("case {number} of `{id}`");
            let steps = self.arm(way, &case.steps, (walk, &mut exits));
            walk.scope.facts = outside;
            arms.push(MatchArm {
                doc: case.doc.clone(),
                tests,
                steps,
                head: case.head,
            });
        }
        let unknown_taken = arms.iter().any(|arm| {
            arm.tests
                .iter()
                .any(|test| matches!(test, MatchTest::Unknown))
        });
        walk.scope = walk.scope.knowing(fact.filter(|_: &Fact| unknown_taken));
        let whole = (unknown_taken || value.known) && self.takes_all(&value.ty, &arms);
        let otherwise = match tree.otherwise.is_empty() && whole {
            true => None,
            false => self.otherwise(&tree.otherwise, &id, (walk, &mut exits)),
        };
        walk.join(exits);
        StepKind::Match(value, arms, otherwise)
    }

    /// Whether the cases take each value that is known, so that none falls
    /// through.
    fn takes_all(&self, ty: &Type, arms: &[MatchArm]) -> bool {
        let takes = |wanted: &Value| {
            let mut tests = arms.iter().flat_map(|arm| &arm.tests);
            tests.any(|test| match test {
                MatchTest::Equal(value) => self.literal_of(value) == Some(wanted),
                MatchTest::Range(low, high) => {
                    let ends = (self.literal_of(low), self.literal_of(high));
                    match (ends, wanted) {
                        (
                            (Some(Value::Member(low)), Some(Value::Member(high))),
                            Value::Member(at),
                        ) => (low..=high).contains(&at),
                        _ => false,
                    }
                }
                MatchTest::Unknown => false,
            })
        };
        match ty {
            Type::Enum(members) => (0..members.list().len()).all(|at| takes(&Value::Member(at))),
            Type::Bool => takes(&Value::Bool(true)) && takes(&Value::Bool(false)),
            _ => false,
        }
    }

    fn match_test(&mut self, test: &MatchValue, value: &Expr) -> Option<MatchTest> {
        let constants = Scope::default();
        Some(match test {
            MatchValue::Unknown(_) => MatchTest::Unknown,
            MatchValue::One(one) => MatchTest::Equal(self.match_constant(one, value, &constants)?),
            MatchValue::Range(low, high) => {
                if !value.ty.is_ordered() {
                    let found = self.describe(&value.ty);
                    let span = low.span.to(high.span);
                    self.report(Finding::new(
                        Code::Unordered,
                        span,
                        format!("{found} has no order, so no range"),
                    ));
                    return None;
                }
                let low = self.match_constant(low, value, &constants)?;
                MatchTest::Range(low, self.match_constant(high, value, &constants)?)
            }
        })
    }

    fn match_constant(
        &mut self,
        tree: &ast::Expr,
        value: &Expr,
        constants: &Scope,
    ) -> Option<Expr> {
        let checked = self.value(tree, constants, &value.ty);
        if let Some(part) = checked.time_dependent() {
            self.report(
                Finding::new(Code::WrongType, part.span, "a case compares with constants")
                    .help("what changes with time is compared in a `branch`"),
            );
            return None;
        }
        (!matches!(checked.kind, ExprKind::Broken)).then_some(checked)
    }
}

fn matchable(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Record(_) | Type::Set(_) | Type::List(_) | Type::Json | Type::Auth | Type::Sign
    )
}
