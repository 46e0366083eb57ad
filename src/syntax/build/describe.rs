//! What a rule of the grammar is called by people. The `match` is exhaustive,
//! so that a new rule is given words, or deliberately none.

use crate::syntax::grammar::Rule;

/// What was expected where a rule failed; empty where the parts of the rule
/// say it better.
// size: one arm for each rule of the grammar.
pub(super) fn describe(rule: Rule) -> &'static str {
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
        Rule::edge
        | Rule::file
        | Rule::declaration
        | Rule::activity
        | Rule::renamed
        | Rule::type_expr
        | Rule::inverse
        | Rule::labels
        | Rule::modifier
        | Rule::unique
        | Rule::required
        | Rule::default
        | Rule::computed
        | Rule::sensitive
        | Rule::event_match
        | Rule::webhook_id
        | Rule::webhook_match
        | Rule::webhook_field
        | Rule::webhook_then
        | Rule::webhook_verify
        | Rule::verify_option
        | Rule::verify_header
        | Rule::verify_secret
        | Rule::verify_encoding
        | Rule::verify_prefix
        | Rule::verify_timestamp
        | Rule::segment
        | Rule::segment_when
        | Rule::segment_static
        | Rule::constant
        | Rule::action
        | Rule::results
        | Rule::via
        | Rule::byte_unit
        | Rule::instance
        | Rule::clause
        | Rule::title
        | Rule::off
        | Rule::campaign
        | Rule::enroll_on
        | Rule::enroll_when
        | Rule::only_when
        | Rule::reenroll_on
        | Rule::reenroll_when
        | Rule::reenroll_always
        | Rule::suppress_when
        | Rule::unenroll_when
        | Rule::unenroll_on
        | Rule::unenroll_leaving
        | Rule::goal_when
        | Rule::existing
        | Rule::on_edit
        | Rule::event_ref
        | Rule::changed_from
        | Rule::changed_to
        | Rule::where_clause
        | Rule::group_where
        | Rule::per
        | Rule::refinement
        | Rule::at_least
        | Rule::at_most
        | Rule::exactly
        | Rule::loose_times
        | Rule::loose_than
        | Rule::loose_in
        | Rule::loose_order
        | Rule::loose_desc
        | Rule::between_points
        | Rule::before_point
        | Rule::after_point
        | Rule::open_hours
        | Rule::closed
        | Rule::timezone
        | Rule::enroll_every
        | Rule::every_weekday
        | Rule::every_unit
        | Rule::every_count
        | Rule::every_on
        | Rule::enroll_once
        | Rule::enroll_cron
        | Rule::enroll_at
        | Rule::date_offset
        | Rule::offset_sign
        | Rule::every_year
        | Rule::schedule_when
        | Rule::enroll_most
        | Rule::on_merge
        | Rule::exclusive
        | Rule::hours
        | Rule::spread
        | Rule::zone_in
        | Rule::alert
        | Rule::r#let
        | Rule::step
        | Rule::step_name
        | Rule::step_kind
        | Rule::wait
        | Rule::wait_for
        | Rule::wait_named
        | Rule::argument_name
        | Rule::wait_until
        | Rule::at_time
        | Rule::if_past
        | Rule::wait_event
        | Rule::wait_first
        | Rule::wait_limit
        | Rule::behind_amount
        | Rule::copy
        | Rule::create
        | Rule::create_in
        | Rule::link_label
        | Rule::associate
        | Rule::dissociate
        | Rule::dissociate_all
        | Rule::link_with
        | Rule::delete
        | Rule::unenroll_from
        | Rule::split
        | Rule::goto
        | Rule::todo
        | Rule::set
        | Rule::clear
        | Rule::enroll_in
        | Rule::add
        | Rule::remove
        | Rule::for_path
        | Rule::stop
        | Rule::r#do
        | Rule::binding
        | Rule::retry
        | Rule::on_error
        | Rule::branch
        | Rule::else_if
        | Rule::r#match
        | Rule::term
        | Rule::tail
        | Rule::prefix
        | Rule::symbol_infix
        | Rule::word_infix
        | Rule::compare_op
        | Rule::coalesce_op
        | Rule::sum_op
        | Rule::product_op
        | Rule::symbol_logic
        | Rule::and_op
        | Rule::or_op
        | Rule::contains_op
        | Rule::starts_op
        | Rule::ends_op
        | Rule::at_op
        | Rule::word_postfix
        | Rule::or_unknown
        | Rule::is_tail
        | Rule::in_tail
        | Rule::between_tail
        | Rule::matches_tail
        | Rule::was_tail
        | Rule::changed_tail
        | Rule::within_period
        | Rule::operand_term
        | Rule::operand_tail
        | Rule::primary
        | Rule::number_led
        | Rule::hours_below
        | Rule::from_now
        | Rule::special
        | Rule::label
        | Rule::arguments
        | Rule::hole
        | Rule::call_fields
        | Rule::by
        | Rule::value
        | Rule::string
        | Rule::raw_block_text
        | Rule::raw_text
        | Rule::block_text
        | Rule::lone_quote
        | Rule::plain_text
        | Rule::escape
        | Rule::interpolation
        | Rule::broken_interpolation
        | Rule::format
        | Rule::open_end
        | Rule::blank
        | Rule::close
        | Rule::goes_on
        | Rule::declaration_start
        | Rule::at_declaration
        | Rule::opaque
        | Rule::balanced
        | Rule::balanced_part
        | Rule::stray_close
        | Rule::semicolon
        | Rule::stray_header
        | Rule::stray_declaration
        | Rule::empty_line
        | Rule::at_first_word
        | Rule::stray_field
        | Rule::stray_clause
        | Rule::clause_rest
        | Rule::at_clause
        | Rule::clause_word
        | Rule::stray_step
        | Rule::step_rest
        | Rule::at_step
        | Rule::step_word
        | Rule::stray_arm
        | Rule::arm_rest
        | Rule::at_arm
        | Rule::stray_case
        | Rule::case_rest
        | Rule::at_case
        | Rule::statement
        | Rule::who
        | Rule::next_statement
        | Rule::test_at
        | Rule::given_event
        | Rule::given_member
        | Rule::given_link
        | Rule::given_record
        | Rule::end_label
        | Rule::mock
        | Rule::mock_answer
        | Rule::mock_fails
        | Rule::mock_times_out
        | Rule::mock_times
        | Rule::when_program
        | Rule::when_webhook
        | Rule::when_created
        | Rule::when_does
        | Rule::when_sets
        | Rule::assignment
        | Rule::when_clears
        | Rule::when_joins
        | Rule::when_leaves
        | Rule::when_merges
        | Rule::when_moved
        | Rule::when_enrols
        | Rule::when_turns
        | Rule::when_becomes
        | Rule::advance
        | Rule::advance_to
        | Rule::advance_by
        | Rule::advance_named
        | Rule::expect
        | Rule::always
        | Rule::never
        | Rule::claim
        | Rule::claim_not
        | Rule::nothing_else
        | Rule::sent
        | Rule::sent_to
        | Rule::sent_within
        | Rule::enrolled
        | Rule::not_inside
        | Rule::filler
        | Rule::inside
        | Rule::because
        | Rule::waiting
        | Rule::waiting_until
        | Rule::path_taken
        | Rule::about
        | Rule::stray_statement
        | Rule::statement_rest
        | Rule::at_statement
        | Rule::statement_word
        | Rule::WHITESPACE
        | Rule::COMMENT => "",
        Rule::kw_action => "`action`",
        Rule::kw_active => "`active`",
        Rule::kw_activity => "`activity`",
        Rule::kw_add => "`add`",
        Rule::kw_added => "`added`",
        Rule::kw_advance => "`advance`",
        Rule::kw_after => "`after`",
        Rule::kw_ago => "`ago`",
        Rule::kw_alert => "`alert`",
        Rule::kw_all => "`all`",
        Rule::kw_always => "`always`",
        Rule::kw_and => "`and`",
        Rule::kw_any => "`any`",
        Rule::kw_as => "`as`",
        Rule::kw_asc => "`asc`",
        Rule::kw_associate => "`associate`",
        Rule::kw_at => "`at`",
        Rule::kw_be => "`be`",
        Rule::kw_because => "`because`",
        Rule::kw_before => "`before`",
        Rule::kw_between => "`between`",
        Rule::kw_branch => "`branch`",
        Rule::kw_business => "`business`",
        Rule::kw_by => "`by`",
        Rule::kw_calendar => "`calendar`",
        Rule::kw_campaign => "`campaign`",
        Rule::kw_case => "`case`",
        Rule::kw_changed => "`changed`",
        Rule::kw_changes => "`changes`",
        Rule::kw_clear => "`clear`",
        Rule::kw_clears => "`clears`",
        Rule::kw_closed => "`closed`",
        Rule::kw_completed => "`completed`",
        Rule::kw_computed => "`computed`",
        Rule::kw_const => "`const`",
        Rule::kw_contains => "`contains`",
        Rule::kw_continue => "`continue`",
        Rule::kw_copy => "`copy`",
        Rule::kw_create => "`create`",
        Rule::kw_created => "`created`",
        Rule::kw_cron => "`cron`",
        Rule::kw_day => "`day`",
        Rule::kw_default => "`default`",
        Rule::kw_delete => "`delete`",
        Rule::kw_desc => "`desc`",
        Rule::kw_dissociate => "`dissociate`",
        Rule::kw_deleted => "`deleted`",
        Rule::kw_did => "`did`",
        Rule::kw_do => "`do`",
        Rule::kw_does => "`does`",
        Rule::kw_edit => "`edit`",
        Rule::kw_else => "`else`",
        Rule::kw_encoding => "`encoding`",
        Rule::kw_ends_with => "`ends_with`",
        Rule::kw_enroll => "`enroll`",
        Rule::kw_enrolled => "`enrolled`",
        Rule::kw_enrollment => "`enrollment`",
        Rule::kw_enrolls => "`enrolls`",
        Rule::kw_enum => "`enum`",
        Rule::kw_error => "`error`",
        Rule::kw_event => "`event`",
        Rule::kw_ever => "`ever`",
        Rule::kw_every => "`every`",
        Rule::kw_exactly => "`exactly`",
        Rule::kw_exclusive => "`exclusive`",
        Rule::kw_existing => "`existing`",
        Rule::kw_expect => "`expect`",
        Rule::kw_extend => "`extend`",
        Rule::kw_first => "`first`",
        Rule::kw_fails => "`fails`",
        Rule::kw_for => "`for`",
        Rule::kw_forever => "`forever`",
        Rule::kw_from => "`from`",
        Rule::kw_given => "`given`",
        Rule::kw_goal => "`goal`",
        Rule::kw_goto => "`goto`",
        Rule::kw_happened => "`happened`",
        Rule::kw_header => "`header`",
        Rule::kw_hour => "`hour`",
        Rule::kw_hours => "`hours`",
        Rule::kw_id => "`id`",
        Rule::kw_if => "`if`",
        Rule::kw_imported => "`imported`",
        Rule::kw_in => "`in`",
        Rule::kw_into => "`into`",
        Rule::kw_inverse => "`inverse`",
        Rule::kw_is => "`is`",
        Rule::kw_joined => "`joined`",
        Rule::kw_joins => "`joins`",
        Rule::kw_keep => "`keep`",
        Rule::kw_label => "`label`",
        Rule::kw_labels => "`labels`",
        Rule::kw_last => "`last`",
        Rule::kw_least => "`least`",
        Rule::kw_leaves => "`leaves`",
        Rule::kw_leaving => "`leaving`",
        Rule::kw_left => "`left`",
        Rule::kw_let => "`let`",
        Rule::kw_many => "`many`",
        Rule::kw_match => "`match`",
        Rule::kw_matches => "`matches`",
        Rule::kw_max => "`max`",
        Rule::kw_merge => "`merge`",
        Rule::kw_merges => "`merges`",
        Rule::kw_message => "`message`",
        Rule::kw_met => "`met`",
        Rule::kw_migrate => "`migrate`",
        Rule::kw_mock => "`mock`",
        Rule::kw_more => "`more`",
        Rule::kw_most => "`most`",
        Rule::kw_never => "`never`",
        Rule::kw_next => "`next`",
        Rule::kw_no => "`no`",
        Rule::kw_not => "`not`",
        Rule::kw_nothing => "`nothing`",
        Rule::kw_now => "`now`",
        Rule::kw_object => "`object`",
        Rule::kw_of => "`of`",
        Rule::kw_off => "`off`",
        Rule::kw_on => "`on`",
        Rule::kw_once => "`once`",
        Rule::kw_one => "`one`",
        Rule::kw_only => "`only`",
        Rule::kw_or => "`or`",
        Rule::kw_out => "`out`",
        Rule::kw_over => "`over`",
        Rule::kw_past => "`past`",
        Rule::kw_path => "`path`",
        Rule::kw_paused => "`paused`",
        Rule::kw_per => "`per`",
        Rule::kw_pin => "`pin`",
        Rule::kw_prefix => "`prefix`",
        Rule::kw_program => "`program`",
        Rule::kw_rate => "`rate`",
        Rule::kw_receives => "`receives`",
        Rule::kw_reenroll => "`reenroll`",
        Rule::kw_remove => "`remove`",
        Rule::kw_removed => "`removed`",
        Rule::kw_renamed => "`renamed`",
        Rule::kw_required => "`required`",
        Rule::kw_restored => "`restored`",
        Rule::kw_resumed => "`resumed`",
        Rule::kw_retry => "`retry`",
        Rule::kw_secret => "`secret`",
        Rule::kw_segment => "`segment`",
        Rule::kw_sensitive => "`sensitive`",
        Rule::kw_sent => "`sent`",
        Rule::kw_set => "`set`",
        Rule::kw_sets => "`sets`",
        Rule::kw_skip => "`skip`",
        Rule::kw_split => "`split`",
        Rule::kw_spread => "`spread`",
        Rule::kw_starts_with => "`starts_with`",
        Rule::kw_static => "`static`",
        Rule::kw_steps => "`steps`",
        Rule::kw_stop => "`stop`",
        Rule::kw_suppress => "`suppress`",
        Rule::kw_template => "`template`",
        Rule::kw_the => "`the`",
        Rule::kw_test => "`test`",
        Rule::kw_than => "`than`",
        Rule::kw_then => "`then`",
        Rule::kw_this => "`this`",
        Rule::kw_timeout => "`timeout`",
        Rule::kw_times => "`times`",
        Rule::kw_timestamp => "`timestamp`",
        Rule::kw_timezone => "`timezone`",
        Rule::kw_title => "`title`",
        Rule::kw_to => "`to`",
        Rule::kw_todo => "`todo`",
        Rule::kw_turns => "`turns`",
        Rule::kw_unenroll => "`unenroll`",
        Rule::kw_unenrolls => "`unenrolls`",
        Rule::kw_unique => "`unique`",
        Rule::kw_unknown => "`unknown`",
        Rule::kw_until => "`until`",
        Rule::kw_verify => "`verify`",
        Rule::kw_wait => "`wait`",
        Rule::kw_via => "`via`",
        Rule::kw_waiting => "`waiting`",
        Rule::kw_was => "`was`",
        Rule::kw_webhook => "`webhook`",
        Rule::kw_weekday => "`weekday`",
        Rule::kw_when => "`when`",
        Rule::kw_where => "`where`",
        Rule::kw_with => "`with`",
        Rule::kw_within => "`within`",
        Rule::kw_workflow => "`workflow`",
        Rule::kw_year => "`year`",
    }
}
