//! Actions as files: a mail or a task that nobody sends, to be looked at. It knows nothing of how
//! an action came about.

mod file;
mod mail;
mod wire;

pub use self::file::Outbox;
pub use self::mail::Mail;
pub use self::wire::{Fields, json};
