//! The `flow` binary. All that it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    flow::cli::main()
}
