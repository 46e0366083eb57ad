//! Records as plain data: values, links with the whole other record as last
//! heard, and what happened to them. It knows no workflow.

use std::collections::{BTreeMap, BTreeSet};

use flow::base::{Timestamp, Uid};
use flow::model::{Catalog, ObjectId, Value};
use flow::semantic::hir::EventSource;

/// How many links deep a record is told to others.
pub(crate) const DEPTH: usize = 3;

/// A record, or what another has heard of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) handle: String,
    pub(crate) id: Uid,
    pub(crate) object: ObjectId,
    /// The stored properties that are known, by their places.
    pub(crate) values: BTreeMap<usize, Value>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// In the order in which they were linked.
    pub(crate) ends: Vec<End>,
    /// Which ends there ever were, without and with label (N2).
    pub(crate) ever: BTreeSet<(String, Option<String>)>,
    /// The static segments that it is in.
    pub(crate) segments: BTreeSet<usize>,
    /// When refined triggers occurred: by workflow and trigger (E14).
    pub(crate) counters: BTreeMap<(usize, usize), Vec<Timestamp>>,
}

/// One end of a link.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct End {
    /// The association; `<OBJECT.NAME` for the far end of one without inverse.
    pub(crate) name: String,
    pub(crate) other: String,
    pub(crate) labels: BTreeSet<String>,
    /// The other record as last heard.
    pub(crate) heard: Option<Box<Record>>,
}

impl Record {
    pub(crate) fn new(handle: &str, object: ObjectId, now: Timestamp) -> Self {
        Record {
            handle: handle.to_owned(),
            id: Uid::of(&[b"input", b"create", handle.as_bytes()]),
            object,
            values: BTreeMap::new(),
            created: now,
            updated: now,
            ends: Vec::new(),
            ever: BTreeSet::new(),
            segments: BTreeSet::new(),
            counters: BTreeMap::new(),
        }
    }

    /// What others hear of it, so many links deep.
    pub(crate) fn view(&self, depth: usize) -> Record {
        let mut view = self.clone();
        view.segments.clear();
        view.counters.clear();
        for end in &mut view.ends {
            end.heard = match (depth, end.heard.take()) {
                (0, _) | (_, None) => None,
                (_, Some(heard)) => Some(Box::new(heard.view(depth - 1))),
            };
        }
        view
    }

    /// The ends of an association, with a label if one is asked for.
    pub(crate) fn linked<'r>(&'r self, name: &str, label: Option<&str>) -> Vec<&'r End> {
        let fits =
            |end: &&End| end.name == name && label.is_none_or(|label| end.labels.contains(label));
        self.ends.iter().filter(fits).collect()
    }

    /// Adds an end, a label to one, or news of the other record.
    pub(crate) fn place(&mut self, name: &str, label: Option<&str>, view: Record) {
        self.ever.insert((name.to_owned(), None));
        let at = self
            .ends
            .iter()
            .position(|end| end.name == name && end.other == view.handle);
        let at = at.unwrap_or_else(|| {
            self.ends.push(End {
                name: name.to_owned(),
                other: view.handle.clone(),
                labels: BTreeSet::new(),
                heard: None,
            });
            self.ends.len() - 1
        });
        if let Some(label) = label {
            self.ever.insert((name.to_owned(), Some(label.to_owned())));
            self.ends[at].labels.insert(label.to_owned());
        }
        self.hear(view);
    }

    pub(crate) fn hear(&mut self, view: Record) {
        for end in &mut self.ends {
            if end.other == view.handle {
                end.heard = Some(Box::new(view.clone()));
            }
        }
    }

    /// Takes an end away, or only a label of it; whether there was such.
    pub(crate) fn unplace(&mut self, name: &str, other: &str, label: Option<&str>) -> bool {
        let found = |end: &End| end.name == name && end.other == other;
        match label {
            Some(label) => self
                .ends
                .iter_mut()
                .any(|end| found(end) && end.labels.remove(label)),
            None => {
                let before = self.ends.len();
                self.ends.retain(|end| !found(end));
                self.ends.len() < before
            }
        }
    }
}

/// The name that the other end of a link has.
pub(crate) fn mirror(catalog: &Catalog, object: ObjectId, end: &str) -> String {
    if let Some((_, name)) = end.strip_prefix('<').and_then(|end| end.split_once('.')) {
        return name.to_owned();
    }
    let owner = &catalog.objects[object];
    let inverse = owner
        .association(end)
        .and_then(|id| owner.associations[id].inverse.clone());
    inverse.map_or_else(|| format!("<{}.{end}", owner.name), |name| name.to_string())
}

/// Something that happened to a record.
#[derive(Debug, Clone)]
pub(crate) struct Occurrence {
    pub(crate) source: EventSource,
    /// The properties of a declared event, by their places.
    pub(crate) fields: BTreeMap<usize, Value>,
    /// Before and after a change.
    pub(crate) old: Option<Value>,
    pub(crate) new: Option<Value>,
    /// Action, status and error of `action_failed`.
    pub(crate) failed: [Option<Value>; 3],
    pub(crate) occurred: Timestamp,
    pub(crate) accepted: Timestamp,
    pub(crate) id: Option<String>,
}

impl Occurrence {
    pub(crate) fn new(source: EventSource, now: Timestamp) -> Self {
        Occurrence {
            source,
            fields: BTreeMap::new(),
            old: None,
            new: None,
            failed: [None, None, None],
            occurred: now,
            accepted: now,
            id: None,
        }
    }
}
