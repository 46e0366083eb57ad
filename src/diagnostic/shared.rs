//! Findings at one place that several things have in common: each is told once, with the things.

use std::collections::BTreeMap;

use super::{Finding, Label};
use crate::base::Span;

/// How many of the places of a finding are shown.
const MOST_SHOWN: usize = 3;

/// Findings, each with the places where it comes from.
#[derive(Debug, Default)]
pub struct Shared {
    all: BTreeMap<(Span, &'static str, String), (Finding, Vec<Label>)>,
}

impl Shared {
    /// Adds a finding that comes from a place.
    pub fn add(&mut self, finding: Finding, from: Label) {
        let (_, labels) = self
            .all
            .entry(key(&finding))
            .or_insert((finding, Vec::new()));
        labels.push(from);
    }

    /// Takes a finding out; whether it was there.
    pub fn take(&mut self, finding: &Finding) -> bool {
        self.all.remove(&key(finding)).is_some()
    }
}

impl IntoIterator for Shared {
    type Item = (Finding, Vec<Label>);
    type IntoIter = std::collections::btree_map::IntoValues<
        (Span, &'static str, String),
        (Finding, Vec<Label>),
    >;
    fn into_iter(self) -> Self::IntoIter {
        self.all.into_values()
    }
}

/// What makes two findings one.
fn key(finding: &Finding) -> (Span, &'static str, String) {
    let (place, code, message) = finding.key();
    (place, code, message.to_owned())
}

impl Finding {
    /// Points at the places where it comes from: a few of them, and how many more there are.
    #[must_use]
    pub fn from_places(mut self, places: Vec<Label>) -> Self {
        let more = places.len().saturating_sub(MOST_SHOWN);
        self.others.extend(places.into_iter().take(MOST_SHOWN));
        if let (Some(last), true) = (self.others.last_mut(), more > 0) {
            last.text = format!("{}, and in {more} more", last.text);
        }
        self
    }
}
