//! The `flow` binary. All that it does is in the library.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Inputs are decided on one thread and told by another: what one allocates the
/// other frees, which this allocator does without a lock.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    flow::cli::main()
}
