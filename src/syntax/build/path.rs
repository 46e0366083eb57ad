//! Paths, calls and JSON.

use super::Builder;
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::{Argument, ExprKind, Json, JsonKey, Path, PathSegment, Value};
use crate::syntax::grammar::{Pair, Rule};
use crate::syntax::words::STEPS;

impl<'i> Builder<'i> {
    pub(super) fn path(&mut self, pair: Pair<'i>) -> Option<Path> {
        let span = self.span(&pair);
        // `case _`: no name, but what is left elsewhere.
        self.doubtful |= self.is_left_edge(&pair) || pair.as_str().trim_end() == "_";
        let (mut head, mut label, mut arguments) = (None, None, None);
        let mut rest: Vec<PathSegment> = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::arguments => arguments = Some(self.arguments(part)),
                Rule::label => {
                    let end = self.span(&part).end;
                    let name = part.into_inner().next().map(|name| self.ident(&name));
                    // Without its bracket it is none.
                    let name = name.filter(|name| name.span.end < end);
                    match rest.last_mut() {
                        Some(last) => last.label = name,
                        None => label = name,
                    }
                }
                Rule::name if head.is_none() => head = Some(self.ident(&part)),
                Rule::name => rest.push(PathSegment {
                    name: self.ident(&part),
                    label: None,
                }),
                _ => {}
            }
        }
        Some(Path {
            head: head?,
            arguments,
            label,
            rest,
            span,
        })
    }

    /// Whether a value is a word of the left edge, first on its line: then it
    /// rather opens the next clause or step, and a value is missing.
    fn is_left_edge(&self, pair: &Pair<'i>) -> bool {
        let before = self.text.get(..pair.as_span().start()).unwrap_or_default();
        let first = before.trim_end_matches([' ', '\t']).ends_with('\n');
        first && {
            let written = pair.as_str();
            let word = written.find(|c: char| !(c.is_ascii_lowercase() || c == '_'));
            let word = written.get(..word.unwrap_or(written.len()));
            let word = word.unwrap_or_default();
            STEPS.contains(&word) || matches!(word, "steps" | "case" | "else" | "off")
        }
    }

    pub(super) fn path_expr(&mut self, pair: Pair<'i>, depth: &mut u32) -> Option<ExprKind> {
        let path = self.path(pair)?;
        if path.arguments.is_none()
            && path.rest.is_empty()
            && matches!(
                path.head.name.as_str(),
                "null" | "NULL" | "nil" | "undefined"
            )
        {
            self.report(
                Finding::new(
                    Code::ForeignSyntax,
                    path.span,
                    format!("`{}` is no value", path.head.name),
                )
                .help(
                    "what is not known is tested by `is unknown`; a property is emptied by `clear`",
                ),
            );
            return None;
        }
        let arguments = path.arguments.iter().flatten();
        *depth += arguments.map(argument_depth).max().unwrap_or(0);
        Some(ExprKind::Path(Box::new(path)))
    }

    /// What stands between the parentheses of a call, or of an instance.
    pub(super) fn arguments(&mut self, pair: Pair<'i>) -> Vec<Argument> {
        pair.into_inner()
            .filter_map(|part| self.argument(part))
            .collect()
    }

    fn argument(&mut self, pair: Pair<'i>) -> Option<Argument> {
        let span = self.span(&pair);
        let words: Vec<&str> = pair.as_str().split_whitespace().collect();
        let written = words.join(" ").into();
        let (mut name, mut value, mut by, mut filter) = (None, None, None, None);
        for part in pair.into_inner() {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::argument_name => {
                    name = part.into_inner().next().map(|name| self.ident(&name))
                }
                Rule::expr => value = Some(self.expr(part)),
                Rule::by => {
                    self.loose_order(&part);
                    let descending = part.clone().into_inner().any(|part| {
                        part.as_rule() == Rule::kw_desc || part.as_str().starts_with("descending")
                    });
                    let order = (Box::new(self.inner_expr(part)), descending);
                    if by.replace(order).is_some() {
                        self.repeated("by", place);
                    }
                }
                Rule::where_clause => {
                    let condition = Box::new(self.inner_expr(part));
                    if filter.replace(condition).is_some() {
                        self.repeated("where", place);
                    }
                }
                _ => {}
            }
        }
        Some(Argument {
            name,
            value: value?,
            by,
            filter,
            written,
            span,
        })
    }

    /// `order by amount descending`.
    fn loose_order(&mut self, by: &Pair<'i>) {
        for part in by.clone().into_inner() {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::loose_order => self.foreign("an order is written `by …`", place, ""),
                Rule::loose_desc if part.as_str().starts_with('d') => {
                    self.foreign("from the greatest on is written `desc`", place, "desc");
                }
                Rule::loose_desc => {
                    self.foreign("from the least on is written `asc`", place, "asc");
                }
                _ => {}
            }
        }
    }

    fn repeated(&mut self, word: &str, place: crate::base::Span) {
        let message = format!("`{word}` may stand only once here");
        let finding = Finding::new(Code::RepeatedClause, place, message);
        self.report(match word {
            "where" => finding.help("join the conditions by `and` or `or`"),
            _ => finding.help("keep one of them"),
        });
    }

    /// What a field holds.
    pub(super) fn value(&mut self, pair: Pair<'i>) -> Value {
        match pair.as_rule() {
            Rule::json_object => {
                let span = self.span(&pair);
                Value::Json(Json::Object(
                    pair.into_inner()
                        .filter_map(|part| self.json_member(part))
                        .collect(),
                    span,
                ))
            }
            Rule::json_array => {
                let span = self.span(&pair);
                Value::Json(Json::Array(
                    pair.into_inner().map(|part| self.value(part)).collect(),
                    span,
                ))
            }
            _ => Value::Expr(self.expr(pair)),
        }
    }

    fn json_member(&mut self, pair: Pair<'i>) -> Option<(JsonKey, Value)> {
        let mut parts = pair.into_inner();
        let key = parts.next()?;
        let span = self.span(&key);
        let text = match key.as_rule() {
            Rule::name => self.ident(&key).name.to_string(),
            _ => self.plain(key).text,
        };
        Some((JsonKey { text, span }, self.value(parts.next()?)))
    }
}

fn argument_depth(argument: &Argument) -> u32 {
    let by = argument.by.as_ref().map_or(0, |(by, _)| by.depth);
    let filter = argument.filter.as_ref().map_or(0, |filter| filter.depth);
    argument.value.depth.max(by).max(filter)
}
