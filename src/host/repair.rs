//! A store that cannot be opened, or not as a whole: what of it can be kept,
//! what would be lost, and how it is put in order. Nothing is removed; what does
//! not stay is moved aside. Who asks, and how it is told, is not known here.
//!
//! What is kept is one stretch of the log with a state to begin from: the
//! beginning of all, or a snapshot. Of all such stretches the one is taken that
//! reaches furthest: so a snapshot behind what is broken saves the state as a
//! whole, and only what came before it cannot be worked out again. What follows
//! from the kept part is worked out before anything is written, and the store
//! goes on in another epoch, so that no id of what is lost is given again.

mod lost;
mod plan;
mod survey;

use std::path::Path;

pub use self::lost::{FILE as LOST_FILE, Lost};
pub(super) use self::plan::epoch;
pub use self::plan::{Aside, Hopeless, Part, Plan, Program, diagnose};
pub use self::survey::{Found, Survey};

use super::durable::{SEGMENT, Site};
use crate::store::StoreError;
use crate::store::disk::Disk;
use crate::store::log::{self, Position};
use crate::store::mending::Mending;
use crate::store::programs::Programs;
use crate::store::seen;

/// What is found in a store.
#[derive(Debug)]
pub enum Diagnosis {
    /// A repair was interrupted: it has to be finished.
    Interrupted(Mending),
    /// There is nothing to repair: so many records.
    Sound(usize),
    /// It can be repaired.
    Broken(Box<Plan>),
    /// It cannot.
    Hopeless(Hopeless),
}

/// Takes out of the history what is told of positions behind one, and copies
/// into a folder what it takes something out of.
pub type CutHistory<'h> = &'h mut dyn FnMut(Position, &Path) -> Result<(), StoreError>;

/// Does what a plan says. What does not stay is moved into the folder `aside`
/// of the store; the inputs among it stand there as lines, too, as far as lines
/// say them.
///
/// # Errors
/// If something cannot be written: then either nothing has begun, or what has
/// begun is to be finished, and the store does not open before.
pub fn apply<D: Disk>(
    site: &Site<'_, D>,
    plan: &Plan,
    aside: String,
    history: CutHistory<'_>,
) -> Result<Lost, StoreError> {
    let mut mending = Mending {
        aside,
        moved: Vec::new(),
        placed: Vec::new(),
    };
    let new = mending.new_dir(site.dir);
    if plan.rewrites {
        let (from, to) = (site.dir.join("log"), new.join("log"));
        log::stage((site.disk.clone(), &from), &to, plan.kept, SEGMENT)?;
        let there = log::segments(site.disk.clone(), &from)?;
        let moved = there.iter().filter(|(first, _)| *first >= plan.kept.anew);
        mending
            .moved
            .extend(moved.map(|(_, path)| within("log", path)));
        let staged = log::segments(site.disk.clone(), &to)?;
        let placed = staged.iter().map(|(_, path)| within("log", path));
        mending.placed.extend(placed);
    }
    let snapshots = site.snapshots();
    for (position, _) in &plan.snapshots {
        let path = snapshots.path(*position);
        mending.moved.push(within("snapshots", &path));
    }
    if let Some(program) = &plan.program {
        let programs = Programs::new(site.disk.clone(), &new.join("programs"));
        programs.put(&program.name, &program.bytes)?;
        let path = within("programs", &programs.path(&program.name));
        if program.damaged {
            mending.moved.push(path.clone());
        }
        mending.placed.push(path);
    }
    for name in &plan.ids {
        let ids = new.join("seen");
        seen::note_lost(site.disk, &ids, *name)?;
        mending.moved.push(within("seen", &seen::path(&ids, *name)));
        mending
            .placed
            .push(within("seen", &seen::lost(&ids, *name)));
    }
    let dir = mending.aside_dir(site.dir);
    let lost = lost::write(site, plan, &dir)?;
    // The log goes last: while it is not in order, the store does not open.
    history(plan.kept.last, &dir.join("history"))?;
    mending.begin(site.disk, site.dir)?;
    finish(site, &mending)?;
    Ok(lost)
}

/// Finishes a repair that has begun.
///
/// # Errors
/// If something cannot be written: then it is still to be finished.
pub fn finish<D: Disk>(site: &Site<'_, D>, mending: &Mending) -> Result<(), StoreError> {
    mending.finish(site.disk, site.dir)
}

/// A file of a folder of the store, by its path in the store.
fn within(dir: &str, path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{dir}/{name}")
}
