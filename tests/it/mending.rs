//! Stores in trouble, with the real binary: what is broken is repaired or said,
//! opening what cannot be read changes nothing, and a disk that is full takes
//! nothing away. Random damage is in `repairs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flow::base::Uid;
use flow::engine::{Event, InputBody};
use flow::host::clock;
use flow::host::desk::{self, Ask};
use flow::host::keep::Kept;
use flow::host::program::Loaded;
use flow::host::store::Store;
use flow::project;
use serde_json::Value;

use crate::cli_support::{Folder, Run, run};
use crate::desk::PROGRAM;

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// How many bytes stand before the frames of a segment, and before what each
/// holds.
const HEADER: usize = 76;
const HEAD: usize = 32;

fn fine(run: Run) -> String {
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    run.out
}

/// All files below a folder but the lock.
fn files(dir: &Path) -> Files {
    let mut found = Files::new();
    for entry in fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.append(&mut files(&path));
        } else if !path.ends_with("lock") {
            let bytes = fs::read(&path).expect("a file");
            found.insert(path, bytes);
        }
    }
    found
}

fn store(folder: &Folder) -> PathBuf {
    folder.path().join(".flow")
}

/// The first segment of the log of a folder.
fn segment(folder: &Folder) -> PathBuf {
    store(folder).join("log/00000000000000000001.log")
}

/// Where each frame of a segment begins, with its kind.
fn frames(bytes: &[u8]) -> Vec<(usize, u8)> {
    let (mut at, mut found) = (HEADER, Vec::new());
    while at + HEAD <= bytes.len() {
        found.push((at, bytes[at + 12]));
        let length = u32::from_le_bytes(bytes[at + 8..at + 12].try_into().expect("four"));
        at += HEAD + length as usize;
    }
    found
}

/// Writes the right checksum into a frame.
fn seal(seed: u32, frame: &mut [u8]) {
    let mut hasher = crc32fast::Hasher::new_with_initial(seed);
    hasher.update(&frame[8..]);
    let sum = hasher.finalize().to_le_bytes();
    frame[4..8].copy_from_slice(&sum);
}

/// Flips a bit of what a frame of a kind holds: the one after `skip` others.
fn flip(path: &Path, kind: u8, skip: usize) {
    let mut bytes = fs::read(path).expect("a segment");
    let found = frames(&bytes);
    let of_kind = found.iter().filter(|(_, other)| *other == kind);
    let (at, _) = of_kind.skip(skip).copied().next().expect("a frame");
    bytes[at + HEAD] ^= 1;
    fs::write(path, bytes).expect("written");
}

/// A store that lived through some commands.
fn lived() -> Folder {
    let folder = Folder::project(PROGRAM);
    for name in ["ada", "bo", "cy"] {
        let email = format!("email={name}@x.example");
        fine(folder.flow(&["create", "contact", &email, "city=Oslo"]));
    }
    for city in ["Bergen", "Moss", "Voss"] {
        fine(folder.flow(&["set", "ada@x.example", &format!("city={city}")]));
    }
    folder
}

fn records(folder: &Folder) -> String {
    fine(folder.flow(&["records", "--format", "json"]))
}

fn history(folder: &Folder) -> String {
    fine(folder.flow(&["history", "ada@x.example", "--format", "json"]))
}

// proves: I4
#[test]
fn a_snapshot_behind_the_break_saves_the_state() {
    let folder = lived();
    let (records_before, history_before) = (records(&folder), history(&folder));
    flip(&segment(&folder), 1, 4);
    assert_eq!(
        folder.flow(&["set", "ada@x.example", "city=Hamar"]).code,
        Some(3)
    );
    let before = files(&store(&folder));
    let said = folder.flow(&["store", "repair"]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    assert!(
        said.out.contains("\nloses   nothing of the state\n"),
        "{}",
        said.out
    );
    assert!(said.err.contains("nothing was changed"), "{}", said.err);
    assert_eq!(files(&store(&folder)), before);
    let done = folder.flow(&["store", "repair", "--yes"]);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    // What was there is there.
    let after = files(&store(&folder));
    let mut before = before
        .iter()
        .filter(|(path, _)| !path.starts_with(store(&folder).join("history")));
    let gone = before.find(|(_, bytes)| !after.values().any(|other| other == *bytes));
    assert_eq!(gone.map(|(path, _)| path), None);
    assert_eq!(records(&folder), records_before);
    assert_eq!(history(&folder), history_before);
    fine(folder.flow(&["store", "verify"]));
    let again = fine(folder.flow(&["store", "repair"]));
    assert!(again.ends_with("there is nothing to repair\n"), "{again}");
    fine(folder.flow(&["set", "ada@x.example", "city=Hamar"]));
    fine(folder.flow(&["store", "verify"]));
}

// proves: I3, I4
#[test]
fn without_one_the_log_is_cut_and_nothing_is_told_twice() {
    let folder = lived();
    let before = records(&folder);
    fs::remove_dir_all(store(&folder).join("snapshots")).expect("removed");
    // The inputs: a load, a publication, three records, three cities.
    flip(&segment(&folder), 1, 6);
    let json = folder.flow(&["store", "repair", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).expect("a document");
    assert_eq!(json["found"], "broken");
    assert_eq!(
        (&json["kept"]["inputs"], &json["lost"]["inputs"]),
        (&5.into(), &1.into())
    );
    let done = folder.flow(&["store", "repair", "--yes"]);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    assert!(
        done.out.contains("that had been acknowledged"),
        "{}",
        done.out
    );
    assert!(done.err.contains("may be sent again"), "{}", done.err);
    assert!(records(&folder).contains("Bergen") && before.contains("Voss"));
    assert!(!history(&folder).contains("Voss") && !history(&folder).contains("Moss"));
    fine(folder.flow(&["store", "verify"]));
    for city in ["Moss", "Voss"] {
        fine(folder.flow(&["set", "ada@x.example", &format!("city={city}")]));
    }
    for city in ["Moss", "Voss"] {
        let told = history(&folder);
        let told = told
            .lines()
            .filter(|line| line.contains(&format!("\"{city}\"")));
        assert!(told.count() >= 1, "{city}");
    }
    fine(folder.flow(&["store", "verify"]));
    // What comes now has other ids than what was lost.
    let aside = fs::read_dir(store(&folder)).expect("a store").flatten();
    let mut aside =
        aside.filter(|entry| entry.file_name().to_string_lossy().starts_with("broken-"));
    let aside = aside.next().expect("a folder").path();
    assert!(aside.join("log/00000000000000000001.log").is_file());
    assert!(aside.join("history").is_dir() && !aside.join("new").exists());
}

// proves: I4
#[test]
fn a_damaged_header_takes_nothing_with_it() {
    let folder = lived();
    let before = records(&folder);
    // The log alone has to say everything, whose store it is too.
    fs::remove_dir_all(store(&folder).join("snapshots")).expect("removed");
    let mut bytes = fs::read(segment(&folder)).expect("a segment");
    bytes[..HEADER].fill(0);
    fs::write(segment(&folder), bytes).expect("written");
    assert_eq!(folder.flow(&["records"]).code, Some(3));
    let done = folder.flow(&["store", "repair", "--yes"]);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    for said in [
        "its header is damaged; goes on with position 1\n",
        "\nloses   nothing of the state\n",
    ] {
        assert!(done.out.contains(said), "{}", done.out);
    }
    assert_eq!(records(&folder), before);
    fine(folder.flow(&["set", "ada@x.example", "city=Hamar"]));
    fine(folder.flow(&["store", "verify"]));
}

#[test]
fn a_missing_program_is_put_back_from_the_folder() {
    let folder = lived();
    let before = records(&folder);
    let programs = || {
        fs::read_dir(store(&folder).join("programs"))
            .expect("programs")
            .flatten()
    };
    let program = programs().next().expect("a program").path();
    let bytes = fs::read(&program).expect("a program");
    fs::remove_file(&program).expect("removed");
    assert_eq!(folder.flow(&["records"]).code, Some(3));
    // Another program in the folder is none of the store's.
    folder.write(
        "main.flow",
        b"object contact { email: email unique required }\n",
    );
    let hopeless = folder.flow(&["store", "repair", "--yes"]);
    assert_eq!(hopeless.code, Some(1), "{}{}", hopeless.out, hopeless.err);
    assert!(
        hopeless.err.contains("with the sources of that program"),
        "{}",
        hopeless.err
    );
    folder.write("main.flow", PROGRAM.as_bytes());
    let done = folder.flow(&["store", "repair", "--yes"]);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    assert!(done.out.contains("puts back `programs/"), "{}", done.out);
    assert_eq!(
        (fs::read(&program).expect("it is back"), records(&folder)),
        (bytes, before)
    );
}

#[test]
fn a_log_that_ends_before_its_snapshot_is_not_gone_on_with() {
    let folder = lived();
    let before = records(&folder);
    let bytes = fs::read(segment(&folder)).expect("a segment");
    let (at, _) = *frames(&bytes).iter().nth_back(2).expect("a frame");
    fs::write(segment(&folder), &bytes[..at]).expect("written");
    let all = files(&store(&folder));
    let set = folder.flow(&["set", "bo@x.example", "city=Moss"]);
    assert_eq!(set.code, Some(3), "{}", set.err);
    assert!(
        set.err.contains("though a snapshot has taken in all up to"),
        "{}",
        set.err
    );
    assert_eq!(files(&store(&folder)), all);
    fine(folder.flow(&["store", "repair", "--yes"]));
    assert_eq!(records(&folder), before);
    // A log that is gone as a whole is no store to begin with.
    fs::remove_dir_all(store(&folder).join("log")).expect("removed");
    let set = folder.flow(&["set", "bo@x.example", "city=Moss"]);
    assert_eq!(set.code, Some(3), "{}", set.err);
    fine(folder.flow(&["store", "repair", "--yes"]));
    assert_eq!(records(&folder), before);
    fine(folder.flow(&["set", "bo@x.example", "city=Moss"]));
    fine(folder.flow(&["store", "verify"]));
}

#[test]
fn a_repair_that_was_interrupted_is_finished_first() {
    let folder = lived();
    let before = records(&folder);
    folder.write(".flow/snapshots/00000000000000000003.state", b"broken");
    let note = "flow mending 1\naside broken-1\nmove snapshots/00000000000000000003.state\nend\n";
    folder.write(".flow/log/mending", note.as_bytes());
    for command in [
        &["records"] as &[&str],
        &["set", "bo@x.example", "city=Moss"],
        &["store", "verify"],
    ] {
        let run = folder.flow(command);
        assert_eq!(run.code, Some(3), "{command:?}: {}", run.err);
        assert!(
            run.err.contains("`flow store repair --yes` finishes it"),
            "{}",
            run.err
        );
    }
    let said = folder.flow(&["store", "repair"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(
        said.out.contains("a repair was interrupted"),
        "{}",
        said.out
    );
    fine(folder.flow(&["store", "repair", "--yes"]));
    assert_eq!(records(&folder), before);
    let aside = store(&folder).join("broken-1/snapshots/00000000000000000003.state");
    assert_eq!(fs::read(aside).expect("it is there"), b"broken");
}

/// A store as a process leaves it that was killed: SQLite has not put away the
/// history yet, and there is no snapshot.
fn killed() -> Folder {
    let folder = Folder::project(PROGRAM);
    let project = project::load(folder.path()).expect("a project");
    let loaded = Loaded::compile(&project).expect("a program").0;
    let store = Store {
        dir: project.store.clone(),
    };
    let at = (clock::now(), Uid::of(&[b"killed"]));
    let mut kept = Kept::open((&store, &project.root), Some(loaded), at).expect("a store");
    let publish = Event::Input(Box::new(InputBody::Publish.into()));
    let published = kept.durable.accept(vec![(clock::now(), publish)]);
    published.expect("it is taken");
    for name in ["ada", "bo"] {
        let order = format!("{{\"create\": {{\"contact\": {{\"email\": \"{name}@x.example\"}}}}}}");
        let order: Value = serde_json::from_str(&order).expect("json");
        let ask: Ask =
            serde_json::from_value(serde_json::json!({"ask": "take", "inputs": [order]}))
                .expect("an order");
        let events = desk::events(kept.durable.core(), &ask).expect("it is known");
        let events = events.into_iter().map(|event| (clock::now(), event));
        kept.durable.accept(events.collect()).expect("it is taken");
    }
    kept.durable.commit().expect("it is kept");
    let there = store.history();
    // The thread that fills the history is waited for, not its end.
    for _ in 0..6_000 {
        let waiting = files(&there).into_iter();
        let mut waiting = waiting.filter(|(path, _)| path.to_string_lossy().ends_with("-wal"));
        if waiting.any(|(_, bytes)| bytes.len() > 8_000) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let left = files(&store.dir);
    drop(kept);
    fs::remove_dir_all(&store.dir).expect("removed");
    for (path, bytes) in left {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
    folder
}

/// What can be wrong with a store, the words that say so, and what does it.
type Damage = (&'static str, &'static str, fn(&Folder));

const DAMAGES: [Damage; 5] = [
    ("a newer version", "run the release that wrote it", newer),
    ("a broken middle", "is damaged at byte", |folder| {
        flip(&segment(folder), 1, 1);
    }),
    ("a missing program", "cannot be read any more", |folder| {
        fs::remove_dir_all(store(folder).join("programs")).expect("removed");
    }),
    ("another decision", "decides otherwise", diverged),
    (
        "a newer history",
        "run the release that wrote it",
        newer_history,
    ),
];

fn newer(folder: &Folder) {
    let mut bytes = fs::read(segment(folder)).expect("a segment");
    bytes[HEAD] = 9;
    seal(0, &mut bytes[..HEADER]);
    fs::write(segment(folder), bytes).expect("written");
}

fn diverged(folder: &Folder) {
    let mut bytes = fs::read(segment(folder)).expect("a segment");
    let seed = u32::from_le_bytes(bytes[4..8].try_into().expect("four"));
    let found = frames(&bytes);
    let decision = found.iter().find(|(_, kind)| *kind == 2);
    let (at, _) = *decision.expect("a decision");
    let end = at + HEAD + 24;
    bytes[end - 1] ^= 1;
    seal(seed, &mut bytes[at..end]);
    // A torn end is not to be cut either.
    bytes.extend(b"torn");
    fs::write(segment(folder), bytes).expect("written");
}

fn newer_history(folder: &Folder) {
    let there = files(&store(folder).join("history")).into_keys();
    for path in there.filter(|path| path.extension().is_some_and(|end| end == "sqlite")) {
        let connection = rusqlite::Connection::open(path).expect("a file");
        let set = connection.execute_batch("PRAGMA user_version = 9");
        set.expect("it is set");
    }
}

#[test]
fn opening_what_cannot_be_read_changes_nothing() {
    for (name, words, damage) in DAMAGES {
        let folder = killed();
        damage(&folder);
        let before = files(&store(&folder));
        let waits = |path: &PathBuf| path.to_string_lossy().ends_with("-wal");
        assert!(name.contains("history") || before.keys().any(waits));
        for command in [
            &["set", "ada@x.example", "city=Moss"] as &[&str],
            &["run", "--once"],
        ] {
            let run = folder.flow(command);
            assert_eq!(run.code, Some(3), "{name}: {}{}", run.out, run.err);
            assert!(run.err.contains(words), "{name}: {}", run.err);
            assert_eq!(files(&store(&folder)), before, "{name}");
        }
    }
    // What is sound opens, and the history is as it was.
    let folder = killed();
    fine(folder.flow(&["set", "ada@x.example", "city=Moss"]));
    assert!(history(&folder).contains("created") && history(&folder).contains("Moss"));
}

#[test]
fn a_copy_that_is_brought_back_goes_on_in_another_epoch() {
    let folder = lived();
    fine(folder.flow(&["store", "backup", "copy"]));
    let create = |folder: &Folder| {
        let run = folder.flow(&["create", "contact", "email=new@x.example"]);
        fine(run)
    };
    let first = create(&folder);
    let mut seen = vec![first];
    for _ in 0..2 {
        fs::remove_dir_all(store(&folder)).expect("removed");
        // Epochs are seconds.
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        fine(folder.flow(&["store", "restore", "copy"]));
        assert!(history(&folder).contains("Voss"));
        let created = create(&folder);
        assert!(!seen.contains(&created), "{seen:?} {created}");
        seen.push(created);
        fine(folder.flow(&["store", "verify"]));
    }
}

/// The binary with a shell around it that lets no file grow beyond so many
/// blocks of 512 or 1024 bytes.
fn limited(folder: &Folder, blocks: u32, ignores: bool, arguments: &str) -> Run {
    let trap = if ignores { "trap '' XFSZ; " } else { "" };
    let flow = env!("CARGO_BIN_EXE_flow");
    let script = format!("{trap}ulimit -f {blocks}; exec '{flow}' {arguments}");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(folder.path());
    command.stdin(Stdio::null());
    run(command)
}

fn people(from: usize, count: usize) -> String {
    let rows = (from..from + count).map(|number| format!("p{number}@x.example,{number}\n"));
    let rows: String = rows.collect();
    format!("email,score\n{rows}")
}

// proves: I4
#[test]
fn a_disk_without_room_takes_nothing_away() {
    for ignores in [true, false] {
        let folder = lived();
        folder.write("some.csv", people(0, 300).as_bytes());
        folder.write("many.csv", people(1_000, 6_000).as_bytes());
        fine(folder.flow(&["import", "some.csv", "-o", "contact"]));
        let before = records(&folder);
        let failed = limited(&folder, 800, ignores, "import many.csv -o contact");
        if ignores {
            assert_eq!(failed.code, Some(3), "{}{}", failed.out, failed.err);
            assert!(
                failed.err.contains("cannot be") && !failed.err.contains("panicked"),
                "{}",
                failed.err
            );
        } else {
            // The signal has ended it, as a crash would.
            assert_ne!(failed.code, Some(0), "{}{}", failed.out, failed.err);
        }
        let there = records(&folder);
        assert!(before.lines().all(|line| there.contains(line)), "{ignores}");
        // Room again: what had gone in is there once, the rest follows.
        fine(folder.flow(&["import", "many.csv", "-o", "contact"]));
        assert_eq!(records(&folder).lines().count(), 6_303);
        fine(folder.flow(&["store", "verify"]));
        assert!(fine(folder.flow(&["store", "repair"])).contains("nothing to repair"));
    }
}

/// Whether permissions hold for the user of this process: for root they do not.
fn holds(folder: &Folder) -> bool {
    folder.write("probe/file", b"");
    let probe = folder.path().join("probe");
    lock(&probe, true);
    let held = fs::write(probe.join("other"), b"").is_err();
    lock(&probe, false);
    held
}

fn lock(path: &Path, locked: bool) {
    use std::os::unix::fs::PermissionsExt;
    let mode = if locked { 0o500 } else { 0o700 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
}

#[test]
fn a_folder_that_may_not_be_written_is_said() {
    let folder = lived();
    if !holds(&folder) {
        println!("permissions do not hold for this user: nothing was tested");
        return;
    }
    let before = records(&folder);
    for part in ["log", "snapshots", "history", ""] {
        let path = store(&folder).join(part);
        lock(&path, true);
        let set = folder.flow(&["set", "ada@x.example", "city=Moss"]);
        lock(&path, false);
        assert!(
            set.code == Some(3) || set.code == Some(0),
            "{part}: {}",
            set.err
        );
        assert!(
            set.code == Some(0) || set.err.contains("may not be") || set.err.contains("cannot"),
            "{part}: {}",
            set.err
        );
    }
    assert_eq!(records(&folder).lines().count(), before.lines().count());
    fine(folder.flow(&["store", "verify"]));
}
