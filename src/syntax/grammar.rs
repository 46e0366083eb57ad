//! The parser that pest derives from the grammar, alone in a module because
//! its generated items have no doc comments.
#![allow(missing_docs, reason = "generated")]

/// The generated parser of `grammar/flow.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/flow.pest"]
pub(super) struct FlowParser;

/// A node of pest's parse.
pub(super) type Pair<'i> = pest::iterators::Pair<'i, Rule>;
