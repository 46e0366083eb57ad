//! Links with a record that was merged: its identity leads to the survivor for
//! ever (L4), as the names of its unique values do.

use super::intake::{Input, InputBody, Target};
use super::state::State;

/// An input about the links of two records, the other one being who it is now.
pub(super) fn led(state: &State, input: Input) -> Input {
    let now = |target: Target| match target {
        Target::Id(object, id) => Target::Id(object, state.merged_into(id)),
        Target::Key(key) => Target::Key(key),
    };
    let body = match input.body {
        InputBody::Link(one, association, other, label) => {
            InputBody::Link(one, association, now(other), label)
        }
        InputBody::Unlink(one, association, other, label) => {
            InputBody::Unlink(one, association, now(other), label)
        }
        body => body,
    };
    Input { body, ..input }
}
