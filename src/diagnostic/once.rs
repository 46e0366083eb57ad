//! A thing that is missing is told once, however often it is named: the first
//! place has the finding, and says how many more there are. What is written
//! almost right is mended at each place, and so told at each.

use std::collections::BTreeMap;

use super::{Code, Finding, Findings};
use crate::base::{SourceId, Span};

/// What makes two findings the same mistake.
type Mistake = (SourceId, Option<usize>, Code, String);

impl Findings {
    /// Of sorted findings, those of names that are not declared once in each
    /// file, and those of names that one declaration binds once in each of
    /// `wholes`, the declarations.
    #[must_use]
    pub fn told_once(self, wholes: &[Span]) -> Self {
        let mut kept: Vec<Finding> = Vec::with_capacity(self.len());
        let mut first: BTreeMap<Mistake, (usize, usize)> = BTreeMap::new();
        for finding in self {
            let Some(mistake) = mistake(&finding, wholes) else {
                kept.push(finding);
                continue;
            };
            let told = first.entry(mistake).or_insert((kept.len(), 0));
            match told.0 == kept.len() {
                true => kept.push(finding),
                false => told.1 += 1,
            }
        }
        for (place, more) in first.into_values().filter(|(_, more)| *more > 0) {
            if let Some(finding) = kept.get_mut(place) {
                let places = if more == 1 { "place" } else { "places" };
                finding.message += &format!(", here and at {more} more {places}");
            }
        }
        Findings { list: kept }
    }
}

/// The mistake of a finding that others may repeat.
fn mistake(finding: &Finding, wholes: &[Span]) -> Option<Mistake> {
    let span = finding.primary.span;
    let whole = match finding.code {
        Code::UnknownName | Code::TestOrder => {
            let at = |span: &Span| (span.source, span.start);
            Some(wholes.partition_point(|whole| at(whole) <= at(&span)))
        }
        code if code.is_undeclared() => None,
        _ => return None,
    };
    // A message that quotes nothing may speak of different things.
    let is_same = finding.fixes.is_empty() && finding.message.contains('`');
    is_same.then(|| (span.source, whole, finding.code, finding.message.clone()))
}
