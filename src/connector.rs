//! What stands between the program and the outside, one module for each kind: tables that come in,
//! files that go out, requests, mails, programs. It knows nothing of runs, plans, the store or the engine.

pub mod command;
pub mod csv;
pub mod http;
pub mod outbox;
pub mod smtp;
pub mod sqlite;
