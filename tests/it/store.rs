//! The store, on a disk that loses, tears and reorders what was not synced, and
//! on the one of the machine.

mod archive;
mod archive_crash;
pub(crate) mod chance;
mod crash;
mod flip;
mod headers;
mod lock;
mod log;
mod model;
mod real_disk;
mod seen;
pub(crate) mod sim_disk;
mod sim_file;
