//! What the statements of a test are made of, gathered in one pass.

use crate::syntax::ast::test::{Assignment, Count};
use crate::syntax::ast::{Expr, Field, Ident, Path, SetOp};
use crate::syntax::build::Builder;
use crate::syntax::grammar::{Pair, Rule};

/// The parts of a statement, those of each kind in the order of the text.
#[derive(Default)]
pub(super) struct Parts<'i> {
    pub(super) names: Vec<Pair<'i>>,
    pub(super) words: Vec<Rule>,
    pub(super) fields: Vec<Field>,
    pub(super) path: Option<Path>,
    pub(super) label: Option<Ident>,
    pub(super) expr: Option<Expr>,
    pub(super) text: Option<Pair<'i>>,
    pub(super) assignments: Vec<Assignment>,
    pub(super) count: Option<Count>,
}

impl Parts<'_> {
    /// Whether a word stands among them.
    pub(super) fn says(&self, keyword: Rule) -> bool {
        self.words.contains(&keyword)
    }
}

impl<'i> Builder<'i> {
    pub(super) fn parts(&mut self, pair: Pair<'i>) -> Parts<'i> {
        let mut parts = Parts::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => parts.names.push(part),
                Rule::fields => parts.fields = self.fields(part),
                Rule::path => parts.path = self.path(part),
                Rule::expr => parts.expr = Some(self.expr(part)),
                Rule::end_label => {
                    parts.label = part.into_inner().last().map(|name| self.ident(&name));
                }
                Rule::assignment => parts.assignments.extend(self.assignment(part)),
                Rule::count => parts.count = self.count_of(part),
                Rule::plain_string | Rule::block_string | Rule::raw_string | Rule::raw_block => {
                    parts.text = Some(part);
                }
                other => parts.words.push(other),
            }
        }
        parts
    }

    /// The first two names of a statement.
    pub(super) fn two_names(&mut self, pair: Pair<'i>) -> Option<(Ident, Ident)> {
        let mut names = pair
            .into_inner()
            .filter(|part| part.as_rule() == Rule::name);
        let (first, second) = (names.next()?, names.next()?);
        Some((self.ident(&first), self.ident(&second)))
    }

    fn assignment(&mut self, pair: Pair<'i>) -> Option<Assignment> {
        let mut parts = pair.into_inner();
        let (name, sign, value) = (parts.next()?, parts.next()?, parts.next()?);
        let op = self.set_op(&sign);
        if op != SetOp::Assign {
            let place = self.span(&sign);
            self.foreign("what comes in is a value: it is set by `=`", place, "=");
        }
        Some(Assignment {
            property: self.ident(&name),
            value: self.expr(value),
        })
    }
}
