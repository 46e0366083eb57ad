//! Steps that copy values, make records and link them.

use super::{Expression, Records, TargetProperty};
use crate::base::Name;
use crate::model::{AssociationId, ObjectId, PropertyId, Type};

/// `copy … to …`: a value of a type, which is made the property's (A7).
#[derive(Debug, Clone)]
pub struct Copy {
    /// The value.
    pub value: Expression,
    /// Its type.
    pub from: Type,
    /// Whose property is written.
    pub records: Records,
    /// What they are; `None` where it is the enrolled record.
    pub object: Option<ObjectId>,
    /// Which.
    pub property: TargetProperty,
}

/// `create OBJECT { … }`.
#[derive(Debug, Clone)]
pub struct Create {
    /// The object.
    pub object: ObjectId,
    /// What it begins with, in the order of the text.
    pub values: Vec<(TargetProperty, Expression)>,
    /// The association of the enrolled record by which it is linked, and the
    /// label of the link.
    pub link: Option<(AssociationId, Option<Name>)>,
    /// The place and the name of the new record.
    pub binding: Option<(usize, Name)>,
}

/// What `associate` makes and `dissociate` takes away.
#[derive(Debug, Clone)]
pub struct Tie {
    /// The association of the enrolled record.
    pub association: AssociationId,
    /// The label of the link: it alone is taken away.
    pub label: Option<Name>,
    /// The unique property of the other record and its value; `None`: all
    /// that are linked.
    pub other: Option<(PropertyId, Expression)>,
}
