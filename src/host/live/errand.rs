//! What is to be carried out of one attempt, worked out from the state. Who
//! carries it out is not known here.

use std::time::Duration;

use super::means::Means;
use super::request::{self, request};
use super::results::Reads;
use crate::base::{Uid, seconds_of};
use crate::connector::command::Command;
use crate::connector::http::HttpRequest;
use crate::engine::State;
use crate::engine::decision::Action;
use crate::engine::message::{Again, Outcome};
use crate::host::carry::{self, Carried};
use crate::host::replay::wire;
use crate::model::Value;
use crate::plan::{self, Answers, Carrier};

/// How long a program of the project may take, unless its action says so (A3).
const TIMEOUT: Duration = Duration::from_secs(30);

/// One attempt on its way.
#[derive(Debug)]
pub(super) struct Errand {
    /// The idempotency key of the action.
    pub(super) key: Uid,
    /// Which attempt.
    pub(super) number: u32,
    /// What is to be done.
    pub(super) does: Does,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Does {
    /// Nothing: this has come of it.
    Nothing(Outcome),
    /// A file is put into the outbox; this comes of it then.
    File(String, Vec<u8>, Outcome),
    /// A mail is sent; this comes of it then.
    Mail {
        /// Whose address it bears.
        from: String,
        /// To whom it goes.
        to: String,
        /// The mail.
        bytes: Vec<u8>,
        /// What comes of it.
        then: Outcome,
    },
    /// A request is sent by a connection, and its results are read so.
    Http(Box<HttpRequest>, Option<String>, Reads),
    /// A program of the project is run, and its results are read so.
    Command(Box<Command>, Option<Answers>),
}

/// The errand of an action.
pub(super) fn of(state: &State, action: &Action, means: &Means) -> Errand {
    Errand {
        key: action.key,
        number: action.attempt,
        does: does(state, action, means).unwrap_or_else(|error| Does::Nothing(never(error))),
    }
}

/// A failure that another attempt would not mend.
pub(super) fn never(error: String) -> Outcome {
    Outcome::Failed {
        status: None,
        error: error.into(),
        again: Again::Never,
    }
}

fn does(state: &State, action: &Action, means: &Means) -> Result<Does, String> {
    let program = &state.prepared().program;
    let call = &action.request;
    let declared = &program.catalog.actions[call.action];
    let carrier = program.actions.get(call.action.index());
    let carrier = carrier.and_then(Option::as_ref);
    let answers = Answers::of(program, call.action);
    let by = match carrier {
        None if declared.name.as_str() == "http" => None,
        Some(Carrier::Http(request)) => request.connection.as_ref(),
        Some(Carrier::Command(own)) => {
            let command = command((action, declared.called()), own, means)?;
            return Ok(Does::Command(Box::new(command), answers));
        }
        Some(Carrier::Builtin) => {
            let message = format!("this version does not carry `{}` out", declared.name);
            return Err(message);
        }
        None => return written(state, action, means),
    };
    let request = request(action, &means.secrets)?;
    let by = means.connection(by, &request.url).map(str::to_owned);
    let names = || declared.results.iter().map(|row| row.name.to_string());
    let reads = answers.map_or_else(|| Reads::Plain(names().collect()), Reads::Declared);
    Ok(Does::Http(Box::new(request), by, reads))
}

/// A program of the project: it reads the arguments as JSON, and the key of the attempt in its
/// environment (A1).
fn command(
    (action, name): (&Action, &str),
    own: &plan::Command,
    means: &Means,
) -> Result<Command, String> {
    let call = &action.request;
    let (run, variables) = request::command(call, &means.secrets)?;
    let ours = [
        ("FLOW_ACTION", name.to_owned()),
        ("FLOW_ATTEMPT", action.attempt.to_string()),
        ("FLOW_IDEMPOTENCY_KEY", action.key.to_string()),
    ];
    let ours = ours.map(|(name, value)| (name.to_owned(), value));
    let env = means.env.iter().cloned();
    let seconds = own.timeout.and_then(seconds_of);
    let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
    Ok(Command {
        run,
        env: env.chain(ours).chain(variables).collect(),
        dir: means.dir.clone(),
        input: wire::value(&carry::object(&call.arguments))
            .to_string()
            .into_bytes(),
        timeout: seconds.map_or(TIMEOUT, Duration::from_secs),
        memory: own.memory,
    })
}

/// Anything else is a mail or a file.
fn written(state: &State, action: &Action, means: &Means) -> Result<Does, String> {
    let Some(carried) = carry::file(state, action)? else {
        return Ok(Does::Nothing(Outcome::Done(Vec::new())));
    };
    let then = done(state, action, &carried);
    let Some(to) = means.smtp.as_ref().and(carried.to.clone()) else {
        let name = format!("{}.{}", action.key, carried.ending);
        return Ok(Does::File(name, carried.bytes, then));
    };
    Ok(Does::Mail {
        from: carried.from.unwrap_or_default(),
        to,
        bytes: carried.bytes,
        then,
    })
}

fn done(state: &State, action: &Action, carried: &Carried) -> Outcome {
    let declared = &state.prepared().program.catalog.actions[action.request.action];
    let results = declared.results.iter();
    let results = results.map(|result| {
        let own = carry::is_own(result.name.as_str());
        own.then(|| Value::Text(carried.id.as_str().into()))
    });
    Outcome::Done(results.collect())
}
