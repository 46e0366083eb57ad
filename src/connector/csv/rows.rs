//! The rows of a table, one by one, with the line that each begins at. It does not judge headers.

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::quotes;

/// How many times its own length a table with broken quotes may be read again.
const PATIENCE: usize = 8;

/// What a short table has on top of that.
const PATIENCE_AT_LEAST: usize = 1 << 20;

/// What beginning anew costs, in bytes that are read in that time.
const BEGINNING: usize = 4096;

const UNCLOSED: &str = "a quote in it is not closed: close it, or write two for one";

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file that the row begins at, from 1, which is the
    /// header's. Cells may hold line breaks, so rows may be fewer than lines.
    pub number: usize,
    /// The cells without white space around them, as many as there are
    /// headers, or why the row cannot be read.
    pub cells: Result<Vec<String>, String>,
    /// The row as it stands, where it cannot be read; what is not UTF-8 is
    /// replaced.
    pub raw: Option<String>,
}

/// Reads rows. Rows without any text are left out: exports end in them.
pub struct Rows<'a> {
    text: &'a [u8],
    delimiter: u8,
    reader: Reader<&'a [u8]>,
    /// Where in the text the reader began.
    base: usize,
    /// How many cells a row has; any number for the row of headers.
    width: Option<usize>,
    lines: Lines,
    /// How many bytes may still be read again.
    patience: usize,
}

/// Counts lines on the way through a text.
struct Lines {
    number: usize,
    counted: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a [u8], delimiter: u8) -> Self {
        Rows {
            text,
            delimiter,
            reader: reader(text, delimiter),
            base: 0,
            width: None,
            lines: Lines {
                number: 1,
                counted: 0,
            },
            patience: text.len() * PATIENCE + PATIENCE_AT_LEAST,
        }
    }

    pub(super) fn expect_cells(&mut self, width: usize) {
        self.width = Some(width);
    }

    /// The next row, one without text too.
    fn advance(&mut self) -> Option<Row> {
        let mut record = ByteRecord::new();
        let start = self.skip_breaks(self.offset());
        // Reading bytes from memory cannot fail.
        if !self.reader.read_byte_record(&mut record).unwrap_or(false) {
            return None;
        }
        let number = self.lines.at(self.text, start);
        let end = self.offset();
        if self.runs_on(start) {
            let cells = Err(UNCLOSED.into());
            // Where the reader goes back, the rest is read as other rows.
            let raw = Some(self.raw(start, self.offset().min(end)));
            return Some(Row { number, cells, raw });
        }
        let cells = self.cells(&record);
        let raw = cells.is_err().then(|| self.raw(start, end));
        Some(Row { number, cells, raw })
    }

    /// Where in the text the reader stands.
    fn offset(&self) -> usize {
        let read = usize::try_from(self.reader.position().byte());
        self.base.saturating_add(read.unwrap_or(usize::MAX))
    }

    /// What stands between two places, without what ends a line.
    fn raw(&self, start: usize, end: usize) -> String {
        let bytes = self.text.get(start..end).unwrap_or_default();
        String::from_utf8_lossy(bytes.trim_ascii_end()).into_owned()
    }

    /// Past the end of the row before and past empty lines.
    fn skip_breaks(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        let breaks = rest.iter().take_while(|byte| quotes::is_break(**byte));
        start + breaks.count()
    }

    /// Whether a quote is broken. If it made one row of several lines, the
    /// reader goes back to the second, so that one row does not swallow others.
    fn runs_on(&mut self, start: usize) -> bool {
        let row = self.text.get(start..self.offset()).unwrap_or_default();
        let row = row.trim_ascii_end();
        let Some(first) = row.iter().position(|byte| quotes::is_break(*byte)) else {
            return quotes::open(row, self.delimiter);
        };
        if !quotes::broken(row, self.delimiter) {
            return false;
        }
        if let Some(left) = self.patience.checked_sub(row.len() + BEGINNING) {
            self.patience = left;
            self.base = start + first;
            let rest = self.text.get(self.base..).unwrap_or_default();
            self.reader = reader(rest, self.delimiter);
        }
        true
    }

    fn cells(&self, record: &ByteRecord) -> Result<Vec<String>, String> {
        let found = record.len();
        match self.width {
            Some(width) if found != width => Err(format!(
                "it has {found} cells where the header has {width}: \
                 a cell that holds the separator needs quotes around it"
            )),
            _ => record.iter().enumerate().map(cell).collect(),
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            let row = self.advance()?;
            let cells = row.cells.as_deref().unwrap_or_default();
            if row.cells.is_err() || cells.iter().any(|cell| !cell.is_empty()) {
                return Some(row);
            }
        }
    }
}

impl Lines {
    /// The number of the line that a place stands in. Places come in order.
    fn at(&mut self, text: &[u8], place: usize) -> usize {
        let passed = text.get(self.counted..place).unwrap_or_default();
        let mut after = text.iter().skip(self.counted + 1);
        for byte in passed {
            let next = after.next();
            let ends = *byte == b'\n' || (*byte == b'\r' && next != Some(&b'\n'));
            self.number += usize::from(ends);
        }
        self.counted = self.counted.max(place);
        self.number
    }
}

fn reader(text: &[u8], delimiter: u8) -> Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text)
}

fn cell((place, bytes): (usize, &[u8])) -> Result<String, String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(_) => {
            let number = place + 1;
            Err(format!(
                "cell {number} is not UTF-8: save the file as UTF-8"
            ))
        }
    }
}
