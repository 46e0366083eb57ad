//! Conditions by the tests of their record's stored values: without a copy of
//! any, and without what else an expression may need.

use super::compare::is;
use crate::engine::prepared::Prepared;
use crate::engine::record::RecordCell;
use crate::model::Value;
use crate::model::compute;
use crate::plan::Condition;
use crate::plan::direct::{Ask, Direct, Then};

/// Whether a condition is true of a record; `None` where its stored values do
/// not tell.
pub(in crate::engine) fn holds(
    prepared: &Prepared,
    cell: &RecordCell,
    condition: &Condition,
) -> Option<bool> {
    let direct = condition.direct.as_ref()?;
    let direct = (!prepared.concerns.is_naive()).then_some(direct)?;
    is_true(direct, &cell.values)
}

fn is_true(direct: &Direct, values: &[Option<Value>]) -> Option<bool> {
    let mut test = direct.tests().last()?;
    loop {
        let value = values.get(test.property.index())?.as_ref();
        let then = match passes(&test.ask, value)? {
            true => test.yes,
            false => test.no,
        };
        // INVARIANT: what follows a test stands before it, so this ends.
        match then {
            Then::Test(place) => test = direct.tests().get(place as usize)?,
            Then::Is(is) => return Some(is),
        }
    }
}

/// Whether a value is as is asked (N1); `None` where it is not of the kind that
/// was expected.
fn passes(ask: &Ask, value: Option<&Value>) -> Option<bool> {
    let (ask, value) = match (ask, value) {
        (Ask::Known, value) => return Some(value.is_some()),
        (Ask::Unknown, value) => return Some(value.is_none()),
        (ask, Some(value)) => (ask, value),
        (_, None) => return Some(false),
    };
    match ask {
        Ask::Compare(op, with) => Some(is(*op, compute::compare(value, with)?)),
        Ask::Among(list) => Some(list.iter().any(|one| compute::equal(one, value))),
        Ask::Known | Ask::Unknown => None,
    }
}
