//! The socket in the folder of a store, by which commands reach the process
//! that runs it: one question or order and one answer for each connection, as
//! frames of a length and JSON. What is asked and answered is not known here.

mod place;

use std::fmt;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::place::Place;
use super::desk::wire::{self, Ask, Reply};
use super::store::{Failure, Store};

/// What the socket is called.
const NAME: &str = "socket";

/// The most bytes of a frame.
pub const MOST_BYTES: u32 = 64 << 20;

/// How long a process may take to answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why a frame cannot be read.
#[derive(Debug)]
pub enum Broken {
    /// The connection broke.
    Connection(io::Error),
    /// It has more bytes than a frame may have.
    TooLong(u32),
    /// It holds something else.
    Else(String),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Connection(error) => error.fmt(f),
            Broken::TooLong(bytes) => write!(f, "a frame of {bytes} bytes is too long"),
            Broken::Else(what) => write!(f, "the frame cannot be read: {what}"),
        }
    }
}

impl std::error::Error for Broken {}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Broken::Connection(error)
    }
}

/// The socket of the process that runs a store. It is removed with this.
#[derive(Debug)]
pub struct Listener {
    /// To be accepted from.
    pub socket: UnixListener,
    path: PathBuf,
}

impl Listener {
    /// Listens at the socket of a store, of which this process has the lock. A
    /// socket that another process has left behind is removed.
    ///
    /// # Errors
    /// If the system does not let it be.
    pub fn bind(store: &Store) -> Result<Self, Failure> {
        let path = store.dir.join(NAME);
        let fail = |source| Failure::Write {
            path: path.clone(),
            source,
        };
        remove(&path).map_err(fail)?;
        let place = Place::of(&store.dir, NAME).map_err(fail)?;
        let socket = UnixListener::bind(place.path()).map_err(fail)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(fail)?;
        Ok(Listener { socket, path })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The next one to begin would remove it too.
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes a socket, and nothing else.
fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(found) if found.file_type().is_socket() => fs::remove_file(path),
        Ok(_) => Err(io::Error::new(
            ErrorKind::AlreadyExists,
            "something else is there",
        )),
    }
}

/// Asks the process that runs a store; `None` if there is none.
///
/// # Errors
/// If there is one and it cannot be asked, or does not answer.
pub fn ask(store: &Store, ask: &Ask) -> Result<Option<Reply>, Failure> {
    let path = store.dir.join(NAME);
    let silent = |error: Broken| Failure::Silent {
        path: path.clone(),
        why: error.to_string(),
    };
    let connected = match Place::of(&store.dir, NAME) {
        Ok(place) => UnixStream::connect(place.path()),
        Err(error) => Err(error),
    };
    let mut stream = match connected {
        Ok(stream) => stream,
        Err(error) if is_nobody(&error) => return Ok(None),
        Err(error) => return Err(silent(error.into())),
    };
    let reply = talk(&mut stream, ask).map_err(silent)?;
    Ok(Some(reply))
}

/// Whether an error says that nobody listens.
fn is_nobody(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::ConnectionRefused | ErrorKind::NotADirectory
    )
}

fn talk(stream: &mut UnixStream, ask: &Ask) -> Result<Reply, Broken> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&frame(wire::bytes(ask))?)?;
    let reply = read(stream)?.ok_or_else(|| io::Error::from(ErrorKind::UnexpectedEof))?;
    wire::reply(&reply).map_err(Broken::Else)
}

/// Reads a question or an order; `None` where nothing comes any more.
///
/// # Errors
/// If the connection breaks, or brings something else.
pub fn read_ask(from: &mut impl Read) -> Result<Option<Ask>, Broken> {
    let bytes = read(from)?;
    let ask = bytes.map(|bytes| decode_ask(&bytes));
    ask.transpose()
}

/// What the bytes of a frame ask, without its length.
///
/// # Errors
/// If they ask nothing.
pub fn decode_ask(bytes: &[u8]) -> Result<Ask, Broken> {
    wire::ask(bytes).map_err(Broken::Else)
}

/// Writes an answer. One that is too long becomes a refusal.
///
/// # Errors
/// If the connection breaks.
pub fn write_reply(to: &mut impl Write, reply: &Reply) -> io::Result<()> {
    to.write_all(&encode_reply(reply))?;
    to.flush()
}

/// An answer as a frame, with its length. One that is too long becomes a
/// refusal.
#[must_use]
pub fn encode_reply(reply: &Reply) -> Vec<u8> {
    frame(wire::bytes(reply)).unwrap_or_else(|_| {
        let refused = Reply::refused("the answer is longer than 64 MiB: ask for less");
        frame(wire::bytes(&refused)).unwrap_or_default()
    })
}

/// Bytes with their length before them.
fn frame(bytes: Vec<u8>) -> Result<Vec<u8>, Broken> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    if length > MOST_BYTES {
        return Err(Broken::TooLong(length));
    }
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend(bytes);
    Ok(frame)
}

/// Reads a frame; `None` where nothing comes any more.
fn read(from: &mut impl Read) -> Result<Option<Vec<u8>>, Broken> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = u32::from_be_bytes(length);
    if length > MOST_BYTES {
        return Err(Broken::TooLong(length));
    }
    // Nobody makes room for what does not come.
    let mut bytes = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() < length as usize {
        return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
    }
    Ok(Some(bytes))
}
