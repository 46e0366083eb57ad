//! The host: what brings a program and the outside together. It reads replays
//! and tables, carries actions out as files and keeps what a run leaves
//! behind. It prints nothing, and decides nothing that the engine decides.

pub mod archive;
pub mod backup;
pub mod bench;
pub mod carry;
pub mod changes;
pub mod clock;
pub mod desk;
pub mod durable;
pub mod failed;
pub mod import;
pub mod keep;
pub mod ledger;
pub mod live;
pub mod look;
pub mod memory;
pub mod named;
pub mod older;
pub mod program;
pub mod repair;
pub mod replay;
pub mod run;
pub mod socket;
pub mod store;
pub mod table;
pub mod tally;
pub mod telling;
pub mod test;
pub mod view;
