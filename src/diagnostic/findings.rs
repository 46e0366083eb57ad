//! The findings of a run, in order and without doubles.

use super::{Finding, Level};
use crate::base::SourceId;

/// A growing list of findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    pub(super) list: Vec<Finding>,
}

impl Findings {
    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    /// Adds some.
    pub fn extend(&mut self, more: impl IntoIterator<Item = Finding>) {
        self.list.extend(more);
    }

    /// Adds all of another list.
    pub fn append(&mut self, other: Findings) {
        self.list.extend(other.list);
    }

    /// All findings, in the order in which they stand.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.list.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are of one level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.list
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    }

    /// Whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list
            .iter()
            .any(|finding| finding.level == Level::Error)
    }

    /// Keeps those for which a test holds.
    pub fn retain(&mut self, test: impl FnMut(&Finding) -> bool) {
        self.list.retain(test);
    }

    /// The first so many of them.
    #[must_use]
    pub fn first(&self, most: usize) -> Self {
        Findings {
            list: self.list.iter().take(most).cloned().collect(),
        }
    }

    /// Those without the warnings of some sources.
    #[must_use]
    pub fn without_warnings(mut self, of: &[SourceId]) -> Self {
        self.list.retain(|finding| {
            finding.level == Level::Error || !of.contains(&finding.primary.span.source)
        });
        self
    }

    /// Sorts by place, then code, and drops doubles.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.list.sort_by(|a, b| a.key().cmp(&b.key()));
        self.list.dedup();
        self
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}
