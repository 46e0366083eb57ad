//! Judgements over a program that can run: what is doubtful in it. One file
//! per rule. It knows nothing of parsing, rendering or running.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod constant_condition;
mod deep_nesting;
mod empty_branch;
mod found;
mod levels;
mod message_never_sent;
mod missing_goal;
mod naming;
mod negative_without_unknown;
mod non_exhaustive_match;
mod overlapping_case;
mod places;
mod self_trigger;
mod shadowed_trigger;
mod types;
mod unreachable_step;
mod unused_binding;
mod unused_event;
mod unused_message;
mod unused_segment;
mod unverified_webhook;
mod values;

pub use levels::levelled;

use found::Found;

use crate::diagnostic::Findings;
use crate::plan::Program;

/// A rule: it looks at a program and adds what it finds.
type Rule = fn(&mut Found<'_>);

/// All rules.
const RULES: [Rule; 17] = [
    constant_condition::check,
    deep_nesting::check,
    empty_branch::check,
    message_never_sent::check,
    missing_goal::check,
    naming::check,
    negative_without_unknown::check,
    non_exhaustive_match::check,
    overlapping_case::check,
    self_trigger::check,
    shadowed_trigger::check,
    unreachable_step::check,
    unused_binding::check,
    unused_event::check,
    unused_message::check,
    unused_segment::check,
    unverified_webhook::check,
];

/// Runs all rules.
#[must_use]
pub fn check(program: &Program) -> Findings {
    let mut found = Found::of(program);
    for rule in RULES {
        rule(&mut found);
    }
    found.finish()
}
