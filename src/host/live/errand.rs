//! What is to be carried out of one attempt, worked out from the state. Who
//! carries it out is not known here.

use super::means::Means;
use super::request::request;
use crate::base::Uid;
use crate::connector::http::HttpRequest;
use crate::engine::State;
use crate::engine::decision::Action;
use crate::engine::message::{Again, Outcome};
use crate::host::carry::{self, Carried};
use crate::model::Value;

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
    /// A request is sent; the names of its results, in order.
    Http(Box<HttpRequest>, Vec<String>),
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
    let declared = &state.prepared().program.catalog.actions[action.request.action];
    if declared.name.as_str() == "http" {
        let request = request(action, &means.secrets)?;
        let results = declared.results.iter();
        let results = results.map(|result| result.name.to_string());
        return Ok(Does::Http(Box::new(request), results.collect()));
    }
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
        let own = matches!(result.name.as_str(), "message_id" | "task_id");
        own.then(|| Value::Text(carried.id.as_str().into()))
    });
    Outcome::Done(results.collect())
}
