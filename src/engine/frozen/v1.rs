//! The first frozen forms.

pub mod decision;
pub mod event;
pub mod input;
pub mod value;
