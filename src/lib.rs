//! A compiler and runner for declarative CRM workflows.
//!
//! The order of the modules below is the reading order and the dependency
//! order: a module uses only those listed above it.

pub mod base;
pub mod diagnostic;
pub mod model;
pub mod syntax;
pub mod semantic;
pub mod plan;
pub mod lint;
pub mod compile;
pub mod engine;
pub mod scenario;
#[cfg(feature = "cli")]
pub mod store;
#[cfg(feature = "cli")]
pub mod connector;
#[cfg(feature = "cli")]
pub mod project;
#[cfg(feature = "cli")]
pub mod host;
#[cfg(feature = "cli")]
pub mod cli;
