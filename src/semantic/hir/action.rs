//! How declared actions are carried out.

use super::{Expr, JsonPath};
use crate::base::{Duration, Name};

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
    pub arguments: Vec<(Name, Expr)>,
    /// Where results stand in the answer, by their places.
    pub results: Vec<(usize, JsonPath)>,
    /// Further attempts, and the last delay between two (A3).
    pub retry: Option<(u32, Duration)>,
    /// The connection that it goes by.
    pub connection: Option<Name>,
}

/// `via command { … }`.
#[derive(Debug, Clone)]
pub struct Command {
    /// The program, and its arguments.
    pub run: Vec<Expr>,
    /// Environment variables.
    pub env: Vec<(Box<str>, Expr)>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// How many bytes it may use.
    pub memory: Option<u64>,
}
