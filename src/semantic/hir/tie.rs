//! Checked steps that make records and link them.

use super::{Binding, Expr, TargetProperty};
use crate::base::Name;
use crate::model::{AssociationId, ObjectId, PropertyId};

/// `create OBJECT { … }`.
#[derive(Debug, Clone)]
pub struct Create {
    /// The object.
    pub object: ObjectId,
    /// What it begins with, in the order of the text.
    pub values: Vec<(TargetProperty, Expr)>,
    /// The association of the enrolled record that it is linked by, and the
    /// label of the link.
    pub link: Option<(AssociationId, Option<Name>)>,
    /// The name of the new record.
    pub binding: Option<Binding>,
}

/// What `associate` makes and `dissociate` takes away.
#[derive(Debug, Clone)]
pub struct Tie {
    /// The association of the enrolled record.
    pub association: AssociationId,
    /// The label of the link.
    pub label: Option<Name>,
    /// The unique property of the other record and its value; `None`: all
    /// that are linked.
    pub other: Option<(PropertyId, Expr)>,
}
