//! A live `flow run` under the hands of a test: what it says, the signals it
//! gets, how it ends. What it runs is not known here.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use flow::host::desk::{Ask, Line, Reply, Status};
use flow::host::socket::ask;
use flow::host::store::Store;

use crate::cli_support::Folder;

/// How long anything may take at most: other builds share the machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked.
const LOOKS: Duration = Duration::from_millis(20);

/// A process that runs the project of a folder; it is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
}

impl Running {
    /// Begins one, and waits until it answers.
    pub(crate) fn begin(folder: &Folder, arguments: &[&str]) -> Self {
        let mut running = Running::spawn(folder, arguments);
        running.answers(folder);
        running
    }

    /// Waits until it answers.
    pub(crate) fn answers(&mut self, folder: &Folder) {
        let answers = until(|| {
            assert!(self.runs(), "it has ended: {:?}", self.said());
            matches!(ask(&store(folder.path()), &Ask::Hello), Ok(Some(_)))
        });
        assert!(answers, "it does not answer: {:?}", self.said());
    }

    /// Begins one, and does not wait.
    pub(crate) fn spawn(folder: &Folder, arguments: &[&str]) -> Self {
        let mut command = folder.command(&["run"]);
        command.args(arguments);
        Running::command(command)
    }

    /// Begins a command, and waits until it answers.
    pub(crate) fn of(command: Command, folder: &Folder) -> Self {
        let mut running = Running::command(command);
        running.answers(folder);
        running
    }

    fn command(mut command: Command) -> Self {
        command.stdout(Stdio::null());
        let mut child = command.stderr(Stdio::piped()).spawn().expect("a process");
        let pipe = child.stderr.take().expect("its standard error");
        let said = Arc::new(Mutex::new(Vec::new()));
        let book = Arc::clone(&said);
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                book.lock().expect("no panic with the book").push(line);
            }
        });
        Running { child, said }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The lines on its standard error so far.
    pub(crate) fn said(&self) -> Vec<String> {
        self.said.lock().expect("no panic with the book").clone()
    }

    /// How many of the lines hold a text.
    pub(crate) fn count(&self, text: &str) -> usize {
        let said = self.said();
        said.iter().filter(|line| line.contains(text)).count()
    }

    /// Waits until so many lines hold a text.
    #[track_caller]
    pub(crate) fn hears(&self, text: &str, times: usize) {
        let heard = until(|| self.count(text) >= times);
        assert!(heard, "no {text:?} in {:#?}", self.said());
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "no signal {name}");
    }

    /// Kills it, as a crash would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("its end");
    }

    /// Whether it is still there.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("its state").is_none()
    }

    /// Waits for its end: its exit code, and how long that took.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        let over = until(|| !self.runs());
        assert!(over, "it does not end: {:?}", self.said());
        let status = self.child.wait().expect("its end");
        (status.code(), begun.elapsed())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again until it is so; whether it ever was.
pub(crate) fn until(mut so: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if so() {
            return true;
        }
        sleep(LOOKS);
    }
    so()
}

/// The store of a project in a folder.
pub(crate) fn store(folder: &Path) -> Store {
    Store {
        dir: folder.join(".flow"),
    }
}

/// An input, as a line of JSON.
pub(crate) fn line(text: &str) -> Line {
    serde_json::from_str(text).expect("a line")
}

/// How things stand with the process that runs a store, where it answers.
pub(crate) fn status(store: &Store) -> Option<Status> {
    match ask(store, &Ask::Status) {
        Ok(Some(Reply::Status(status))) => Some(*status),
        _ => None,
    }
}
