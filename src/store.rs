//! What outlives the process: the log of inputs, the lock of its one owner and
//! the archive of the history. What an input means is not known here.

pub mod error;
pub mod disk;
pub mod lock;
pub mod log;
pub mod mending;
pub mod archive;
pub mod programs;
pub mod seen;
pub mod snapshot;

pub use self::error::StoreError;
