//! Strings: escapes, interpolations, indentation.

use super::Builder;
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::{ExprKind, Part, Plain, Text};
use crate::syntax::grammar::{Pair, Rule};

/// A piece of a string before its indentation is removed.
enum Piece {
    /// As it stands in the source.
    Raw(String),
    /// What an escape stands for: never white space to remove.
    Escaped(String),
    /// An interpolation.
    Hole(Part),
}

impl<'i> Builder<'i> {
    pub(super) fn text_expr(&mut self, pair: Pair<'i>, depth: &mut u32) -> ExprKind {
        let text = self.text_of(pair);
        for part in &text.parts {
            if let Part::Interpolation(expr, _) = part {
                *depth = (*depth).max(expr.depth + 1);
            }
        }
        ExprKind::Text(Box::new(text))
    }

    /// Text that takes no interpolations.
    pub(super) fn plain(&mut self, pair: Pair<'i>) -> Plain {
        let span = self.span(&pair);
        let mut text = String::new();
        for part in self.text_of(pair).parts {
            match part {
                Part::Literal(literal) => text.push_str(&literal),
                Part::Interpolation(expr, _) => {
                    let open = Span {
                        start: expr.span.start.saturating_sub(1),
                        end: expr.span.start,
                        ..expr.span
                    };
                    self.report(
                        Finding::new(
                            Code::PlainText,
                            expr.span,
                            "this text is plain: it takes no interpolation",
                        )
                        .help("write `\\{` for a brace")
                        .fix("write `\\{`", open, "\\{"),
                    );
                }
            }
        }
        Plain { text, span }
    }

    fn text_of(&mut self, pair: Pair<'i>) -> Text {
        let block = matches!(pair.as_rule(), Rule::block_string | Rule::raw_block);
        let whole = self.span(&pair);
        let mut pieces = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::escape => pieces.push(Piece::Escaped(self.escape(&part))),
                Rule::interpolation => pieces.extend(self.interpolation(part)),
                Rule::broken_interpolation => self.broken_interpolation(&part),
                Rule::open_end => self.open_end(whole, block),
                _ => pieces.push(Piece::Raw(part.as_str().replace("\r\n", "\n"))),
            }
        }
        if block {
            unindent(&mut pieces);
        }
        Text {
            parts: parts(pieces),
        }
    }

    fn interpolation(&mut self, pair: Pair<'i>) -> Option<Piece> {
        let mut parts = pair.into_inner();
        let expr = self.expr(parts.next()?);
        let format = parts.next().map(|format| {
            let span = self.span(&format);
            Plain {
                text: format.as_str().trim_start_matches(':').to_owned(),
                span,
            }
        });
        Some(Piece::Hole(Part::Interpolation(expr, format)))
    }

    fn broken_interpolation(&mut self, pair: &Pair<'i>) {
        if let Some(finding) = self.double_braces(pair) {
            self.report(finding);
            return;
        }
        let span = self.span(pair);
        // Where the text ends is not certain, and so not the rest of the line.
        self.broken_text = span.end as usize;
        let open = Span {
            end: span.start + 1,
            ..span
        };
        let finding = if pair.as_str().ends_with('}') {
            Finding::new(
                Code::UnexpectedText,
                span,
                "this interpolation cannot be read",
            )
            .help("between `{` and `}` stands one expression; write `\\{` for a brace")
        } else {
            Finding::new(Code::Unclosed, open, "this interpolation is never closed")
                .help("close it by `}`, or write `\\{` for a brace")
        };
        self.report(finding.fix("write `\\{`", open, "\\{"));
    }

    /// `{{ contact.first_name }}`.
    fn double_braces(&self, pair: &Pair<'i>) -> Option<Finding> {
        let span = self.span(pair);
        let inner = pair.as_str().strip_prefix("{{")?.strip_suffix('}')?.trim();
        let closes = self.original.get(span.end as usize..)?.starts_with('}');
        let path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        if !closes || inner.is_empty() || !inner.chars().all(path) {
            return None;
        }
        let whole = Span {
            end: span.end + 1,
            ..span
        };
        let proper = format!("{{{}}}", inner.strip_prefix("contact.").unwrap_or(inner));
        let message = format!("a value in a text is written `{proper}`");
        Some(Finding::new(Code::ForeignSyntax, whole, message).fix(
            format!("write `{proper}`"),
            whole,
            proper,
        ))
    }

    fn open_end(&mut self, whole: Span, block: bool) {
        let quotes = if block { "\"\"\"" } else { "\"" };
        let written = self
            .original
            .get(whole.start as usize..)
            .unwrap_or_default();
        let opening = written
            .chars()
            .take_while(|c| matches!(c, 'r' | '"'))
            .count()
            .min(quotes.len() + 1);
        let open = Span {
            end: whole.start + opening as u32,
            ..whole
        };
        self.report(
            Finding::new(Code::Unclosed, open, "this text is never closed")
                .also(
                    whole.after(),
                    format!("`{quotes}` is missing, at the latest here"),
                )
                .fix(
                    format!("write `{quotes}` at the end"),
                    whole.after(),
                    quotes,
                ),
        );
    }

    fn escape(&mut self, pair: &Pair<'i>) -> String {
        let written = pair.as_str();
        let meant = match written {
            "\\n" => Some('\n'),
            "\\t" => Some('\t'),
            "\\\"" => Some('"'),
            "\\\\" => Some('\\'),
            "\\{" => Some('{'),
            "\\}" => Some('}'),
            _ => written
                .strip_prefix("\\u{")
                .and_then(|rest| rest.strip_suffix('}'))
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                .and_then(char::from_u32),
        };
        if meant.is_none() {
            let span = self.span(pair);
            let slash = Span {
                end: span.start + 1,
                ..span
            };
            self.report(
                Finding::new(
                    Code::BadLiteral,
                    span,
                    format!("there is no escape `{written}`"),
                )
                .help("the escapes are \\n \\t \\\" \\\\ \\{ \\u{…}; raw text is written r\"…\"")
                .fix("write the backslash twice", slash, "\\\\"),
            );
        }
        meant.map(String::from).unwrap_or_default()
    }
}

/// Removes the first line end, and what all lines are indented by.
fn unindent(pieces: &mut [Piece]) {
    if let Some(Piece::Raw(first)) = pieces.first_mut()
        && let Some((before, rest)) = first.split_once('\n')
        && before.trim().is_empty()
    {
        // The line end stays until the indentation is gone.
        *first = format!("\n{rest}");
    }
    let common = indentation(pieces);
    let last = pieces.len().saturating_sub(1);
    for (place, piece) in pieces.iter_mut().enumerate() {
        let Piece::Raw(raw) = piece else { continue };
        let mut lines = raw.split('\n');
        let mut text = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
            text.push('\n');
            text.push_str(line.get(blank.min(common)..).unwrap_or_default());
        }
        if place == last {
            let kept = text.trim_end_matches([' ', '\t']).len();
            if text.get(..kept).is_some_and(|kept| kept.ends_with('\n')) {
                text.truncate(kept);
            }
        }
        *raw = text;
    }
    if let Some(Piece::Raw(first)) = pieces.first_mut()
        && let Some(rest) = first.strip_prefix('\n')
    {
        *first = rest.to_owned();
    }
}

/// What all lines with text on them are indented by.
fn indentation(pieces: &[Piece]) -> usize {
    let mut least: Option<usize> = None;
    for (place, piece) in pieces.iter().enumerate() {
        let Piece::Raw(raw) = piece else { continue };
        let last_line = raw.matches('\n').count();
        for (number, line) in raw.split('\n').enumerate().skip(1) {
            let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
            let followed = number == last_line && place + 1 < pieces.len();
            if blank < line.len() || followed {
                least = Some(least.map_or(blank, |least| least.min(blank)));
            }
        }
    }
    least.unwrap_or(0)
}

/// Joins neighbouring literals.
fn parts(pieces: Vec<Piece>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for piece in pieces {
        let text = match piece {
            Piece::Raw(text) | Piece::Escaped(text) => text,
            Piece::Hole(part) => {
                parts.push(part);
                continue;
            }
        };
        match parts.last_mut() {
            Some(Part::Literal(before)) => before.push_str(&text),
            _ if text.is_empty() => {}
            _ => parts.push(Part::Literal(text)),
        }
    }
    parts
}
