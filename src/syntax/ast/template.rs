//! Templates and their instances as written.

use super::{Argument, Clause, Doc, Ident, Parameter};
use crate::base::Span;

/// `template NAME(…) on OBJECT { … }`.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// What differs between its instances.
    pub parameters: Vec<Parameter>,
    /// The object whose records its instances take.
    pub object: Ident,
    /// The whole declaration.
    pub span: Span,
    /// Everything between its braces, in the order of the text.
    pub clauses: Vec<Clause>,
}

/// `workflow NAME = TEMPLATE(…) { … }`.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// The template that it is made of.
    pub template: Ident,
    /// The values of the parameters, in the order of the text.
    pub arguments: Vec<Argument>,
    /// The template with its arguments.
    pub call: Span,
    /// The whole declaration.
    pub span: Span,
    /// What stands in place of clauses of the template, or beside them.
    pub clauses: Vec<Clause>,
}
