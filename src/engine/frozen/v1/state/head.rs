//! The head of a frozen state: what holds for all of its partitions.

use std::collections::BTreeMap;

use super::ThawError;
use super::alert::{self, Alerts};
use super::bytes::{Reader, Writer};
use super::{schedule, table};
use crate::base::{Timestamp, Uid};
use crate::engine::prepared::Prepared;
use crate::engine::state::{Caused, Cursors, Image, Moved};
use crate::engine::world::Switch;
use crate::engine::{PARTITIONS, RULES};
use crate::model::WorkflowId;

/// The section of alerts.
const ALERTS: u8 = 1;
const SCHEDULES: u8 = 2;
/// That the partitions hold the wakes of their records, none where there is none.
const WAKES: u8 = 3;
/// What inputs have led to at this instant, none where that is nothing.
const CAUSED: u8 = 4;

const OFF: u8 = 1;
const PAUSED: u8 = 2;
const TURNED_ON: u8 = 4;

/// The head of a state.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) rules: u32,
    pub(super) zones: Option<String>,
    pub(super) now: Timestamp,
    pub(super) published: bool,
    pub(super) switches: BTreeMap<WorkflowId, Switch>,
    pub(super) begun: BTreeMap<Uid, u32>,
    pub(super) moved: Moved,
    pub(super) schedules: Cursors,
    pub(super) accepted: Vec<u64>,
    pub(super) alerts: Alerts,
    pub(super) wakes: bool,
    pub(super) caused: Caused,
}

/// The frozen form of the head of an image.
pub(super) fn freeze(image: &Image, zones: Option<&str>) -> Vec<u8> {
    let mut out = Writer::default();
    out.number(u64::from(RULES));
    out.flag(zones.is_some());
    out.text(zones.unwrap_or_default());
    out.moment(image.now);
    out.flag(image.published);
    let catalog = &image.prepared.program.catalog;
    out.count(image.switches.len());
    for (workflow, switch) in &image.switches {
        out.text(catalog.workflows[*workflow].name.as_str());
        out.byte(bits(*switch));
    }
    out.count(image.begun.len());
    for (record, count) in &image.begun {
        out.id(*record);
        out.number(u64::from(*count));
    }
    out.count(image.moved.len());
    for ((record, enrolment), due) in &image.moved {
        out.id(*record);
        out.id(*enrolment);
        out.moment(*due);
    }
    out.count(image.accepted.len());
    for position in &image.accepted {
        out.number(*position);
    }
    let mut bytes = out.into_bytes();
    // A head without any is what it was before there were alerts.
    if !(image.rates.is_empty() && image.notices.is_empty()) {
        bytes.push(ALERTS);
        bytes.extend(alert::freeze(image));
    }
    if !image.schedules.is_empty() {
        let mut out = Writer::default();
        out.byte(SCHEDULES);
        schedule::freeze(image, &mut out);
        bytes.extend(out.into_bytes());
    }
    // Nothing concerns anybody before a program is published.
    if image.has_wakes && image.published {
        bytes.push(WAKES);
    }
    if !image.caused.is_empty() {
        let mut out = Writer::default();
        out.byte(CAUSED);
        freeze_caused(&image.caused, &mut out);
        bytes.extend(out.into_bytes());
    }
    bytes
}

/// The head of a frozen form.
pub(super) fn thaw(prepared: &Prepared, bytes: &[u8]) -> Result<Head, ThawError> {
    let mut from = Reader::new(bytes);
    let rules = from.small()?;
    let (has_zones, zones) = (from.flag()?, from.text()?);
    let (now, published) = (from.moment()?, from.flag()?);
    let mut switches = BTreeMap::new();
    for _ in 0..from.count()? {
        let workflow = table::workflow(&prepared.program.catalog, from.text()?)?;
        switches.insert(workflow, switch(from.byte()?));
    }
    let mut begun = BTreeMap::new();
    for _ in 0..from.count()? {
        begun.insert(from.id()?, from.small()?);
    }
    let mut moved = Moved::new();
    for _ in 0..from.count()? {
        let owner = (from.id()?, from.id()?);
        moved.insert(owner, from.moment()?);
    }
    let count = from.count()?;
    let accepted: Result<Vec<u64>, _> = (0..count).map(|_| from.number()).collect();
    let accepted = accepted?;
    if accepted.len() != PARTITIONS {
        return Err(ThawError::damaged(
            "positions of another number of partitions",
        ));
    }
    let (mut alerts, mut schedules) = (Alerts::default(), Cursors::default());
    let (mut wakes, mut caused) = (false, Caused::default());
    while !from.is_over() {
        match from.byte()? {
            ALERTS => alerts = alert::thaw(prepared, &mut from)?,
            SCHEDULES => schedules = schedule::thaw(prepared, &mut from)?,
            WAKES => wakes = true,
            CAUSED => caused = thaw_caused(&mut from)?,
            _ => return Err(ThawError::damaged("a section of no kind")),
        }
    }
    Ok(Head {
        alerts,
        wakes,
        caused,
        rules,
        zones: has_zones.then(|| zones.to_owned()),
        now,
        published,
        switches,
        begun,
        moved,
        schedules,
        accepted,
    })
}

fn freeze_caused(caused: &Caused, out: &mut Writer) {
    out.count(caused.counts.len());
    for (root, count) in &caused.counts {
        out.id(*root);
        out.number(u64::from(*count));
    }
    out.count(caused.roots.len());
    for (record, root) in &caused.roots {
        out.id(*record);
        out.id(*root);
    }
}

fn thaw_caused(from: &mut Reader<'_>) -> Result<Caused, ThawError> {
    let mut caused = Caused::default();
    for _ in 0..from.count()? {
        caused.counts.insert(from.id()?, from.small()?);
    }
    for _ in 0..from.count()? {
        caused.roots.insert(from.id()?, from.id()?);
    }
    Ok(caused)
}

fn bits(switch: Switch) -> u8 {
    let bit = |is: bool, bit: u8| if is { bit } else { 0 };
    bit(switch.off, OFF) | bit(switch.paused, PAUSED) | bit(switch.turned_on, TURNED_ON)
}

fn switch(bits: u8) -> Switch {
    Switch {
        off: bits & OFF != 0,
        paused: bits & PAUSED != 0,
        turned_on: bits & TURNED_ON != 0,
    }
}
