//! A little server of SMTP in plain threads: it takes mails, or refuses a command by a line that it
//! was given. It knows nothing of what it is tested against.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How long a connection may say nothing before it is given up.
const SILENCE: Duration = Duration::from_secs(60);

/// A mail as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TakenMail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// With the dots that protect lines taken away.
    pub(crate) data: Vec<u8>,
    /// What came after `AUTH`.
    pub(crate) auth: Option<String>,
}

/// What is done at a command instead of taking it.
#[derive(Debug, Clone)]
pub(crate) enum Instead {
    /// A line is answered, like `550 no such user`.
    Answer(String),
    /// The connection is dropped.
    Drop,
    /// Nothing is answered for so long.
    Wait(Duration),
}

struct Shared {
    /// By the first word of a command in upper case; `.` is the end of a mail,
    /// and the empty word the greeting.
    instead: Vec<(String, Instead)>,
    stopped: AtomicBool,
    taken: Mutex<Vec<TakenMail>>,
}

/// A server on a port of its own. It ends when it is dropped.
pub(crate) struct SmtpMock {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl SmtpMock {
    /// Takes every mail.
    pub(crate) fn new() -> Self {
        SmtpMock::refusing(&[])
    }

    /// Answers these commands by these lines.
    pub(crate) fn answering(answers: &[(&str, &str)]) -> Self {
        let instead = |line: &str| Instead::Answer(line.to_owned());
        let answers = answers.iter().map(|(word, line)| (*word, instead(line)));
        SmtpMock::refusing(&answers.collect::<Vec<_>>())
    }

    /// Does something else at these commands.
    pub(crate) fn refusing(instead: &[(&str, Instead)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let instead = instead.iter().cloned();
        let shared = Arc::new(Shared {
            instead: instead
                .map(|(word, what)| (word.to_owned(), what))
                .collect(),
            stopped: AtomicBool::new(false),
            taken: Mutex::default(),
        });
        let server = SmtpMock {
            address,
            shared: Arc::clone(&shared),
        };
        thread::spawn(move || accept(&listener, &shared));
        server
    }

    /// Its address, with a user in front where there is one.
    pub(crate) fn url(&self, user: &str) -> String {
        format!("smtp://{user}{}", self.address)
    }

    /// What people are shown of it.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// The mails that were taken.
    pub(crate) fn taken(&self) -> Vec<TakenMail> {
        self.shared.taken.lock().expect("no panic").clone()
    }
}

impl Drop for SmtpMock {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // The listener looks up from its wait.
        let _ = TcpStream::connect(self.address);
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
            // A client that goes away is none of our business.
            let _ = serve(stream, &shared);
        });
    }
}

/// One connection.
struct Talk<'s> {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    shared: &'s Shared,
    mail: TakenMail,
}

fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENCE))?;
    let mut talk = Talk {
        reader: BufReader::new(stream.try_clone()?),
        writer: stream,
        shared,
        mail: TakenMail::default(),
    };
    talk.answer("", "220 here")?;
    loop {
        let line = String::from_utf8_lossy(&talk.line()?).into_owned();
        if line.is_empty() {
            return Ok(());
        }
        talk.command(line.trim_end())?;
    }
}

impl Talk<'_> {
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.reader.read_until(b'\n', &mut line)?;
        Ok(line)
    }

    /// Answers a command, or does what is done instead; says whether it was
    /// taken.
    fn answer(&mut self, word: &str, line: &str) -> io::Result<bool> {
        let mut instead = self.shared.instead.iter();
        let instead = instead
            .find(|(other, _)| other == word)
            .map(|(_, what)| what);
        let shown = match instead {
            None => line,
            Some(Instead::Answer(line)) => line,
            Some(Instead::Drop) => return Err(io::ErrorKind::ConnectionAborted.into()),
            Some(Instead::Wait(wait)) => {
                thread::sleep(*wait);
                line
            }
        };
        self.writer.write_all(format!("{shown}\r\n").as_bytes())?;
        Ok(instead.is_none())
    }

    fn command(&mut self, line: &str) -> io::Result<()> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let word = word.to_ascii_uppercase();
        match word.as_str() {
            "EHLO" => self.answer("EHLO", "250-here\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN")?,
            "AUTH" => {
                self.mail.auth = Some(rest.to_owned());
                self.answer("AUTH", "235 come in")?
            }
            "MAIL" => {
                self.mail.from = address(rest);
                self.answer("MAIL", "250 fine")?
            }
            "RCPT" => {
                self.mail.to.push(address(rest));
                self.answer("RCPT", "250 fine")?
            }
            "DATA" => return self.data(),
            "QUIT" => self.answer("QUIT", "221 bye")?,
            word => self.answer(word, "250 fine")?,
        };
        Ok(())
    }

    fn data(&mut self) -> io::Result<()> {
        if !self.answer("DATA", "354 go on")? {
            return Ok(());
        }
        let mut data = Vec::new();
        loop {
            let line = self.line()?;
            match line.strip_prefix(b".") {
                Some(b"\r\n") => break,
                Some(rest) => data.extend_from_slice(rest),
                None if line.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
                None => data.extend_from_slice(&line),
            }
        }
        self.mail.data = data;
        if self.answer(".", "250 taken")? {
            let mail = std::mem::take(&mut self.mail);
            self.shared.taken.lock().expect("no panic").push(mail);
        }
        Ok(())
    }
}

/// What stands between the angle brackets of `FROM:<a@b.no> BODY=8BITMIME`.
fn address(text: &str) -> String {
    let inner = text.split(['<', '>']).nth(1);
    inner.unwrap_or_default().to_owned()
}
