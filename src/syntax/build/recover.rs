//! What the catch-all rules swallowed → findings that say what was expected.
//!
//! The explanation comes from the grammar itself: the swallowed text is
//! parsed once more by the rule that its first word names, and the furthest
//! place that this reaches is the place of the mistake.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use super::Builder;
use super::describe::describe;
use crate::base::{Name, Span, nearest};
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::Declaration;
use crate::syntax::grammar::{FlowParser, Pair, Rule};
use crate::syntax::words::{CLAUSES, DECLARATIONS, STEPS};

/// What a part of a declaration, a block or a list of cases may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Declaration,
    Property,
    WebhookLine,
    Field,
    Clause,
    Step,
    BranchCase,
    MatchCase,
}

impl Context {
    fn of(item: Rule) -> Self {
        match item {
            Rule::property => Context::Property,
            Rule::webhook_field => Context::WebhookLine,
            Rule::field => Context::Field,
            Rule::title => Context::Clause,
            Rule::step => Context::Step,
            Rule::branch_case => Context::BranchCase,
            Rule::match_case => Context::MatchCase,
            _ => Context::Declaration,
        }
    }

    /// The words that open an item.
    fn words(self) -> &'static [&'static str] {
        match self {
            Context::Declaration => DECLARATIONS,
            Context::Clause => CLAUSES,
            Context::Step => STEPS,
            Context::BranchCase | Context::MatchCase => &["case", "else"],
            Context::WebhookLine => &["id", "match", "verify"],
            Context::Property | Context::Field => &[],
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Context::Declaration => "a declaration",
            Context::Property => "a property: `NAME: TYPE`",
            Context::WebhookLine => "a line of a webhook: `NAME: TYPE from \"$.path\"`",
            Context::Field => "a field: `NAME: VALUE`",
            Context::Clause => "a clause of a workflow",
            Context::Step => "a step",
            Context::BranchCase => "`case when CONDITION { … }` or `else { … }`",
            Context::MatchCase => "`case VALUE { … }` or `else { … }`",
        }
    }

    /// The rules that a word may open.
    fn rules(self, word: &str) -> &'static [Rule] {
        match (self, word) {
            (Context::Declaration, "object") => &[Rule::object],
            (Context::Declaration, "extend") => &[Rule::extend],
            (Context::Declaration, "event") => &[Rule::event],
            (Context::Declaration, "message") => &[Rule::message],
            (Context::Declaration, "webhook") => &[Rule::webhook],
            (Context::Declaration, "segment") => &[Rule::segment],
            (Context::Declaration, "const") => &[Rule::constant],
            (Context::Declaration, "workflow") => &[Rule::workflow],
            (Context::Clause, "enroll") => &[Rule::enroll_on, Rule::enroll_when],
            (Context::Clause, "only") => &[Rule::only_when],
            (Context::Clause, "reenroll") => &[
                Rule::reenroll_on,
                Rule::reenroll_when,
                Rule::reenroll_always,
            ],
            (Context::Clause, "suppress") => &[Rule::suppress_when],
            (Context::Clause, "unenroll") => &[
                Rule::unenroll_when,
                Rule::unenroll_on,
                Rule::unenroll_leaving,
            ],
            (Context::Clause, "goal") => &[Rule::goal_when],
            (Context::Clause, "existing") => &[Rule::existing],
            (Context::Clause, "title") => &[Rule::title],
            (Context::Clause, "campaign") => &[Rule::campaign],
            (Context::Clause, "steps") => &[Rule::steps],
            (Context::Step, "wait") => &[Rule::wait],
            (Context::Step, "set") => &[Rule::set],
            (Context::Step, "clear") => &[Rule::clear],
            (Context::Step, "do") => &[Rule::r#do],
            (Context::Step, "branch") => &[Rule::branch],
            (Context::Step, "match") => &[Rule::r#match],
            (Context::Step, "enroll") => &[Rule::enroll_in],
            (Context::Step, "add") => &[Rule::add],
            (Context::Step, "remove") => &[Rule::remove],
            (Context::BranchCase, "case") => &[Rule::branch_case],
            (Context::MatchCase, "case") => &[Rule::match_case],
            (Context::BranchCase | Context::MatchCase, "else") => &[Rule::else_case],
            (Context::Property, _) => &[Rule::property],
            (Context::WebhookLine, "id") => &[Rule::webhook_id],
            (Context::WebhookLine, "match") => &[Rule::webhook_match],
            (Context::WebhookLine, "verify") => &[Rule::webhook_verify],
            (Context::WebhookLine, _) => &[Rule::webhook_field],
            (Context::Field, _) => &[Rule::field],
            _ => &[],
        }
    }
}

/// How far the grammar got in a text, and what it would have taken there.
struct Reach {
    at: usize,
    expected: Vec<&'static str>,
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

    /// The finding for what this version does not build.
    pub(super) fn not_yet(&mut self, construct: &str, place: Span) {
        self.report(
            Finding::new(
                Code::NotYet,
                place,
                format!("`{construct}` is not built yet"),
            )
            .help("the language has it; this version cannot check or run it"),
        );
    }

    /// A part of a body that is no item of it.
    pub(super) fn leftover(&mut self, pair: &Pair<'i>, opener: Span, item: Rule) {
        match pair.as_rule() {
            Rule::missing_close => self.missing_close(pair, opener),
            Rule::semicolon => self.semicolon(pair),
            Rule::later_clause => self.later_clause(pair),
            Rule::stray_field | Rule::stray_clause | Rule::stray_step | Rule::stray_case => {
                self.doc(self.span(pair).start);
                self.stray(pair, Context::of(item));
            }
            _ => {}
        }
    }

    pub(super) fn semicolon(&mut self, pair: &Pair<'i>) {
        let place = self.span(pair);
        self.foreign("a line ends without `;`", place, "");
    }

    pub(super) fn stray_header(&mut self, pair: &Pair<'i>) {
        let place = self.span(pair);
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

    pub(super) fn stray_declaration(&mut self, pair: &Pair<'i>) -> Option<Declaration> {
        self.doc(self.span(pair).start);
        self.stray(pair, Context::Declaration);
        let text = pair.as_str();
        let mut words = text
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .filter(|word| !word.is_empty());
        let opens = words
            .next()
            .is_some_and(|word| meant_word(word, Context::Declaration).is_some());
        let name = words.find(|word| *word != "object").filter(|_| opens);
        self.complete &= name.is_some();
        name.map(|name| Declaration::Lost(Name::new(name)))
    }

    fn missing_close(&mut self, pair: &Pair<'i>, opener: Span) {
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

    /// A clause that this version does not build, by its leading words.
    fn later_clause(&mut self, pair: &Pair<'i>) {
        let words: Vec<&str> = pair.as_str().split_whitespace().take(3).collect();
        let construct = match words.as_slice() {
            ["enroll", "at", "most"] => "enroll at most".to_owned(),
            [
                first @ ("enroll" | "on" | "exclusive" | "renamed"),
                second,
                ..,
            ] => format!("{first} {second}"),
            [first, ..] => (*first).to_owned(),
            [] => String::new(),
        };
        self.doc(self.span(pair).start);
        self.not_yet(&construct, self.first_word(pair));
    }

    /// Two items on one line need a comma between them.
    pub(super) fn separated(&mut self, last: &mut Option<usize>, pair: &Pair<'i>) {
        let span = pair.as_span();
        if let Some(end) = *last {
            let between = self
                .text
                .get(end.saturating_sub(1)..span.start())
                .unwrap_or_default();
            if !between.contains([',', '\n']) {
                let place = self.at(end, end);
                self.report(
                    Finding::new(
                        Code::UnexpectedText,
                        place,
                        "a comma or a line end is missing here",
                    )
                    .fix("write a comma", place, ","),
                );
            }
        }
        *last = Some(self.span(pair).end as usize);
    }

    /// Swallowed text: what it was meant to be, or how far it is right.
    fn stray(&mut self, pair: &Pair<'i>, context: Context) {
        let (text, start) = (pair.as_str(), pair.as_span().start());
        let skipped = if context == Context::Step {
            step_name_length(text)
        } else {
            0
        };
        let body = text.get(skipped..).unwrap_or_default();
        let word = body.get(..word_length(body)).unwrap_or_default();
        let place = self.at(start + skipped, start + skipped + word.len());
        if let Some(reach) = furthest(body, context.rules(word)) {
            self.unexpected(start + skipped, text.len() - skipped, reach);
        } else if let Some(elsewhere) = misplaced(word, context) {
            self.report(
                Finding::new(
                    Code::UnexpectedText,
                    place,
                    format!("`{word}` cannot stand here"),
                )
                .help(elsewhere),
            );
        } else {
            self.unknown_word(word, place, context);
        }
    }

    fn unknown_word(&mut self, word: &str, place: Span, context: Context) {
        let meant = meant_word(word, context);
        let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic());
        let finding = if meant.is_some() || is_word && !context.words().is_empty() {
            let message = format!(
                "`{word}` opens no {}",
                context.describe().trim_start_matches("a ")
            );
            Finding::new(Code::UnknownKeyword, place, message)
                .label(format!("expected {}", context.describe()))
        } else {
            Finding::new(
                Code::UnexpectedText,
                place,
                format!("`{}` does not fit here", shorten(word)),
            )
            .label(format!("expected {}", context.describe()))
        };
        self.report(finding.did_you_mean(meant, place));
    }

    /// The grammar got into the text up to a place.
    fn unexpected(&mut self, start: usize, length: usize, reach: Reach) {
        let rest = self
            .text
            .get(start + reach.at..start + length)
            .unwrap_or_default();
        let skipped = self.text.get(..start + reach.at).unwrap_or_default();
        let trimmed = skipped.trim_end();
        let at_line_end = rest.trim().is_empty()
            || skipped
                .get(trimmed.len()..)
                .is_some_and(|gap| gap.contains('\n'));
        let (place, found) = if at_line_end {
            (
                self.at(trimmed.len(), trimmed.len()),
                "the end of the line".to_owned(),
            )
        } else {
            let at = start + reach.at;
            let word = rest.get(..word_length(rest)).unwrap_or_default();
            (self.at(at, at + word.len()), format!("`{word}`"))
        };
        let expected = list(&reach.expected);
        let message = if expected.is_empty() {
            format!("{found} does not fit here")
        } else {
            format!("expected {expected}, found {found}")
        };
        self.report(Finding::new(Code::UnexpectedText, place, message));
    }
}

/// The furthest that any of the rules gets in a text; `None` where a rule
/// takes no part of it or all of it.
fn furthest(text: &str, rules: &[Rule]) -> Option<Reach> {
    let mut best: Option<Reach> = None;
    for rule in rules {
        let Err(error) = FlowParser::parse(*rule, text) else {
            continue;
        };
        let InputLocation::Pos(at) = error.location else {
            continue;
        };
        let ErrorVariant::ParsingError { positives, .. } = error.variant else {
            continue;
        };
        let mut expected: Vec<&'static str> = positives
            .into_iter()
            .map(describe)
            .filter(|words| !words.is_empty())
            .collect();
        match &mut best {
            Some(reach) if reach.at > at => {}
            Some(reach) if reach.at == at => reach.expected.append(&mut expected),
            _ => best = Some(Reach { at, expected }),
        }
    }
    best.filter(|reach| reach.at > 0)
}

/// `a, b or c`, each once.
fn list(words: &[&'static str]) -> String {
    let mut unique: Vec<&str> = Vec::new();
    for word in words {
        if !unique.contains(word) {
            unique.push(word);
        }
    }
    match unique.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}

/// The length of the word or the single character that a text begins with.
fn word_length(text: &str) -> usize {
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

fn meant_word(word: &str, context: Context) -> Option<&'static str> {
    nearest(word, context.words().iter().copied()).filter(|_| word.len() > 1)
}

/// Where a word belongs that stands in the wrong kind of block.
fn misplaced(word: &str, context: Context) -> Option<&'static str> {
    let clause = CLAUSES.contains(&word);
    match context {
        Context::Step if word == "case" || word == "else" => {
            Some("a case stands inside `branch { … }` or `match … { … }`")
        }
        Context::Step if clause => {
            Some("it is a clause: it stands in the workflow, outside `steps { … }`")
        }
        Context::Clause if STEPS.contains(&word) => {
            Some("it is a step: it stands inside `steps { … }`")
        }
        Context::Clause | Context::Step if DECLARATIONS.contains(&word) => {
            Some("a declaration stands outside all braces")
        }
        Context::Declaration if clause => {
            Some("it is a clause: it stands inside `workflow NAME on OBJECT { … }`")
        }
        Context::Declaration if STEPS.contains(&word) => {
            Some("it is a step: it stands inside `steps { … }` of a workflow")
        }
        _ => None,
    }
}

/// A text on one line that fits into a message.
fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 30 {
        line.to_owned()
    } else {
        line.chars().take(29).chain(['…']).collect()
    }
}
