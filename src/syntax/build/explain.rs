//! Why swallowed text cannot be read. The explanation comes from the grammar itself: the text is parsed once
//! more by the rule that its first word names, and the furthest place that this reaches is the place of the
//! mistake.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use super::Builder;
use super::context::Context;
use super::describe::describe;
use super::habit::reads;
use super::recover::{Site, shorten, word_length};
use crate::base::nearest;
use crate::diagnostic::{Code, Finding};
use crate::syntax::grammar::{FlowParser, Rule};

/// How far the grammar got in a text, and what it would have taken there.
struct Reach {
    at: usize,
    expected: Vec<String>,
}

impl<'i> Builder<'i> {
    /// A word that opens nothing here.
    pub(super) fn unknown_word(&self, site: &Site<'i>) -> Finding {
        let (word, context) = (site.word, site.context);
        let place = self.at(site.start, site.start + word.len());
        let wrong = |message| Finding::new(Code::UnexpectedText, place, message);
        if let Some(elsewhere) = context.misplaced(word) {
            return wrong(format!("`{word}` cannot stand here")).help(elsewhere);
        }
        if context.words().contains(&word) {
            return wrong(format!("this `{word}` cannot be read"));
        }
        if site.continues {
            return wrong(format!("`{}` does not fit here", shorten(word)))
                .label(context.what_follows());
        }
        let opens = matches!(
            context,
            Context::Declaration | Context::Clause | Context::Step | Context::Statement
        );
        let meant = context.meant_word(word);
        if !opens || !site.is_word() {
            return wrong(format!("`{}` cannot stand here", shorten(word)))
                .label(format!("expected {}", context.describe()))
                .did_you_mean(meant, place);
        }
        let message = format!(
            "`{word}` opens no {}",
            context.describe().trim_start_matches("a ")
        );
        let finding = Finding::new(Code::UnknownKeyword, place, message);
        if meant.is_some() {
            return finding.did_you_mean(meant, place);
        }
        let words = match context {
            Context::Declaration => {
                "a declaration begins with `object`, `event`, `message`, `webhook`, `segment`, `const`, `calendar` or `workflow`"
            }
            Context::Clause => {
                "a clause begins with `enroll`, `only`, `reenroll`, `suppress`, `unenroll`, `goal`, `title`, `steps`, …"
            }
            Context::Statement => {
                "a statement of a test begins with `at`, `given`, `mock`, `when`, `advance`, `expect`, `always` or `never`"
            }
            _ => {
                "a step begins with `set`, `do`, `wait`, `branch`, `match`, `split`, `create`, `enroll`, `goto`, `stop`, …"
            }
        };
        finding.help(words)
    }

    /// How far the grammar gets into the text, and what it would take there.
    pub(super) fn unexpected(&self, site: &Site<'i>) -> Option<Finding> {
        let reach = furthest(site.body, site.context.rules(site.word))?;
        let rest = site.body.get(reach.at..).unwrap_or_default();
        let skipped = site.body.get(..reach.at).unwrap_or_default();
        let trimmed = skipped.trim_end();
        let gap = skipped.get(trimmed.len()..).unwrap_or_default();
        let expected = expected(
            &reach,
            site.word == "wait" && trimmed.ends_with(|c: char| c.is_ascii_digit()),
        );
        let (place, found) = if rest.trim().is_empty() || gap.contains('\n') {
            let end = site.start + trimmed.len();
            (self.at(end, end), "the end of the line".to_owned())
        } else {
            let word = rest.get(..word_length(rest)).unwrap_or_default();
            let at = site.start + reach.at;
            (self.at(at, at + word.len()), format!("`{word}`"))
        };
        let message = if expected.is_empty() {
            format!("{found} does not fit here")
        } else {
            format!("expected {}, found {found}", list(&expected))
        };
        let finding = Finding::new(Code::UnexpectedText, place, message);
        let parts = (trimmed, rest);
        if let Some(word) = missing(site, parts, &expected) {
            let end = site.start + trimmed.len();
            let place = self.at(end, end);
            return Some(finding.fix(format!("write `{word}`"), place, format!(" {word}")));
        }
        let meant = misspelt(site, parts, &expected).filter(|_| !place.is_empty());
        Some(finding.did_you_mean(meant, place))
    }
}

/// The word which, put between two parts of a text, lets the grammar read it all.
fn missing<'e>(
    site: &Site<'_>,
    (before, rest): (&str, &str),
    expected: &[&'e str],
) -> Option<&'e str> {
    let fits = |word: &&str| is_read(site, &format!("{before} {word} {}", rest.trim_start()));
    let mut fitting: Vec<&str> = words(expected).filter(fits).collect();
    fitting.dedup();
    match fitting.as_slice() {
        [word] => Some(word),
        _ => None,
    }
}

/// The word which, in place of one that is near it, lets the grammar read it all.
fn misspelt<'e>(
    site: &Site<'_>,
    (before, rest): (&str, &str),
    expected: &[&'e str],
) -> Option<&'e str> {
    let (word, after) = rest.split_at_checked(word_length(rest))?;
    nearest(word, words(expected))
        .filter(|meant| is_read(site, &format!("{before} {meant}{after}")))
}

/// The words of the language among what is expected.
fn words<'e>(expected: &[&'e str]) -> impl Iterator<Item = &'e str> {
    let is_word = |c: char| c.is_ascii_lowercase() || c == '_';
    expected
        .iter()
        .filter_map(|words| words.strip_prefix('`')?.strip_suffix('`'))
        .filter(move |word| word.chars().all(is_word))
}

fn is_read(site: &Site<'_>, text: &str) -> bool {
    let mut rules = site.context.rules(site.word).iter();
    rules.any(|rule| reads(*rule, text))
}

/// What to name as expected: not the endings of an amount of time where
/// anything else may follow.
fn expected(reach: &Reach, unit: bool) -> Vec<&str> {
    if unit {
        return vec!["a unit of time, like `days`"];
    }
    let endings = ["a unit of time", "`business`", "`ago`", "`from`"];
    let is_ending = |words: &&str| endings.contains(words);
    let mut expected: Vec<&str> = reach.expected.iter().map(String::as_str).collect();
    if !expected.iter().all(is_ending) {
        expected.retain(|words| !is_ending(words));
    }
    if expected.contains(&"a value") {
        expected.retain(|words| !matches!(*words, "a name" | "text in quotes" | "a number"));
    }
    expected
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
        let mut expected: Vec<String> = positives.into_iter().filter_map(describe).collect();
        match &mut best {
            Some(reach) if reach.at > at => {}
            Some(reach) if reach.at == at => reach.expected.append(&mut expected),
            _ => best = Some(Reach { at, expected }),
        }
    }
    best.filter(|reach| reach.at > 0)
}

/// `a, b or c`, each once.
fn list(words: &[&str]) -> String {
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
