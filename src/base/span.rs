//! Places in a source.

use super::SourceId;

/// A half-open range of bytes in one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The source that the range is in.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// A range of bytes.
    #[must_use]
    pub fn new(source: SourceId, start: u32, end: u32) -> Self {
        Span { source, start, end }
    }

    /// From the start of this span to the end of the other.
    #[must_use]
    pub fn to(self, other: Span) -> Self {
        Span {
            end: other.end.max(self.end),
            ..self
        }
    }

    /// The empty span before the first byte.
    #[must_use]
    pub fn before(self) -> Self {
        Span {
            end: self.start,
            ..self
        }
    }

    /// The empty span after the last byte.
    #[must_use]
    pub fn after(self) -> Self {
        Span {
            start: self.end,
            ..self
        }
    }

    /// How many bytes the span has.
    #[must_use]
    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span has no bytes.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether the other span lies in this one.
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }
}
