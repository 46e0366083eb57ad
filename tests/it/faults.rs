//! Ten and more faults, planted one by one into a copy of the engine: the
//! property test must find each. Building the copies takes minutes, so the
//! short form only asks whether the faults still fit the sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{files, is_long, read, repo_root};

/// A fault: what it breaks, where, and how.
struct Fault {
    name: String,
    rule: String,
    path: String,
    old: String,
    new: String,
}

impl Fault {
    fn read(path: &str) -> Self {
        let text = read(path);
        let parts = || {
            let (head, rest) = text.split_once("\n--- as it is\n")?;
            let (rule, source) = head.split_once('\n')?;
            let (old, new) = rest.split_once("\n--- the fault\n")?;
            Some((rule, source, old, new.strip_suffix('\n')?))
        };
        let (rule, source, old, new) = parts().unwrap_or_else(|| panic!("{path} is no fault"));
        Fault {
            name: path.to_owned(),
            rule: rule.to_owned(),
            path: source.to_owned(),
            old: old.to_owned(),
            new: new.to_owned(),
        }
    }

    fn all() -> Vec<Fault> {
        let files = files("tests/faults");
        files.iter().map(|path| Fault::read(path)).collect()
    }
}

#[test]
fn the_faults_fit_the_sources() {
    let faults = Fault::all();
    assert!(faults.len() >= 10);
    for fault in faults {
        let found = read(&fault.path).matches(&fault.old).count();
        assert_eq!(found, 1, "{} does not fit {}", fault.name, fault.path);
        assert_ne!(fault.old, fault.new, "{}", fault.name);
    }
}

/// Runs the property test on the copy.
fn property(tree: &Path, cases: &str) -> Output {
    Command::new(env!("CARGO"))
        .args([
            "test",
            "--test",
            "it",
            "--quiet",
            "--",
            "property::the_engine",
        ])
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", repo_root().join("target/faults"))
        .env("RUST_BACKTRACE", "0")
        .env_remove("FLOW_LONG")
        .env("FLOW_CASES", cases)
        .output()
        .expect("cargo starts")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder below target");
    for entry in fs::read_dir(from)
        .expect("a folder of the repository")
        .flatten()
    {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a file below target");
        }
    }
}

/// A copy of what the tests are built from.
fn tree() -> PathBuf {
    let tree = repo_root().join("target/faults/tree");
    for folder in [
        "src",
        "tests",
        "docs",
        "grammar",
        "benches",
        "examples",
        "snapshots",
    ] {
        copy(&repo_root().join(folder), &tree.join(folder));
    }
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "clippy.toml",
        "README.md",
        "ARCHITECTURE.md",
    ] {
        fs::copy(repo_root().join(file), tree.join(file)).expect("a file below target");
    }
    tree
}

/// proves: I5, I7, E2, E6, E8, E13, E16, E17, W4, L5, L6, N2, N5
#[test]
fn the_property_test_finds_each_planted_fault() {
    if !is_long() {
        return;
    }
    let tree = tree();
    let sound = property(&tree, "400");
    assert!(
        sound.status.success(),
        "without a fault: {}",
        String::from_utf8_lossy(&sound.stdout)
    );
    let mut missed = Vec::new();
    for fault in Fault::all() {
        let file = tree.join(&fault.path);
        let source = fs::read_to_string(&file).expect("a file below target");
        fs::write(&file, source.replace(&fault.old, &fault.new)).expect("a file below target");
        let output = property(&tree, "5000");
        fs::write(&file, source).expect("a file below target");
        let found = String::from_utf8_lossy(&output.stdout).contains("minimal failing input");
        println!("{} {}", if found { "found " } else { "MISSED" }, fault.rule);
        if !found {
            let said = String::from_utf8_lossy(&output.stderr);
            let end: Vec<&str> = said.lines().rev().take(8).collect();
            missed.push(format!("{}\n{}", fault.name, end.join("\n")));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
