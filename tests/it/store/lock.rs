//! The lock of a store.

use std::fs;
use std::process;

use flow::store::StoreError;
use flow::store::lock::Lock;
use tempfile::tempdir;

#[test]
fn the_second_one_is_told_who_was_first() {
    let dir = tempdir().expect("a folder");
    let first = Lock::take(dir.path(), "2026-11-22T03:36:42Z").expect("nobody has it");
    let error = Lock::take(dir.path(), "later").expect_err("it is taken");
    let name = dir.path().display();
    let pid = process::id();
    assert_eq!(
        error.to_string(),
        format!(
            "another run (process {pid}, since 2026-11-22T03:36:42Z) is writing to `{name}`: \
             wait until it is over, or end it"
        )
    );
    assert!(matches!(error, StoreError::Held { pid: Some(held), .. } if held == pid));
    drop(first);
    Lock::take(dir.path(), "later").expect("it was given back");
}

#[test]
fn what_a_dead_process_left_is_no_obstacle() {
    let dir = tempdir().expect("a folder");
    fs::write(dir.path().join("lock"), "999999999 2020-01-01T00:00:00Z\n").expect("written");
    let lock = Lock::take(dir.path(), "now").expect("nobody has it");
    let text = fs::read_to_string(dir.path().join("lock")).expect("it is there");
    assert_eq!(text, format!("{} now\n", process::id()));
    drop(lock);
    let text = fs::read_to_string(dir.path().join("lock")).expect("it stays");
    assert_eq!(text, "");
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let dir = tempdir().expect("a folder");
    let missing = dir.path().join("missing");
    let error = Lock::take(&missing, "now").expect_err("there is no folder");
    assert!(error.to_string().contains("missing/lock"), "{error}");
}
