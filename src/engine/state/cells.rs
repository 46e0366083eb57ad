//! A partition: records with their wakes, owners of unique values, ids seen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Timestamp, Uid};
use crate::engine::decision::Change;
use crate::engine::enrolment::Enrolment;
use crate::engine::message::{Delivery, Key};
use crate::engine::put_back::PutBack;
use crate::engine::record::{Gone, LinkEnd, RecordCell};

/// One of the partitions of the state. Records are shared with images, so that
/// a copy of a partition copies none of them.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct Partition {
    pub(in crate::engine) records: BTreeMap<Uid, Arc<RecordCell>>,
    pub(in crate::engine) keys: BTreeMap<Key, KeyCell>,
    pub(in crate::engine) seen: BTreeMap<Uid, Timestamp>,
    /// When time next concerns records (E12).
    pub(in crate::engine) wakes: BTreeMap<Uid, Timestamp>,
    forgotten: BTreeSet<(Timestamp, Uid)>,
}

/// The owner of a unique value.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::engine) struct KeyCell {
    /// Whose it is.
    pub(in crate::engine) owner: Option<Uid>,
    /// Whose it was before that record was deleted.
    pub(in crate::engine) former: Option<Uid>,
    /// Whether it leads to its owner for ever: two records were merged (L4).
    pub(in crate::engine) forever: bool,
    /// The claim that it is reserved for.
    pub(in crate::engine) reserved: Option<Uid>,
    /// What waits for the end of the claim.
    pub(in crate::engine) waiting: Vec<Delivery>,
}

impl Partition {
    pub(super) const EMPTY: Partition = Partition {
        records: BTreeMap::new(),
        keys: BTreeMap::new(),
        seen: BTreeMap::new(),
        wakes: BTreeMap::new(),
        forgotten: BTreeSet::new(),
    };

    /// A partition of what was kept of one, without wakes.
    pub(in crate::engine) fn of(
        records: BTreeMap<Uid, Arc<RecordCell>>,
        keys: BTreeMap<Key, KeyCell>,
        seen: BTreeMap<Uid, Timestamp>,
    ) -> Self {
        let forgotten = seen.iter().map(|(id, until)| (*until, *id)).collect();
        Partition {
            records,
            keys,
            seen,
            wakes: BTreeMap::new(),
            forgotten,
        }
    }

    /// Remembers an id, and forgets those whose time is over.
    pub(super) fn remember(&mut self, id: Uid, until: Timestamp) {
        if let Some(old) = self.seen.insert(id, until) {
            self.forgotten.remove(&(old, id));
        }
        self.forgotten.insert((until, id));
    }

    /// Drops the ids that no longer count.
    pub(super) fn forget(&mut self, now: Timestamp) {
        while let Some((until, id)) = self.forgotten.first().copied()
            && until < now
        {
            self.forgotten.remove(&(until, id));
            self.seen.remove(&id);
        }
    }

    /// The ids that are remembered until a moment from one to before another.
    pub(super) fn ids_between(
        &self,
        (from, to): (Timestamp, Timestamp),
    ) -> impl Iterator<Item = (Uid, Timestamp)> {
        let least = Uid::from_bytes([0; 16]);
        // A range that ends before it begins is none.
        let ids = self.forgotten.range((from, least)..(from.max(to), least));
        ids.map(|(until, id)| (*id, *until))
    }

    /// Drops such ids.
    pub(super) fn drop_ids(&mut self, (from, to): (Timestamp, Timestamp)) {
        let stays = |until: Timestamp| until < from || until >= to;
        self.seen.retain(|_, until| stays(*until));
        self.forgotten.retain(|(until, _)| stays(*until));
    }

    pub(super) fn evolve_key(&mut self, key: &Key, changes: &[Change]) {
        let cell = self.keys.entry(key.clone()).or_default();
        for change in changes {
            match change {
                Change::Owner(owner) => cell.owner = *owner,
                Change::Reserved(claim) => cell.reserved = *claim,
                Change::Waits(Some(delivery)) => cell.waiting.push((**delivery).clone()),
                Change::Waits(None) => cell.waiting.clear(),
                Change::Former(former) => cell.former = *former,
                Change::Forever => cell.forever = true,
                _ => {}
            }
        }
        if *cell == KeyCell::default() {
            self.keys.remove(key);
        }
    }

    pub(super) fn evolve_record(&mut self, id: Uid, changes: &[Change], now: Timestamp) {
        if let [
            Change::Created {
                object,
                properties,
                at,
            },
            rest @ ..,
        ] = changes
        {
            let mut cell = RecordCell::new(id, *object, *properties, *at);
            rest.iter().for_each(|change| cell.apply(change, now));
            self.records.insert(id, Arc::new(cell));
        } else if let Some(cell) = self.records.get_mut(&id) {
            let cell = Arc::make_mut(cell);
            changes.iter().for_each(|change| cell.apply(change, now));
        }
    }
}

impl RecordCell {
    /// Applies one difference, which is made now.
    // size: one arm for each kind of difference.
    pub(in crate::engine) fn apply(&mut self, change: &Change, now: Timestamp) {
        match change {
            Change::Value(property, value) => {
                if let Some(slot) = self.slot(*property) {
                    slot.clone_from(value);
                }
                self.note_written(*property, now);
            }
            Change::Updated(at) => self.updated_at = *at,
            Change::End(end) => self.put_end(end),
            Change::NoEnd(side, other) => self
                .ends
                .retain(|end| !(end.side == *side && end.other == *other)),
            Change::Ever(association, label) => {
                self.ever.insert((*association, None));
                self.ever.insert((*association, label.clone()));
            }
            Change::Member(segment, true) => {
                self.segments.insert(*segment);
            }
            Change::Member(segment, false) => {
                self.segments.remove(segment);
            }
            Change::Enrolment(enrolment) => self.put_enrolment(enrolment),
            Change::Been(workflow, key) => {
                self.been.add(*workflow, key);
            }
            Change::Left(enrolment) => self.enrolments.retain(|other| other.id != *enrolment),
            Change::PutBack(of) => {
                self.put_back.insert(of.key, PutBack::clone(of));
            }
            Change::PutBackOver(key) => {
                self.put_back.remove(key);
            }
            Change::Sent(action, sent) if sent.is_empty() => {
                self.sent.remove(action);
            }
            Change::Sent(action, sent) => {
                self.sent.insert(*action, sent.clone());
            }
            Change::Counter(id, counter) => {
                self.counters.insert(*id, counter.clone());
            }
            Change::Claiming(claim) => {
                self.claims.insert(claim.id, (**claim).clone());
            }
            Change::ClaimOver(claim) => {
                self.claims.remove(claim);
            }
            Change::Linking(slot, Some(waiting)) => {
                self.linking.insert(*slot, waiting.clone());
            }
            Change::Kept(id, kept) => self.past.set(*id, kept.clone()),
            Change::Linking(slot, None) => {
                self.linking.remove(slot);
            }
            Change::Since(property, at) => self.note_written(*property, *at),
            Change::Deleted(links) => {
                self.ends.clear();
                let links = links.clone();
                self.gone = Some(Box::new(Gone::Deleted { at: now, links }));
            }
            Change::Restored => self.gone = None,
            Change::Yielded(into) => self.yielded(*into, now),
            Change::Merging(from) => self.merging = from.map(Box::new),
            Change::Absorbed(other) => self.absorb(other),
            // What is left is about other cells.
            _ => {}
        }
    }

    /// What was its own is another record's from now on.
    fn yielded(&mut self, into: Uid, now: Timestamp) {
        *self = RecordCell {
            updated_at: self.updated_at,
            gone: Some(Box::new(Gone::Merged { at: now, into })),
            ..RecordCell::new(self.id, self.object, self.values.len(), self.created_at)
        };
    }

    /// Adds up what was counted of both, and notes what was merged into it.
    fn absorb(&mut self, other: &RecordCell) {
        for (workflow, key, times) in other.been.iter() {
            let sum = self.been.times(workflow, key).saturating_add(times);
            self.been.set(workflow, key, sum);
        }
        for (id, counter) in other.counters.iter() {
            self.counters.entry(*id).or_default().add(counter);
        }
        for (action, sent) in other.sent.iter() {
            let own = self.sent.entry(*action).or_default();
            own.extend(sent.iter().copied());
            own.sort();
        }
        for (id, kept) in other.past.iter() {
            let own = self.past.get(id).cloned();
            let both = own.map_or_else(|| kept.clone(), |own| own.with(kept));
            self.past.set(id, Some(both));
        }
        self.ever.extend(other.ever.iter().cloned());
        self.merged.insert(other.id);
        self.merged.extend(other.merged.iter().copied());
    }

    fn put_end(&mut self, end: &LinkEnd) {
        let old = self
            .ends
            .iter_mut()
            .find(|other| other.side == end.side && other.other == end.other);
        match old {
            Some(old) => *old = Arc::new(end.clone()),
            None => self.ends.push(Arc::new(end.clone())),
        }
    }

    fn put_enrolment(&mut self, enrolment: &Enrolment) {
        let old = self
            .enrolments
            .iter_mut()
            .find(|other| other.id == enrolment.id);
        match old {
            Some(old) => old.clone_from(enrolment),
            None => {
                let key = |one: &Enrolment| (one.workflow, one.key.clone());
                let place = self
                    .enrolments
                    .partition_point(|other| key(other) <= key(enrolment));
                // Most records are in one workflow or in few.
                self.enrolments.reserve_exact(1);
                self.enrolments.insert(place, enrolment.clone());
            }
        }
    }
}
