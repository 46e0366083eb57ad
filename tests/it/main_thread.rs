//! What is bounded by the stack of a thread, on the main thread of the real
//! binary: `robust` has the same on other threads.

use std::fs;
use std::process::Command;

#[test]
fn a_million_openers_are_one_finding_each() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("flow.toml"), "[project]\nname = \"deep\"\n").expect("the settings");
    for opener in ["(", "[", "{", "\"{", "f("] {
        let text = format!("const X = {}", opener.repeat(1_000_000));
        fs::write(dir.path().join("deep.flow"), text).expect("the source");
        let run = Command::new(env!("CARGO_BIN_EXE_flow"))
            .args(["check", "--format", "concise"])
            .arg(dir.path())
            .output()
            .expect("flow runs");
        let found = String::from_utf8(run.stdout).expect("text");
        assert_eq!(run.status.code(), Some(1), "{opener}");
        assert_eq!(found.lines().count(), 1, "{opener}: {found}");
        assert!(found.contains("error[F0103]"), "{opener}: {found}");
    }
}
