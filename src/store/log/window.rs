//! A file read from one end to the other through a buffer. What the bytes are
//! is not known here.

use std::io;

use crate::store::disk::DiskFile;

/// How many bytes are read at a time. A whole frame fits in at least twice.
const WINDOW_BYTES: usize = 2 * 1024 * 1024;

/// A place in a file and what follows it.
#[derive(Debug)]
pub(super) struct Window<F> {
    file: F,
    /// How many bytes of the file are read; what is beyond does not count.
    size: u64,
    /// Where in the file the next byte stands.
    offset: u64,
    buffer: Vec<u8>,
    /// What of the buffer is yet to be read.
    start: usize,
    end: usize,
}

impl<F: DiskFile> Window<F> {
    /// At the start of a file, of which so many bytes are to be read.
    pub(super) fn new(file: F, size: u64) -> Self {
        Window {
            file,
            size,
            offset: 0,
            buffer: Vec::new(),
            start: 0,
            end: 0,
        }
    }

    /// Where in the file the next byte stands.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes there are yet to read.
    pub(super) fn left(&self) -> u64 {
        self.size.saturating_sub(self.offset)
    }

    /// The next bytes, at least so many unless the file ends before. A file
    /// that has grown shorter is an error, not an end.
    #[inline]
    pub(super) fn peek(&mut self, least: usize) -> io::Result<&[u8]> {
        if self.end - self.start < least {
            self.fill(least)?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// Goes on by so many bytes, which have been seen.
    #[inline]
    pub(super) fn advance(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.offset += count as u64;
    }

    /// Goes on to some bytes that at least so many follow, they included, if
    /// they stand anywhere from here on.
    pub(super) fn seek(&mut self, mark: &[u8; 4], least: usize) -> io::Result<bool> {
        while self.left() >= least as u64 {
            let bytes = self.peek(least)?;
            let found = bytes.windows(mark.len()).position(|bytes| bytes == mark);
            let skipped = found.unwrap_or(bytes.len() + 1 - mark.len());
            self.advance(skipped);
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes to a place in the file.
    pub(super) fn go_to(&mut self, offset: u64) {
        self.offset = offset;
        self.start = 0;
        self.end = 0;
    }

    fn fill(&mut self, least: usize) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let room = self.left().min(WINDOW_BYTES.max(least) as u64) as usize;
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        while self.end < room.min(least) {
            self.read_on(room)?;
        }
        Ok(())
    }

    fn read_on(&mut self, room: usize) -> io::Result<()> {
        let from = self.offset + self.end as u64;
        let into = self.buffer.get_mut(self.end..room).unwrap_or_default();
        let count = self.file.read_at(from, into)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.end += count;
        Ok(())
    }
}
