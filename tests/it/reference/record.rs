//! Records and their links: both ends are kept, each with the whole other
//! record as last heard.

use std::collections::{BTreeMap, BTreeSet};

use flow::base::{Timestamp, Uid};
use flow::model::{ObjectId, Value};
use flow::semantic::hir::EventSource;

use crate::reference::{Delivery, End, Message, Model, Occurrence, Record, Ticket};

/// How many links deep a record is told to others.
const DEPTH: usize = 3;

/// A link as one side sees it: its name there and on the other side.
#[derive(Clone)]
pub(super) struct Tie {
    pub(super) name: String,
    far: String,
    pub(super) label: Option<String>,
}

/// The id of the record with a handle.
pub(super) fn uid(handle: &str) -> Uid {
    Uid::of(&[b"input", b"create", handle.as_bytes()])
}

impl Record {
    pub(super) fn new(handle: &str, object: ObjectId, now: Timestamp) -> Self {
        Record {
            handle: handle.to_owned(),
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

    /// What others hear of it.
    pub(super) fn view(&self) -> Record {
        self.to_depth(DEPTH)
    }

    fn to_depth(&self, depth: usize) -> Record {
        let mut view = self.clone();
        view.segments.clear();
        view.counters.clear();
        for end in &mut view.ends {
            let heard = end.heard.take().filter(|_| depth > 0);
            end.heard = heard.map(|heard| Box::new(heard.to_depth(depth - 1)));
        }
        view
    }

    /// The ends of an association, with a label if one is asked for.
    pub(super) fn linked<'r>(&'r self, name: &str, label: Option<&str>) -> Vec<&'r End> {
        let labelled = |end: &End| label.is_none_or(|label| end.labels.contains(label));
        let ends = self.ends.iter();
        ends.filter(|end| end.name == name && labelled(end))
            .collect()
    }

    pub(super) fn hear(&mut self, view: &Record) {
        for end in &mut self.ends {
            if end.other == view.handle {
                end.heard = Some(Box::new(view.clone()));
            }
        }
    }

    /// Takes an end away, or only a label of it; whether there was such.
    fn unplace(&mut self, name: &str, other: &str, label: Option<&str>) -> bool {
        let found = |end: &End| end.name == name && end.other == other;
        let mut ends = self.ends.iter_mut();
        match label {
            Some(label) => ends.any(|end| found(end) && end.labels.remove(label)),
            None => {
                let at = ends.position(|end| found(end));
                at.map(|at| self.ends.remove(at)).is_some()
            }
        }
    }
}

impl<'p> Model<'p> {
    pub(super) fn record(&mut self, handle: &str) -> &mut Record {
        self.records.get_mut(handle).expect("it is there")
    }

    pub(super) fn handle_of(&self, id: &Value) -> Option<String> {
        let Value::Text(id) = id else { return None };
        let mut handles = self.records.keys();
        let found = handles.find(|handle| Some(uid(handle)) == Uid::parse(id));
        found.cloned()
    }

    pub(super) fn tie(&self, object: ObjectId, name: &str) -> Tie {
        let owner = &self.program.catalog.objects[object];
        let far = owner.association(name).map(|id| {
            let inverse = owner.associations[id].inverse.as_ref();
            inverse.map_or_else(|| format!("<{}.{name}", owner.name), ToString::to_string)
        });
        let of = || name.split_once('.').expect("it is a far end").1.to_owned();
        let (name, far, label) = (name.to_owned(), far.unwrap_or_else(of), None);
        Tie { name, far, label }
    }

    pub(super) fn link(&mut self, at: &mut Delivery<'p>, tie: Tie, with: String, ticket: Ticket) {
        let ends = self.records[&at.to].linked(&tie.name, tie.label.as_deref());
        if ends.iter().any(|end| end.other == with) {
            return self.answer(at, ticket, None);
        }
        // The other end is made first, then this one.
        let (from, view) = (at.to.clone(), self.records[&at.to].view());
        self.send(&with, at.chain + 1, move |model, at| {
            let (name, far, label) = (tie.far.clone(), tie.name.clone(), tie.label.clone());
            model.place(at, &Tie { name, far, label }, view);
            let view = model.records[&at.to].view();
            model.send(&from, at.chain + 1, move |model, at| {
                model.place(at, &tie, view);
                model.answer(at, ticket, None);
            });
        });
    }

    /// Takes an end or a label away and tells the other side.
    pub(super) fn unlink(&mut self, at: &Delivery<'p>, tie: Tie, with: &str) {
        let (record, label) = (self.record(&at.to), tie.label.as_deref());
        if record.unplace(&tie.name, with, label) {
            let from = at.to.clone();
            self.send(with, at.chain + 1, move |model, at| {
                let label = tie.label.as_deref();
                model.record(&at.to).unplace(&tie.far, &from, label);
            });
        }
    }

    /// A step sets or clears a `one` association.
    pub(super) fn relink(&mut self, at: &mut Delivery<'p>, tie: Tie, to: (Option<String>, Ticket)) {
        let (with, ticket) = to;
        let ends = self.records[&at.to].linked(&tie.name, None);
        let old = ends.first().map(|end| end.other.clone());
        match (with, old) {
            (Some(with), _) => self.link(at, tie, with, ticket),
            (None, old) => {
                old.into_iter()
                    .for_each(|old| self.unlink(at, tie.clone(), &old));
                self.answer(at, ticket, None);
            }
        }
    }

    /// Makes an end or adds a label; one that is taken where there is only one
    /// is replaced.
    fn place(&mut self, at: &Delivery<'p>, tie: &Tie, view: Record) {
        let record = &self.records[&at.to];
        let owner = &self.program.catalog.objects[record.object];
        let association = owner.association(&tie.name);
        if association.is_some_and(|id| !owner.associations[id].many) {
            let old = record.linked(&tie.name, None).into_iter();
            let old: Vec<String> = old.map(|end| end.other.clone()).collect();
            for other in old.iter().filter(|other| **other != view.handle) {
                let (label, tie) = (None, tie.clone());
                self.unlink(at, Tie { label, ..tie }, other);
            }
        }
        let (record, name) = (self.record(&at.to), tie.name.clone());
        let (this, other) = (tie.name.clone(), view.handle.clone());
        let mut ends = record.ends.iter();
        let place = ends.position(|end| end.name == name && end.other == other);
        let place = place.unwrap_or_else(|| {
            let (labels, heard) = (BTreeSet::new(), None);
            record.ends.push(End {
                name,
                other,
                labels,
                heard,
            });
            record.ends.len() - 1
        });
        record.ends[place].labels.extend(tie.label.clone());
        record
            .ever
            .extend([(this.clone(), None), (this, tie.label.clone())]);
        record.hear(&view);
    }
}

impl<'p> Message<'p> {
    pub(super) fn new(
        to: &str,
        chain: u32,
        body: impl FnOnce(&mut Model<'p>, &mut Delivery<'p>) + 'p,
    ) -> Self {
        let (to, body) = (to.to_owned(), Box::new(body));
        Message { to, chain, body }
    }
}

impl Occurrence {
    pub(super) fn new(source: EventSource, now: Timestamp) -> Self {
        Occurrence {
            source,
            occurred: now,
            values: BTreeMap::new(),
            old: None,
            new: None,
            status: None,
        }
    }
}
