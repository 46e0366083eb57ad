//! Programs that are run: their words without a shell, bytes in, bytes out, bounds on time, memory
//! and what they say. What a program is for is not known here, nor whether it is tried again.

mod watch;

use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command as Process, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many bytes a program may answer.
pub const MOST_ANSWER: usize = 1024 * 1024;

/// How much of what a program complains about is kept.
const COMPLAINT: usize = 16 * 1024;

/// How often it is looked whether a program has ended.
const LOOK: Duration = Duration::from_millis(10);

/// How long the last words of a program that has ended are waited for: what it has begun in the
/// background may hold them back.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A program to run.
#[derive(Clone)]
pub struct Command {
    /// The program and its arguments.
    pub run: Vec<String>,
    /// Its whole environment.
    pub env: Vec<(String, String)>,
    /// Where it runs.
    pub dir: PathBuf,
    /// What it reads.
    pub input: Vec<u8>,
    /// How long it may take.
    pub timeout: Duration,
    /// How many bytes of memory it may hold, with what it has begun; watched on Linux.
    pub memory: Option<u64>,
}

/// Secrets may stand in it.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Command({})", self.name())
    }
}

/// Why a program has answered nothing, in words that hold nothing of what it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandFailure {
    /// It could not be begun.
    NotBegun(String, String),
    /// It ended with a code that is not 0, and complained in these last words.
    Code(u8, String),
    /// A signal has ended it.
    Signal,
    /// It took too long, and was ended.
    TimedOut(Duration),
    /// It took too much memory, and was ended.
    Memory(u64),
    /// It answered too much.
    TooMuch,
    /// It was ended, since the process ends.
    Stopped,
}

impl CommandFailure {
    /// The code with which it ended.
    #[must_use]
    pub fn code(&self) -> Option<u8> {
        match self {
            CommandFailure::Code(code, _) => Some(*code),
            _ => None,
        }
    }
}

impl fmt::Display for CommandFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommandFailure::NotBegun(name, why) => write!(f, "`{name}` could not be run: {why}"),
            CommandFailure::Code(code, complaint) if complaint.is_empty() => {
                write!(f, "it ended with code {code}")
            }
            CommandFailure::Code(code, complaint) => {
                write!(f, "it ended with code {code}: {complaint}")
            }
            CommandFailure::Signal => f.write_str("a signal has ended it"),
            CommandFailure::TimedOut(after) => {
                write!(f, "it did not end within {} s", after.as_secs_f64())
            }
            CommandFailure::Memory(most) => {
                write!(f, "it took more memory than {} MB", most / 1_000_000)
            }
            CommandFailure::TooMuch => {
                write!(f, "it answered more than {MOST_ANSWER} bytes")
            }
            CommandFailure::Stopped => f.write_str("it was ended with this process"),
        }
    }
}

impl std::error::Error for CommandFailure {}

impl Command {
    fn name(&self) -> &str {
        self.run.first().map_or("", String::as_str)
    }

    /// Runs it to its end, and gives back what it wrote. It ends early once `stop` is set.
    ///
    /// # Errors
    /// Why it has answered nothing.
    pub fn run(&self, stop: &AtomicBool) -> Result<Vec<u8>, CommandFailure> {
        let mut child = self.begin()?;
        let answer = listen(child.stdout.take(), MOST_ANSWER + 1);
        let complaint = listen(child.stderr.take(), COMPLAINT);
        self.feed(&mut child);
        let ended = self.wait(&mut child, stop);
        if ended.is_err() {
            watch::end(&mut child);
        }
        let status = ended?;
        let answer = answer.recv_timeout(LAST_WORDS).unwrap_or_default();
        if !status.success() {
            let complaint = complaint.recv_timeout(LAST_WORDS).unwrap_or_default();
            return Err(failed(status, &complaint));
        }
        match answer.len() {
            0..=MOST_ANSWER => Ok(answer),
            _ => Err(CommandFailure::TooMuch),
        }
    }

    fn begin(&self) -> Result<Child, CommandFailure> {
        let mut process = Process::new(self.name());
        process
            .args(self.run.iter().skip(1))
            .current_dir(&self.dir)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // With a group of its own, a key that ends this process leaves it to us.
            .process_group(0);
        process.spawn().map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::NotFound => "there is no such program".to_owned(),
                io::ErrorKind::PermissionDenied => "it may not be run".to_owned(),
                _ => error.to_string(),
            };
            CommandFailure::NotBegun(self.name().to_owned(), why)
        })
    }

    /// Writes what it reads, in a thread: it may answer before it has read all.
    fn feed(&self, child: &mut Child) {
        if let Some(mut into) = child.stdin.take() {
            let input: Arc<[u8]> = self.input.as_slice().into();
            // A program that reads nothing closes its end.
            thread::spawn(move || into.write_all(&input).is_ok());
        }
    }

    fn wait(&self, child: &mut Child, stop: &AtomicBool) -> Result<ExitStatus, CommandFailure> {
        let begun = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) => {}
                Err(_) => return Err(CommandFailure::Signal),
            }
            if stop.load(Ordering::Relaxed) {
                return Err(CommandFailure::Stopped);
            }
            if begun.elapsed() >= self.timeout {
                return Err(CommandFailure::TimedOut(self.timeout));
            }
            if let Some(most) = self.memory
                && watch::memory(child.id()) > most
            {
                return Err(CommandFailure::Memory(most));
            }
            thread::sleep(LOOK);
        }
    }
}

/// Reads what comes in a thread, and sends so much of it when all has come.
fn listen(from: Option<impl Read + Send + 'static>, most: usize) -> Receiver<Vec<u8>> {
    let (told, heard) = channel();
    if let Some(mut from) = from {
        thread::spawn(move || {
            let mut kept = Vec::new();
            let limit = u64::try_from(most).unwrap_or(u64::MAX);
            let read = from.by_ref().take(limit).read_to_end(&mut kept);
            // The rest is read and dropped, so that the program can go on.
            let rest = read.and_then(|_| io::copy(&mut from, &mut io::sink()));
            let _ = rest;
            told.send(kept)
        });
    }
    heard
}

fn failed(status: ExitStatus, complaint: &[u8]) -> CommandFailure {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    let Some(code) = code else {
        return CommandFailure::Signal;
    };
    let complaint = String::from_utf8_lossy(complaint);
    let mut lines = complaint.lines().map(str::trim).rev();
    let last = lines.find(|line| !line.is_empty()).unwrap_or_default();
    CommandFailure::Code(code, last.chars().take(200).collect())
}
