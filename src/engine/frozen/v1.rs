//! The first frozen forms.

pub mod call;
pub mod decision;
pub mod event;
pub mod input;
mod kept;
pub mod state;
pub mod value;
