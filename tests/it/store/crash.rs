//! The log on a disk that fails at any call, for many seeds and over several
//! generations: what was acknowledged is there, and after it a beginning of what
//! was not.

use std::env;

use flow::store::StoreError;
use flow::store::log::{Frame, Kind, Log, Position};

use super::chance::Chance;
use super::model::{Model, Trouble, blame, ensure, entry, options};
use super::sim_disk::{Fault, Lie, SimDisk};

/// How many times a log is opened, used and crashed.
const GENERATIONS: u64 = 5;

/// A life of a log on a disk.
struct Life {
    disk: SimDisk,
    model: Model,
    chance: Chance,
    segment_bytes: u64,
    crashes: u64,
}

impl Life {
    fn new(seed: u64, lie: Lie) -> Self {
        let mut chance = Chance::new(seed);
        let disk = SimDisk::new(chance.next());
        disk.lie(lie);
        Life {
            disk,
            model: Model::default(),
            segment_bytes: 100 + chance.below(4000),
            chance,
            crashes: 0,
        }
    }

    /// All generations, and a last look.
    fn live(&mut self) -> Result<(), String> {
        for _ in 0..GENERATIONS {
            match self.generation() {
                Ok(()) | Err(Trouble::Disk) => self.end(),
                Err(Trouble::Wrong(what)) => return Err(what),
            }
        }
        self.disk.plan(Fault::Never);
        match self.model.open(&self.disk, options(self.segment_bytes)) {
            Ok(_) => Ok(()),
            Err(Trouble::Disk) => Err("the disk failed for no reason".to_owned()),
            Err(Trouble::Wrong(what)) => Err(what),
        }
    }

    /// From opening the log to where the disk fails, or to where it is enough.
    fn generation(&mut self) -> Result<(), Trouble> {
        let call = 1 + self.chance.below(120);
        let fault = match self.chance.below(10) {
            0 => Fault::Never,
            1..3 => Fault::Full(self.chance.below(12_000)),
            3..6 => Fault::Error(call),
            _ => Fault::Power(call),
        };
        self.disk.plan(fault);
        let mut log = self.model.open(&self.disk, options(self.segment_bytes))?;
        for _ in 0..self.chance.below(60) {
            self.act(&mut log)?;
        }
        Ok(())
    }

    fn act(&mut self, log: &mut Log<SimDisk>) -> Result<(), Trouble> {
        match self.chance.below(20) {
            0..10 => self.append(log),
            10..17 => self.commit(log),
            17 => self.drop_before(log),
            _ => self.read(log),
        }
    }

    fn append(&mut self, log: &mut Log<SimDisk>) -> Result<(), Trouble> {
        let (kind, payload) = entry(&mut self.chance);
        let position = blame(&self.disk, log.append(kind, &payload))?;
        self.model.maybe.push((kind, payload));
        let due = self.model.kept.len() + self.model.maybe.len();
        ensure(position.get() == due as u64, || {
            format!("{position} was given for {due}")
        })
    }

    fn commit(&mut self, log: &mut Log<SimDisk>) -> Result<(), Trouble> {
        let outcome = log.commit();
        let durable = blame(&self.disk, poisoned_by(log, outcome)?)?;
        self.model.commit();
        ensure(durable.get() == self.model.kept.len() as u64, || {
            format!("durable up to {durable}")
        })
    }

    fn drop_before(&mut self, log: &mut Log<SimDisk>) -> Result<(), Trouble> {
        let position = 1 + self.chance.below(self.model.kept.len() as u64 + 1);
        self.model.dropped = self.model.dropped.max(position);
        let outcome = log.drop_before(Position::new(position));
        blame(&self.disk, poisoned_by(log, outcome)?).map(drop)
    }

    fn read(&mut self, log: &mut Log<SimDisk>) -> Result<(), Trouble> {
        let first = log.first().get();
        let count = (self.model.kept.len() as u64 + 1).saturating_sub(first);
        let from = Position::new(first + self.chance.below(count + 1));
        let frames: Result<Vec<Frame>, StoreError> = log.frames(from).collect();
        match blame(&self.disk, frames) {
            Ok(frames) => self.model.compare(from, &frames),
            // A read that fails is no reason to stop.
            Err(Trouble::Disk) if self.disk.powered() => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// The power goes, or only the process.
    fn end(&mut self) {
        self.crashes += 1;
        if !self.disk.powered() || self.chance.percent(60) {
            self.disk.crash(self.chance.next());
        }
    }
}

/// After a write that failed, the log takes nothing more.
fn poisoned_by<T>(
    log: &mut Log<SimDisk>,
    outcome: Result<T, StoreError>,
) -> Result<Result<T, StoreError>, Trouble> {
    if outcome.is_err() {
        let late = [log.append(Kind::Mark, b"late"), log.commit()];
        for said in late {
            ensure(matches!(said, Err(StoreError::Poisoned { .. })), || {
                format!("a log whose disk has failed says {said:?}")
            })?;
        }
    }
    Ok(outcome)
}

/// What a log does in all its ways, in few calls: batches, new segments, a
/// frame larger than a segment, segments dropped.
fn script(disk: &SimDisk, model: &mut Model) -> Result<(), Trouble> {
    let mut log = model.open(disk, options(200))?;
    for size in [10, 90, 700, 0, 150, 30] {
        for part in 0..3 {
            let payload = vec![part; size];
            blame(disk, log.append(Kind::Input, &payload))?;
            model.maybe.push((Kind::Input, payload));
        }
        blame(disk, log.commit())?;
        model.commit();
    }
    model.dropped = 12;
    blame(disk, log.drop_before(Position::new(12))).map(drop)
}

/// The script, until a fault strikes; then what is left is looked at, and the
/// script runs on it once more.
fn interrupted(fault: Fault, seed: u64) -> Result<(), Trouble> {
    let disk = SimDisk::new(seed);
    let mut model = Model::default();
    disk.plan(fault);
    let outcome = script(&disk, &mut model);
    ensure(matches!(outcome, Err(Trouble::Disk)), || {
        format!("{fault:?} leads to {outcome:?}")
    })?;
    if !disk.powered() || seed.is_multiple_of(2) {
        disk.crash(seed);
    }
    disk.plan(Fault::Never);
    one_more(&disk, &mut model)?;
    disk.crash(seed);
    script(&disk, &mut model)?;
    disk.crash(seed);
    model.open(&disk, options(200)).map(drop)
}

/// A single entry, so that nothing but opening has made the rest durable.
fn one_more(disk: &SimDisk, model: &mut Model) -> Result<(), Trouble> {
    let mut log = model.open(disk, options(10_000))?;
    blame(disk, log.append(Kind::Mark, b"more"))?;
    model.maybe.push((Kind::Mark, b"more".to_vec()));
    blame(disk, log.commit())?;
    model.commit();
    Ok(())
}

fn crash_points() -> u64 {
    let wanted = env::var("FLOW_CRASHES").ok();
    let long = env::var("FLOW_LONG").is_ok_and(|long| long == "1");
    let usual = if long { 100_000 } else { 5_000 };
    wanted
        .and_then(|wanted| wanted.parse().ok())
        .unwrap_or(usual)
}

/// The first seed with which a log on a lying disk does not do what it must.
fn found_out(lie: Lie) -> Option<u64> {
    (0..2_000).find(|seed| Life::new(*seed, lie).live().is_err())
}

#[test]
fn what_is_acknowledged_outlives_crashes() {
    let (mut crashes, mut frames, mut seed) = (0, 0, 0);
    while crashes < crash_points() {
        let mut life = Life::new(seed, Lie::Never);
        if let Err(what) = life.live() {
            panic!("seed {seed}: {what}");
        }
        crashes += life.crashes;
        frames += life.model.kept.len();
        seed += 1;
    }
    // Were the lives short, they would prove nothing.
    assert!(frames as u64 > 10 * seed, "{frames} frames in {seed} lives");
}

#[test]
fn each_call_may_be_the_last() {
    let disk = SimDisk::new(0);
    disk.plan(Fault::Never);
    script(&disk, &mut Model::default()).expect("nothing fails");
    let calls = disk.calls();
    for call in 1..=calls {
        for seed in 0..12 {
            for fault in [Fault::Power(call), Fault::Error(call)] {
                let outcome = interrupted(fault, seed);
                assert!(outcome.is_ok(), "{fault:?}, seed {seed}: {outcome:?}");
            }
        }
    }
}

#[test]
fn a_disk_that_only_says_it_syncs_is_found_out() {
    assert!(found_out(Lie::Sync).is_some());
}

#[test]
fn a_folder_that_is_not_synced_is_found_out() {
    assert!(found_out(Lie::SyncDir).is_some());
}

#[test]
fn what_a_failed_sync_has_lost_is_found_out() {
    assert!(found_out(Lie::Overwrite).is_some());
}
