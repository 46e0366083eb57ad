//! Declared actions: how they are carried out. This version runs none of them.

use super::Expression;
use crate::base::{Duration, Name};
use crate::semantic::hir::JsonPath;

/// What carries an action out. The parameters of the action stand in its
/// expressions by their places.
#[derive(Debug, Clone)]
pub enum Carrier {
    /// A request.
    Http(Box<Request>),
    /// A program of the project.
    Command(Box<Command>),
    /// This program.
    Builtin,
}

/// `via http { … }`.
#[derive(Debug, Clone)]
pub struct Request {
    /// What the action `http` takes: `method`, `url`, `query`, …
    pub arguments: Vec<(Name, Expression)>,
    /// Where results stand in the answer, by their places.
    pub results: Vec<(usize, JsonPath)>,
    /// Further attempts, and the last delay between two (A3).
    pub retry: Option<(u32, Duration)>,
    /// The connection that it goes by.
    pub connection: Option<Name>,
}

/// `via command { … }`: JSON on standard input and output, no shell.
#[derive(Debug, Clone)]
pub struct Command {
    /// The program, and its arguments.
    pub run: Vec<Expression>,
    /// Environment variables.
    pub env: Vec<(Box<str>, Expression)>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// How many bytes it may use.
    pub memory: Option<u64>,
}
