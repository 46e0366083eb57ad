//! `flow store repair`: what of a broken store can be kept is said, and done if
//! that is asked for.

use std::fs;
use std::path::Path;

use crate::base::Timestamp;
use crate::cli::args::{DataFormat, RepairArguments};
use crate::cli::check::count;
use crate::cli::client::{listens, nothing, store_of};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::output::repair::json;
use crate::cli::run::fits;
use crate::host::durable::{Site, Unopened};
use crate::host::repair::{self, Aside, Diagnosis, Hopeless, LOST_FILE, Lost, Part, Plan};
use crate::host::store::{self, Store};
use crate::host::{clock, keep};
use crate::project::Project;
use crate::store::disk::real::RealDisk;
use crate::store::mending::Mending;
use crate::store::{StoreError, archive};

/// Repairs a store, or says what would be done.
pub(super) fn run(arguments: &RepairArguments, output: &Output) -> Result<Exit, Failure> {
    let place = arguments.project.place();
    let project = place.load()?;
    let store = store_of(&project);
    if !store.is_begun() && !store.dir.join("snapshots").is_dir() {
        return Err(nothing(place));
    }
    fits(&project)?;
    if listens(&store)? {
        return Err(Failure {
            exit: Exit::Environment,
            message: "the store is running".into(),
            help: Some("end the process that runs it, then try again".into()),
        });
    }
    // What is looked at is not to change meanwhile; where nothing can be written
    // it does not.
    let lock = match store.lock(&keep::present()) {
        Err(store::Failure::Store(StoreError::Full { .. } | StoreError::Denied { .. }))
            if !arguments.yes =>
        {
            None
        }
        lock => Some(lock?),
    };
    let site = Site {
        disk: &RealDisk,
        dir: &store.dir,
        root: &project.root,
    };
    let found = diagnose(&site, &project)?;
    let text = match arguments.format {
        DataFormat::Json => json(&found),
        DataFormat::Text => text(&found),
    };
    output.data(&text)?;
    let exit = match found {
        Diagnosis::Sound(_) => Exit::Fine,
        Diagnosis::Hopeless(why) => {
            hints(&why, output);
            Exit::Findings
        }
        _ if !arguments.yes => {
            output.talk("nothing was changed; `flow store repair --yes` does it");
            Exit::Findings
        }
        Diagnosis::Interrupted(mending) => {
            repair::finish(&site, &mending).map_err(store::Failure::from)?;
            tidy(&mending.aside_dir(&store.dir));
            proven(&site, &project, output)?
        }
        Diagnosis::Broken(plan) => {
            apply(&site, &store, &plan, output)?;
            proven(&site, &project, output)?
        }
    };
    drop(lock);
    Ok(exit)
}

fn diagnose(site: &Site<'_, RealDisk>, project: &Project) -> Result<Diagnosis, Failure> {
    let found = repair::diagnose(site, &project.pack(), clock::now());
    Ok(found.map_err(store::Failure::from)?)
}

fn apply(
    site: &Site<'_, RealDisk>,
    store: &Store,
    plan: &Plan,
    output: &Output,
) -> Result<(), Failure> {
    let aside = aside(&store.dir);
    let path = store.dir.join(&aside);
    let history = store.history();
    let mut cut = |through, to: &Path| archive::cut(&history, to, through).map(drop);
    let done = repair::apply(site, plan, aside, &mut cut);
    if done.is_err() && matches!(Mending::of(&RealDisk, &store.dir), Ok(None)) {
        // It has not begun: what was prepared is of no use.
        let _ = fs::remove_dir_all(path.join("new"));
        let _ = fs::remove_file(path.join(LOST_FILE));
    }
    tidy(&path);
    let lost = done.map_err(store::Failure::from)?;
    output.talk(format!(
        "what does not stay is in `{}`, as it stood; nothing was removed",
        path.display()
    ));
    again(lost, &path.join(LOST_FILE), output);
    if plan.lost.positions > 0 {
        output.note(format!(
            "what was sent to the outside after position {} may be sent again: actions that were under way there are asked for again, under the same keys",
            plan.kept.last
        ));
    }
    Ok(())
}

/// Says how what is lost is sent again.
fn again(lost: Lost, file: &Path, output: &Output) {
    if lost.lines > 0 {
        let inputs = input_count(lost.lines);
        output.talk(format!(
            "{inputs} that can be read and do not stay are lines in `{0}`: `flow take {0}` sends them again",
            file.display()
        ));
    }
    if lost.unknown > 0 {
        let inputs = input_count(lost.unknown);
        output.talk(format!(
            "{inputs} that can be read are no lines: the program that they were for is not there, or lacks what they name"
        ));
    }
}

/// A folder that is not there yet, for what does not stay.
fn aside(store: &Path) -> String {
    let now = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let names = (1..).map(|number| match number {
        1 => format!("broken-{now}"),
        other => format!("broken-{now}-{other}"),
    });
    let mut free = names.filter(|name: &String| !store.join(name).exists());
    free.next().unwrap_or_default()
}

/// Removes the folders that are empty by now.
fn tidy(aside: &Path) {
    for dir in ["new/log", "new/programs", "new/seen", "new", "seen", ""] {
        // One that holds something stays.
        let _ = fs::remove_dir(aside.join(dir));
    }
}

/// Looks once more, so that nobody takes it on trust.
fn proven(site: &Site<'_, RealDisk>, project: &Project, output: &Output) -> Result<Exit, Failure> {
    match diagnose(site, project)? {
        Diagnosis::Sound(records) => {
            let records = count(records, "record");
            output.talk(format!("the store is whole and comes to {records}"));
            Ok(Exit::Fine)
        }
        other => {
            output.talk(text(&other).trim_end());
            Ok(Exit::Findings)
        }
    }
}

/// What else may help.
fn hints(why: &Hopeless, output: &Output) {
    if let Hopeless::Unopened(Unopened::NoProgram(_)) = why {
        output.note("with the sources of that program in the folder, this command puts it back");
    }
    output.talk("nothing was changed: there is nothing that this command can do");
}

fn text(found: &Diagnosis) -> String {
    match found {
        Diagnosis::Sound(records) => {
            let records = count(*records, "record");
            format!("the store is whole and comes to {records}: there is nothing to repair\n")
        }
        Diagnosis::Interrupted(mending) => format!(
            "a repair was interrupted: what it moves aside goes into `{}`\n",
            mending.aside
        ),
        Diagnosis::Hopeless(why) => format!("{why}\n"),
        Diagnosis::Broken(plan) => plan_text(plan),
    }
}

fn plan_text(plan: &Plan) -> String {
    let problems = plan.problems.iter();
    let mut text: String = problems.map(|problem| format!("{problem}\n")).collect();
    let inputs = input_count(plan.inputs);
    text += &match plan.snapshot {
        None => format!(
            "keeps   positions {} to {}, with {inputs}\n",
            plan.kept.first, plan.kept.last
        ),
        Some(snapshot) if plan.kept.last < plan.kept.first => {
            format!("keeps   what the snapshot of position {snapshot} has taken in\n")
        }
        Some(snapshot) => format!(
            "keeps   what the snapshot of position {snapshot} has taken in, and positions {} to {}, with {inputs}\n",
            plan.kept.first, plan.kept.last
        ),
    };
    text += &match &plan.comes_to {
        Some((records, decisions)) => {
            let records = count(*records, "record");
            format!("        it comes to {records}, decisions {decisions}\n")
        }
        None => {
            "        an input in it makes the engine fail: the next start sets it aside\n".into()
        }
    };
    if plan.lost.positions > 0 {
        let (from, to) = (
            plan.kept.last.get() + 1,
            plan.kept.last.get() + plan.lost.positions,
        );
        text += &format!("loses   positions {from} to {to}: {}\n", lost(plan.lost));
    } else {
        text += "loses   nothing of the state\n";
    }
    if plan.before.positions > 0 {
        text += &format!(
            "aside   the {} before position {}: they are in the state, but cannot be worked out again\n",
            count_of(plan.before.positions, "position"),
            plan.kept.first
        );
    }
    for (position, why) in &plan.snapshots {
        let why = match why {
            Aside::Unreadable => "it cannot be read",
            Aside::Later => "it has taken in what is lost",
            Aside::Earlier => "the log does not reach back to it",
        };
        text += &format!("aside   the snapshot of position {position}: {why}\n");
    }
    if let Some(program) = &plan.program {
        let name = &program.name;
        text += &format!("puts back `programs/{name}.program`, which is that of this folder\n");
    }
    text + &forgotten(plan)
}

fn forgotten(plan: &Plan) -> String {
    let files = plan.ids.iter();
    let lines = files.map(|name| {
        format!(
            "forgets the ids of `seen/{name}.ids`, which cannot be read: what comes again with one of them counts anew\n"
        )
    });
    lines.collect()
}

fn lost(part: Part) -> String {
    let unread = part.positions.saturating_sub(part.readable);
    let inputs = input_count(part.inputs);
    match (part.readable, unread) {
        (0, _) => "none of them can be read".into(),
        (some, 0) => format!("{some} can be read, with {inputs} that had been acknowledged"),
        (some, unread) => format!(
            "{some} can be read, with {inputs} that had been acknowledged, and {unread} cannot"
        ),
    }
}

fn input_count(inputs: u64) -> String {
    count_of(inputs, "input")
}

fn count_of(number: u64, what: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), what)
}
