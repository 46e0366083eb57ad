//! The host: what brings a program and the outside together. It reads replays
//! and tables, carries actions out as files and keeps what a run leaves
//! behind. It prints nothing, and decides nothing that the engine decides.

pub mod carry;
pub mod import;
pub mod look;
pub mod replay;
pub mod run;
pub mod store;
pub mod tally;
