//! What the catch-all rules swallowed, and what is left over in a body → findings, and the names that are
//! lost with it. What such text was meant to be is told by `habit`, `phrase` and `explain`.

use super::Builder;
use super::context::Context;
use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::syntax::grammar::{Pair, Rule};
use crate::syntax::lexer::{Kind, Lexer, names_in};
use crate::syntax::words::{CLAUSES, DECLARATIONS, STATEMENTS, STEPS, is_reserved};

/// Text that a catch-all rule swallowed.
pub(super) struct Site<'i> {
    /// The text, without the name of a step before it.
    pub(super) body: &'i str,
    /// Its first word or character.
    pub(super) word: &'i str,
    /// Where it begins, in the text that was parsed.
    pub(super) start: usize,
    pub(super) context: Context,
    /// Whether it stands on the line of something that was understood.
    pub(super) continues: bool,
}

impl Site<'_> {
    /// Whether it begins with a word, not with a sign.
    pub(super) fn is_word(&self) -> bool {
        self.word
            .starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    }
}

impl<'i> Builder<'i> {
    /// The brace that opens a body.
    pub(super) fn opener(&self, body: &Pair<'i>) -> Span {
        let start = body.as_span().start();
        self.at(start, start + 1)
    }

    /// The first word or character of a pair.
    pub(super) fn first_word(&self, pair: &Pair<'i>) -> Span {
        let start = pair.as_span().start();
        self.at(start, start + word_length(pair.as_str()))
    }

    /// A part of a body that is no item of it.
    pub(super) fn leftover(&mut self, pair: &Pair<'i>, opener: Span, item: Rule) {
        match pair.as_rule() {
            Rule::missing_close => self.missing_close(pair, opener),
            Rule::semicolon => self.semicolon(pair, Context::of(item)),
            // Its brace is open: the first such line has said so.
            Rule::stray_field
                if is_no_field(pair.as_str()) && self.ended.replace(opener) == Some(opener) =>
            {
                self.docs_within(self.span(pair));
            }
            Rule::stray_field
            | Rule::stray_clause
            | Rule::stray_step
            | Rule::stray_case
            | Rule::stray_arm
            | Rule::stray_statement => {
                self.doc(self.span(pair).start);
                self.stray(pair, Context::of(item));
            }
            _ => {}
        }
    }

    pub(super) fn semicolon(&mut self, pair: &Pair<'i>, context: Context) {
        let place = self.span(pair);
        let end = pair.as_span().end();
        let rest = self.text.get(end..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default().trim_start();
        let another = !line.is_empty() && !line.starts_with(['}', '/', ';']);
        if context.has_commas() && another {
            self.foreign("a comma stands between fields", place, ",");
        } else if another && !rest.starts_with(' ') {
            self.report(
                Finding::new(Code::ForeignSyntax, place, "a line ends without `;`").fix(
                    "delete it",
                    place,
                    " ",
                ),
            );
        } else {
            self.foreign("a line ends without `;`", place, "");
        }
    }

    pub(super) fn stray_header(&mut self, pair: &Pair<'i>) {
        let place = self.span(pair);
        if self.is_said(place) {
            return;
        }
        let text = pair.as_str().trim();
        self.report(
            Finding::new(
                Code::UnexpectedText,
                place,
                format!("`{}` does not fit here", shorten(text)),
            )
            .label("expected `{`"),
        );
    }

    pub(super) fn stray_declaration(&mut self, pair: &Pair<'i>) {
        self.doc(self.span(pair).start);
        self.stray(pair, Context::Declaration);
        let text = pair.as_str();
        let head = text.split('{').next().unwrap_or_default();
        let mut names = names_in(head);
        let opens = names.next().is_some_and(|word| {
            DECLARATIONS.contains(&word) || Context::Declaration.meant_word(word).is_some()
        });
        let name = names.find(|word| *word != "object").filter(|_| opens);
        let named = match name {
            Some(name) if !is_reserved(name) => self.names_lost(name),
            Some(_) => false,
            None => !opens && self.names_lost(head),
        };
        self.complete &= named || self.is_rest(pair);
    }

    /// Whatever is a name in swallowed text may have been declared there;
    /// answers whether anything is.
    fn names_lost(&mut self, text: &str) -> bool {
        let before = self.lost.len();
        self.lost.extend(names_in(text).map(Name::new));
        self.lost.len() > before
    }

    /// Steps that could not be read may have bound names.
    pub(super) fn bindings_lost(&mut self, text: &str) {
        let (mut after, mut lost) = ("", Vec::new());
        for word in names_in(text) {
            if matches!(after, "as" | "let") || word == "steps" {
                lost.push(Name::new(word));
            }
            after = word;
        }
        self.lost.extend(lost);
    }

    fn missing_close(&mut self, pair: &Pair<'i>, opener: Span) {
        self.swallowed += 1;
        if self
            .patch
            .has_said(opener.start as usize, opener.end as usize)
        {
            return;
        }
        let before = self
            .text
            .get(..pair.as_span().start())
            .unwrap_or_default()
            .trim_end()
            .len();
        let end = self.at(before, before);
        self.report(
            Finding::new(Code::Unclosed, opener, "this `{` is never closed")
                .also(end, "`}` is missing, at the latest here")
                .fix("write `}` at the end", end, "\n}"),
        );
    }

    /// Two items on one line need a comma between them.
    pub(super) fn separated(&mut self, last: &mut Option<usize>, pair: &Pair<'i>) {
        let (start, end) = self.extent(pair);
        if let Some(before) = last.replace(end) {
            let between = self
                .text
                .get(before.saturating_sub(1)..start)
                .unwrap_or_default();
            if !between.contains([',', '\n', ';']) {
                let place = self.at(before, before);
                let message = "a comma or a line end is missing here";
                self.report(Finding::new(Code::UnexpectedText, place, message).fix(
                    "write a comma",
                    place,
                    ",",
                ));
            }
        }
    }

    /// Whether a finding of the repair explains what fails in a span.
    fn is_said(&self, span: Span) -> bool {
        let between = self.original.get(self.broken_text..span.start as usize);
        self.broken_text > 0 && between.is_some_and(|between| !between.contains('\n'))
            || self.patch.has_said(span.start as usize, span.end as usize)
    }

    /// Whether something stands on the line before a place, and what stands
    /// there may go on.
    pub(super) fn goes_on(&self, start: usize) -> bool {
        let before = self.text.get(..start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default().trim_end();
        !line.is_empty() && !line.ends_with(['{', '}', ',', ';'])
    }

    /// Whether swallowed text is the rest of what stands before it.
    pub(super) fn is_rest(&self, pair: &Pair<'i>) -> bool {
        matches!(
            pair.as_rule(),
            Rule::stray_clause | Rule::stray_step | Rule::stray_declaration | Rule::stray_statement
        ) && self.goes_on(pair.as_span().start())
            && !self.is_said(self.span(pair))
    }

    /// Swallowed text: what it was meant to be, or how far it is right.
    fn stray(&mut self, pair: &Pair<'i>, context: Context) {
        let (start, end) = self.extent(pair);
        let text = self.text.get(start..end).unwrap_or_default();
        let skipped = if context == Context::Step {
            step_name_length(text)
        } else {
            0
        };
        let body = text.get(skipped..).unwrap_or_default();
        let site = Site {
            body,
            word: body.get(..word_length(body)).unwrap_or_default(),
            start: start + skipped,
            context,
            continues: self.goes_on(start),
        };
        let (first, rest) = split_items(site.body);
        let site = Site {
            body: first,
            ..site
        };
        if !self.is_said(self.at(site.start, site.start + first.len())) {
            let finding = self
                .habit(&site)
                .or_else(|| self.unexpected(&site))
                .unwrap_or_else(|| self.unknown_word(&site));
            self.report(finding);
        }
        if !rest.is_empty() {
            self.further(&site, rest, end);
        }
        if matches!(context, Context::Property | Context::WebhookLine) {
            let place = self.at(start, end);
            self.doubted
                .extend(names_in(text).map(|name| (Name::new(name), place)));
            match site.is_word() {
                true if !site.continues => self.lost.push(Name::new(site.word)),
                named => self.complete &= named || site.continues,
            }
        } else if context.has_commas() && site.is_word() && !site.continues {
            self.lost.push(Name::new(site.word));
        } else if context != Context::Declaration {
            self.bindings_lost(text);
        }
        self.docs_within(self.at(start, end));
        self.swallowed += 1;
    }

    /// What else a catch-all rule swallowed, as far as it is plain what it was
    /// meant to be.
    fn further(&mut self, before: &Site<'i>, mut rest: &'i str, end: usize) {
        while !rest.is_empty() {
            let start = end - rest.len();
            let (body, after) = split_items(rest);
            let site = Site {
                body,
                word: body.get(..word_length(body)).unwrap_or_default(),
                start,
                continues: false,
                ..*before
            };
            let misspelt = site.context.meant_word(site.word).is_some();
            let finding = self.habit(&site);
            if finding.is_some() || misspelt {
                let finding = finding.unwrap_or_else(|| self.unknown_word(&site));
                self.report(finding);
            }
            rest = after;
        }
    }
}

/// Whether a line among fields is a step, a statement or a clause.
fn is_no_field(line: &str) -> bool {
    let word = line.get(..word_length(line)).unwrap_or_default();
    [STATEMENTS, STEPS, CLAUSES]
        .iter()
        .any(|words| words.contains(&word))
}

/// The first item of swallowed text, without its comment, and what follows it
/// from a line on that is not indented further.
fn split_items(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    let (mut end, mut item) = (0, 0);
    for token in Lexer::new(text) {
        let gap = text.get(end..token.start).unwrap_or_default();
        if depth == 0 && item > 0 && gap.contains('\n') && token.kind == Kind::Word {
            let word = text.get(token.start..token.end).unwrap_or_default();
            if !matches!(
                word,
                "and" | "or" | "not" | "else" | "where" | "at" | "when" | "as" | "retry" | "on"
            ) {
                return (
                    text.get(..item).unwrap_or_default(),
                    text.get(token.start..).unwrap_or_default(),
                );
            }
        }
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        end = token.end;
        if token.kind != Kind::Comment {
            item = token.end;
        }
    }
    (text.get(..item).unwrap_or_default(), "")
}

/// The length of the word or the single character that a text begins with.
pub(super) fn word_length(text: &str) -> usize {
    let word = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    if word > 0 {
        word
    } else {
        text.chars().next().map_or(0, char::len_utf8)
    }
}

/// The length of `NAME:` and the white space after it.
fn step_name_length(text: &str) -> usize {
    let word = word_length(text);
    let rest = text.get(word..).unwrap_or_default();
    match rest.strip_prefix(':') {
        Some(rest) => word + 1 + (rest.len() - rest.trim_start().len()),
        None => 0,
    }
}

/// A text on one line that fits into a message.
pub(super) fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 30 {
        line.to_owned()
    } else {
        line.chars().take(29).chain(['…']).collect()
    }
}
