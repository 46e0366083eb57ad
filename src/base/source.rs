//! The texts that a program is made of.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::Span;

/// Which of the [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A place as people count it: both from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// One text with the name that it is shown under.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: Arc<str>,
    lines: OnceLock<Vec<u32>>,
}

impl Source {
    /// What the source is called in findings: a path within the project, with
    /// forward slashes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span; empty where the span does not fit the text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// The line and column of an offset in bytes.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_at(offset);
        let start = self.line_start(line) as usize;
        let before = self.text.get(start..offset as usize).unwrap_or_default();
        Position {
            line: line + 1,
            column: before.chars().count() + 1,
        }
    }

    /// The index, from 0, of the line that holds an offset.
    #[must_use]
    pub fn line_at(&self, offset: u32) -> usize {
        self.line_starts()
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    }

    /// The offset at which a line begins; the end of the text past the last.
    #[must_use]
    pub fn line_start(&self, line: usize) -> u32 {
        self.line_starts()
            .get(line)
            .copied()
            .unwrap_or(length(&self.text))
    }

    /// How many lines there are; at least one.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.line_starts().len()
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = self
                .text
                .bytes()
                .zip(1_u32..)
                .filter(|(byte, _)| *byte == b'\n');
            std::iter::once(0)
                .chain(ends.map(|(_, next)| next))
                .collect()
        })
    }
}

/// All texts of one program, in a fixed order.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    sources: Vec<Source>,
}

impl Sources {
    /// The largest text that is taken, in bytes.
    pub const MAX_BYTES: usize = 64 << 20;

    /// Adds a text. Offsets are 32 bits wide: the caller keeps texts below
    /// [`Sources::MAX_BYTES`].
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(Source {
            name: name.into(),
            text: text.into(),
            lines: OnceLock::new(),
        });
        id
    }

    /// The same with other texts for some: ids and names stay.
    #[must_use]
    pub fn with_texts(&self, texts: &BTreeMap<SourceId, String>) -> Self {
        let mut sources = Sources::default();
        for (id, source) in self.iter() {
            match texts.get(&id) {
                Some(text) => sources.add(source.name(), text.as_str()),
                None => sources.add(source.name(), source.text.clone()),
            };
        }
        sources
    }

    /// The source of an id of this set.
    ///
    /// # Panics
    /// If the id belongs to another set: a bug of the caller.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made by `add` alone")]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }

    /// The text under a span.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source).slice(span)
    }

    /// All sources with their ids, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (SourceId, &Source)> {
        self.sources
            .iter()
            .enumerate()
            .map(|(at, source)| (SourceId(at as u32), source))
    }
}

/// The length of a text, in the width of offsets.
fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}
