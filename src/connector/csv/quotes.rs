//! Whether the quotes of a row are sound, byte by byte. It reads no cells.

/// Where in a cell a byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Plain,
    Quoted,
    /// After a quote in a quoted cell: the end of the cell, or the first of
    /// two that mean one.
    Closing,
}

impl Place {
    fn after(self, byte: u8, delimiter: u8) -> Self {
        match (self, byte) {
            (Place::Start, b'"') | (Place::Closing, b'"') => Place::Quoted,
            (Place::Quoted, b'"') => Place::Closing,
            (Place::Quoted, _) => Place::Quoted,
            (_, b'\r' | b'\n') => Place::Start,
            (_, byte) if byte == delimiter => Place::Start,
            _ => Place::Plain,
        }
    }
}

/// Whether the quotes of a row that goes over several lines are broken: one is
/// never closed, or text follows one that closes. Then what looks like a line
/// break within a cell may be the end of the row.
pub(super) fn broken(row: &[u8], delimiter: u8) -> bool {
    let mut place = Place::Start;
    for byte in row {
        let next = place.after(*byte, delimiter);
        if place == Place::Closing && next == Place::Plain {
            return true;
        }
        place = next;
    }
    place == Place::Quoted
}

/// Whether a row ends within quotes.
pub(super) fn open(row: &[u8], delimiter: u8) -> bool {
    let last = row
        .iter()
        .fold(Place::Start, |place, byte| place.after(*byte, delimiter));
    last == Place::Quoted
}

/// How often a byte stands in the first line, outside quotes.
pub(super) fn count_in_first_line(text: &[u8], wanted: u8) -> usize {
    let mut count = 0;
    let mut quoted = false;
    let inner = text.iter().skip_while(|byte| is_break(**byte));
    for byte in inner {
        match *byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            byte if is_break(byte) => break,
            byte if byte == wanted => count += 1,
            _ => {}
        }
    }
    count
}

/// Whether a byte ends a line.
pub(super) fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
