//! A linear lexer without recursion: what the scan before the parse and the
//! hash of tokens read. It takes any bytes and never fails.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword or a number.
    Word,
    /// `(`, `[` or `{`, that of an interpolation too.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// A piece of a string, with the quotes that it touches.
    Text,
    /// `// …`, without the line end.
    Comment,
    /// Any other character.
    Other,
}

/// A token: bytes `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What the lexer is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Paren,
    Bracket,
    Brace,
    /// `"…"`.
    Plain,
    /// `"""…"""`.
    Block,
}

/// The lexer over one text.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    inside: Vec<Inside>,
    brackets: usize,
    after_matches: bool,
}

/// What may be a name in a text.
pub(super) fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let words = Lexer::new(text).filter(|token| token.kind == Kind::Word);
    let words = words.filter_map(|token| text.get(token.start..token.end));
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Lexer {
            bytes: text.as_bytes(),
            at: 0,
            inside: Vec::new(),
            brackets: 0,
            after_matches: false,
        }
    }

    /// The lexer from a token of code on.
    pub(super) fn resume(text: &'a str, at: usize, after_matches: bool) -> Self {
        Lexer {
            at,
            after_matches,
            ..Lexer::new(text)
        }
    }

    /// How many brackets are open, those of interpolations too.
    pub(super) fn depth(&self) -> usize {
        self.brackets
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn starts_with(&self, text: &[u8]) -> bool {
        self.bytes
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(text))
    }

    /// Moves to the first byte for which `stop` holds, or to the end.
    fn skip_until(&mut self, stop: impl Fn(u8) -> bool) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest
            .iter()
            .position(|byte| stop(*byte))
            .unwrap_or(rest.len());
    }

    fn open(&mut self, inside: Inside) -> Kind {
        self.inside.push(inside);
        self.brackets += 1;
        self.at += 1;
        Kind::Open
    }

    /// Closes the nearest bracket of its kind; what is open inside a brace
    /// goes with it. A closer without a partner closes nothing.
    fn close(&mut self, inside: Inside) -> Kind {
        self.at += 1;
        let partner = match inside {
            Inside::Brace => self.inside.iter().rposition(|open| *open == Inside::Brace),
            _ => self
                .inside
                .len()
                .checked_sub(1)
                .filter(|last| self.inside.get(*last) == Some(&inside)),
        };
        if let Some(place) = partner {
            let closed = self.inside.drain(place..);
            self.brackets -= closed
                .filter(|open| !matches!(open, Inside::Plain | Inside::Block))
                .count();
        }
        Kind::Close
    }

    /// One token of code; `at` is at a byte that is no white space.
    fn code(&mut self, byte: u8) -> Kind {
        let after_matches = std::mem::take(&mut self.after_matches);
        match byte {
            b'(' => self.open(Inside::Paren),
            b'[' => self.open(Inside::Bracket),
            b'{' => self.open(Inside::Brace),
            b')' => self.close(Inside::Paren),
            b']' => self.close(Inside::Bracket),
            b'}' => self.close(Inside::Brace),
            b'/' if self.peek(1) == Some(b'/') => {
                self.skip_until(|byte| byte == b'\n');
                Kind::Comment
            }
            b'/' if after_matches => self.delimited(b'/'),
            b'\'' => self.delimited(b'\''),
            b'r' if self.starts_with(b"r\"\"\"") => self.raw_block(),
            b'r' if self.peek(1) == Some(b'"') => {
                self.at += 2;
                self.skip_until(|byte| byte == b'"' || byte == b'\n');
                self.at += usize::from(self.peek(0) == Some(b'"'));
                Kind::Text
            }
            b'"' if self.starts_with(b"\"\"\"") => self.enter(Inside::Block, 3),
            b'"' => self.enter(Inside::Plain, 1),
            _ if byte == b'_' || byte.is_ascii_alphanumeric() => self.word(),
            _ => {
                self.at += 1;
                self.skip_until(|byte| byte & 0xC0 != 0x80);
                Kind::Other
            }
        }
    }

    fn word(&mut self) -> Kind {
        let start = self.at;
        self.skip_until(|byte| byte != b'_' && !byte.is_ascii_alphanumeric());
        self.after_matches = self.bytes.get(start..self.at) == Some(b"matches");
        Kind::Word
    }

    /// `/…/` or `'…'` on one line; the first character alone where the other
    /// end is missing.
    fn delimited(&mut self, quote: u8) -> Kind {
        let start = self.at;
        self.at += 1;
        loop {
            self.skip_until(|byte| byte == quote || byte == b'\\' || byte == b'\n');
            match self.peek(0) {
                Some(b'\\') => self.at = (self.at + 2).min(self.bytes.len()),
                Some(byte) if byte == quote => {
                    self.at += 1;
                    return Kind::Text;
                }
                _ => {
                    self.at = start + 1;
                    return Kind::Other;
                }
            }
        }
    }

    fn raw_block(&mut self) -> Kind {
        self.at += 4;
        while self.at < self.bytes.len() && !self.starts_with(b"\"\"\"") {
            self.at += 1;
            self.skip_until(|byte| byte == b'"');
        }
        self.at = (self.at + 3).min(self.bytes.len());
        Kind::Text
    }

    fn enter(&mut self, inside: Inside, quotes: usize) -> Kind {
        self.inside.push(inside);
        self.at += quotes;
        self.text(inside)
    }

    /// The rest of a string, up to an interpolation or its end.
    fn text(&mut self, inside: Inside) -> Kind {
        let block = inside == Inside::Block;
        loop {
            self.skip_until(|byte| matches!(byte, b'"' | b'\\' | b'{') || byte == b'\n' && !block);
            match self.peek(0) {
                Some(b'\\') if self.peek(1) != Some(b'\n') => {
                    self.at = (self.at + 2).min(self.bytes.len())
                }
                Some(b'{') => return Kind::Text,
                Some(b'"') if block && !self.starts_with(b"\"\"\"") => self.at += 1,
                Some(b'"') => {
                    self.at += if block { 3 } else { 1 };
                    // Of four quotes the first is text.
                    while block && self.peek(0) == Some(b'"') {
                        self.at += 1;
                    }
                    self.inside.pop();
                    return Kind::Text;
                }
                Some(b'\\') => self.at += 1,
                Some(_) | None => {
                    self.inside.pop();
                    return Kind::Text;
                }
            }
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let string = self
            .inside
            .last()
            .copied()
            .filter(|open| matches!(open, Inside::Plain | Inside::Block));
        if string.is_none() {
            self.skip_until(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        }
        let start = self.at;
        let byte = self.peek(0)?;
        let kind = match string {
            Some(_) if byte == b'{' => self.open(Inside::Brace),
            Some(inside) => self.text(inside),
            None => self.code(byte),
        };
        Some(Token {
            kind,
            start,
            end: self.at,
        })
    }
}
