//! A text with insertions and blanks, and the way back from its places to
//! those of the original.

/// Patches to a text. Without any it is the identity.
#[derive(Debug, Default)]
pub(in crate::syntax) struct Patch {
    /// The patched text.
    pub(in crate::syntax) text: String,
    /// What is inserted before a byte of the original.
    inserts: Vec<(usize, String)>,
    /// Bytes of the original that are replaced, each by the same byte.
    blanks: Vec<(usize, usize, u8)>,
    /// Where insertions begin in the patched text, how long they are, and how
    /// long all before are together; in order.
    inserted: Vec<(usize, usize, usize)>,
    /// Places of the original of which a finding has spoken. Once the patches
    /// are carried out they are in order, and an end is never less than those
    /// before it.
    said: Vec<(usize, usize)>,
}

impl Patch {
    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.inserts.is_empty() && self.blanks.is_empty()
    }

    /// Puts a text before a byte of the original.
    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.inserts.push((at, text.into()));
    }

    /// Replaces bytes; line ends stay.
    pub(super) fn blank(&mut self, start: usize, end: usize, byte: u8) {
        self.blanks.push((start, end, byte));
    }

    /// Writes one text over another, which keeps its lines.
    pub(super) fn replace(&mut self, text: &str, place: (usize, usize), instead: &str) {
        let (start, end) = place;
        let lines = text.get(start..end).is_none_or(|old| old.contains('\n'));
        self.blank(start, end, b' ');
        let fits = if lines || !instead.is_ascii() {
            0
        } else {
            instead.len().min(end - start)
        };
        let (over, more) = instead.split_at(fits);
        for (at, byte) in over.bytes().enumerate() {
            self.blank(start + at, start + at + 1, byte);
        }
        if !more.is_empty() {
            self.insert(end, more);
        }
    }

    /// Replaces the bytes of all letters that are not ASCII by `x`.
    pub(super) fn blank_foreign(&mut self, text: &str, start: usize, end: usize) {
        let written = text.get(start..end).unwrap_or_default();
        for (at, c) in written.char_indices().filter(|(_, c)| !c.is_ascii()) {
            self.blank(start + at, start + at + c.len_utf8(), b'x');
        }
    }

    /// Notes that what fails to parse around here has been explained.
    pub(super) fn said(&mut self, start: usize, end: usize) {
        self.said.push((start, end));
    }

    /// Whether a finding has spoken of a place in this range.
    pub(in crate::syntax) fn has_said(&self, start: usize, end: usize) -> bool {
        let begun = self.said.partition_point(|(first, _)| *first <= end);
        let last = begun.checked_sub(1).and_then(|place| self.said.get(place));
        last.is_some_and(|(_, last)| start <= *last)
    }

    /// Carries the patches out.
    pub(super) fn applied_to(mut self, text: &str) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        for (start, end, byte) in &self.blanks {
            for old in bytes.get_mut(*start..*end).unwrap_or_default() {
                if *old != b'\n' {
                    *old = *byte;
                }
            }
        }
        // Only whole characters are blanked; were it otherwise, the original
        // is the better text.
        let blanked = String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned());
        self.inserts.sort_by_key(|(at, _)| *at);
        self.said.sort_unstable();
        let mut furthest = 0;
        for (_, last) in &mut self.said {
            furthest = furthest.max(*last);
            *last = furthest;
        }
        let (mut done, mut length) = (0, 0);
        for (at, insert) in &self.inserts {
            self.text
                .push_str(blanked.get(done..*at).unwrap_or_default());
            self.inserted.push((self.text.len(), insert.len(), length));
            length += insert.len();
            self.text.push_str(insert);
            done = *at;
        }
        self.text.push_str(blanked.get(done..).unwrap_or_default());
        self
    }

    /// The place of the original for one of the patched text.
    pub(in crate::syntax) fn original(&self, at: usize) -> usize {
        let shift = self.insertion(at).map_or(0, |(start, length, before)| {
            before + (at - start).min(length)
        });
        at - shift
    }

    /// The last insertion that begins before a place, or at it.
    fn insertion(&self, at: usize) -> Option<(usize, usize, usize)> {
        let begun = self.inserted.partition_point(|(start, ..)| *start <= at);
        begun
            .checked_sub(1)
            .and_then(|last| self.inserted.get(last))
            .copied()
    }

    /// Whether a place of the patched text was inserted.
    pub(in crate::syntax) fn is_inserted(&self, at: usize) -> bool {
        self.insertion(at)
            .is_some_and(|(start, length, _)| at < start + length)
    }
}
