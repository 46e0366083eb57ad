//! The socket: how commands reach the process that runs a store, and what they
//! do where there is none any more. What is answered is tested in `desk`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use flow::base::Uid;
use flow::engine::{Event, InputBody};
use flow::host::clock;
use flow::host::desk::{self, Ask, Reply};
use flow::host::keep::Kept;
use flow::host::program::Loaded;
use flow::host::socket::{self, Listener, MOST_BYTES, read_ask, write_reply};
use flow::host::store::Store;
use flow::project;
use flow::store::disk::real::RealDisk;
use flow::store::log;

use crate::cli_support::{Folder, Run};
use crate::desk::{Desk, PROGRAM};

/// A process that runs the store of a folder, as a thread.
struct Running {
    store: Store,
    over: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Running {
    fn new(folder: &Folder) -> Self {
        let project = project::load(folder.path()).expect("a project");
        let loaded = Loaded::compile(&project).expect("a program").0;
        let store = Store {
            dir: project.store.clone(),
        };
        let identity = Uid::of(&[b"running"]);
        let at = (clock::now(), identity);
        let kept = Kept::open((&store, &project.root), Some(loaded), at).expect("a store");
        let listener = Listener::bind(&store).expect("a socket");
        let over = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (store, over) = (store.clone(), over.clone());
            move || serve(&store, (kept, listener), &over)
        });
        Running {
            store,
            over,
            thread: Some(thread),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = socket::ask(&self.store, &Ask::Hello);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking());
        }
    }
}

fn serve(store: &Store, (mut kept, listener): (Kept, Listener), over: &AtomicBool) {
    take(
        &mut kept,
        vec![Event::Input(Box::new(InputBody::Publish.into()))],
    );
    while !over.load(Ordering::SeqCst) {
        let (mut stream, _) = listener.socket.accept().expect("a connection");
        let Ok(Some(ask)) = read_ask(&mut stream) else {
            continue;
        };
        let reply = if ask.reads() {
            kept.durable.rest().expect("a history");
            desk::read(kept.durable.core(), store, clock::now(), &ask)
        } else {
            match desk::events(kept.durable.core(), &ask) {
                Ok(events) => {
                    let effects = take(&mut kept, events);
                    desk::answered(kept.durable.core(), &ask, effects)
                }
                Err(reply) => reply,
            }
        };
        // Who has asked may have gone.
        let _ = write_reply(&mut stream, &reply);
    }
    drop(listener);
    kept.close().expect("an end");
}

fn take(kept: &mut Kept, events: Vec<Event>) -> Vec<flow::engine::Effects> {
    let events = events
        .into_iter()
        .map(|event| (clock::now(), event))
        .collect();
    let taken = kept.durable.accept(events).expect("a log");
    taken
        .into_iter()
        .map(|taken| taken.expect("short"))
        .collect()
}

fn fine(run: Run) -> String {
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    run.out
}

#[test]
fn every_command_works_beside_a_running_process() {
    let folder = Folder::project(PROGRAM);
    let running = Running::new(&folder);
    let mode = fs::metadata(running.store.dir.join("socket")).expect("a socket");
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let flow = |arguments: &[&str]| folder.flow(arguments);
    let created = flow(&["create", "contact", "email=ada@x.example"]);
    assert_eq!(created.err, "");
    assert!(fine(created).starts_with("created contact ada@x.example, id "));
    let sent = flow(&["send", "visited", "-r", "ada@x.example", "-w", "times=3"]);
    assert_eq!(fine(sent), "accepted for contact ada@x.example\n");
    assert_eq!(
        fine(flow(&["set", "ada@x.example", "city=Bergen"])),
        "accepted for contact ada@x.example\n"
    );
    let status = fine(flow(&["status"]));
    assert!(status.contains("process   running\n"), "{status}");
    assert!(fine(flow(&["records"])).contains("Bergen"));
    folder.write("more.csv", b"email,score\nb@x.example,4\nc@x.example,x\n");
    let import = flow(&["import", "more.csv", "-o", "contact"]);
    assert_eq!(import.code, Some(1), "{}{}", import.out, import.err);
    assert!(
        import
            .out
            .starts_with("more.csv: 2 rows: 1 created, 1 rejected\n"),
        "{}",
        import.out
    );
    assert!(folder.path().join(".flow/rejects/more-csv.csv").is_file());
    assert_eq!(fine(flow(&["failures"])), "");
    let verify = fine(flow(&["store", "verify"]));
    assert!(verify.contains("comes to 2 records"), "{verify}");
    let backup = flow(&["store", "backup", "copy"]);
    assert_eq!(backup.code, Some(0), "{}", backup.err);
    let history = |folder: &Folder| fine(folder.flow(&["history", "ada@x.example"]));
    let told = history(&folder);
    assert!(told.contains("Bergen"), "{told}");
    fine(flow(&["store", "export", "--format", "jsonl", "out"]));
    let lines = fs::read_to_string(folder.path().join("out/records.jsonl")).expect("records");
    assert_eq!(lines.lines().count(), 2);
    // Another one that runs is told who has the store.
    folder.write(
        "r.jsonl",
        b"{\"at\": \"2026-03-02T08:00:00Z\", \"publish\": true}\n",
    );
    let other = flow(&["run", "--replay", "r.jsonl"]);
    assert_eq!(other.code, Some(3), "{}", other.err);
    drop(running);
    assert!(!folder.path().join(".flow/socket").exists());
    let status = fine(flow(&["status"]));
    assert!(status.contains("process   none\n"), "{status}");
    // The copy is brought back into an empty store.
    fs::rename(folder.path().join(".flow"), folder.path().join("old")).expect("moved");
    fine(flow(&["store", "restore", "copy"]));
    assert!(fine(flow(&["records"])).contains("contact (2)"));
    assert_eq!(history(&folder), told);
}

#[test]
fn a_socket_that_nobody_listens_at_is_nobody() {
    let folder = Folder::project(PROGRAM);
    fine(folder.flow(&["create", "contact", "email=a@x.example"]));
    let path = folder.path().join(".flow/socket");
    drop(UnixListener::bind(&path).expect("a socket"));
    assert!(path.exists());
    fine(folder.flow(&["set", "a@x.example", "city=Oslo"]));
    let running = Running::new(&folder);
    assert!(fine(folder.flow(&["records"])).contains("Oslo"));
    drop(running);
    // What is no socket is left alone.
    folder.write(".flow/socket", b"mine");
    let project = project::load(folder.path()).expect("a project");
    let refused = Listener::bind(&Store { dir: project.store });
    assert!(refused.is_err());
    assert_eq!(fs::read(&path).expect("a file"), b"mine");
}

#[test]
fn a_long_path_is_reached() {
    let outer = Folder::new(&[]);
    let deep: PathBuf = std::iter::repeat_n("a-folder-with-a-long-name", 8).collect();
    let dir = outer.path().join(&deep);
    fs::create_dir_all(&dir).expect("folders");
    fs::write(dir.join("flow.toml"), crate::cli_support::MANIFEST).expect("a file");
    fs::write(dir.join("main.flow"), PROGRAM).expect("a file");
    let store = Store {
        dir: dir.join(".flow"),
    };
    fs::create_dir_all(&store.dir).expect("a folder");
    assert!(store.dir.as_os_str().len() > 108);
    assert!(socket::ask(&store, &Ask::Hello).expect("nobody").is_none());
    let listener = Listener::bind(&store).expect("a socket");
    let asked = thread::spawn({
        let store = store.clone();
        move || socket::ask(&store, &Ask::Hello)
    });
    let (mut stream, _) = listener.socket.accept().expect("a connection");
    assert_eq!(read_ask(&mut stream).expect("a frame"), Some(Ask::Hello));
    write_reply(&mut stream, &Reply::refused("not now")).expect("written");
    let reply = asked.join().expect("no panic").expect("an answer");
    assert_eq!(reply, Some(Reply::refused("not now")));
}

#[test]
fn what_is_no_frame_is_told_from_silence() {
    let (one, other) = UnixStream::pair().expect("a pair");
    let said = |bytes: &[u8]| {
        use std::io::Write;
        let (mut one, mut other) = UnixStream::pair().expect("a pair");
        one.write_all(bytes).expect("written");
        drop(one);
        read_ask(&mut other).map_err(|error| error.to_string())
    };
    drop((one, other));
    assert_eq!(said(b""), Ok(None));
    assert!(said(&[0, 0, 0, 9, b'{']).is_err());
    let long = said(&(MOST_BYTES + 1).to_be_bytes());
    assert_eq!(long, Err("a frame of 67108865 bytes is too long".into()));
    let mut frame = 13_u32.to_be_bytes().to_vec();
    frame.extend(b"{\"ask\": \"no\"}");
    let strange = said(&frame).expect_err("no ask");
    assert!(
        strange.starts_with("the frame cannot be read: "),
        "{strange}"
    );
}

#[test]
fn asks_and_replies_come_back_as_they_were() {
    let mut desk = Desk::new(PROGRAM);
    let reply = desk.ask(&Ask::Status);
    let mut bytes = Vec::new();
    write_reply(&mut bytes, &reply).expect("memory");
    let length = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    assert_eq!(length as usize, bytes.len() - 4);
}

#[test]
fn a_copy_beside_a_running_process_holds_what_the_log_has_lost() {
    let folder = Folder::project(PROGRAM);
    fine(folder.flow(&["create", "contact", "email=ada@x.example", "city=Moss"]));
    // A later epoch is a segment of its own, so that the one before can go.
    let log = folder.path().join(".flow/log");
    log::begin_epoch(RealDisk, &log, 1).expect("it is begun");
    for city in ["Bergen", "Voss"] {
        fine(folder.flow(&["set", "ada@x.example", &format!("city={city}")]));
    }
    let compacted = folder.flow(&["store", "compact"]);
    assert_eq!(compacted.err, "removed 1 segment of the log\n");
    let history = || fine(folder.flow(&["history", "ada@x.example", "--format", "json"]));
    let told = history();
    assert!(told.contains("Moss") && told.contains("Voss"), "{told}");
    let running = Running::new(&folder);
    let copied = folder.flow(&["store", "backup", "copy"]);
    assert_eq!(copied.code, Some(0), "{}", copied.err);
    drop(running);
    fs::remove_dir_all(folder.path().join(".flow")).expect("removed");
    fine(folder.flow(&["store", "restore", "copy"]));
    fine(folder.flow(&["set", "ada@x.example", "city=Hamar"]));
    let after = history();
    assert!(
        after.starts_with(&told) && after.contains("Hamar"),
        "{after}"
    );
    fine(folder.flow(&["store", "verify"]));
}
