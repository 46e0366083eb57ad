//! Where swallowed text stands: what may stand there, and how that is said.

use crate::base::nearest;
use crate::syntax::grammar::Rule;
use crate::syntax::words::{CLAUSES, DECLARATIONS, STEPS};

/// What a part of a declaration, a block or a list of cases may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
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
    pub(super) fn of(item: Rule) -> Self {
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

    /// Whether the items are lines `NAME: …` with commas between them.
    pub(super) fn has_commas(self) -> bool {
        matches!(
            self,
            Context::Property | Context::WebhookLine | Context::Field
        )
    }

    /// The words that open an item.
    pub(super) fn words(self) -> &'static [&'static str] {
        match self {
            Context::Declaration => DECLARATIONS,
            Context::Clause => CLAUSES,
            Context::Step => STEPS,
            Context::BranchCase | Context::MatchCase => &["case", "else"],
            Context::WebhookLine => &["id", "match", "verify"],
            Context::Property | Context::Field => &[],
        }
    }

    /// The words that may follow on the line of an item.
    pub(super) fn more_words(self) -> &'static [&'static str] {
        match self {
            Context::Property => &[
                "unique",
                "required",
                "default",
                "computed",
                "sensitive",
                "renamed",
                "inverse",
                "labels",
            ],
            Context::WebhookLine => &["from", "then", "default"],
            _ => &[],
        }
    }

    pub(super) fn describe(self) -> &'static str {
        match self {
            Context::Declaration => "a declaration",
            Context::Property => "a property: `NAME: TYPE`",
            Context::WebhookLine => "a line of a webhook: `NAME: TYPE from \"$.path\"`",
            Context::Field => "a field: `NAME: VALUE`",
            Context::Clause => "a clause",
            Context::Step => "a step",
            Context::BranchCase => "`case when …` or `else`",
            Context::MatchCase => "`case …` or `else`",
        }
    }

    /// What may follow an item on its line.
    pub(super) fn what_follows(self) -> &'static str {
        match self {
            Context::Declaration => "expected an operator or the next declaration",
            Context::Property => "expected a modifier, a comma or the end of the line",
            Context::WebhookLine => "expected `then`, `default`, a comma or the end of the line",
            Context::Field => "expected an operator, a comma or the end of the line",
            Context::Clause => "expected an operator or the next clause",
            Context::Step => "expected an operator or the next step",
            Context::BranchCase | Context::MatchCase => "expected the next case",
        }
    }

    /// The rules that a word may open.
    pub(super) fn rules(self, word: &str) -> &'static [Rule] {
        match self {
            Context::Declaration => declaration_rules(word),
            Context::Clause => clause_rules(word),
            Context::Step => step_rules(word),
            Context::BranchCase if word == "case" => &[Rule::branch_case],
            Context::MatchCase if word == "case" => &[Rule::match_case],
            Context::BranchCase | Context::MatchCase if word == "else" => &[Rule::else_case],
            Context::BranchCase | Context::MatchCase => &[],
            Context::Property => match word {
                "default" => &[Rule::default, Rule::property],
                "computed" => &[Rule::computed, Rule::property],
                "inverse" => &[Rule::inverse, Rule::property],
                "labels" => &[Rule::labels, Rule::property],
                _ => &[Rule::property],
            },
            Context::WebhookLine => match word {
                "id" => &[Rule::webhook_id],
                "match" => &[Rule::webhook_match],
                "verify" => &[Rule::webhook_verify],
                "then" => &[Rule::webhook_then, Rule::webhook_field],
                "default" => &[Rule::default, Rule::webhook_field],
                _ => &[Rule::webhook_field],
            },
            Context::Field => &[Rule::field],
        }
    }

    /// The word that was most likely meant to open an item.
    pub(super) fn meant_word(self, word: &str) -> Option<&'static str> {
        nearest(word, self.words().iter().copied()).filter(|meant| word.len() > 1 && *meant != word)
    }

    /// Where a word belongs that stands in the wrong kind of block.
    pub(super) fn misplaced(self, word: &str) -> Option<&'static str> {
        let clause = CLAUSES.contains(&word);
        match self {
            Context::Step if word == "case" || word == "else" => {
                Some("a case stands inside `branch { … }` or `match … { … }`")
            }
            Context::Step if clause => {
                Some("it is a clause: it stands in the workflow, outside `steps { … }`")
            }
            Context::Clause if STEPS.contains(&word) => {
                Some("it is a step: it stands inside `steps { … }`")
            }
            Context::BranchCase | Context::MatchCase if STEPS.contains(&word) => {
                Some("it is a step: it stands inside the braces of a case")
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
}

fn declaration_rules(word: &str) -> &'static [Rule] {
    match word {
        "object" => &[Rule::object],
        "extend" => &[Rule::extend],
        "event" => &[Rule::event],
        "message" => &[Rule::message],
        "webhook" => &[Rule::webhook],
        "segment" => &[Rule::segment],
        "const" => &[Rule::constant],
        "workflow" => &[Rule::workflow],
        _ => &[],
    }
}

/// Refinements too, which may stand on a line of their own.
fn clause_rules(word: &str) -> &'static [Rule] {
    match word {
        "enroll" => &[Rule::enroll_on, Rule::enroll_when],
        "only" => &[Rule::only_when],
        "reenroll" => &[
            Rule::reenroll_on,
            Rule::reenroll_when,
            Rule::reenroll_always,
        ],
        "suppress" => &[Rule::suppress_when],
        "unenroll" => &[
            Rule::unenroll_when,
            Rule::unenroll_on,
            Rule::unenroll_leaving,
        ],
        "goal" => &[Rule::goal_when],
        "existing" => &[Rule::existing],
        "on" => &[Rule::on_edit],
        "title" => &[Rule::title],
        "campaign" => &[Rule::campaign],
        "steps" => &[Rule::steps],
        "at" => &[Rule::at_least, Rule::at_most],
        "exactly" => &[Rule::exactly],
        "within" => &[Rule::within_period],
        "between" => &[Rule::between_points],
        "before" => &[Rule::before_point],
        "after" => &[Rule::after_point],
        "where" => &[Rule::where_clause],
        "per" => &[Rule::per],
        _ => &[],
    }
}

fn step_rules(word: &str) -> &'static [Rule] {
    match word {
        "wait" => &[Rule::wait],
        "set" => &[Rule::set],
        "clear" => &[Rule::clear],
        "do" => &[Rule::r#do],
        "branch" => &[Rule::branch],
        "match" => &[Rule::r#match],
        "enroll" => &[Rule::enroll_in],
        "add" => &[Rule::add],
        "remove" => &[Rule::remove],
        "as" => &[Rule::binding],
        "retry" => &[Rule::retry],
        "on" => &[Rule::on_error],
        "if" => &[Rule::if_past],
        _ => &[],
    }
}
