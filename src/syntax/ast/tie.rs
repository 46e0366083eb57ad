//! Steps that make records and link them, as written.

use super::{Expr, Field, Ident};
use crate::base::Span;

/// `create OBJECT { p: e, … } [in ASSOC [label l]] [as n]`.
#[derive(Debug, Clone)]
pub struct Create {
    /// The object.
    pub object: Ident,
    /// The properties.
    pub fields: Vec<Field>,
    /// `in ASSOC [label l]`: one, unless something is wrong.
    pub links: Vec<Linked>,
    /// `as NAME`: one, unless something is wrong.
    pub bindings: Vec<Ident>,
}

/// `ASSOC [label l]`.
#[derive(Debug, Clone)]
pub struct Linked {
    /// The association of the enrolled record.
    pub association: Ident,
    /// The label of the link.
    pub label: Option<Ident>,
    /// Where it stands.
    pub span: Span,
}

/// `ASSOC with OBJECT by PROP = EXPR [label l]`.
#[derive(Debug, Clone)]
pub struct LinkWith {
    /// The association, and the label of the link.
    pub link: Linked,
    /// The object at the other end.
    pub object: Ident,
    /// The property by which the record is found.
    pub by: Ident,
    /// Its value.
    pub value: Expr,
}

/// `dissociate …`.
#[derive(Debug, Clone)]
pub enum Dissociate {
    /// One record.
    With(LinkWith),
    /// All of them, or all with a label.
    All(Linked),
}
