//! `flow bench`: how fast a store is on this machine, in a temporary folder.
//! What is measured is not known here.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use super::args::BenchArguments;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::base::{Timestamp, Uid};
use crate::engine::{Event, InputBody};
use crate::host::bench::{self, Broken, Draws, Load};
use crate::host::keep::Kept;
use crate::host::store::Store;

/// How many contacts the load is about.
const CONTACTS: usize = 10_000;

/// How many clients there are, unless that is said.
const CLIENTS: [usize; 4] = [1, 10, 100, 1_000];

/// How many inputs the plain file takes at most.
const COMPARED: usize = 500_000;

/// The folder of the measurement: it goes with it.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed was named.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Measures, and prints a table.
pub(super) fn run(arguments: &BenchArguments, output: &Output) -> Result<Exit, Failure> {
    let name = format!("flow-bench-{}", process::id());
    let root = Folder(env::temp_dir().join(name));
    output.talk(format!(
        "measuring in `{}`, which is removed at the end",
        root.0.display()
    ));
    output.data(&format!("{}\n", bench::head()))?;
    let clients = arguments.clients.map(|clients| vec![clients.into()]);
    for clients in clients.unwrap_or_else(|| CLIENTS.to_vec()) {
        let dir = root.0.join(clients.to_string());
        fs::create_dir_all(&dir).map_err(|error| unwritten(&dir, &error))?;
        let lines = measured(&dir, clients, arguments)?;
        output.data(&lines)?;
    }
    Ok(Exit::Fine)
}

/// A burst of clients, and the plain file beside it.
fn measured(dir: &Path, clients: usize, arguments: &BenchArguments) -> Result<String, Failure> {
    let load = Load::new(dir).map_err(broken)?;
    let draws = Draws::new(arguments.seed, CONTACTS);
    let mut kept = peopled(dir, &load)?;
    let lasts = Duration::from_secs(arguments.seconds);
    let with = (&load, draws.clone());
    let burst = bench::burst(&mut kept.durable, with, clients, lasts).map_err(broken)?;
    drop(kept);
    let count = burst.waits.len();
    let inputs = bench::frozen(&load, draws, count.min(COMPARED));
    let path = dir.join("plain");
    let plain = bench::plain(&path, &inputs, &burst.batches);
    let (taken, took) = plain.map_err(|error| unwritten(&path, &error))?;
    let rate = taken as f64 / took.as_secs_f64().max(1e-9);
    let size = count as f64 / burst.batches.len().max(1) as f64;
    let own = bench::line(
        &format!("{clients} clients"),
        (count, size, burst.took),
        rate,
        Some(&burst),
    );
    let beside = bench::line("  a plain file, synced", (taken, size, took), rate, None);
    Ok(format!("{own}\n{beside}\n"))
}

/// A store with contacts, all asleep in a workflow.
fn peopled(dir: &Path, load: &Load) -> Result<Kept, Failure> {
    let store = Store {
        dir: dir.join(".flow"),
    };
    let program = load.program(dir).map_err(broken)?;
    let of = (Timestamp::now(), Uid::of(&[b"bench"]));
    let mut kept = Kept::open((&store, dir), Some(program), of)?;
    let publish = Event::Input(Box::new(InputBody::Publish.into()));
    let created = (0..CONTACTS).map(|contact| load.create(contact));
    let asleep = (0..CONTACTS).map(|contact| load.sign_up(contact));
    let events = std::iter::once(publish).chain(created).chain(asleep);
    bench::grow(&mut kept.durable, events).map_err(broken)?;
    kept.durable.rest().map_err(|error| broken(error.into()))?;
    Ok(kept)
}

fn broken(broken: Broken) -> Failure {
    match broken {
        Broken::Store(failure) => failure.into(),
        Broken::Load(_) => Failure {
            exit: Exit::Environment,
            message: broken.to_string(),
            help: None,
        },
    }
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure {
        exit: Exit::Environment,
        message: format!("cannot write `{}`: {error}", path.display()),
        help: None,
    }
}
