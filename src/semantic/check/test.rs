//! Tests: the order of their statements, time, and the dispatch. Running them
//! is not known here.

mod cast;
mod claim;
mod given;
mod mock;
mod sent;
mod values;
mod when;

use crate::base::{Decimal, Span, Time, Timestamp, instant};
use crate::diagnostic::{Code, Finding};
use crate::model::Value;
use crate::semantic::hir::test::{Statement, StatementKind, Test};
use crate::semantic::hir::{Expr, ExprKind};
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast;
use crate::syntax::ast::test::{Advance, Statement as Tree, StatementKind as Kind};
use cast::Cast;

impl Checker<'_> {
    /// Tests are no part of any version.
    pub(super) fn check_tests(&mut self, trees: &[&ast::test::Test]) -> Vec<Test> {
        let mut trees = trees.to_vec();
        trees.sort_by(|a, b| (&a.name.text, a.span).cmp(&(&b.name.text, b.span)));
        for pair in trees.windows(2) {
            if let [first, second] = pair
                && first.name.text == second.name.text
            {
                self.same_name(first, second);
            }
        }
        let tests = trees.into_iter().map(|tree| self.test(tree)).collect();
        self.uses.clear();
        tests
    }

    fn same_name(&mut self, first: &ast::test::Test, second: &ast::test::Test) {
        let message = format!("there is a test \"{}\" already", second.name.text);
        self.report(
            Finding::new(Code::DuplicateName, second.name.span, message)
                .also(first.name.span, "the first")
                .help("give one of them another name"),
        );
    }

    fn test(&mut self, tree: &ast::test::Test) -> Test {
        if tree.name.text.trim().is_empty() {
            let message = "a test has a name that says what it shows";
            self.report(Finding::new(Code::MissingPart, tree.name.span, message));
        }
        let mut cast = self.cast(tree);
        let begins = self.test_begins(tree, &mut cast);
        let always = |statement: &&Tree| matches!(statement.kind, Kind::Always(_) | Kind::Never(_));
        let in_order = tree.statements.iter().filter(|tree| !always(tree));
        let mut statements: Vec<Statement> = in_order
            .filter_map(|tree| self.test_statement(tree, &mut cast))
            .collect();
        // What holds at every moment may speak of every record.
        cast.all_there();
        let invariants = tree.statements.iter().filter(always);
        statements.extend(invariants.filter_map(|tree| self.test_statement(tree, &mut cast)));
        statements.sort_by_key(|statement| statement.span.start);
        Test {
            name: tree.name.text.as_str().into(),
            doc: tree.doc.clone(),
            records: cast.records(),
            begins,
            statements,
            span: tree.span,
        }
    }

    fn test_statement(&mut self, tree: &Tree, cast: &mut Cast<'_>) -> Option<Statement> {
        let kind = match &tree.kind {
            Kind::At(_) => return None,
            Kind::Given(given) => {
                self.too_late(tree.span, cast);
                StatementKind::Given(self.test_given(given, cast)?)
            }
            Kind::Mock(mock) => StatementKind::Mock(self.mock(mock, cast)?),
            Kind::When(when) => {
                cast.acted.get_or_insert(tree.span);
                StatementKind::When(self.happens(when, cast)?)
            }
            Kind::Advance(advance) => {
                cast.acted.get_or_insert(tree.span);
                self.test_advance(advance, cast)?
            }
            Kind::Expect(claim) => StatementKind::Expect(self.claim(claim, cast)?),
            Kind::Always(claim) => StatementKind::Always(self.claim(claim, cast)?),
            Kind::Never(claim) => StatementKind::Never(self.claim(claim, cast)?),
        };
        Some(Statement {
            kind,
            span: tree.span,
        })
    }

    /// `given` is the world before anything happens.
    fn too_late(&mut self, span: Span, cast: &Cast<'_>) {
        let Some(acted) = cast.acted else { return };
        let message = "`given` stands before the first `when` or `advance`";
        self.report(
            Finding::new(Code::TestOrder, first_word(span, "given"), message)
                .also(acted, "from here on things happen")
                .help("what happens later is written `when …`"),
        );
    }

    /// `at INSTANT`, which stands first.
    fn test_begins(&mut self, tree: &ast::test::Test, cast: &mut Cast<'_>) -> Expr {
        let mut all = tree.statements.iter().filter_map(|statement| {
            let Kind::At(moment) = &statement.kind else {
                return None;
            };
            Some((moment, statement.span))
        });
        let Some((moment, span)) = all.next() else {
            if !tree.broken {
                let message = "the test does not say when it begins";
                self.report(
                    Finding::new(Code::MissingPart, tree.name.span, message)
                        .help("write `at 2026-01-05T09:00` as its first statement"),
                );
            }
            return Expr::broken(tree.name.span);
        };
        if let Some(first) = tree.statements.first().filter(|first| first.span != span) {
            let message = "`at` stands first in a test";
            self.report(
                Finding::new(Code::TestOrder, first_word(span, "at"), message)
                    .also(first.span, "this stands before it"),
            );
        }
        for (_, again) in all {
            let place = first_word(again, "at");
            let message = "`at` may stand only once";
            self.report(
                Finding::new(Code::RepeatedClause, place, message)
                    .also(span, "the first")
                    .help("time goes on by `advance 2 days` or `advance to …`")
                    .fix("write `advance to`", place, "advance to"),
            );
        }
        let moment = self.point(moment, &Scope::default());
        if let Some(part) = moment.time_dependent() {
            let message = "a test begins at a moment that is always the same";
            self.report(
                Finding::new(Code::WrongType, part.span, message).help("like `2026-01-05T09:00`"),
            );
            return Expr::broken(moment.span);
        }
        cast.reached = self.moment_of(&moment).map(|at| (at, moment.span));
        moment
    }

    fn test_advance(&mut self, tree: &Advance, cast: &mut Cast<'_>) -> Option<StatementKind> {
        let moment = match tree {
            Advance::By(duration, _) => {
                return Some(StatementKind::AdvanceBy(*duration));
            }
            Advance::Named(name) => {
                return Some(StatementKind::AdvanceBy(self.named_duration(name)?));
            }
            Advance::To(moment) => self.point(moment, &cast.scope),
        };
        let at = self.moment_of(&moment);
        if let (Some(at), Some((reached, before))) = (at, cast.reached)
            && at < reached
        {
            let message = "time does not go back";
            self.report(
                Finding::new(Code::TestOrder, moment.span, message)
                    .also(before, "it is at least this moment"),
            );
        }
        cast.reached = at.map(|at| (at, moment.span)).or(cast.reached);
        Some(StatementKind::AdvanceTo(moment))
    }

    /// The moment that an expression is known to be.
    fn moment_of(&self, moment: &Expr) -> Option<Timestamp> {
        match &moment.kind {
            ExprKind::At(day, time) => {
                let (Value::Date(day), Value::Time(Some(time))) =
                    (self.literal_of(day)?, self.literal_of(time)?)
                else {
                    return None;
                };
                instant(day.to_datetime(*time), &self.settings.zone)
            }
            _ => match self.literal_of(moment)? {
                Value::Datetime(at) => Some(*at),
                Value::Date(day) => instant(day.to_datetime(Time::midnight()), &self.settings.zone),
                _ => None,
            },
        }
    }
}

/// The first word of a statement.
fn first_word(span: Span, word: &str) -> Span {
    Span {
        end: (span.start + word.len() as u32).min(span.end),
        ..span
    }
}

/// Whether a value of the tree is just `unknown`.
fn is_unknown(value: &ast::Expr) -> bool {
    value.is_name("unknown")
}

/// A number that is whole and not negative.
fn whole(number: Decimal) -> Option<u32> {
    let fraction = !number.fract().is_zero();
    u32::try_from(number).ok().filter(|_| !fraction)
}
