//! `split`: a lot that is drawn once and for all (B3).

use super::branch::name;
use super::{At, Flow};
use crate::base::{Decimal, Uid};
use crate::engine::draft::Draft;
use crate::plan::{Case, Share};

/// The name of the lot. It stands in the hash, so that another way to draw
/// gets another name.
const LOT: &[u8] = b"flow split v1";

impl<'w> Draft<'w> {
    /// The arm of an enrolment: the same at each visit, on any machine.
    pub(super) fn split(&mut self, at: At<'w>, cases: &'w [Case<Share>]) -> Flow {
        let taken = arm(lot(at.enrolment, at.step.id.as_str()), cases);
        let called = |case: &'w Case<Share>| match &*case.test.name {
            "" => name(case),
            name => name,
        };
        self.notes.watch();
        self.taken(at, taken.map(|case| (called(case), case.entry)), None)
    }
}

/// A number below 2^64 of an enrolment and a step: the first eight bytes, the
/// highest first, of the SHA-256 of the name of the lot, the identity of the
/// enrolment and the id of the step, each after its length.
#[must_use]
pub fn lot(enrolment: Uid, step: &str) -> u64 {
    drawn(LOT, enrolment, step)
}

/// The same for a lot of another name.
pub(super) fn drawn(name: &[u8], enrolment: Uid, step: &str) -> u64 {
    let drawn = Uid::of(&[name, enrolment.bytes(), step.as_bytes()]);
    let bytes = drawn.bytes().iter().take(8);
    bytes.fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The first case for which the lot is below its share of 2^64, and those of
/// the cases before it: an edit of shares moves the fewest.
fn arm(lot: u64, cases: &[Case<Share>]) -> Option<&Case<Share>> {
    let shares = || cases.iter().map(|case| case.test.number);
    let whole = shares().fold(Decimal::ZERO, Decimal::saturating_add);
    let (lot, range) = (Decimal::from(lot), Decimal::from(1_u128 << 64));
    let mut sum = Decimal::ZERO;
    let below = cases.iter().find(|case| {
        sum = sum.saturating_add(case.test.number);
        let part = match sum.checked_mul(range) {
            Some(part) => part.checked_div(whole),
            None => sum
                .checked_div(whole)
                .map(|part| part.saturating_mul(range)),
        };
        part.is_some_and(|part| lot < part)
    });
    // What is rounded off at the end belongs to the last that has a share.
    below.or_else(|| cases.iter().rfind(|case| !case.test.number.is_zero()))
}
