//! Precedence over the flat list of an expression, loosest first: `or`,
//! `and`, `not`, `or unknown`, comparisons, `at`, `??`, `+ -`, `* /`, `-`.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::Builder;
use crate::base::Span;
use crate::diagnostic::{Code, Edit, Finding};
use crate::syntax::ast::{Arithmetic, Comparison, ContainsKind, Expr, ExprKind, Logic, TextTest};
use crate::syntax::grammar::{Pair, Rule};

type Parts<'i> = Peekable<IntoIter<Pair<'i>>>;

const NOT: u8 = 3;
const OR_UNKNOWN: u8 = 4;
const COMPARISON: u8 = 5;
const NEGATIVE: u8 = 10;

/// How tightly an operator binds, and whether it stands after its only
/// operand.
fn binding(part: &Pair<'_>) -> Option<(u8, bool)> {
    Some(match part.as_rule() {
        Rule::or_op => (1, false),
        Rule::symbol_logic if part.as_str() == "||" => (1, false),
        Rule::and_op | Rule::symbol_logic => (2, false),
        Rule::or_unknown => (OR_UNKNOWN, true),
        Rule::compare_op | Rule::contains_op | Rule::starts_op | Rule::ends_op => {
            (COMPARISON, false)
        }
        Rule::is_tail
        | Rule::in_tail
        | Rule::between_tail
        | Rule::within_period
        | Rule::matches_tail => (COMPARISON, true),
        Rule::was_tail | Rule::changed_tail => (COMPARISON, true),
        Rule::at_op => (6, false),
        Rule::coalesce_op => (7, false),
        Rule::sum_op => (8, false),
        Rule::product_op => (9, false),
        _ => return None,
    })
}

impl<'i> Builder<'i> {
    /// An expression from its flat parts.
    pub(super) fn expr_of(&mut self, parts: Vec<Pair<'i>>, span: Span) -> Expr {
        let prefixes = parts
            .iter()
            .filter(|part| matches!(part.as_rule(), Rule::not_op | Rule::neg_op))
            .count();
        if prefixes > super::super::MAX_NESTING {
            return self.too_deep(span);
        }
        self.ambiguous_unknown(&parts);
        let mut parts = parts.into_iter().peekable();
        let Expr { kind, depth, .. } = self.climb(&mut parts, 0);
        Expr { kind, span, depth }
    }

    fn climb(&mut self, parts: &mut Parts<'i>, least: u8) -> Expr {
        let mut left = self.term(parts);
        while let Some((tightness, postfix)) = parts.peek().and_then(binding)
            && tightness >= least
        {
            let Some(operator) = parts.next() else { break };
            let chained = tightness == COMPARISON && is_comparison(&left.kind);
            if chained {
                self.chained(&left, self.span(&operator));
            }
            left = if postfix {
                self.postfix(left, operator)
            } else if let Some(unknown) = compares_nothing(&operator, parts) {
                self.nothing(left, unknown, parts)
            } else {
                let right = self.climb(parts, tightness + 1);
                self.infix(left, &operator, right)
            };
            if chained {
                left = self.rest_of_chain(left.span, parts);
            } else if left.depth > Expr::MAX_DEPTH {
                left = self.too_deep(left.span);
                parts.by_ref().for_each(drop);
            }
        }
        left
    }

    /// Passes over further comparisons of a chain: one finding is enough.
    fn rest_of_chain(&mut self, mut span: Span, parts: &mut Parts<'i>) -> Expr {
        while let Some((COMPARISON, postfix)) = parts.peek().and_then(binding) {
            span = parts
                .next()
                .map_or(span, |operator| span.to(self.span(&operator)));
            if !postfix {
                span = span.to(self.climb(parts, COMPARISON + 1).span);
            }
        }
        Expr {
            kind: ExprKind::Broken,
            span,
            depth: 1,
        }
    }

    fn term(&mut self, parts: &mut Parts<'i>) -> Expr {
        let Some(first) = parts.next() else {
            return self.broken();
        };
        let start = self.span(&first);
        let (kind, operand): (fn(Box<Expr>) -> ExprKind, Expr) = match first.as_rule() {
            Rule::not_op => {
                if first.as_str() == "!" {
                    self.foreign("`!` is written `not`", start, "not ");
                }
                (ExprKind::Not, self.climb(parts, NOT))
            }
            Rule::neg_op => (ExprKind::Negative, self.climb(parts, NEGATIVE)),
            _ => return self.primary(first),
        };
        let (span, depth) = (start.to(operand.span), operand.depth + 1);
        Expr {
            kind: kind(Box::new(operand)),
            span,
            depth,
        }
    }

    fn infix(&mut self, left: Expr, operator: &Pair<'i>, right: Expr) -> Expr {
        let span = left.span.to(right.span);
        let depth = left.depth.max(right.depth) + 1;
        let kind = match operator.as_rule() {
            Rule::and_op => return joined(Logic::And, left, right),
            Rule::or_op => return joined(Logic::Or, left, right),
            Rule::symbol_logic => {
                let (logic, word) = if operator.as_str() == "||" {
                    (Logic::Or, "or")
                } else {
                    (Logic::And, "and")
                };
                let place = self.span(operator);
                self.foreign(
                    &format!("`{}` is written `{word}`", operator.as_str()),
                    place,
                    word,
                );
                return joined(logic, left, right);
            }
            Rule::compare_op => self.comparison(left, operator, right),
            Rule::contains_op => self.contains(left, operator, right),
            Rule::starts_op | Rule::ends_op => {
                let starts = operator.as_rule() == Rule::starts_op;
                let test = if starts {
                    TextTest::StartsWith
                } else {
                    TextTest::EndsWith
                };
                ExprKind::TextTest(test, Box::new(left), Box::new(right), negated(operator))
            }
            Rule::at_op => ExprKind::At(Box::new(left), Box::new(right)),
            Rule::coalesce_op => ExprKind::Coalesce(Box::new(left), Box::new(right)),
            _ => {
                let operation = match operator.as_str() {
                    "+" => Arithmetic::Add,
                    "-" => Arithmetic::Subtract,
                    "*" => Arithmetic::Multiply,
                    _ => Arithmetic::Divide,
                };
                // `24/12/2026` may be a date.
                self.doubtful |= matches!(&left.kind, ExprKind::Arithmetic(Arithmetic::Divide, ..));
                ExprKind::Arithmetic(operation, Box::new(left), Box::new(right))
            }
        };
        Expr { kind, span, depth }
    }

    /// `x == null`.
    fn nothing(&mut self, left: Expr, unknown: bool, parts: &mut Parts<'i>) -> Expr {
        let right = parts.next().map_or(left.span, |word| self.span(&word));
        let test = if unknown { "is unknown" } else { "is known" };
        let place = Span {
            start: left.span.end,
            ..left.span.to(right)
        };
        self.report(
            Finding::new(
                Code::ForeignSyntax,
                right,
                format!(
                    "the {} of a value is written `{test}`",
                    if unknown { "absence" } else { "presence" }
                ),
            )
            .fix(format!("write `{test}`"), place, format!(" {test}")),
        );
        Expr {
            span: left.span.to(right),
            depth: left.depth + 1,
            kind: ExprKind::Is(Box::new(left), unknown),
        }
    }

    fn comparison(&mut self, left: Expr, operator: &Pair<'i>, right: Expr) -> ExprKind {
        let place = self.span(operator);
        let comparison = match operator.as_str() {
            "!=" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterEqual,
            "=" | "===" => {
                self.foreign("a comparison is written `==`", place, "==");
                Comparison::Equal
            }
            "<>" | "!==" => {
                self.foreign("a difference is written `!=`", place, "!=");
                Comparison::NotEqual
            }
            "=>" => {
                self.foreign("greater or equal is written `>=`", place, ">=");
                Comparison::GreaterEqual
            }
            "=<" => {
                self.foreign("less or equal is written `<=`", place, "<=");
                Comparison::LessEqual
            }
            _ => Comparison::Equal,
        };
        ExprKind::Compare(comparison, Box::new(left), Box::new(right))
    }

    fn contains(&mut self, left: Expr, operator: &Pair<'i>, right: Expr) -> ExprKind {
        let has = |rule| {
            operator
                .clone()
                .into_inner()
                .any(|part| part.as_rule() == rule)
        };
        let kind = if has(Rule::kw_all) {
            ContainsKind::All
        } else if has(Rule::kw_any) {
            ContainsKind::Any
        } else {
            ContainsKind::One
        };
        ExprKind::Contains(kind, Box::new(left), Box::new(right), negated(operator))
    }

    /// A comparison does not chain.
    fn chained(&mut self, left: &Expr, operator: Span) {
        let finding = Finding::new(
            Code::ChainedComparison,
            operator,
            "a comparison cannot be compared",
        )
        .also(left.span, "is true, false or unknown")
        .help("join two comparisons by `and`, or write `between … and …`");
        let smaller = |sign: &str| matches!(sign, "<" | "<=");
        let larger = |sign: &str| matches!(sign, ">" | ">=");
        let sign = self.written(operator);
        let finding = match &left.kind {
            ExprKind::Compare(first, _, middle)
                if smaller(sign) && matches!(first, Comparison::Less | Comparison::LessEqual)
                    || larger(sign)
                        && matches!(first, Comparison::Greater | Comparison::GreaterEqual) =>
            {
                let again = format!(" and {}", self.written(middle.span));
                finding.fix("write two comparisons", left.span.after(), again)
            }
            _ => finding,
        };
        self.report(finding);
    }

    pub(super) fn too_deep(&mut self, span: Span) -> Expr {
        self.report(
            Finding::new(
                Code::NestedTooDeeply,
                span,
                "this expression has too many operators inside each other",
            )
            .help("split it: a constant, a segment or a computed property can hold a part"),
        );
        Expr {
            kind: ExprKind::Broken,
            span,
            depth: 1,
        }
    }

    /// After an unparenthesised chain `or unknown` could be read in two ways.
    fn ambiguous_unknown(&mut self, parts: &[Pair<'i>]) {
        let joint = |part: &Pair<'i>| matches!(part.as_rule(), Rule::and_op | Rule::or_op);
        let Some(place) = parts
            .iter()
            .rposition(|part| part.as_rule() == Rule::or_unknown)
        else {
            return;
        };
        let before = parts.get(..place).unwrap_or_default();
        let Some(last_joint) = before.iter().rposition(joint) else {
            return;
        };
        let (Some(tail), Some(first), Some(last), Some(end)) = (
            parts.get(place),
            before.first(),
            before.get(last_joint + 1),
            before.last(),
        ) else {
            return;
        };
        let insert = |span: Span, text: &str| Edit {
            span,
            text: text.into(),
        };
        let (tail, first, last, end) = (
            self.span(tail),
            self.span(first),
            self.span(last),
            self.span(end),
        );
        self.report(
            Finding::new(
                Code::AmbiguousUnknown,
                tail,
                "`or unknown` belongs to the last condition only",
            )
            .also(last.to(end), "to this one")
            .help("parentheses say which conditions are meant")
            .fix_all(
                "for the last condition",
                vec![insert(last.before(), "("), insert(tail.after(), ")")],
            )
            .fix_all(
                "for the whole chain",
                vec![insert(first.before(), "("), insert(end.after(), ")")],
            ),
        );
    }
}

/// Whether a comparison asks for the absence (true) or the presence of a value,
/// and nothing follows that binds tighter.
fn compares_nothing(operator: &Pair<'_>, parts: &mut Parts<'_>) -> Option<bool> {
    if operator.as_rule() != Rule::compare_op {
        return None;
    }
    let unknown = match operator.as_str() {
        "==" | "=" | "===" => true,
        "!=" | "<>" | "!==" => false,
        _ => return None,
    };
    let path = parts.peek().filter(|part| part.as_rule() == Rule::path)?;
    let mut names = path.clone().into_inner();
    let word = names.next().filter(|_| names.next().is_none())?.as_str();
    let nothing = matches!(word, "null" | "NULL" | "nil" | "undefined");
    nothing.then_some(unknown)
}

/// `a and b`, flat: `a and b and c` is one node.
fn joined(logic: Logic, left: Expr, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    let (mut terms, depth) = match left.kind {
        ExprKind::Logic(same, terms) if same == logic => (terms, left.depth.max(right.depth + 1)),
        _ => {
            let depth = left.depth.max(right.depth) + 1;
            (vec![left], depth)
        }
    };
    terms.push(right);
    Expr {
        kind: ExprKind::Logic(logic, terms),
        span,
        depth,
    }
}

/// Whether an operator with words begins with `not`.
pub(super) fn negated(pair: &Pair<'_>) -> bool {
    pair.clone()
        .into_inner()
        .any(|part| part.as_rule() == Rule::kw_not)
}

fn is_comparison(kind: &ExprKind) -> bool {
    if let ExprKind::Past(past) = kind {
        return past.is_postfix();
    }
    matches!(
        kind,
        ExprKind::Compare(..)
            | ExprKind::In(..)
            | ExprKind::Between(..)
            | ExprKind::TextTest(..)
            | ExprKind::Contains(..)
            | ExprKind::Matches(..)
            | ExprKind::Within(..)
            | ExprKind::Is(..)
    )
}
