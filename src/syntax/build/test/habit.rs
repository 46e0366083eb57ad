//! What people write in tests by habit, with what to write.

use crate::base::nearest;
use crate::diagnostic::{Code, Edit, Finding};
use crate::syntax::build::Builder;
use crate::syntax::build::context::Context;
use crate::syntax::build::habit::reads;
use crate::syntax::build::recover::{Site, word_length};
use crate::syntax::grammar::Rule;

/// A word from elsewhere: the words that are meant, the first that fits, and
/// how that is said.
type Habit = (&'static [&'static str], &'static str);

/// How people say that an amount of time is over.
const PASSES: [&str; 6] = [
    " pass",
    " passes",
    " have passed",
    " has passed",
    " go by",
    " later",
];

/// What follows the first name of a `when`.
const VERBS: [&str; 11] = [
    "does",
    "sets",
    "clears",
    "is",
    "joins",
    "leaves",
    "merges",
    "enrolls",
    "unenrolls",
    "turns",
    "receives",
];

impl<'i> Builder<'i> {
    /// The habit that a statement shows which cannot be read.
    pub(in crate::syntax::build) fn statement_habit(&self, site: &Site<'i>) -> Option<Finding> {
        if site.continues {
            let moment = self.moment_in_parts(site);
            return moment.or_else(|| self.statement_goes_on(site));
        }
        let rest = site.body.get(site.word.len()..)?;
        if let Some((words, message)) = habit(site.word) {
            let place = self.part(site, 0, site.word.len());
            let finding = Finding::new(Code::ForeignSyntax, place, message);
            let fits = words.iter().find(|word| is_statement(word, rest));
            return Some(match fits {
                Some(word) => finding.fix(format!("write `{word}`"), place, *word),
                None => finding,
            });
        }
        match site.word {
            "given" => self.record_before_object(site, rest),
            "expect" => self.claim_in_parentheses(site, rest),
            "when" => self
                .time_passes(site, rest)
                .or_else(|| self.verb(site, rest)),
            "set" => self.set_in_test(site, rest),
            _ => self.without_word(site),
        }
    }

    /// `at 2026-01-01 09:00`.
    fn moment_in_parts(&self, site: &Site<'i>) -> Option<Finding> {
        let before = self.text.get(..site.start)?;
        let date = before.trim_end();
        let day = date.rsplit(char::is_whitespace).next()?;
        let time = site.body.split_whitespace().next()?;
        let mended = format!("at {day}T{time}");
        if !day.starts_with(|c: char| c.is_ascii_digit()) || !reads(Rule::test_at, &mended) {
            return None;
        }
        let place = self.part(site, 0, time.len());
        let message = "a day and a time of it are joined by `T`";
        Some(Finding::new(Code::ForeignSyntax, place, message).fix(
            format!("write `{day}T{time}`"),
            self.at(date.len(), site.start),
            "T",
        ))
    }

    /// `given ada: contact { … }`.
    fn record_before_object(&self, site: &Site<'i>, rest: &str) -> Option<Finding> {
        let (record, object) = rest.split_once([':', '='])?;
        let object = object.trim_start();
        let (object, fields) = object.split_at(word_length(object));
        let mended = format!("given {object} {}{fields}", record.trim());
        let start = rest.len() - rest.trim_start().len() + site.word.len();
        let end = site.body.len() - fields.len();
        let message = "the object stands before the name of its record";
        let place = self.part(site, start, end);
        reads(Rule::given_record, &mended).then(|| {
            let proper = format!("{object} {}", record.trim());
            Finding::new(Code::ForeignSyntax, place, message).fix(
                format!("write `{proper}`"),
                place,
                proper,
            )
        })
    }

    /// A misspelt word that goes on with a statement.
    fn statement_goes_on(&self, site: &Site<'i>) -> Option<Finding> {
        let words = Context::Statement.more_words();
        let meant = nearest(site.word, words.iter().copied()).filter(|_| site.word.len() > 1)?;
        let place = self.part(site, 0, site.word.len());
        let message = format!("`{}` does not fit here", site.word);
        Some(Finding::new(Code::UnknownKeyword, place, message).did_you_mean(Some(meant), place))
    }

    /// `when 31 days pass`.
    fn time_passes(&self, site: &Site<'i>, rest: &str) -> Option<Finding> {
        let amount = PASSES
            .iter()
            .find_map(|pass| rest.trim_end().strip_suffix(pass))?;
        let text = format!("advance {}", amount.trim());
        if !reads(Rule::advance, &text) {
            return None;
        }
        let place = self.part(site, 0, site.word.len());
        let whole = self.part(site, 0, site.body.trim_end().len());
        let finding = Finding::new(Code::ForeignSyntax, place, "time passes by `advance …`");
        Some(finding.fix(format!("write `{text}`"), whole, text))
    }

    /// `when ada doess visited`, `when ada visited`: what a record does.
    fn verb(&self, site: &Site<'i>, rest: &str) -> Option<Finding> {
        let before = rest.len() - rest.trim_start().len();
        let record = word_length(rest.trim_start());
        let behind = rest.get(before + record..)?;
        let gap = behind.len() - behind.trim_start().len();
        let verb = behind.trim_start();
        let verb = verb.get(..word_length(verb))?;
        let start = site.word.len() + before + record + gap;
        if VERBS.contains(&verb) {
            return None;
        }
        let place = self.part(site, start, start + verb.len());
        let head = rest.get(..before + record)?;
        let tail = behind.get(gap + verb.len()..)?;
        let fits = |verb: &str| is_statement("when", &format!("{head} {verb}{tail}"));
        if let Some(meant) = nearest(verb, VERBS).filter(|meant| fits(meant)) {
            let message = format!("`{verb}` is nothing that happens");
            return Some(
                Finding::new(Code::UnknownKeyword, place, message).did_you_mean(Some(meant), place),
            );
        }
        let finding = |message: String| Finding::new(Code::UnexpectedText, place, message);
        if fits(&format!("does {verb}")) {
            let at = self.part(site, start, start);
            let finding = finding(format!("expected `does`, found `{verb}`"));
            return Some(finding.fix("write `does`", at, "does "));
        }
        // `when contact ada created`: what is missing is told by the grammar.
        let next = tail.trim_start();
        let next = next.get(..word_length(next))?;
        if nearest(next, ["is", "created"]).is_some() || matches!(next, "is" | "created") {
            return None;
        }
        Some(
            finding(format!("`{verb}` is nothing that happens")).help(
                "what happens is `R does EVENT { … }`, `R sets P = …`, `R joins PATH`, `R is deleted`, `R enrolls in W`, …",
            ),
        )
    }

    /// `expect(ada enrolled in nurture)`: only a condition stands in
    /// parentheses.
    fn claim_in_parentheses(&self, site: &Site<'i>, rest: &str) -> Option<Finding> {
        let inside = rest.trim().strip_prefix('(')?.strip_suffix(')')?;
        if !reads(Rule::expect, &format!("expect {inside}")) {
            return None;
        }
        let open = site.body.find('(')?;
        let close = site.body.rfind(')')?;
        let edit = |at: usize, text: &str| Edit {
            span: self.part(site, at, at + 1),
            text: text.into(),
        };
        let place = self.part(site, open, open + 1);
        let message = "what is expected stands without parentheses";
        Some(
            Finding::new(Code::ForeignSyntax, place, message)
                .fix_all("delete them", vec![edit(open, " "), edit(close, "")]),
        )
    }

    /// `set ada.stage = customer`.
    fn set_in_test(&self, site: &Site<'i>, rest: &str) -> Option<Finding> {
        let (record, assignment) = rest.trim_start().split_once('.')?;
        let text = format!("when {record} sets {assignment}");
        let finding = Finding::new(
            Code::ForeignSyntax,
            self.part(site, 0, site.word.len()),
            "a change from outside is written `when R sets P = …`",
        );
        let whole = self.part(site, 0, site.body.len());
        reads(Rule::when_sets, &text).then(|| finding.fix(format!("write `{text}`"), whole, text))
    }

    /// A statement without its first word.
    fn without_word(&self, site: &Site<'i>) -> Option<Finding> {
        let named = reads(Rule::path, site.body);
        if !site.is_word() || site.context.words().contains(&site.word) || named {
            return None;
        }
        let body = format!(" {}", site.body);
        let (word, message) = [
            ("when", "what happens is written `when …`"),
            ("expect", "what must hold is written `expect …`"),
        ]
        .into_iter()
        .find(|(word, _)| is_statement(word, &body))?;
        let place = self.part(site, 0, site.word.len());
        let before = self.part(site, 0, 0);
        let finding = Finding::new(Code::ForeignSyntax, place, message);
        Some(finding.fix(format!("write `{word}`"), before, format!("{word} ")))
    }
}

/// Whether a word and what follows it are a statement.
fn is_statement(word: &str, rest: &str) -> bool {
    let text = format!("{word}{rest}");
    let rules = Context::Statement.rules(word);
    rules.iter().any(|rule| reads(*rule, &text))
}

fn habit(word: &str) -> Option<Habit> {
    Some(match word {
        "assert" | "should" | "verify" | "check" | "ensure" | "assume" => {
            (&["expect"], "what must hold is written `expect …`")
        }
        "then" => (
            &["expect", "when", "advance"],
            "what must hold is written `expect …`, what happens `when …`",
        ),
        "wait" | "sleep" | "after" | "pass" => (&["advance"], "time passes by `advance …`"),
        "create" | "insert" | "record" => (
            &["given"],
            "a record of a test is written `given OBJECT NAME { … }`",
        ),
        "setup" | "having" => (&["given"], "the world before is written `given …`"),
        "stub" | "fake" => (&["mock"], "what an action answers is written `mock …`"),
        _ => return None,
    })
}
