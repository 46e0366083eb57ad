//! Fixes carried out on texts. Nothing is written anywhere here.

use std::collections::BTreeMap;

use super::{Edit, Findings, Fix};
use crate::base::{SourceId, Sources};

/// What came of carrying out the fixes of findings.
#[derive(Debug, Clone, Default)]
pub struct Mended {
    /// The new texts of the sources that changed.
    pub texts: BTreeMap<SourceId, String>,
    /// How many findings had their fix carried out.
    pub count: usize,
}

/// Carries out the fix of each finding that offers one way alone: of two, it is
/// a person who chooses. An edit that touches another one waits: it is offered
/// again for the new text, if it is still right. Only the sources that are
/// `open` are changed.
#[must_use]
pub fn mend(findings: &Findings, sources: &Sources, open: impl Fn(SourceId) -> bool) -> Mended {
    let mut taken: BTreeMap<SourceId, Vec<&Edit>> = BTreeMap::new();
    let mut count = 0;
    for finding in findings {
        if let [fix] = finding.fixes.as_slice()
            && fix.edits.iter().all(|edit| open(edit.span.source))
            && fits(fix, &taken)
        {
            for edit in &fix.edits {
                taken.entry(edit.span.source).or_default().push(edit);
            }
            count += 1;
        }
    }
    let texts = taken.into_iter();
    let texts = texts.map(|(id, edits)| (id, edited(sources.get(id).text(), edits)));
    Mended {
        texts: texts.collect(),
        count,
    }
}

/// Whether no edit of a fix touches one that was taken.
fn fits(fix: &Fix, taken: &BTreeMap<SourceId, Vec<&Edit>>) -> bool {
    let free = |edit: &Edit| {
        let others = taken.get(&edit.span.source).into_iter().flatten();
        others
            .map(|other| other.span)
            .all(|other| edit.span.end < other.start || other.end < edit.span.start)
    };
    !fix.edits.is_empty() && fix.edits.iter().all(free)
}

/// A text with edits that do not overlap.
fn edited(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.span.start);
    let (mut new, mut done) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        new.push_str(text.get(done..start).unwrap_or_default());
        new.push_str(&edit.text);
        done = end;
    }
    new.push_str(text.get(done..).unwrap_or_default());
    new
}
