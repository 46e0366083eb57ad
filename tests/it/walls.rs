//! The walls of the architecture, held over the repository's own source: the
//! order of the modules, the purity of the compiler, and what may be named
//! where. How long a file or a function may be stands in `sizes`.

mod habits;
mod lints;
mod order;
mod paths;

use crate::support::{SourceFile, assert_none, rust_files};

const LIB: &str = "src/lib.rs";
const ALL: &[&str] = &["src", "tests", "benches"];

/// Puts one rule over each Rust file below the folders.
fn over(folders: &[&str], rule: impl Fn(&SourceFile) -> Vec<String>) -> Vec<String> {
    rust_files(folders).iter().flat_map(rule).collect()
}

/// The modules of the crate in their order.
fn modules() -> Vec<String> {
    let found = order::modules(&SourceFile::on_disk(LIB));
    assert!(!found.is_empty(), "{LIB} has no `mod` line, or is no Rust");
    found
}

#[test]
fn a_module_uses_only_those_above_it() {
    let modules = modules();
    assert_none(
        "a module uses only those above it in src/lib.rs, and does not leave itself by `super`",
        &over(&["src"], |file| order::violations(&modules, file)),
    );
}

#[test]
fn pure_modules_deny_clocks_disks_and_chance() {
    let heads: Vec<String> = modules()
        .iter()
        .filter(|module| lints::is_pure(module))
        .flat_map(|module| lints::head(&SourceFile::on_disk(&format!("src/{module}.rs"))))
        .collect();
    assert_none("the head of a pure module holds the wall of lints", &heads);
    assert_none(
        "what a pure module must do against the wall, it says by `expect` with a reason",
        &over(&["src"], lints::loosened),
    );
}

#[test]
fn a_crate_is_named_only_where_it_belongs() {
    assert_none(
        "a dependency with a place of its own is named only there",
        &over(&["src"], habits::misplaced),
    );
}

#[test]
fn only_the_command_line_prints() {
    assert_none(
        "printing macros stand only in src/cli and src/main.rs",
        &over(&["src"], habits::printing),
    );
}

#[test]
fn imports_are_explicit() {
    assert_none(
        "`use super::*` stands nowhere",
        &over(ALL, habits::preludes),
    );
}

#[test]
fn no_file_is_named_mod() {
    assert_none(
        "`engine.rs` stands beside `engine/`; no file is named mod.rs",
        &over(ALL, habits::named_mod),
    );
}

#[test]
fn every_file_says_what_it_owns() {
    assert_none("a file opens with `//!`", &over(ALL, habits::headless));
}
