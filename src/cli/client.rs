//! How commands reach a store: the process that runs it, if there is one; else
//! the store itself, read without its lock or opened for as long as the command
//! takes. What is asked is not known here.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use super::args::Place;
use super::check::count;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::run;
use crate::base::{Timestamp, Uid};
use crate::engine::decision::Answer;
use crate::engine::{Effects, Event, InputBody};
use crate::host::clock;
use crate::host::desk::{self, Ask, Candidate, Doubt, Hello, Reply, Words};
use crate::host::durable::{Core, NEVER, Site, Unopened, peek, peek_at};
use crate::host::keep::Kept;
use crate::host::program::{self, Loaded};
use crate::host::replay::kept::Record;
use crate::host::socket;
use crate::host::store::{self, Store};
use crate::host::view;
use crate::plan::Program;
use crate::project::Project;
use crate::store::StoreError;
use crate::store::archive::ArchiveReader;
use crate::store::disk::real::RealDisk;
use crate::store::log::Position;

/// How many records are listed where several are meant.
const LISTED: usize = 10;

/// A store as a command reaches it.
pub(super) struct Client<'o> {
    pub(super) project: Project,
    pub(super) store: Store,
    output: &'o Output,
    way: Way,
}

/// The way to a store.
enum Way {
    /// Another process runs it.
    Running,
    /// It is opened for the command.
    Own(Box<Kept>),
    /// It is read only.
    Looking(Box<Core<RealDisk>>),
    /// It is read only, as it was at an instant.
    Past(Box<Core<RealDisk>>, Timestamp),
}

impl<'o> Client<'o> {
    /// Reaches the store of a project to read it.
    pub(super) fn looking(place: Place<'_>, output: &'o Output) -> Result<Self, Failure> {
        let project = place.load()?;
        let store = store_of(&project);
        let way = if listens(&store)? {
            Way::Running
        } else if store.is_begun() {
            let site = Site {
                disk: &RealDisk,
                dir: &store.dir,
                root: &project.root,
            };
            // A crash may have left the history behind the log.
            let history = ArchiveReader::open(&store.history());
            let through = history.and_then(|history| history.through());
            // One that cannot be read is told of by those who ask for it.
            let told = through.map_or(NEVER, |through| through.unwrap_or(Position::ORIGIN));
            let core = peek(&site, told).map_err(store::Failure::from)?;
            Way::Looking(Box::new(core))
        } else {
            return Err(nothing(place));
        };
        Client::new((project, store), way, output)
    }

    /// Reaches what had come of the store of a project at an instant, to read it.
    pub(super) fn past(
        place: Place<'_>,
        at: Timestamp,
        output: &'o Output,
    ) -> Result<Self, Failure> {
        let project = place.load()?;
        let store = store_of(&project);
        if !store.is_begun() {
            return Err(nothing(place));
        }
        let site = Site {
            disk: &RealDisk,
            dir: &store.dir,
            root: &project.root,
        };
        let core = peek_at(site, at).map_err(|error| match error {
            Unopened::Store(StoreError::Dropped { .. }) => Failure {
                exit: Exit::Usage,
                message: format!("the log of the store does not reach back to {at}"),
                help: Some("what happened then is in `flow history`".into()),
            },
            error => store::Failure::from(error).into(),
        })?;
        Ok(Client {
            project,
            store,
            output,
            way: Way::Past(Box::new(core), at),
        })
    }

    /// Reaches the store of a project to give it an order. One that is not
    /// begun begins with the project's program; if that has errors, they are
    /// printed and there is no client.
    pub(super) fn working(place: Place<'_>, output: &'o Output) -> Result<Option<Self>, Failure> {
        let project = place.load()?;
        let store = store_of(&project);
        let way = if listens(&store)? {
            Way::Running
        } else {
            match own((&project, &store), output)? {
                Some(kept) => Way::Own(Box::new(kept)),
                None => return Ok(None),
            }
        };
        Client::new((project, store), way, output).map(Some)
    }

    fn new(
        (project, store): (Project, Store),
        way: Way,
        output: &'o Output,
    ) -> Result<Self, Failure> {
        let mut client = Client {
            project,
            store,
            output,
            way,
        };
        let own = program::hash(&client.project.pack()).to_string();
        if client.hello()?.program != own {
            output
                .note("the store runs another program than this folder holds: the store's counts");
        }
        Ok(client)
    }

    /// Gives away the whole history, as [`view::entries`] does.
    pub(super) fn entries(&self, take: &mut dyn FnMut(Position, &str)) -> Result<(), Failure> {
        let behind = match &self.way {
            Way::Looking(core) | Way::Past(core, _) => core.untold(),
            Way::Running | Way::Own(_) => Vec::new(),
        };
        let given = view::entries(&self.store, &behind, take);
        Ok(given.map_err(store::Failure::from)?)
    }

    /// Whether another process runs the store.
    pub(super) fn is_running(&self) -> bool {
        matches!(self.way, Way::Running)
    }

    /// Which program runs.
    pub(super) fn hello(&mut self) -> Result<Hello, Failure> {
        match self.ask(&Ask::Hello)? {
            Reply::Hello(hello) => Ok(hello),
            other => Err(strange(&other)),
        }
    }

    /// Asks or orders something. What is refused is a failure of its own.
    pub(super) fn ask(&mut self, ask: &Ask) -> Result<Reply, Failure> {
        let reply = match &mut self.way {
            Way::Running => socket::ask(&self.store, ask)?.ok_or_else(gone)?,
            Way::Looking(core) => desk::read(core, &self.store, clock::now(), ask),
            Way::Past(core, at) => desk::read(core, &self.store, *at, ask),
            Way::Own(kept) if ask.reads() => {
                desk::read(kept.durable.core(), &self.store, clock::now(), ask)
            }
            Way::Own(kept) => take(kept, ask)?,
        };
        match reply {
            Reply::Refused(words) => Err(refused(words, Exit::Usage)),
            Reply::Failed(words) => Err(refused(words, Exit::Environment)),
            reply => Ok(reply),
        }
    }

    /// The record that goes by a name.
    pub(super) fn record(&mut self, named: &str) -> Result<Candidate, Failure> {
        let ask = Ask::Find {
            record: named.to_owned(),
        };
        match self.ask(&ask)? {
            Reply::Found { candidates, near } => one(named, candidates, near.as_deref()),
            other => Err(strange(&other)),
        }
    }

    /// The program that the store runs.
    pub(super) fn program(&mut self) -> Result<Program, Failure> {
        let packed = match self.ask(&Ask::Program)? {
            Reply::Program { packed, .. } => packed,
            other => return Err(strange(&other)),
        };
        let packed = desk::unpacked(&packed).unwrap_or_default();
        let loaded = Loaded::unpack(&self.project.root, &packed);
        let loaded = loaded.ok_or_else(|| Failure {
            exit: Exit::Environment,
            message: "the program that the store runs cannot be compiled by this release".into(),
            help: Some("use the release that runs it".into()),
        })?;
        Ok(loaded.prepared.program.clone())
    }

    /// Gives away the records of an object for which a condition holds, part by
    /// part; else what is wrong with the condition.
    pub(super) fn records(
        &mut self,
        (object, condition): (Option<&str>, Option<&str>),
        take: &mut dyn FnMut(Vec<Record>) -> Result<(), Failure>,
    ) -> Result<Vec<Doubt>, Failure> {
        let mut after = None;
        loop {
            let ask = Ask::Records {
                object: object.map(str::to_owned),
                condition: condition.map(str::to_owned),
                after: after.take(),
            };
            let (records, more) = match self.ask(&ask)? {
                Reply::Records { records, more } => (records, more),
                Reply::Unclear { findings } => return Ok(findings),
                other => return Err(strange(&other)),
            };
            after = records.last().map(|last| Candidate {
                object: last.object.clone(),
                name: last.name.clone(),
                id: last.id.clone(),
            });
            take(records)?;
            if !more {
                return Ok(Vec::new());
            }
        }
    }

    /// Ends it in order, and says what waits for a process that runs. What is
    /// not ended so has lost nothing.
    pub(super) fn end(self) -> Result<(), Failure> {
        let Way::Own(kept) = self.way else {
            return Ok(());
        };
        let waiting = kept.durable.core().pending().len();
        kept.close()?;
        if waiting > 0 {
            let verb = if waiting == 1 { "waits" } else { "wait" };
            let actions = count(waiting, "action");
            self.output.talk(format!("{actions} {verb} for `flow run`"));
        }
        Ok(())
    }
}

/// The store of a project.
pub(super) fn store_of(project: &Project) -> Store {
    Store {
        dir: project.store.clone(),
    }
}

pub(super) fn listens(store: &Store) -> Result<bool, Failure> {
    Ok(socket::ask(store, &Ask::Hello)?.is_some())
}

/// Opens a store for this process, and begins and publishes it where nobody
/// has; nothing if the program has errors, which are printed.
pub(super) fn own(
    (project, store): (&Project, &Store),
    output: &Output,
) -> Result<Option<Kept>, Failure> {
    let program = if store.is_begun() {
        None
    } else {
        match run::load(project, output) {
            Some(program) => Some(program),
            None => return Ok(None),
        }
    };
    let now = clock::now();
    let begins = program.is_some();
    run::fits(project)?;
    let mut kept = Kept::open((store, &project.root), program, (now, identity()?))?;
    kept.durable.keep_for(project.outside.log_days);
    if !kept.durable.core().state().is_published() {
        publish(&mut kept, now)?;
    }
    if begins {
        let dir = store.dir.display();
        output.talk(format!("the store `{dir}` begins with this program"));
    }
    Ok(Some(kept))
}

fn publish(kept: &mut Kept, now: Timestamp) -> Result<(), Failure> {
    let publish = Event::Input(Box::new(InputBody::Publish.into()));
    accept(kept, vec![(now, publish)]).map(drop)
}

/// Takes an order into a store of our own.
fn take(kept: &mut Kept, ask: &Ask) -> Result<Reply, Failure> {
    let events = match desk::events(kept.durable.core(), ask) {
        Ok(events) => events,
        Err(reply) => return Ok(reply),
    };
    // Time does not go back, whatever the clock of the machine says.
    let now = clock::now().max(kept.durable.core().state().now());
    let events = events.into_iter().map(|event| (now, event)).collect();
    let effects = accept(kept, events)?;
    Ok(desk::answered(kept.durable.core(), ask, effects))
}

fn accept(kept: &mut Kept, events: Vec<(Timestamp, Event)>) -> Result<Vec<Effects>, Failure> {
    let taken = kept.durable.accept(events).map_err(store::Failure::from)?;
    if let Some(failure) = kept.durable.take_failure() {
        return Err(store::Failure::from(failure).into());
    }
    // What the log does not take was refused.
    let effects = taken.into_iter().map(|taken| {
        taken.unwrap_or_else(|error| Effects {
            answer: Some(Answer::Refused(error.to_string().into())),
            ..Effects::default()
        })
    });
    Ok(effects.collect())
}

/// A new identity.
fn identity() -> Result<Uid, Failure> {
    let source = PathBuf::from("/dev/urandom");
    let mut bytes = [0; 16];
    let read = File::open(&source).and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|error| Failure {
        exit: Exit::Environment,
        message: format!("cannot read `{}`: {error}", source.display()),
        help: None,
    })?;
    Ok(Uid::from_bytes(bytes))
}

/// The only one of the records that go by a name.
fn one(named: &str, found: Vec<Candidate>, near: Option<&str>) -> Result<Candidate, Failure> {
    let alike = |record: &Candidate| {
        let same = found.iter().filter(|other| other.object == record.object);
        same.count() > 1
    };
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => {
            let message = format!("there is no record `{named}`");
            let list = "`flow records` lists all records, `flow create` makes one";
            Err(Failure::unknown(message, near, list))
        }
        several => {
            let names = several.iter().take(LISTED).map(|record| {
                if alike(record) {
                    format!("`{}`", record.id)
                } else {
                    format!("`{}:{}`", record.object, record.name)
                }
            });
            let names: Vec<String> = names.collect();
            let more = if several.len() > LISTED { ", …" } else { "" };
            Err(Failure {
                exit: Exit::Usage,
                message: format!("{} records go by `{named}`", several.len()),
                help: Some(format!("say which: {}{more}", names.join(", "))),
            })
        }
    }
}

fn refused(words: Words, exit: Exit) -> Failure {
    Failure {
        exit,
        message: words.message,
        help: words.help,
    }
}

/// An answer to something else.
pub(super) fn strange(_: &Reply) -> Failure {
    Failure {
        exit: Exit::Environment,
        message: "the process that runs the store answers something else".into(),
        help: Some("use the same release for it and for this command".into()),
    }
}

fn gone() -> Failure {
    Failure {
        exit: Exit::Environment,
        message: "the process that runs the store has ended meanwhile".into(),
        help: Some("try again: then the command goes to the store itself".into()),
    }
}

pub(super) fn nothing(place: Place<'_>) -> Failure {
    Failure {
        exit: Exit::Usage,
        message: "nothing was run yet".into(),
        help: Some(format!(
            "`flow run{0}` begins; `flow run{0} --replay FILE` runs what happened before",
            place.behind()
        )),
    }
}
