//! What a finding is, the one declaration of all codes, and the renderers.
//! It knows no word of the language.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod allow;
mod code;
mod finding;
mod findings;
mod mend;
mod once;
pub mod render;
mod shared;

pub use allow::Allow;
pub use code::{Code, Level};
pub use finding::{Edit, Finding, Fix, Label, listed, with_article};
pub use findings::Findings;
pub use mend::{Mended, mend};
pub use shared::Shared;
