//! Whether a text is JSON (RFC 8259), and where it is not. What it holds is
//! not kept.

/// What is wrong with a text that should be JSON.
pub(super) struct Flaw {
    /// Where, in bytes.
    pub(super) at: usize,
    /// How many bytes what stands there has.
    pub(super) length: usize,
    /// What was expected.
    pub(super) message: &'static str,
}

/// How deep values may be nested: what reads them later goes no deeper.
const MAX_DEPTH: usize = 120;

/// The first thing that is wrong with a text; `None` where it is JSON.
pub(super) fn flaw(text: &str) -> Option<Flaw> {
    let mut reader = Reader {
        bytes: text.as_bytes(),
        at: 0,
    };
    let message = reader.whole().err()?;
    let rest = text.get(reader.at..).unwrap_or_default();
    Some(Flaw {
        at: reader.at,
        length: rest.chars().next().map_or(0, char::len_utf8),
        message,
    })
}

/// What is wrong at the place where the reader stands.
type Read = Result<(), &'static str>;

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn whole(&mut self) -> Read {
        self.value(0)?;
        self.blank();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err("nothing may follow the value"),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Takes a byte, if it stands here.
    fn take(&mut self, byte: u8) -> bool {
        let stands = self.peek() == Some(byte);
        self.at += usize::from(stands);
        stands
    }

    fn value(&mut self, depth: usize) -> Read {
        self.blank();
        if depth > MAX_DEPTH {
            return Err("this is nested too deeply");
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.text(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'\'') => Err("text stands in double quotes"),
            Some(_) => self.word(),
            None => Err("a value is missing"),
        }
    }

    fn object(&mut self, depth: usize) -> Read {
        self.at += 1;
        self.blank();
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return Err("expected a key in double quotes");
            }
            self.text()?;
            self.blank();
            if !self.take(b':') {
                return Err("expected `:` after the key");
            }
            self.value(depth + 1)?;
            self.blank();
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err("expected `,` or `}`");
            }
        }
    }

    fn array(&mut self, depth: usize) -> Read {
        self.at += 1;
        self.blank();
        if self.take(b']') {
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            self.blank();
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err("expected `,` or `]`");
            }
        }
    }

    fn text(&mut self) -> Read {
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err("this text is never closed"),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) => return Err("a line end in a text is written `\\n`"),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Read {
        let digits = match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 0,
            Some(b'u') => 4,
            _ => return Err("JSON has no such escape"),
        };
        let written = self.bytes.get(self.at + 2..self.at + 2 + digits);
        if !written.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err("four hexadecimal digits stand after `\\u`");
        }
        self.at += 2 + digits;
        Ok(())
    }

    fn number(&mut self) -> Read {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        } else if matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err("a number does not begin with 0");
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Read {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err("expected a digit");
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn word(&mut self) -> Read {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let words: [&[u8]; 3] = [b"true", b"false", b"null"];
        let found = words.into_iter().find(|word| rest.starts_with(word));
        self.at += found.map_or(0, <[u8]>::len);
        found.map(|_| ()).ok_or("expected a value")
    }
}
