//! Declared actions as written.

use super::{Doc, Ident, Parameter, Property, Retry, Value};
use crate::base::{Decimal, Span};

/// `action NAME(…) -> { … } via CARRIER { … }`.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name, dots included.
    pub name: Ident,
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// What it answers.
    pub results: Vec<Property>,
    /// How it is carried out: one, unless something is wrong.
    pub via: Vec<Via>,
    /// The whole declaration.
    pub span: Span,
}

/// `via http { … }`, `via command { … }` or `via builtin`.
#[derive(Debug, Clone)]
pub struct Via {
    /// What carries it out.
    pub carrier: Ident,
    /// Everything between the braces, in the order of the text.
    pub fields: Vec<ViaField>,
    /// From `via` to the end.
    pub span: Span,
}

/// `NAME: VALUE` of a carrier.
#[derive(Debug, Clone)]
pub struct ViaField {
    /// Its name.
    pub name: Ident,
    /// Its value.
    pub value: ViaValue,
    /// From the name to the end of the value.
    pub span: Span,
}

/// What a field of a carrier holds.
#[derive(Debug, Clone)]
pub enum ViaValue {
    /// An expression or JSON.
    Value(Value),
    /// `N times over D`.
    Attempts(Retry),
    /// `256 MB`: a number, and its unit in upper case.
    Memory(Decimal, String, Span),
    /// Something that a finding was given for.
    Broken,
}

impl ViaValue {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self {
            ViaValue::Value(value) => Some(value.span()),
            ViaValue::Attempts(retry) => Some(retry.span),
            ViaValue::Memory(.., span) => Some(*span),
            ViaValue::Broken => None,
        }
    }
}
