//! Where swallowed text stands: what may stand there, and how that is said.

use crate::base::nearest;
use crate::syntax::grammar::Rule;
use crate::syntax::words::{CLAUSES, DECLARATIONS, STATEMENTS, STEPS};

/// What a part of a declaration, a block or a list of cases may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    Declaration,
    Property,
    WebhookLine,
    Field,
    Clause,
    CalendarLine,
    Step,
    Statement,
    BranchCase,
    MatchCase,
    SplitCase,
    WaitArm,
    FirstArm,
}

impl Context {
    pub(super) fn of(item: Rule) -> Self {
        match item {
            Rule::property => Context::Property,
            Rule::webhook_field => Context::WebhookLine,
            Rule::field => Context::Field,
            Rule::title => Context::Clause,
            Rule::open_hours => Context::CalendarLine,
            Rule::step => Context::Step,
            Rule::expect => Context::Statement,
            Rule::branch_case => Context::BranchCase,
            Rule::match_case => Context::MatchCase,
            Rule::split_case => Context::SplitCase,
            Rule::met_arm => Context::WaitArm,
            Rule::first_case => Context::FirstArm,
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
            Context::Statement => STATEMENTS,
            Context::BranchCase | Context::MatchCase => &["case", "else"],
            Context::SplitCase => &["case"],
            Context::WaitArm => &["met", "timeout"],
            Context::FirstArm => &["case", "timeout", "forever"],
            Context::WebhookLine => &["id", "match", "verify"],
            Context::CalendarLine => &["hours", "closed", "timezone"],
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
            Context::Statement => STATEMENT_WORDS,
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
            Context::CalendarLine => "`hours …`, `closed …` or `timezone \"…\"`",
            Context::Step => "a step",
            Context::Statement => "a statement of a test",
            Context::BranchCase => "`case when …` or `else`",
            Context::MatchCase => "`case …` or `else`",
            Context::SplitCase => "`case \"…\" 50%`",
            Context::WaitArm => "`met` or `timeout`",
            Context::FirstArm => "`case …`, `timeout` or `forever`",
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
            Context::CalendarLine => "expected a comma or the next line of the calendar",
            Context::Step => "expected an operator or the next step",
            Context::BranchCase | Context::MatchCase | Context::SplitCase => {
                "expected the next case"
            }
            Context::WaitArm => "expected `met` or `timeout`",
            Context::FirstArm => "expected `case`, `timeout` or `forever`",
            Context::Statement => "expected an operator or the next statement",
        }
    }

    /// The rules that a word may open.
    pub(super) fn rules(self, word: &str) -> &'static [Rule] {
        match self {
            Context::Declaration => declaration_rules(word),
            Context::Clause => clause_rules(word),
            Context::CalendarLine => calendar_rules(word),
            Context::Step => step_rules(word),
            Context::Statement => statement_rules(word),
            Context::BranchCase if word == "case" => &[Rule::branch_case],
            Context::MatchCase if word == "case" => &[Rule::match_case],
            Context::BranchCase | Context::MatchCase if word == "else" => &[Rule::else_case],
            Context::BranchCase | Context::MatchCase => &[],
            Context::SplitCase if word == "case" => &[Rule::split_case],
            Context::FirstArm if word == "case" => &[Rule::first_case],
            Context::WaitArm if word == "met" => &[Rule::met_arm],
            Context::WaitArm | Context::FirstArm if word == "timeout" => &[Rule::timeout_arm],
            Context::SplitCase | Context::WaitArm | Context::FirstArm => &[],
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
            Context::Step if word == "case" || word == "else" => Some(
                "a case stands inside `branch { … }`, `match … { … }`, `split { … }` or `wait for first { … }`",
            ),
            Context::Step if word == "met" || word == "timeout" => Some(
                "it stands in the block of a wait: `wait for EVENT max 3 days { met { … } timeout { … } }`",
            ),
            Context::SplitCase if word == "else" => {
                Some("the shares of a `split` are the whole: there is nothing left")
            }
            Context::FirstArm if word == "else" => {
                Some("what happens when nothing comes is `timeout 5 days { … }`")
            }
            Context::Step if clause => {
                Some("it is a clause: it stands in the workflow, outside `steps { … }`")
            }
            Context::Clause if STEPS.contains(&word) => {
                Some("it is a step: it stands inside `steps { … }`")
            }
            Context::BranchCase | Context::MatchCase | Context::SplitCase | Context::FirstArm
                if STEPS.contains(&word) =>
            {
                Some("it is a step: it stands inside the braces of a case")
            }
            Context::WaitArm if STEPS.contains(&word) => {
                Some("it is a step: it stands inside the braces of `met` or `timeout`")
            }
            Context::Statement if STEPS.contains(&word) => {
                Some("it is a step: it stands inside `steps { … }` of a workflow")
            }
            Context::Clause | Context::Step | Context::Declaration
                if matches!(word, "given" | "mock" | "advance" | "expect") =>
            {
                Some("it stands inside `test \"…\" { … }`")
            }
            Context::Clause | Context::Step | Context::Statement
                if DECLARATIONS.contains(&word) =>
            {
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
        "calendar" => &[Rule::calendar],
        "action" => &[Rule::action],
        "template" => &[Rule::template],
        "workflow" => &[Rule::workflow, Rule::instance],
        "test" => &[Rule::test],
        _ => &[],
    }
}

fn calendar_rules(word: &str) -> &'static [Rule] {
    match word {
        "hours" => &[Rule::open_hours],
        "closed" => &[Rule::closed],
        "timezone" => &[Rule::timezone],
        _ => &[],
    }
}

/// Refinements too, which may stand on a line of their own.
fn clause_rules(word: &str) -> &'static [Rule] {
    match word {
        "enroll" => &[
            Rule::enroll_on,
            Rule::enroll_when,
            Rule::enroll_every,
            Rule::enroll_once,
            Rule::enroll_cron,
            Rule::enroll_at,
            Rule::enroll_most,
        ],
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
        "on" => &[Rule::on_edit, Rule::on_merge],
        "renamed" => &[Rule::renamed],
        "exclusive" => &[Rule::exclusive],
        "hours" => &[Rule::hours],
        "closed" => &[Rule::closed],
        "timezone" => &[Rule::timezone],
        "alert" => &[Rule::alert],
        "let" => &[Rule::r#let],
        "title" => &[Rule::title],
        "campaign" => &[Rule::campaign],
        "steps" => &[Rule::steps],
        "at" => &[Rule::at_least, Rule::at_most, Rule::at_time],
        "spread" => &[Rule::spread],
        "in" => &[Rule::zone_in],
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
        "copy" => &[Rule::copy],
        "create" => &[Rule::create],
        "associate" => &[Rule::associate],
        "dissociate" => &[Rule::dissociate],
        "unenroll" => &[Rule::unenroll_from],
        "split" => &[Rule::split],
        "goto" => &[Rule::goto],
        "todo" => &[Rule::todo],
        "in" => &[Rule::create_in],
        "label" => &[Rule::link_label],
        "max" | "forever" => &[Rule::wait_limit],
        "as" => &[Rule::binding],
        "retry" => &[Rule::retry],
        "on" => &[Rule::on_error],
        "if" => &[Rule::if_past],
        _ => &[],
    }
}

/// The words that may follow on the line of a statement of a test.
const STATEMENT_WORDS: &[&str] = &[
    "enrolled", "waiting", "path", "happened", "segment", "because", "until", "label", "once",
    "times", "more", "within",
];

fn statement_rules(word: &str) -> &'static [Rule] {
    match word {
        "at" => &[Rule::test_at],
        "given" => &[
            Rule::given_event,
            Rule::given_member,
            Rule::given_link,
            Rule::given_record,
        ],
        "mock" => &[Rule::mock],
        "when" => &[
            Rule::when_program,
            Rule::when_webhook,
            Rule::when_created,
            Rule::when_does,
            Rule::when_sets,
            Rule::when_clears,
            Rule::when_joins,
            Rule::when_leaves,
            Rule::when_merges,
            Rule::when_moved,
            Rule::when_enrols,
            Rule::when_turns,
            Rule::when_becomes,
        ],
        "advance" => &[Rule::advance],
        "expect" => &[Rule::expect],
        "always" => &[Rule::always],
        "never" => &[Rule::never],
        _ => &[],
    }
}
