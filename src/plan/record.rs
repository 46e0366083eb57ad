//! Records as compiled expressions and steps name them.

use super::{Condition, Expression};
use crate::base::Name;
use crate::model::{AssociationId, ObjectId};

/// One step along a `one` association.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hop {
    /// The object that has the association.
    pub object: ObjectId,
    /// The association.
    pub association: AssociationId,
}

/// Where a way begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Root {
    /// The record that the expression or the workflow is about.
    This,
    /// The record of the innermost `where`.
    Member,
    /// The record that a step has bound: its place among the workflow's names.
    Bound(usize),
    /// One of the records at the other end of an association.
    Chosen(Box<Choice>),
}

/// `first(…)` and `last(…)`. Where values of the order are unknown they come
/// last; ties are decided by the time of the link, then by the id.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Whether the last is meant.
    pub last: bool,
    /// The association.
    pub from: Link,
    /// The order, of each record as the member, descending where the flag is
    /// set; where there is none, the time of the link.
    pub by: Option<(Expression, bool)>,
    /// What must hold of the record, as the member.
    pub filter: Option<Condition>,
}

/// A record, from where a condition stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Where it begins.
    pub root: Root,
    /// The associations on the way; often none.
    pub hops: Box<[Hop]>,
}

impl Way {
    /// Whether this version can follow it.
    #[must_use]
    pub fn is_run(&self) -> bool {
        match &self.root {
            Root::This | Root::Member | Root::Bound(_) => true,
            Root::Chosen(choice) => choice.from.from.is_run(),
        }
    }
}

/// The records at the other end of an association.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The record that has the association.
    pub from: Way,
    /// The association.
    pub hop: Hop,
    /// Only links with this label.
    pub label: Option<Name>,
    /// The object at the other end.
    pub object: ObjectId,
}
