//! A little server of HTTP in plain threads: what it answers is decided per request, and what it
//! was asked is kept by its key. It knows nothing of what it is tested against.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

/// How long a connection may say nothing before it is given up.
const SILENCE: Duration = Duration::from_secs(60);

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// The names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// How many requests of this key came before.
    pub(crate) before: usize,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn key(&self) -> &str {
        self.header("idempotency-key").unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// When the connection is dropped instead of answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drop {
    Never,
    /// With the body unread: the request does not count as received.
    BeforeReading,
    /// With the request received and, for all that its sender knows, done.
    AfterReading,
    /// In the middle of the body of the answer.
    WhileAnswering,
}

/// What is answered to a request.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// How long it takes.
    pub(crate) delay: Duration,
    pub(crate) drop: Drop,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Reply {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            delay: Duration::ZERO,
            drop: Drop::Never,
        }
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub(crate) fn dropping(mut self, drop: Drop) -> Self {
        self.drop = drop;
        self
    }
}

/// How often a seeded server does not simply answer 200, in a hundred requests
/// each. What is left is answered with 200.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Odds {
    /// 500, 502 or 503.
    pub(crate) faults: u64,
    /// 429 with `Retry-After: 1`.
    pub(crate) busy: u64,
    /// 422: nothing helps.
    pub(crate) refused: u64,
    /// The connection breaks before the request is read.
    pub(crate) lost: u64,
    /// The connection breaks when the request is done.
    pub(crate) unheard: u64,
    /// The answer comes late by this much.
    pub(crate) slow: u64,
    pub(crate) slowness: Duration,
}

impl Odds {
    /// What a request gets: it depends on the seed, its key and how many of the
    /// key came before, and so not on the order in which requests come.
    fn reply(&self, seed: u64, asked: &Asked) -> Reply {
        let chance = chance(seed, asked.key(), asked.before);
        let kinds = [
            (self.faults, 0),
            (self.busy, 1),
            (self.refused, 2),
            (self.lost, 3),
            (self.unheard, 4),
            (self.slow, 5),
        ];
        let mut left = chance % 100;
        for (odds, kind) in kinds {
            if left < odds {
                return self.odd(kind, chance / 100);
            }
            left -= odds;
        }
        Reply::status(200)
    }

    fn odd(&self, kind: u8, chance: u64) -> Reply {
        match kind {
            0 => Reply::status([500, 502, 503][(chance % 3) as usize]),
            1 => Reply::status(429).header("Retry-After", "1"),
            2 => Reply::status(422),
            3 => Reply::status(200).dropping(Drop::BeforeReading),
            4 => Reply::status(200).dropping(Drop::AfterReading),
            _ => Reply::status(200).after(self.slowness),
        }
    }
}

/// FNV-1a, stirred: the same on every machine.
fn chance(seed: u64, key: &str, before: usize) -> u64 {
    let bytes = key.bytes().chain(before.to_le_bytes());
    let start = seed ^ 0xcbf2_9ce4_8422_2325;
    let hash = bytes.fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^ (hash >> 31)
}

/// What came for one key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Received {
    /// How many requests were read whole.
    pub(crate) count: usize,
    /// How many of them were answered with 2xx, or dropped when they were done.
    pub(crate) done: usize,
    pub(crate) bodies: BTreeSet<Vec<u8>>,
}

type Decide = dyn Fn(&Asked) -> Reply + Send + Sync;

struct Shared {
    decide: Box<Decide>,
    stopped: AtomicBool,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    begun: HashMap<String, usize>,
    received: BTreeMap<String, Received>,
    asked: Vec<Asked>,
    /// The connections that are open, by number.
    open: BTreeMap<u64, TcpStream>,
    connections: u64,
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("no thread panics with the book")
    }
}

/// A server on a port of its own. It ends, with all its connections, when it is
/// dropped.
pub(crate) struct HttpServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl HttpServer {
    /// Answers as the function says.
    pub(crate) fn deciding(decide: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            decide: Box::new(decide),
            stopped: AtomicBool::new(false),
            book: Mutex::default(),
        });
        let server = HttpServer {
            address,
            shared: Arc::clone(&shared),
        };
        thread::spawn(move || accept(&listener, &shared));
        server
    }

    /// Answers by a script, in the order in which requests come; then with 200.
    pub(crate) fn scripted(replies: impl IntoIterator<Item = Reply>) -> Self {
        let mut replies: Vec<Reply> = replies.into_iter().collect();
        replies.reverse();
        let replies = Mutex::new(replies);
        HttpServer::deciding(move |_| {
            let next = replies.lock().expect("no panic").pop();
            next.unwrap_or_else(|| Reply::status(200))
        })
    }

    /// Answers by chance that is the same for the same seed.
    pub(crate) fn seeded(seed: u64, odds: Odds) -> Self {
        HttpServer::deciding(move |asked| odds.reply(seed, asked))
    }

    /// An address on this server.
    pub(crate) fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// What people are shown of it.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// All requests that were read whole, in the order in which they came.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.book().asked.clone()
    }

    /// What came, by key.
    pub(crate) fn received(&self) -> BTreeMap<String, Received> {
        self.shared.book().received.clone()
    }

    /// How many requests came for each key, and how many different bodies.
    pub(crate) fn dump(&self) -> BTreeMap<String, (usize, usize)> {
        let received = self.received().into_iter();
        received
            .map(|(key, received)| (key, (received.count, received.bodies.len())))
            .collect()
    }
}

impl std::ops::Drop for HttpServer {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // The listener looks up from its wait.
        let _ = TcpStream::connect(self.address);
        for connection in self.shared.book().open.values() {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            let Ok(number) = shared.book().open(&stream) else {
                return;
            };
            // A client that goes away is none of our business.
            let _ = serve(stream, &shared);
            shared.book().open.remove(&number);
        });
    }
}

fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    while let Some(mut asked) = head(&mut reader)? {
        let begun = shared.book().begin(asked.key());
        asked.before = begun;
        let reply = (shared.decide)(&asked);
        if reply.drop == Drop::BeforeReading {
            return writer.shutdown(Shutdown::Both);
        }
        let length = asked
            .header("content-length")
            .and_then(|text| text.parse().ok());
        asked.body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut asked.body)?;
        shared.book().keep(asked, &reply);
        thread::sleep(reply.delay);
        if reply.drop == Drop::AfterReading {
            return writer.shutdown(Shutdown::Both);
        }
        answer(&mut writer, &reply)?;
        if reply.drop == Drop::WhileAnswering {
            return writer.shutdown(Shutdown::Both);
        }
    }
    Ok(())
}

impl Book {
    fn open(&mut self, stream: &TcpStream) -> io::Result<u64> {
        self.connections += 1;
        self.open.insert(self.connections, stream.try_clone()?);
        Ok(self.connections)
    }

    fn begin(&mut self, key: &str) -> usize {
        let begun = self.begun.entry(key.to_owned()).or_default();
        *begun += 1;
        *begun - 1
    }

    fn keep(&mut self, asked: Asked, reply: &Reply) {
        let received = self.received.entry(asked.key().to_owned()).or_default();
        received.count += 1;
        received.done += usize::from((200..300).contains(&reply.status));
        received.bodies.insert(asked.body.clone());
        self.asked.push(asked);
    }
}

/// The first line and the headers; `None` where the connection has ended.
fn head(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Asked>> {
    // What does not begin like a word is no HTTP: the client asks for TLS.
    if reader
        .fill_buf()?
        .first()
        .is_some_and(|byte| !byte.is_ascii_alphabetic())
    {
        reader.get_mut().write_all(b"HTTP/1.1 400 Answer\r\n\r\n")?;
        return Ok(None);
    }
    let first = line(reader)?;
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut headers = Vec::new();
    loop {
        let header = line(reader)?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok(Some(Asked {
        at: Instant::now(),
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body: Vec::new(),
        before: 0,
    }))
}

fn line(reader: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    let line = String::from_utf8_lossy(&line);
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn answer(writer: &mut TcpStream, reply: &Reply) -> io::Result<()> {
    let mut head = format!(
        "HTTP/1.1 {} Answer\r\nContent-Length: {}\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    writer.write_all(head.as_bytes())?;
    let shown = match reply.drop {
        Drop::WhileAnswering => reply.body.len() / 2,
        _ => reply.body.len(),
    };
    writer.write_all(&reply.body[..shown])?;
    writer.flush()
}
