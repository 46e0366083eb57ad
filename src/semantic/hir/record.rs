//! Records as expressions and steps name them: where a path begins, and its
//! way through associations.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::Expr;
use crate::base::Name;
use crate::model::{AssociationId, ObjectId, PropertyId};

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// The enrolled record, or that of a segment or message.
    This,
    /// The record of the innermost `where`.
    Member,
    /// The record that a step has bound to a name: its place among the names
    /// that the workflow binds.
    Bound(usize),
    /// `first(…)` or `last(…)`.
    Chosen(Arc<Choice>),
}

/// `first(deals by close_date desc where stage == open)`: one of the records
/// at the other end of an association.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Whether the last is meant.
    pub last: bool,
    /// The association.
    pub from: AssociationPath,
    /// The order, descending where the flag is set; that of the links where
    /// there is none.
    pub by: Option<(Expr, bool)>,
    /// What must hold of the record.
    pub filter: Option<Expr>,
    /// As it is written: two choices are the same where they are written alike
    /// and begin at the same record.
    pub written: Box<str>,
}

impl Choice {
    fn identity(&self) -> (&AssociationPath, bool, &str) {
        (&self.from, self.last, &self.written)
    }
}

impl PartialEq for Choice {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}
impl Eq for Choice {}

impl PartialOrd for Choice {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Choice {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

impl Hash for Choice {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

/// A record: where a path begins, and the associations with one record each
/// on its way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordPath {
    /// Where it begins.
    pub root: Root,
    /// The object that has each association, and the way.
    pub hops: Vec<(ObjectId, AssociationId)>,
    /// The object that it ends at.
    pub object: ObjectId,
}

impl RecordPath {
    /// The record that a path begins at.
    #[must_use]
    pub fn of(root: Root, object: ObjectId) -> Self {
        RecordPath {
            root,
            hops: Vec::new(),
            object,
        }
    }

    /// The record at the other end of one more association.
    #[must_use]
    pub fn then(&self, association: AssociationId, target: ObjectId) -> Self {
        let hop = (self.object, association);
        RecordPath {
            root: self.root.clone(),
            hops: self.hops.iter().copied().chain([hop]).collect(),
            object: target,
        }
    }

    /// The record before the last association, where there is one.
    #[must_use]
    pub fn before(&self) -> Option<Self> {
        let ((object, _), hops) = self.hops.split_last()?;
        Some(RecordPath {
            root: self.root.clone(),
            hops: hops.to_vec(),
            object: *object,
        })
    }

    /// Whether it is the record at hand itself.
    #[must_use]
    pub fn is_this(&self) -> bool {
        self.root == Root::This && self.hops.is_empty()
    }

    /// The expressions by which the record that it begins at is chosen.
    #[must_use]
    pub fn parts(&self) -> Vec<&Expr> {
        let Root::Chosen(choice) = &self.root else {
            return Vec::new();
        };
        let by = choice.by.iter().map(|(by, _)| by);
        let own = by.chain(&choice.filter);
        choice.from.record.parts().into_iter().chain(own).collect()
    }
}

/// A property of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The record.
    pub record: RecordPath,
    /// Its property.
    pub property: PropertyId,
}

/// The records at the other end of an association.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssociationPath {
    /// The record that has the association.
    pub record: RecordPath,
    /// The association.
    pub association: AssociationId,
    /// Only links with this label.
    pub label: Option<Name>,
    /// The object at the other end.
    pub object: ObjectId,
}
