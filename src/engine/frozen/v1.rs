//! The first frozen forms.

pub mod call;
pub mod decision;
pub mod event;
pub mod input;
pub mod state;
pub mod value;
