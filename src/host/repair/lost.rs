//! The inputs that a repair takes out of the log, as lines that can be sent
//! again. What is taken out is not decided here.

use std::collections::BTreeSet;
use std::path::Path;

use super::Plan;
use crate::base::Uid;
use crate::engine::Event as Live;
use crate::engine::frozen::v1::event::{Event, Thawed};
use crate::host::durable::Site;
use crate::host::program::Loaded;
use crate::host::replay::written::Writer;
use crate::store::StoreError;
use crate::store::disk::Disk;
use crate::store::log::payload::SetAside;
use crate::store::log::{Frame, Kind, Position};
use crate::store::mending::Text;

/// What the file of the lines is called, in the folder of what is set aside.
pub const FILE: &str = "lost.jsonl";

/// After how many bytes what was gathered is written.
const PART: usize = 1 << 20;

/// What was written of the inputs that do not stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// How many are lines.
    pub lines: u64,
    /// How many are not: what they name is unknown.
    pub unknown: u64,
}

/// Writes the inputs behind what a plan keeps into a folder, as lines. They are
/// durable when this returns.
pub(super) fn write<D: Disk>(
    site: &Site<'_, D>,
    plan: &Plan,
    dir: &Path,
) -> Result<Lost, StoreError> {
    if plan.lost.inputs == 0 {
        return Ok(Lost::default());
    }
    let asides = asides(site, plan)?;
    let mut lines = Lines::new(site, plan)?;
    let mut file = Text::new(site.disk, dir, FILE)?;
    let mut text = String::new();
    let store = Some(plan.kept.identity.store);
    for found in site.salvage(store)? {
        let frame = found?.frame;
        if frame.kind != Kind::Input || asides.contains(&frame.position) {
            continue;
        }
        lines.take(&frame, plan.kept.last, &mut text)?;
        if text.len() > PART {
            file.put(&text)?;
            text.clear();
        }
    }
    file.put(&text)?;
    file.end()?;
    Ok(lines.lost)
}

/// The inputs that were left out, since the engine fails on them.
fn asides<D: Disk>(site: &Site<'_, D>, plan: &Plan) -> Result<BTreeSet<Position>, StoreError> {
    let mut asides = BTreeSet::new();
    for found in site.salvage(Some(plan.kept.identity.store))? {
        let frame = found?.frame;
        if frame.kind == Kind::SetAside {
            asides.extend(SetAside::read(&frame.payload).map(|aside| aside.input));
        }
    }
    Ok(asides)
}

/// Inputs on their way into lines, under the program that they were taken for.
struct Lines<'s, D> {
    site: &'s Site<'s, D>,
    program: Option<Loaded>,
    epoch: u64,
    lost: Lost,
}

impl<'s, D: Disk> Lines<'s, D> {
    fn new(site: &'s Site<'_, D>, plan: &Plan) -> Result<Self, StoreError> {
        let mut lines = Lines {
            site,
            program: None,
            epoch: plan.kept.identity.epoch,
            lost: Lost::default(),
        };
        if let Some(hash) = plan.runs {
            lines.load(hash)?;
        }
        Ok(lines)
    }

    /// Goes on with another program; with none where it cannot be read.
    fn load(&mut self, hash: Uid) -> Result<(), StoreError> {
        let packed = self.site.programs().get(&hash.to_string())?;
        self.program = packed.and_then(|packed| Loaded::unpack(self.site.root, &packed));
        Ok(())
    }

    /// Takes what has happened; what stays is no line.
    fn take(&mut self, frame: &Frame, kept: Position, into: &mut String) -> Result<(), StoreError> {
        let Some(event) = Event::read(&frame.payload).filter(|_| frame.position > kept) else {
            return Ok(());
        };
        if let Some((hash, _)) = event.program() {
            self.load(hash)?;
        }
        if event.is_input() {
            match self.line(&event, frame.position) {
                Some(line) => {
                    into.push_str(&line);
                    into.push('\n');
                    self.lost.lines += 1;
                }
                None => self.lost.unknown += 1,
            }
        }
        Ok(())
    }

    fn line(&self, event: &Event, position: Position) -> Option<String> {
        let prepared = &self.program.as_ref()?.prepared;
        let Thawed::Event(Live::Input(input) | Live::Repeated(input)) = event.thaw(prepared) else {
            return None;
        };
        // By it a line that is sent twice counts once.
        let id = format!("lost {position} of {}", self.epoch);
        Writer::new(prepared).line(&input, event.at(), &id)
    }
}
