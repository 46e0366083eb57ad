//! More than one at a store, and the end of a process: who is told what, how it
//! exits, and that what cannot be read is left as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use flow::host::view;

use crate::cli_support::{Folder, PROGRAM};
use crate::http_server::{HttpServer, Reply};
use crate::live_support::{Running, status, store, until};
use crate::support::is_long;

const ADA: &[&str] = &["create", "contact", "email=ada@x.example"];

/// All files below a folder, with what they hold.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() {
            found.insert(name, Vec::new());
            found.extend(files(&path));
        } else {
            found.insert(name, fs::read(&path).expect("a file"));
        }
    }
    found
}

#[track_caller]
fn ok(folder: &Folder, arguments: &[&str]) -> String {
    let run = folder.flow(arguments);
    assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.err);
    run.out
}

#[test]
fn a_second_process_is_told_who_runs_and_readers_go_on() {
    let folder = Folder::project(PROGRAM);
    let mut first = Running::begin(&folder, &[]);
    let second = folder.flow(&["run"]);
    assert_eq!(second.code, Some(3), "{}", second.err);
    let pid = first.pid().to_string();
    assert!(second.err.contains(&pid), "{pid} in {}", second.err);
    assert!(first.runs());
    ok(&folder, ADA);
    ok(&folder, &["set", "ada@x.example", "city=Bergen"]);
    assert!(ok(&folder, &["records"]).contains("ada@x.example"));
    assert!(ok(&folder, &["history", "ada@x.example"]).contains("greet"));
    assert!(ok(&folder, &["status"]).contains("running"));
    // The socket of the first is still its own.
    assert!(status(&store(folder.path())).is_some());
    first.signal("INT");
    assert_eq!(first.ends().0, Some(0));
    assert!(ok(&folder, &["records"]).contains("Oslo"));
    let mut second = Running::begin(&folder, &[]);
    second.signal("TERM");
    assert_eq!(second.ends().0, Some(0));
}

/// A project that asks a service when a contact is created.
fn asking(server: &HttpServer) -> Folder {
    let url = server.url("/x");
    Folder::project(&format!(
        "object contact {{
  email: email unique required
  sent: bool default false
}}

workflow ask on contact {{
  enroll on created

  steps {{
    do http {{ method: POST, url: \"{url}\", json: {{ who: email }} }}
    set sent = true
  }}
}}
"
    ))
}

fn slow(milliseconds: u64) -> HttpServer {
    HttpServer::deciding(move |_| Reply::status(200).after(Duration::from_millis(milliseconds)))
}

/// Runs the project, and waits until the service was asked.
fn under_way(folder: &Folder, server: &HttpServer) -> Running {
    let running = Running::begin(folder, &[]);
    ok(folder, ADA);
    assert!(until(|| server.asked().len() == 1), "nothing was asked");
    running
}

// proves: A1
#[test]
fn the_first_signal_waits_for_what_is_under_way() {
    let server = slow(1_500);
    let folder = asking(&server);
    let mut running = under_way(&folder, &server);
    running.signal("INT");
    running.hears("1 action under way", 1);
    let (code, took) = running.ends();
    assert_eq!(code, Some(0), "{:?}", running.said());
    assert!(took < Duration::from_secs(8), "it took {took:?}");
    assert_eq!(server.asked().len(), 1);
    assert!(ok(&folder, &["records", "--format", "json"]).contains("\"sent\":true"));
    assert!(ok(&folder, &["history", "ada@x.example", "--format", "json"]).contains("\"done\""));
}

// proves: A1
#[test]
fn a_second_signal_ends_at_once_and_the_attempt_comes_again() {
    let server = slow(20_000);
    let folder = asking(&server);
    let mut running = under_way(&folder, &server);
    running.signal("INT");
    running.hears("Ctrl-C again ends at once", 1);
    sleep(Duration::from_millis(300));
    assert!(running.runs(), "{:?}", running.said());
    running.signal("INT");
    let (code, took) = running.ends();
    assert_eq!(code, Some(130), "{:?}", running.said());
    assert!(took < Duration::from_secs(3), "it took {took:?}");
    let again = Running::begin(&folder, &[]);
    assert!(
        until(|| server.asked().len() == 2),
        "it was not asked again"
    );
    let received: Vec<(usize, usize)> = server.dump().into_values().collect();
    assert_eq!(received, [(2, 1)], "one key, one body, two attempts");
    again.kill();
}

// proves: A1
#[test]
fn two_signals_in_a_row_end_at_once() {
    let server = slow(20_000);
    let folder = asking(&server);
    for round in 1..=5 {
        let mut running = if round == 1 {
            under_way(&folder, &server)
        } else {
            let running = Running::begin(&folder, &[]);
            assert!(until(|| server.asked().len() == round));
            running
        };
        running.signal("INT");
        running.signal("TERM");
        let (code, took) = running.ends();
        assert_eq!(code, Some(130), "round {round}: {:?}", running.said());
        assert!(took < Duration::from_secs(3), "it took {took:?}");
    }
}

#[test]
fn what_hangs_is_not_waited_for_forever() {
    if !is_long() {
        return;
    }
    let server = slow(60_000);
    let folder = asking(&server);
    let mut running = under_way(&folder, &server);
    running.signal("INT");
    let (code, took) = running.ends();
    assert_eq!(code, Some(0), "{:?}", running.said());
    assert!(took < Duration::from_secs(15), "it took {took:?}");
    assert!(ok(&folder, &["status"]).contains("1 waiting"));
}

/// A store in which several batches stand.
fn kept(snapshot: bool) -> Folder {
    let folder = Folder::project(PROGRAM);
    let mut running = Running::begin(&folder, &[]);
    for number in 0..5 {
        let set = format!("email=c{number}@x.example");
        ok(&folder, &["create", "contact", &set, "city=Oslo"]);
    }
    if snapshot {
        running.signal("INT");
        assert_eq!(running.ends().0, Some(0));
    } else {
        running.kill();
        // What a crash leaves there is not what is looked at.
        let _ = fs::remove_file(folder.path().join(".flow/socket"));
        fs::write(folder.path().join(".flow/lock"), "").expect("written");
    }
    folder
}

/// The last file of a part of the store.
fn last(folder: &Folder, part: &str) -> PathBuf {
    let entries = fs::read_dir(folder.path().join(".flow").join(part)).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.max().expect("a file")
}

/// What the store holds, byte for byte; of the history what it tells, as its
/// files settle when they are opened.
fn held(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let mut held = files(folder.path());
    held.retain(|path, _| !path.contains("/history/"));
    let history = view::whole_history(&store(folder.path())).expect("a history");
    held.insert("the history".to_owned(), history);
    held
}

/// Every command that needs what cannot be read says so, and changes nothing.
#[track_caller]
fn is_left_as_it_is(folder: &Folder, words: &str) {
    let before = held(folder);
    assert!(!before["the history"].is_empty());
    let run: &[&str] = &["run"];
    for arguments in [run, &["run", "--once"], &["status"], &["records"], ADA] {
        let run = folder.flow(arguments);
        assert_eq!(run.code, Some(3), "{arguments:?}: {}{}", run.out, run.err);
        assert!(run.err.contains(words), "{arguments:?}: {}", run.err);
        assert!(!run.err.contains("panicked"), "{}", run.err);
        let after = held(folder);
        let names: BTreeSet<&String> = after.keys().chain(before.keys()).collect();
        let changed = names
            .into_iter()
            .filter(|name| before.get(*name) != after.get(*name));
        let changed: Vec<&String> = changed.collect();
        assert!(changed.is_empty(), "{arguments:?} changed {changed:?}");
    }
}

#[test]
fn a_log_of_a_later_release_is_left_as_it_is() {
    let folder = kept(false);
    let path = last(&folder, "log");
    let mut bytes = fs::read(&path).expect("a segment");
    // The version stands behind the head of the first frame, under its checksum.
    let length = u32::from_le_bytes(bytes[8..12].try_into().expect("four bytes")) as usize;
    bytes[32] = 9;
    let sum = crc32fast::hash(&bytes[8..32 + length]);
    bytes[4..8].copy_from_slice(&sum.to_le_bytes());
    fs::write(&path, bytes).expect("written");
    is_left_as_it_is(&folder, "of format 9");
}

#[test]
fn a_snapshot_of_a_later_release_is_left_as_it_is() {
    let folder = kept(true);
    let path = last(&folder, "snapshots");
    let mut bytes = fs::read(&path).expect("a snapshot");
    bytes[8] = 9;
    let sum = crc32fast::hash(&bytes[..40]);
    bytes[40..44].copy_from_slice(&sum.to_le_bytes());
    fs::write(&path, bytes).expect("written");
    is_left_as_it_is(&folder, "of format 9");
}

#[test]
fn a_log_with_a_broken_middle_is_left_as_it_is() {
    let folder = kept(false);
    let path = last(&folder, "log");
    let mut bytes = fs::read(&path).expect("a segment");
    // Within the first frame after that of the segment.
    let first = 32 + u32::from_le_bytes(bytes[8..12].try_into().expect("four bytes")) as usize;
    bytes[first + 40] ^= 1;
    fs::write(&path, bytes).expect("written");
    is_left_as_it_is(&folder, "damaged");
}
