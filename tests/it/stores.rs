//! Stores that earlier releases wrote: every later one opens them, finds what
//! was there, and goes on. A fixture is never changed; a new form of the store
//! gets a new one.

use std::fs;
use std::path::Path;

use crate::cli_support::Folder;
use crate::support::repo_root;

/// Copies a folder with all below it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("a file");
        }
    }
}

/// A fixture as a project with its store in place.
fn fixture(name: &str) -> Folder {
    let folder = Folder::new(&[]);
    let from = repo_root().join("tests/fixtures").join(name);
    copy(&from, folder.path());
    let store = folder.path().join(".flow");
    fs::rename(folder.path().join("store"), store).expect("the store is there");
    folder
}

fn read(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect("it is there")
}

const STORES: &[&str] = &["store-1"];

#[test]
fn stores_of_earlier_releases_open_and_go_on() {
    for name in STORES {
        for snapshots in [true, false] {
            let folder = fixture(name);
            if !snapshots {
                // Then all of the log is decided again, and compared.
                let dir = folder.path().join(".flow/snapshots");
                fs::remove_dir_all(dir).expect("they are there");
            }
            let records = folder.flow(&["records", "--format", "json"]);
            assert_eq!(
                records.out,
                read(&folder, "records.jsonl"),
                "{}",
                records.err
            );
            let history = folder.flow(&["history", "ada@example.com", "--format", "json"]);
            assert_eq!(history.out, read(&folder, "ada.jsonl"), "{}", history.err);
            let verified = folder.flow(&["store", "verify"]);
            assert_eq!(verified.code, Some(0), "{}{}", verified.out, verified.err);
            let again = folder.flow(&["run", "--replay", "replay.jsonl"]);
            assert!(
                again.out.contains("Nothing new"),
                "{}{}",
                again.out,
                again.err
            );
            let on = ["run", "--replay", "replay.jsonl", "--until", "2026-03-30"];
            let on = folder.flow(&on);
            assert_eq!(on.code, Some(0), "{}", on.err);
            assert!(on.out.contains("log 2"), "{}", on.out);
        }
    }
}

#[test]
fn a_store_is_compacted_and_written_out() {
    let folder = fixture("store-1");
    let before = folder.flow(&["records", "--format", "json"]).out;
    let compacted = folder.flow(&["store", "compact"]);
    assert_eq!(compacted.code, Some(0), "{}", compacted.err);
    // What is removed are whole segments, and there is one.
    assert_eq!(compacted.err, "there was nothing to remove\n");
    assert_eq!(folder.flow(&["records", "--format", "json"]).out, before);
    let export = folder.flow(&["store", "export", "--format", "jsonl", "out"]);
    assert_eq!(export.code, Some(0), "{}", export.err);
    assert_eq!(read(&folder, "out/records.jsonl"), before);
    let history = read(&folder, "out/history.jsonl");
    let ada: String = read(&folder, "ada.jsonl");
    assert!(ada.lines().all(|line| history.contains(line)));
}

/// A kill leaves the history behind the log: who only looks sees it all, and
/// changes nothing.
#[test]
fn what_the_history_lacks_is_told_from_the_log() {
    let folder = fixture("store-1");
    for dir in ["snapshots", "history"] {
        fs::remove_dir_all(folder.path().join(".flow").join(dir)).expect("they are there");
    }
    let history = folder.flow(&["history", "ada@example.com", "--format", "json"]);
    assert_eq!(history.out, read(&folder, "ada.jsonl"), "{}", history.err);
    let export = folder.flow(&["store", "export", "--format", "jsonl", "out"]);
    assert_eq!(export.code, Some(0), "{}", export.err);
    assert!(
        read(&folder, "out/history.jsonl")
            .contains(&history.out[..history.out.find('\n').expect("a line")])
    );
    assert!(!folder.path().join(".flow/history").exists());
}

// proves: A1, A4
#[test]
fn what_failed_in_an_earlier_release_can_be_put_back() {
    for snapshots in [true, false] {
        let folder = fixture("store-2");
        if !snapshots {
            let dir = folder.path().join(".flow/snapshots");
            fs::remove_dir_all(dir).expect("they are there");
        }
        // One action was put back by that release, and has not been sent.
        let status = folder.flow(&["status"]);
        let actions = "actions   1 waiting, 3 failed for good\n";
        assert!(status.out.contains(actions), "{}{}", status.out, status.err);
        let verified = folder.flow(&["store", "verify"]);
        assert_eq!(verified.code, Some(0), "{}{}", verified.out, verified.err);
        let all = folder.flow(&["retry", "--all"]);
        assert_eq!(all.err, "2 actions wait for `flow run`\n");
        let mut lines = all.out.lines();
        assert_eq!(
            lines.next(),
            Some("put back: http for contact bob@example.com (tells, call), attempt 2")
        );
        assert_eq!(lines.count(), 2, "{}", all.out);
        let run = folder.flow(&["run", "--once"]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        // What is wrong with them is in the program: they fail as before.
        let failed = folder.flow(&["failures"]);
        assert_eq!(failed.out.matches("http, 2 attempts").count(), 2);
        for key in ["feaa65459c843b52", "46f118e1cc5e302a"] {
            assert!(failed.out.contains(key), "{}", failed.out);
        }
    }
}
