//! What a rule of the grammar is called by people. Which rules have no words of
//! their own stands in `describe/parts.rs`; a test holds that none is forgotten.

mod parts;

use crate::syntax::grammar::Rule;
use parts::is_said_by_parts;

/// What was expected where a rule failed; `None` where the parts of the rule
/// say it better.
pub(super) fn describe(rule: Rule) -> Option<String> {
    (!is_said_by_parts(rule)).then(|| keyword(rule).unwrap_or_else(|| words(rule).to_owned()))
}

/// The rule of a keyword is called `kw_` and the keyword.
fn keyword(rule: Rule) -> Option<String> {
    let rule = format!("{rule:?}");
    rule.strip_prefix("kw_").map(|word| format!("`{word}`"))
}

// size: one arm for each phrase that people say.
fn words(rule: Rule) -> &'static str {
    match rule {
        Rule::object
        | Rule::extend
        | Rule::properties
        | Rule::event
        | Rule::event_body
        | Rule::message
        | Rule::fields
        | Rule::webhook
        | Rule::webhook_body
        | Rule::via_body
        | Rule::template
        | Rule::calendar
        | Rule::calendar_body
        | Rule::workflow
        | Rule::workflow_body
        | Rule::test
        | Rule::test_body
        | Rule::steps
        | Rule::block
        | Rule::branch_body
        | Rule::match_body
        | Rule::split_body
        | Rule::wait_body
        | Rule::first_body => "`{`",
        Rule::property => "a property: `NAME: TYPE`",
        Rule::enum_type | Rule::set_type | Rule::many_type | Rule::one_type | Rule::named_type => {
            "a type"
        }
        Rule::members | Rule::parameters => "`(`",
        Rule::member => "a member",
        Rule::parameter => "a parameter",
        Rule::field | Rule::via_field => "a field: `NAME: VALUE`",
        Rule::attempts => "a number of attempts, like `3 times over 1 hour`",
        Rule::memory => "an amount of memory, like `256 MB`",
        Rule::changed_event | Rule::created_event | Rule::joined_event | Rule::left_event => {
            "an event"
        }
        Rule::weekdays | Rule::weekday => "a day of the week",
        Rule::set_op | Rule::assign | Rule::link_op => "`=`",
        Rule::mock_arrow => "`=>`",
        Rule::step_list => "`[`",
        Rule::count => "`once` or `N times`",
        Rule::test_amount => "an amount of time, like `2 days`",
        Rule::action_name => "the name of an action",
        Rule::branch_case | Rule::match_case | Rule::split_case | Rule::first_case => "a case",
        Rule::met_arm => "`met`",
        Rule::timeout_arm => "`timeout`",
        Rule::first_forever => "`forever`",
        Rule::else_case => "`else`",
        Rule::match_value
        | Rule::expr
        | Rule::not_op
        | Rule::neg_op
        | Rule::operand
        | Rule::paren
        | Rule::percent
        | Rule::date
        | Rule::instant
        | Rule::quantifier
        | Rule::happened
        | Rule::in_segment
        | Rule::in_workflow
        | Rule::imported
        | Rule::path
        | Rule::json_object
        | Rule::json_array
        | Rule::bracketed
        | Rule::single_quoted => "a value",
        Rule::period => "a period, like `last 7 days`",
        Rule::number => "a number",
        Rule::time => "a time, like `09:00`",
        Rule::yearly_date => "a day of the year",
        Rule::time_range => "a range of times, like `09:00-17:00`",
        Rule::closed_days | Rule::closed_day => "a day, like `2026-05-17` or `12-25`",
        Rule::every_day => "a day",
        Rule::nth => "`first`, `last`",
        Rule::duration | Rule::amount => "an amount of time, like `2 days`",
        Rule::unit => "a unit of time",
        Rule::argument => "an argument",
        Rule::json_member => "a field",
        Rule::word | Rule::name => "a name",
        Rule::raw_block | Rule::raw_string | Rule::block_string | Rule::plain_string => {
            "text in quotes"
        }
        Rule::regex => "a regular expression, like `/x/`",
        Rule::missing_close => "`}`",
        Rule::EOI => "the end of the file",
        _ => "",
    }
}
