//! `flow run`: a project on what happened, and a summary of what came of it.

mod live;
pub(super) mod progress;
mod summary;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use self::progress::Progress;
use super::args::{DataFormat, RunArguments};
use super::check;
use super::exit::{Exit, Failure};
use super::output::{Output, report};
use crate::base::{Date, Sources, TimeZone, Timestamp, end_of_day};
use crate::diagnostic::Findings;
use crate::engine::{Order, Prepared};
use crate::host::carry::Carry;
use crate::host::durable;
use crate::host::keep::{self, Kept};
use crate::host::memory::Memory;
use crate::host::program::Loaded;
use crate::host::replay::{self, Replay};
use crate::host::run::{Report, run as run_replay, write_rejects};
use crate::host::store::{self, Store};
use crate::project::Project;

/// How many bad lines are shown.
const SHOWN: usize = 50;

/// Runs a project on a replay, or prints what is wrong with either.
pub(super) fn run(arguments: &RunArguments, output: &Output) -> Result<Exit, Failure> {
    let Some(path) = &arguments.replay else {
        return live::run(arguments, output);
    };
    let project = arguments.project.place().load()?;
    let Some(program) = load(&project, output) else {
        return Ok(Exit::Findings);
    };
    unheeded(&project, output);
    let zone = &project.settings.zone;
    let Some(replay) = read(path, &program.prepared, output)? else {
        return Ok(Exit::Usage);
    };
    let until = until(arguments.until.as_deref(), &replay, zone)?;
    fits(&project)?;
    let store = Store {
        dir: project.store.clone(),
    };
    let lines = replay.lines.len();
    let progress = Progress::new(lines, arguments.dry_run);
    let mut at = |done| progress.at(done);
    let done = if arguments.dry_run {
        let machine = Memory::new(program.prepared, Order::Sent);
        run_replay(machine, Carry::new(None), (replay, until), &mut at).map(|(report, _)| report)
    } else {
        let replay = (replay, until);
        keep(
            (&project, &store),
            (program, arguments.fresh),
            replay,
            &mut at,
        )
    };
    progress.end();
    let done = done?;
    let text = match arguments.format {
        DataFormat::Json => report::json(&done),
        DataFormat::Text => summary::text(
            &done,
            &summary::Setting {
                store: (!arguments.dry_run).then_some(&store),
                place: arguments.project.place(),
                settings: &project.settings,
                asked: until.is_some(),
                width: output.data_style().width,
            },
        ),
    };
    output.data(&text)?;
    Ok(Exit::Fine)
}

/// Where the clock stops, if it was said.
fn until(
    text: Option<&str>,
    replay: &Replay,
    zone: &TimeZone,
) -> Result<Option<Timestamp>, Failure> {
    let until = text.map(|text| moment(text, zone)).transpose()?;
    let first = replay.lines.first().map(|line| line.at);
    if until.is_some() && until < first {
        let message = "`--until` is before the first line".to_owned();
        return Err(wrong(message, "nothing would be run"));
    }
    Ok(until)
}

/// Compiles a project, or prints what is wrong with it.
pub(super) fn load(project: &Project, output: &Output) -> Option<Loaded> {
    match Loaded::compile(project) {
        Ok((loaded, findings)) => {
            if !findings.is_empty() {
                let count = check::count(findings.len(), "warning");
                output.note(format!("{count}: see `flow check`"));
            }
            Some(loaded)
        }
        Err(findings) => {
            output.findings(&findings.sorted(), &project.sources);
            None
        }
    }
}

/// Says what of `flow.toml` has no effect.
fn unheeded(project: &Project, output: &Output) {
    for finding in &project.unheeded {
        output.note(&finding.message);
    }
}

/// Runs a replay on the store.
fn keep(
    (project, store): (&Project, &Store),
    (program, fresh): (Loaded, bool),
    replay: (Replay, Option<Timestamp>),
    progress: &mut dyn FnMut(usize),
) -> Result<Report, store::Failure> {
    let identity = durable::identity(&project.settings.name);
    let written = program.written;
    if fresh {
        let lock = store.lock(&keep::present())?;
        store.clear()?;
        drop(lock);
    }
    // The clock of a replay is its own: the program is there before its lines.
    let kept = Kept::open(
        (store, &project.root),
        Some(program),
        (Timestamp::MIN, identity),
    )?;
    let other = kept.durable.core().program().written != written;
    if other {
        return Err(store::Failure::OtherProgram);
    }
    let carry = Carry::new(Some(store.outbox()));
    let (mut report, mut machine) = run_replay(kept.durable, carry, replay, progress)?;
    keep::close(&mut machine)?;
    write_rejects(store, &mut report)?;
    drop(kept.lock);
    Ok(report)
}

/// Refuses a store in a folder that holds what somebody has written.
pub(super) fn fits(project: &Project) -> Result<(), Failure> {
    let store = &project.store;
    let real = |path: &Path| path.canonicalize().ok();
    let same = real(store).is_some() && real(store) == real(&project.root);
    let written = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.map(|entry| entry.path()).unwrap_or_default();
        path.extension().is_some_and(|ending| ending == "flow") || path.ends_with("flow.toml")
    };
    let holds = || fs::read_dir(store).is_ok_and(|mut entries| entries.any(written));
    let shown = store.display();
    let message = if same {
        format!("the store `{shown}` is the folder of the project")
    } else if holds() {
        format!("the store `{shown}` holds texts of a program")
    } else {
        return Ok(());
    };
    let help = "name a folder of its own in `[store] path` of `flow.toml`, like `.flow`";
    Err(wrong(message, help))
}

/// Reads a replay; prints what is wrong with it.
fn read(path: &Path, prepared: &Prepared, output: &Output) -> Result<Option<Replay>, Failure> {
    let text = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(text).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().iter().take(valid);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        let message = format!("`{}` is not UTF-8: see line {line}", path.display());
        wrong(message, "save it as UTF-8")
    })?;
    if u32::try_from(text.len()).is_err() {
        let message = format!("`{}` is larger than 4 GiB", path.display());
        return Err(wrong(message, "split it"));
    }
    let mut sources = Sources::default();
    let name = path
        .to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/");
    let id = sources.add(name, text);
    let folder = path.parent().unwrap_or(Path::new(""));
    match replay::read((id, sources.get(id)), prepared, folder) {
        Ok(replay) if replay.lines.is_empty() => {
            let message = format!("`{}` holds no line", path.display());
            Err(wrong(
                message,
                "a line is like `{\"at\": \"…\", \"publish\": true}`",
            ))
        }
        Ok(replay) => Ok(Some(replay)),
        Err(findings) => {
            complain(findings, &sources, output);
            Ok(None)
        }
    }
}

fn complain(findings: Findings, sources: &Sources, output: &Output) {
    let all = findings.len();
    let mut shown = Findings::default();
    for finding in findings.iter().take(SHOWN) {
        shown.push(finding.clone());
    }
    output.findings(&shown, sources);
    let bad = check::count(all, "bad line");
    let more = match all.checked_sub(SHOWN) {
        Some(more) if more > 0 => format!(", of which {more} are not shown"),
        _ => String::new(),
    };
    output.talk(format!("{bad}{more}: nothing was run"));
}

/// Something is wrong with the arguments.
pub(super) fn wrong(message: String, help: &str) -> Failure {
    Failure {
        exit: Exit::Usage,
        message,
        help: Some(help.to_owned()),
    }
}

/// A file that is named cannot be read.
pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    if error.kind() == ErrorKind::NotFound {
        let message = format!("there is no `{}`", path.display());
        return wrong(message, "check the spelling of the path");
    }
    Failure {
        exit: Exit::Environment,
        message: format!("`{}` cannot be read: {error}", path.display()),
        help: None,
    }
}

/// A moment, or the end of a day in the zone.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp, Failure> {
    let day = |text: &str| end_of_day(text.parse::<Date>().ok()?, zone);
    let day = (text.len() <= 10).then(|| day(text)).flatten();
    day.or_else(|| text.parse().ok()).ok_or_else(|| {
        if text.starts_with("9999-12-3") {
            let message = format!("`{text}` is later than 9999-12-30");
            return wrong(message, "let the clock stop earlier");
        }
        let message = format!("`{text}` is neither a moment nor a day");
        wrong(
            message,
            "write it like `2026-03-06` or `2026-03-06T12:00:00Z`",
        )
    })
}

impl From<store::Failure> for Failure {
    fn from(failure: store::Failure) -> Self {
        let help = match &failure {
            store::Failure::Write { source, .. } if source.kind() == ErrorKind::StorageFull => {
                Some("make space, and try again")
            }
            store::Failure::Write { .. } => {
                Some("check that the folder of the store may be written")
            }
            store::Failure::OtherReplay | store::Failure::OtherProgram => {
                Some("`--fresh` begins anew: it removes the store and what it has sent")
            }
            // These say it themselves.
            store::Failure::Store(_) | store::Failure::Unopened(_) | store::Failure::Outside(_) => {
                None
            }
            store::Failure::Silent { .. } => Some("look at what it prints, and try again"),
        };
        Failure {
            exit: match failure {
                store::Failure::OtherReplay | store::Failure::OtherProgram => Exit::Usage,
                _ => Exit::Environment,
            },
            message: failure.to_string(),
            help: help.map(str::to_owned),
        }
    }
}
