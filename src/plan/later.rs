//! Steps that are checked and lowered, and not run by this version. They are
//! whole: what runs them one day finds everything here.

use super::{Expression, Next, Records, TargetProperty};
use crate::base::Name;
use crate::model::{AssociationId, ObjectId, PropertyId, Type, WorkflowId};

/// A step that this version does not run.
#[derive(Debug, Clone)]
pub enum LaterStep {
    /// Writes a property from a value of a type, which is made the property's
    /// (A7).
    Copy {
        /// The value.
        value: Expression,
        /// Its type.
        from: Type,
        /// Whose property is written.
        records: Records,
        /// Which.
        property: TargetProperty,
    },
    /// Makes a record.
    Create(Create),
    /// Links the enrolled record.
    Associate(Tie),
    /// Unlinks the enrolled record.
    Dissociate(Tie),
    /// Deletes the enrolled record, which ends the enrolment.
    Delete,
    /// Asks for the end of enrolments: in one workflow, or in all.
    Unenroll(Option<WorkflowId>),
}

impl LaterStep {
    /// The keyword of the step.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            LaterStep::Copy { .. } => "copy",
            LaterStep::Create(_) => "create",
            LaterStep::Associate(_) => "associate",
            LaterStep::Dissociate(_) => "dissociate",
            LaterStep::Delete => "delete",
            LaterStep::Unenroll(_) => "unenroll",
        }
    }

    /// What it reads.
    #[must_use]
    pub fn values(&self) -> Vec<&Expression> {
        match self {
            LaterStep::Copy { value, .. } => vec![value],
            LaterStep::Create(create) => create.values.iter().map(|(_, value)| value).collect(),
            LaterStep::Associate(tie) | LaterStep::Dissociate(tie) => {
                tie.other.iter().map(|(_, value)| value).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The names that it binds, with their places.
    #[must_use]
    pub fn bindings(&self) -> Vec<&(usize, Name)> {
        match self {
            LaterStep::Create(create) => create.binding.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Where it leads, where `next` follows it.
    #[must_use]
    pub(super) fn follows(&self, next: Next) -> Next {
        match self {
            LaterStep::Delete => Next::End,
            _ => next,
        }
    }
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
