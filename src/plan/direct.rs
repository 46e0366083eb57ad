//! What many conditions are: tests of the record's own stored values, as a
//! chain in the order in which they are asked. How a test is asked is not known
//! here.

use crate::model::{PropertyId, Value};
use crate::syntax::ast::Comparison;

/// A condition of which it can be told by the record's stored values alone
/// whether it is true; false and unknown are alike in it.
#[derive(Debug, Clone)]
pub struct Direct {
    /// The last of the condition comes first: what follows a test stands before
    /// it.
    tests: Box<[Test]>,
}

/// One value that is looked at.
#[derive(Debug, Clone)]
pub struct Test {
    /// Where the value is stored.
    pub property: PropertyId,
    /// What is asked of it.
    pub ask: Ask,
    /// What follows if it is so.
    pub yes: Then,
    /// What follows if it is not so, or not known.
    pub no: Then,
}

/// What is asked of a value.
#[derive(Debug, Clone)]
pub enum Ask {
    /// How it compares with another one of its kind.
    Compare(Comparison, Value),
    /// Whether it is one of some.
    Among(Box<[Value]>),
    /// Whether it is known.
    Known,
    /// Whether it is unknown.
    Unknown,
}

/// What follows a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The test at a place before this one.
    Test(u32),
    /// The condition is true, or it is not.
    Is(bool),
}

impl Direct {
    /// The tests, the first one last. None leads to itself or to a later place.
    #[must_use]
    pub(super) fn new(tests: Vec<Test>) -> Self {
        Direct {
            tests: tests.into(),
        }
    }

    /// All tests; what follows one stands before it.
    #[must_use]
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }
}
