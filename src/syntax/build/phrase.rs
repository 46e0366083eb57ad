//! Words that open something here which other tools open by other words, and what is written instead. A fix is
//! offered only where the grammar reads the beginning of the mended text. Larger habits are in `habit`.

use pest::Parser;

use super::Builder;
use super::context::Context;
use super::recover::Site;
use crate::diagnostic::{Code, Edit, Finding};
use crate::syntax::grammar::{FlowParser, Rule};

/// Words that stand where others should.
struct Phrase {
    context: Context,
    /// Whether they go on with a line, and what must stand before them there.
    after: Option<&'static str>,
    words: &'static str,
    instead: &'static str,
    rule: Rule,
    message: &'static str,
}

const ENROLS: &str = "what enrols begins with `enroll`";
const CLOSED: &str = "days on which nobody works are `closed`";
const STOPS: &str = "an enrolment ends with `stop`";

const PHRASES: &[Phrase] = &[
    clause("schedule cron", "enroll cron", Rule::enroll_cron, ENROLS),
    clause("schedule every", "enroll every", Rule::enroll_every, ENROLS),
    clause("cron", "enroll cron", Rule::enroll_cron, ENROLS),
    clause("every", "enroll every", Rule::enroll_every, ENROLS),
    clause(
        "calendar",
        "hours",
        Rule::hours,
        "the hours of a workflow are named by `hours`",
    ),
    day_off("holidays"),
    day_off("holiday"),
    day_off("except"),
    goes_on(
        "wait for",
        ("timeout", "max"),
        Rule::wait_limit,
        "how long a wait lasts at most is written `max`",
    ),
    past("else"),
    past("otherwise"),
    goes_on("", ("exit", "stop"), Rule::stop, STOPS),
    goes_on("", ("end", "stop"), Rule::stop, STOPS),
    goes_on("", ("return", "stop"), Rule::stop, STOPS),
];

const fn clause(
    words: &'static str,
    instead: &'static str,
    rule: Rule,
    message: &'static str,
) -> Phrase {
    Phrase {
        context: Context::Clause,
        after: None,
        words,
        instead,
        rule,
        message,
    }
}

const fn day_off(words: &'static str) -> Phrase {
    Phrase {
        context: Context::CalendarLine,
        ..clause(words, "closed", Rule::closed, CLOSED)
    }
}

const fn goes_on(
    after: &'static str,
    (words, instead): (&'static str, &'static str),
    rule: Rule,
    message: &'static str,
) -> Phrase {
    Phrase {
        context: Context::Step,
        after: Some(after),
        ..clause(words, instead, rule, message)
    }
}

const fn past(words: &'static str) -> Phrase {
    let message = "what a wait does about a moment that is past is written `if past`";
    goes_on("wait until", (words, "if past"), Rule::if_past, message)
}

impl<'i> Builder<'i> {
    /// Words that stand where others should.
    pub(super) fn phrase(&self, site: &Site<'i>) -> Option<Finding> {
        let before = self.text.get(..site.start)?;
        let line = before.rsplit('\n').next()?;
        let fits = |phrase: &&Phrase| {
            let behind = site.body.strip_prefix(phrase.words);
            phrase.context == site.context
                && behind.is_some_and(|behind| !behind.starts_with(is_name))
                && match phrase.after {
                    Some(after) => site.continues && line.contains(after),
                    None => !site.continues,
                }
        };
        let phrase = PHRASES.iter().find(fits)?;
        let mended = site.body.replacen(phrase.words, phrase.instead, 1);
        FlowParser::parse(phrase.rule, &mended).ok()?;
        let place = self.part(site, 0, phrase.words.len());
        Some(
            Finding::new(Code::ForeignSyntax, place, phrase.message).fix(
                format!("write `{}`", phrase.instead),
                place,
                phrase.instead,
            ),
        )
    }

    /// `create deal { … } for this`.
    pub(super) fn linked_by_for(&self, site: &Site<'i>) -> Option<Finding> {
        let before = self.text.get(..site.start)?;
        let line = before.rsplit('\n').next()?;
        let path = site.body.strip_prefix("for ")?.trim();
        let created = site.context == Context::Step && line.contains("create ");
        if !created || FlowParser::parse(Rule::path, path).ok()?.as_str() != path {
            return None;
        }
        let place = self.part(site, 0, site.word.len());
        let message = "a new record is linked by `in`, by an association of this one";
        Some(
            Finding::new(Code::ForeignSyntax, place, message)
                .help("write `create OBJECT { … } in ASSOCIATION`"),
        )
    }

    /// `workflow a on contact = follow(…)`.
    pub(super) fn instance_with_object(&self, site: &Site<'i>) -> Option<Finding> {
        let head = site.body.strip_prefix("workflow ")?;
        let (name, rest) = head.split_once(" on ")?;
        let (object, call) = rest.split_once('=')?;
        FlowParser::parse(Rule::instance, &format!("workflow {name} = {call}")).ok()?;
        let start = site.body.len() - head.len() + name.len();
        let end = start + " on ".len() + object.trim_end().len();
        let message = "an instance takes the records that its template takes";
        let place = self.part(site, start + 1, end);
        Some(Finding::new(Code::ForeignSyntax, place, message).fix(
            "leave the object out",
            self.part(site, start, end),
            "",
        ))
    }

    /// `template t(delay: duration = 2 days)`.
    pub(super) fn default_of_parameter(&self, site: &Site<'i>) -> Option<Finding> {
        let head = site.body.strip_prefix("template ")?;
        let (list, _) = head.split_once(')')?;
        let (before, after) = list.split_once('=')?;
        let value = after.split(',').next()?;
        let start = site.body.len() - head.len() + before.trim_end().len();
        let sign = site.body.len() - head.len() + before.len();
        let message = "a parameter of a template is always given";
        Some(
            Finding::new(
                Code::ForeignSyntax,
                self.part(site, sign, sign + 1),
                message,
            )
            .fix(
                "leave the default out",
                self.part(site, start, sign + 1 + value.trim_end().len()),
                "",
            ),
        )
    }

    /// `action a() -> (id: string)`.
    pub(super) fn results_in_parentheses(&self, site: &Site<'i>) -> Option<Finding> {
        let open = site.body.strip_prefix("->")?.trim_start();
        let list = open.strip_prefix('(')?;
        let open = site.body.len() - open.len();
        let close = open + 1 + list.find(')')?;
        let message = "the results of an action stand in braces";
        let place = self.part(site, open, open + 1);
        let edit = |at: usize, text: &str| Edit {
            span: self.part(site, at, at + 1),
            text: text.into(),
        };
        Some(
            Finding::new(Code::ForeignSyntax, place, message)
                .help("write `-> { NAME: TYPE } via http { … }`")
                .fix_all("write braces", vec![edit(open, "{ "), edit(close, " }")]),
        )
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
