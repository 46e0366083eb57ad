//! Values and postfixes of expressions.

use pest::Parser;

use super::Builder;
use super::pratt::negated;
use crate::base::Span;
use crate::diagnostic::{Code, Edit, Finding};
use crate::syntax::ast::{Expr, ExprKind, Plain, Quantifier};
use crate::syntax::grammar::{FlowParser, Pair, Rule};

impl<'i> Builder<'i> {
    /// An expression, or the right side of a word operator.
    pub(super) fn expr(&mut self, pair: Pair<'i>) -> Expr {
        let span = self.span(&pair);
        self.expr_of(pair.into_inner().collect(), span)
    }

    /// The first expression inside a pair.
    pub(super) fn inner_expr(&mut self, pair: Pair<'i>) -> Expr {
        let inner = pair
            .into_inner()
            .find(|part| matches!(part.as_rule(), Rule::expr | Rule::operand));
        match inner {
            Some(inner) => self.expr(inner),
            None => self.broken(),
        }
    }

    pub(super) fn primary(&mut self, pair: Pair<'i>) -> Expr {
        let span = self.span(&pair);
        let mut depth = 1;
        let kind = match pair.as_rule() {
            Rule::paren => return self.paren(pair, span),
            Rule::path => self.path_expr(pair, &mut depth),
            Rule::number => self.number(&pair).map(ExprKind::Number),
            Rule::date => self.date(&pair).map(ExprKind::Date),
            Rule::time => self.time_or_midnight(&pair).map(ExprKind::Time),
            Rule::instant => self.instant(&pair),
            Rule::duration => self.duration_expr(pair),
            Rule::percent => {
                self.report(
                    Finding::new(Code::BadLiteral, span, "a percentage is no value")
                        .help("write the number, or a fraction: 30% is 0.3"),
                );
                None
            }
            Rule::single_quoted => {
                let text = double_quoted(pair.as_str());
                self.foreign("text stands in double quotes", span, &text);
                None
            }
            Rule::bracketed => return self.bracketed(pair, span),
            Rule::hole => {
                if !self.patch.is_inserted(pair.as_span().start()) {
                    self.report(Finding::new(
                        Code::UnexpectedText,
                        span,
                        "this character cannot stand here",
                    ));
                }
                None
            }
            Rule::quantifier => self.quantifier(pair, &mut depth),
            Rule::in_segment => pair
                .into_inner()
                .last()
                .map(|name| ExprKind::InSegment(self.ident(&name))),
            Rule::happened | Rule::in_workflow | Rule::imported => self.past(pair, &mut depth),
            _ => Some(self.text_expr(pair, &mut depth)),
        };
        Expr {
            kind: kind.unwrap_or(ExprKind::Broken),
            span,
            depth,
        }
    }

    /// `(x)` or `(x, y)`.
    fn paren(&mut self, pair: Pair<'i>, span: Span) -> Expr {
        let inside = pair.as_str().trim_end().trim_end_matches(')');
        let list = inside.trim_end().ends_with(',');
        let mut items: Vec<Expr> = pair.into_inner().map(|item| self.expr(item)).collect();
        let depth = items.iter().map(|item| item.depth).max().unwrap_or(0) + 1;
        let kind = match items.pop() {
            Some(only) if items.is_empty() && !list => ExprKind::Group(Box::new(only)),
            last => {
                items.extend(last);
                ExprKind::List(items)
            }
        };
        Expr { kind, span, depth }
    }

    /// `[x, y]`, which should be a list in parentheses.
    fn bracketed(&mut self, pair: Pair<'i>, span: Span) -> Expr {
        let (start, end) = self.extent(&pair);
        let edit = |span, text: &str| Edit {
            span,
            text: text.into(),
        };
        let edits = vec![
            edit(self.at(start, start + 1), "("),
            edit(self.at(end - 1, end), ")"),
        ];
        self.report(
            Finding::new(Code::ForeignSyntax, span, "a list stands in parentheses")
                .fix_all("write parentheses", edits),
        );
        let items: Vec<Expr> = pair.into_inner().map(|item| self.expr(item)).collect();
        let depth = items.iter().map(|item| item.depth).max().unwrap_or(0) + 1;
        let kind = ExprKind::List(items);
        Expr { kind, span, depth }
    }

    fn quantifier(&mut self, pair: Pair<'i>, depth: &mut u32) -> Option<ExprKind> {
        let (mut quantifier, mut path, mut filter) = (Quantifier::Any, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_all => quantifier = Quantifier::All,
                Rule::kw_no => quantifier = Quantifier::No,
                Rule::path => path = self.path(part),
                Rule::group_where => filter = Some(Box::new(self.grouped(part))),
                _ => {}
            }
        }
        *depth += filter.as_ref().map_or(0, |filter| filter.depth);
        Some(ExprKind::Quantified(quantifier, Box::new(path?), filter))
    }

    pub(super) fn postfix(&mut self, left: Expr, pair: Pair<'i>) -> Expr {
        let place = self.span(&pair);
        let (rule, not) = (pair.as_rule(), negated(&pair));
        let (span, mut depth) = (left.span.to(place), left.depth);
        if matches!(rule, Rule::was_tail | Rule::changed_tail) {
            return self.past_of(left, pair, span);
        }
        let left = Box::new(left);
        let kind = match rule {
            Rule::or_unknown => ExprKind::OrUnknown(left),
            Rule::is_tail => self.is_tail(left, pair, &mut depth),
            Rule::in_tail => match self.list(pair) {
                Some(list) => {
                    depth = depth.max(list.depth);
                    ExprKind::In(left, Box::new(list), not)
                }
                None => ExprKind::Broken,
            },
            Rule::between_tail => match self.points(pair) {
                Some(points) => {
                    depth = depth.max(points.0.depth).max(points.1.depth);
                    ExprKind::Between(left, Box::new(points), not)
                }
                None => ExprKind::Broken,
            },
            Rule::within_period => {
                let period = self.within(pair);
                period.map_or(ExprKind::Broken, |period| ExprKind::Within(left, period))
            }
            _ => self.matches_tail(left, pair, not),
        };
        Expr {
            kind,
            span,
            depth: depth + 1,
        }
    }

    /// A test of what a property was.
    fn past_of(&mut self, left: Expr, pair: Pair<'i>, span: Span) -> Expr {
        let depth = left.depth;
        let kind = match pair.as_rule() {
            Rule::was_tail => self.was(left, pair),
            _ => self.changed(left, pair),
        };
        let deepest = match &kind {
            ExprKind::Past(past) => past.children().into_iter().map(|child| child.depth).max(),
            _ => None,
        };
        Expr {
            kind,
            span,
            depth: deepest.unwrap_or(depth) + 1,
        }
    }

    /// The right side of `in`.
    pub(super) fn list(&mut self, pair: Pair<'i>) -> Option<Expr> {
        let list = pair
            .into_inner()
            .find(|part| matches!(part.as_rule(), Rule::paren | Rule::path | Rule::bracketed))?;
        let list = self.primary(list);
        // `in (x)` is a list of one.
        Some(match list.kind {
            ExprKind::Group(only) => Expr {
                kind: ExprKind::List(vec![*only]),
                ..list
            },
            _ => list,
        })
    }

    /// `is known`, `is unknown`, and what people write instead.
    fn is_tail(&mut self, left: Box<Expr>, pair: Pair<'i>, depth: &mut u32) -> ExprKind {
        let place = self.span(&pair);
        let not = negated(&pair);
        let Some(right) = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::operand)
        else {
            return ExprKind::Broken;
        };
        let word = self.trimmed(&right);
        if word.starts_with('\0') {
            return ExprKind::Broken;
        }
        match (word, not) {
            ("known", false) => ExprKind::Is(left, false),
            ("unknown", false) => ExprKind::Is(left, true),
            ("known", true) | ("null" | "nil" | "empty", false) => {
                self.foreign(
                    "the absence of a value is written `is unknown`",
                    place,
                    "is unknown",
                );
                ExprKind::Is(left, true)
            }
            ("unknown" | "null" | "nil" | "empty", true) => {
                self.foreign(
                    "the presence of a value is written `is known`",
                    place,
                    "is known",
                );
                ExprKind::Is(left, false)
            }
            ("true", false) | ("false", true) => {
                self.foreign("a bool is a condition by itself", place, "");
                left.kind
            }
            ("false", false) | ("true", true) => {
                self.foreign("a comparison is written `==`", place, "== false");
                ExprKind::Not(left)
            }
            _ => {
                let operator = if not { "!=" } else { "==" };
                self.foreign(
                    &format!("a comparison is written `{operator}`"),
                    place,
                    &format!("{operator} {word}"),
                );
                let right = self.expr(right);
                *depth = (*depth).max(right.depth);
                let comparison = crate::syntax::ast::Comparison::Equal;
                ExprKind::Compare(comparison, left, Box::new(right))
            }
        }
    }

    fn matches_tail(&mut self, left: Box<Expr>, pair: Pair<'i>, not: bool) -> ExprKind {
        let Some(pattern) = pair
            .into_inner()
            .find(|part| matches!(part.as_rule(), Rule::regex | Rule::operand))
        else {
            return ExprKind::Broken;
        };
        let span = self.span(&pattern);
        let written = pattern.as_str();
        if written.starts_with('\0') {
            return ExprKind::Broken;
        }
        let Some(inside) = written
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'))
        else {
            let inside = written.trim().trim_matches('"').replace('/', "\\/");
            self.foreign(
                "a regular expression stands between slashes",
                span,
                &format!("/{inside}/"),
            );
            return ExprKind::Broken;
        };
        ExprKind::Matches(
            left,
            Plain {
                text: inside.replace("\\/", "/"),
                span,
            },
            not,
        )
    }

    /// Something that people bring from other languages, with what to write.
    pub(super) fn foreign(&mut self, message: &str, place: Span, instead: &str) {
        let title = if instead.is_empty() {
            "delete it".to_owned()
        } else {
            format!("write `{}`", instead.trim())
        };
        self.report(Finding::new(Code::ForeignSyntax, place, message).fix(title, place, instead));
    }
}

/// Text in single quotes → the same in double quotes.
fn double_quoted(written: &str) -> String {
    let inside = written.strip_prefix('\'').unwrap_or(written);
    let inside = inside.strip_suffix('\'').unwrap_or(inside);
    let mut text = String::from("\"");
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('\'')) => {}
            ('\\', Some('n' | 't' | '"' | '\\' | '{')) => {
                text.push(c);
                text.extend(chars.next());
            }
            ('\\', _) => text.push_str("\\\\"),
            ('"', _) => text.push_str("\\\""),
            _ => text.push(c),
        }
    }
    text.push('"');
    if reads_plainly(&text) {
        text
    } else {
        text.replace('{', "\\{")
    }
}

/// Whether the interpolations of a text can be read.
fn reads_plainly(text: &str) -> bool {
    let parsed = FlowParser::parse(Rule::plain_string, text);
    parsed.is_ok_and(|mut pairs| {
        !pairs.next().is_some_and(|text| {
            text.into_inner()
                .any(|part| part.as_rule() == Rule::broken_interpolation)
        })
    })
}
