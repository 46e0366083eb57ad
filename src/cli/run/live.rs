//! `flow run` without a replay: the project runs under the clock of the
//! machine until it is stopped.

use std::env;
use std::path::Path;
use std::process;

use super::{fits, load, unheeded};
use crate::cli::args::RunArguments;
use crate::cli::check::count;
use crate::cli::client;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::connector::http::Limits;
use crate::connector::smtp::{Patience, Smtp, SmtpServer};
use crate::engine::Finishes;
use crate::engine::retries::origin;
use crate::host::live::{Allowed, Live, Means, Mistakes, News, Secrets, signal, watch};
use crate::host::store::{self, Store};
use crate::project::{Connection, ConnectionKind, Project, Secret};

/// The exit code of a process that a signal has ended at once.
const INTERRUPTED: i32 = 130;

/// Runs a project until it is stopped.
pub(super) fn run(arguments: &RunArguments, output: &Output) -> Result<Exit, Failure> {
    let project = arguments.project.place().load()?;
    let Some(program) = load(&project, output) else {
        return Ok(Exit::Findings);
    };
    unheeded(&project, output);
    let not_carried = program.prepared.program.not_carried();
    if !not_carried.is_empty() {
        output.findings(&not_carried.sorted(), &project.sources);
        return Ok(Exit::Findings);
    }
    fits(&project)?;
    let store = Store {
        dir: project.store.clone(),
    };
    let means = means(&project, &store)?;
    let Some(kept) = client::own((&project, &store), output)? else {
        return Ok(Exit::Findings);
    };
    let written = program.written;
    let differs = kept.durable.core().program().written != written;
    let (mut live, door) = Live::new(kept, store.clone(), means)?;
    let mut refused = None;
    if differs {
        live.load(program, &mut |news| match news {
            News::Refused(why) | News::Unfit(why) => refused = Some(why),
            other => tell(&other, output),
        })?;
    }
    if let Some(why) = refused {
        return Err(taken_away(&why));
    }
    let listening = signal::listen(door.clone(), || process::exit(INTERRUPTED));
    listening.map_err(store::Failure::Outside)?;
    if arguments.watch {
        let watching = watch::begin(
            (&project.root, project.env.as_deref()),
            &project.store,
            written,
            door.clone(),
        );
        watching.map_err(|error| Failure {
            exit: Exit::Environment,
            message: format!("the sources cannot be watched: {error}"),
            help: Some("run without `--watch`".into()),
        })?;
    }
    drop(door);
    if !arguments.once {
        let name = &project.settings.name;
        let watching = if arguments.watch {
            ", watching its sources"
        } else {
            ""
        };
        output.talk(format!("{name} runs{watching}; Ctrl-C ends it"));
    }
    live.run(arguments.once, &mut |news| tell(&news, output))?;
    Ok(Exit::Fine)
}

fn taken_away(why: &str) -> Failure {
    Failure {
        exit: Exit::Findings,
        message: format!(
            "this program does not go with what is in the store:\n{}",
            why.trim_end()
        ),
        help: Some("undo the edit: what the store has run on is kept in it".into()),
    }
}

/// What actions are carried out with: what `flow.toml` names, with secrets
/// from the environment.
fn means(project: &Project, store: &Store) -> Result<Means, Failure> {
    let secrets = project.outside.secrets.iter().filter_map(|(name, secret)| {
        let Secret::Env(variable) = secret;
        Some((name.clone(), env::var(variable).ok()?))
    });
    let secrets: Secrets = secrets.collect();
    let of = |kind| {
        let all = project.outside.connections.iter();
        all.filter(move |connection| connection.kind == kind)
    };
    let server = only(of(ConnectionKind::Smtp))?.map(|connection| smtp(connection, &secrets));
    let connections = of(ConnectionKind::Http).map(|http| Allowed {
        name: http.name.clone(),
        origin: origin(&http.url),
        limits: limits(http),
    });
    Ok(Means {
        smtp: server.transpose()?,
        connections: connections.collect(),
        secrets,
        outbox: store.outbox(),
        // The folder in which one stands has an empty name.
        dir: Path::new(".").join(&project.root),
        env: inherited(),
    })
}

/// What programs of the project know of the environment of this process: what finds programs and
/// says how texts are read, and no secret.
const INHERITED: [&str; 8] = [
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "VIRTUAL_ENV",
];

fn inherited() -> Vec<(String, String)> {
    let known = INHERITED.iter();
    let known = known.filter_map(|name| Some(((*name).to_owned(), env::var(name).ok()?)));
    known.collect()
}

/// Mail goes by the only server; of two, nobody says which.
fn only<'c>(
    mut servers: impl Iterator<Item = &'c Connection>,
) -> Result<Option<&'c Connection>, Failure> {
    match (servers.next(), servers.next()) {
        (Some(one), Some(other)) => Err(Failure {
            exit: Exit::Usage,
            message: format!(
                "mail could go by `{}` and by `{}`: a project has one connection of kind `smtp`",
                one.name, other.name
            ),
            help: Some(format!(
                "delete `[connections.{}]` in `flow.toml`",
                other.name
            )),
        }),
        (server, _) => Ok(server),
    }
}

/// The numbers of a connection (A3).
fn limits(http: &Connection) -> Limits {
    let usual = Limits::default();
    Limits {
        connect: http.connect.unwrap_or(usual.connect),
        total: http.timeout.unwrap_or(usual.total),
        per_second: http.per_second.unwrap_or(usual.per_second),
    }
}

fn smtp(connection: &Connection, secrets: &Secrets) -> Result<Smtp, Failure> {
    let wrong = |message: String| Failure {
        exit: Exit::Usage,
        message,
        help: Some(format!(
            "see `[connections.{}]` in `flow.toml`",
            connection.name
        )),
    };
    let server = SmtpServer::parse(&connection.url).map_err(wrong)?;
    let password = match &connection.secret {
        None => None,
        Some(name) => Some(secrets.get(name).ok_or_else(|| {
            wrong(format!(
                "the secret `{name}` has no value: its variable is not set"
            ))
        })?),
    };
    let usual = Patience::default();
    let patience = Patience {
        connect: connection.connect.unwrap_or(usual.connect),
        total: connection.timeout.unwrap_or(usual.total),
    };
    Smtp::new(server, password.map(String::as_str), patience).map_err(wrong)
}

/// Who finishes on an older version.
fn finish(on: &Finishes) -> String {
    let (workflow, version) = (&on.workflow, on.version.short());
    let some = usize::try_from(on.enrolments).unwrap_or(usize::MAX);
    let verb = if some == 1 { "finishes" } else { "finish" };
    let some = count(some, "enrolment");
    format!("; {some} of `{workflow}` {verb} on version {version}")
}

/// Says what the loop tells.
fn tell(news: &News, output: &Output) {
    match news {
        News::Loaded(changed, migrated) => {
            let changed = match changed.as_slice() {
                [] => "no workflow has changed".to_owned(),
                all => all.join(", "),
            };
            let moved: u64 = migrated.moves.iter().map(|one| one.enrolments).sum();
            let moved = usize::try_from(moved).unwrap_or(usize::MAX);
            let moved = match moved {
                0 => String::new(),
                some => format!("; {} went on in the new version", count(some, "enrolment")),
            };
            let stay: String = migrated.pinned.iter().map(finish).collect();
            output.talk(format!("loaded: {changed}{moved}{stay}"));
        }
        News::Mistakes(mistakes) => {
            let Mistakes { sources, findings } = &**mistakes;
            output.findings(findings, sources);
            output.talk("not loaded: the program from before runs on");
        }
        News::Refused(why) => {
            output.talk(why.trim_end());
            output.talk("not loaded, as this would be lost: the program from before runs on");
        }
        News::Unfit(why) => {
            output.talk(why.trim_end());
            output.talk("not loaded: the program from before runs on");
        }
        News::Unreadable(why) => {
            output.talk(format!(
                "not loaded: {why}; the program from before runs on"
            ));
        }
        News::Unchanged => output.talk("the sources are again those that run"),
        News::Stopping(0) => {}
        News::Stopping(under_way) => {
            let under_way = count(*under_way, "action");
            output.talk(format!(
                "ending: {under_way} under way; Ctrl-C again ends at once"
            ));
        }
    }
}
