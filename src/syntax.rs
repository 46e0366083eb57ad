//! Text → tree. It owns the grammar, the lexer, recovery and the tree; it
//! knows nothing of other files and not whether a name exists.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod ast;
mod build;
mod cut;
mod grammar;
mod json;
mod lexer;
mod parse;
mod repair;
mod scan;
mod tokens;
mod words;

pub use cut::cut;
pub use parse::{Parsed, parse, recognise};
pub use scan::MAX_NESTING;
pub use tokens::{hash_tokens, one_line};
pub(crate) use words::WEEKDAYS;
pub use words::{is_reserved, is_step};
