//! From one program to another: a publication carries over by name what
//! records have and where enrolments stand, and re-bases what is true (V2, V7,
//! E2). It is no input of its own: who enrols is decided by the input that
//! follows it.

mod alert;
mod enrolment;
mod hear;
mod key;
mod names;
mod past;
mod put_back;
mod record;
mod renames;
mod report;
mod schedule;
mod script;
mod wait;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::report::{Finishes, Goes, Lost, Migrated, Move, Refused, Violation, Withdrawn};

pub(super) use self::past::to_gather;

use self::key::News;
use self::names::Names;
use self::report::Tally;
use super::gather::Pasts;
use super::prepared::Prepared;
use super::record::RecordCell;
use super::state::{Image, KeyCell, Partition};
use crate::base::{Timestamp, Uid};

/// Carries a state over to another program.
///
/// # Errors
///
/// Where records violate what the program requires from now on.
pub(super) fn migrate(
    image: Image,
    new: &Arc<Prepared>,
    gathered: &Pasts,
) -> Result<(Image, Migrated), Refused> {
    let old = image.prepared.clone();
    let mut migration = Migration {
        names: Names::between(&old, new),
        old: &old,
        new,
        gathered,
        now: image.now,
        tally: Tally::default(),
        news: News::default(),
    };
    migration.news = migration.news_of_properties();
    let mut partitions = migration.partitions(&image.partitions);
    migration.own_values(&mut partitions);
    migration.require(&partitions);
    migration.tally.check()?;
    migration.hear_again(&mut partitions);
    let mut moved = image.moved;
    migration.wait_again(&mut partitions, &mut moved);
    let switches = image.switches.into_iter();
    let switches = switches
        .filter_map(|(workflow, switch)| Some((migration.names.workflow(workflow)?, switch)));
    let switches = switches.collect();
    let (rates, notices) = migration.alerts(&image.rates, &image.notices);
    let image = Image {
        prepared: new.clone(),
        partitions: partitions.into_iter().map(Arc::new).collect(),
        switches,
        rates,
        notices,
        now: image.now,
        published: image.published,
        has_wakes: false,
        begun: image.begun,
        caused: image.caused,
        schedules: migration.schedules(&image.schedules),
        moved,
        accepted: image.accepted,
    };
    let Migration { tally, names, .. } = migration;
    Ok((image, tally.finish(old.clone(), new, names)))
}

/// A publication under way.
struct Migration<'p> {
    old: &'p Prepared,
    new: &'p Prepared,
    /// What was gathered of the past for its conditions (V6).
    gathered: &'p Pasts,
    names: Names,
    now: Timestamp,
    tally: Tally,
    news: News,
}

impl Migration<'_> {
    /// The partitions with what each of their cells is in the new program.
    fn partitions(&mut self, old: &[Arc<Partition>]) -> Vec<Partition> {
        let mut partitions = Vec::with_capacity(old.len());
        let mut elsewhere = Vec::new();
        for (place, partition) in old.iter().enumerate() {
            let mut records: BTreeMap<Uid, Arc<RecordCell>> = BTreeMap::new();
            for (id, cell) in &partition.records {
                let cell = self.record(cell);
                self.tally.next();
                records.extend(cell.map(|cell| (*id, Arc::new(cell))));
            }
            let keys = partition.keys.iter();
            let keys = keys.filter_map(|(key, cell)| Some((self.key(key)?, KeyCell::clone(cell))));
            let (here, gone): (BTreeMap<_, _>, BTreeMap<_, _>) =
                keys.partition(|(key, _)| key.cell.partition(old.len()) == place);
            elsewhere.extend(gone);
            let keys = here;
            partitions.push(Partition::of(records, keys, partition.seen.clone()));
        }
        for (key, cell) in elsewhere {
            let place = key.cell.partition(partitions.len());
            if let Some(partition) = partitions.get_mut(place) {
                partition.keys.insert(key, cell);
            }
        }
        partitions
    }
}

/// The record of an identity.
fn find(partitions: &[Partition], id: Uid) -> Option<&RecordCell> {
    let partition = partitions.get(id.partition(partitions.len()))?;
    partition.records.get(&id).map(|cell| &**cell)
}

/// Changes the record of an identity.
fn change(partitions: &mut [Partition], id: Uid, change: impl FnOnce(&mut RecordCell)) {
    let place = id.partition(partitions.len());
    let partition = partitions.get_mut(place);
    if let Some(cell) = partition.and_then(|partition| partition.records.get_mut(&id)) {
        change(Arc::make_mut(cell));
    }
}
