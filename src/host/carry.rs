//! Actions carried out as files: a mail or a task that nobody sends, to be
//! looked at (A6). It decides nothing.

use super::look::title;
use super::replay::wire;
use super::store::{Failure, failure};
use crate::base::{Name, Timestamp};
use crate::connector::outbox::{Mail, Outbox};
use crate::engine::State;
use crate::engine::decision::{Action, Call, Entry, Rendered};
use crate::engine::message::{Again, Outcome};
use crate::model::{MessageField, Value};
use crate::scenario::Carrier;

/// The outside of a run.
pub struct Carry {
    /// What would have been sent, where nothing is written.
    pub sent: Vec<Sent>,
    outbox: Option<Outbox>,
    failure: Option<Failure>,
}

/// An action as a dry run shows it.
#[derive(Debug, Clone)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// Which action.
    pub action: String,
    /// To whom, where it is sent to somebody.
    pub to: Option<String>,
    /// What about.
    pub subject: String,
    /// For which record.
    pub record: String,
    /// What would go out for a declared action, as JSON; secrets keep their names.
    pub sends: Option<String>,
}

/// A file of the outbox, and what the action answers.
pub(super) struct Carried {
    /// What its name ends in.
    pub(super) ending: &'static str,
    /// What stands in it.
    pub(super) bytes: Vec<u8>,
    /// What it is known by.
    pub(super) id: String,
    /// Whose address a mail bears.
    pub(super) from: Option<String>,
    /// To whom a mail goes.
    pub(super) to: Option<String>,
}

/// What an action is as a file; `None` where it leaves nothing.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn file(state: &State, action: &Action) -> Result<Option<Carried>, String> {
    let call = &*action.request;
    match state.prepared().program.catalog.actions[call.action].called() {
        "log" => Ok(None),
        "send_email" => mail(action, text(call, "to").unwrap_or_default()).map(Some),
        "notify" => address(call).and_then(|to| mail(action, to)).map(Some),
        other => Ok(Some(asked(state, action, other))),
    }
}

impl Carry {
    /// The outside that writes into an outbox; without one nothing is written.
    #[must_use]
    pub fn new(outbox: Option<Outbox>) -> Self {
        Carry {
            sent: Vec::new(),
            outbox,
            failure: None,
        }
    }

    /// Why something could not be written.
    pub fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// Writes the file of an action; whether it is written.
    fn write(&mut self, action: &Action, carried: &Carried) -> bool {
        let Some(outbox) = &self.outbox else {
            return true;
        };
        let name = format!("{}.{}", action.key, carried.ending);
        let written = outbox.put(&name, &carried.bytes);
        if let Err(error) = written {
            self.failure = Some(failure(&outbox.dir.join(name))(error));
            return false;
        }
        true
    }
}

impl Carrier for Carry {
    fn carry(&mut self, state: &State, action: &Action) -> Option<Outcome> {
        let call = &*action.request;
        let declared = &state.prepared().program.catalog.actions[call.action];
        let name = declared.called();
        if self.outbox.is_none() {
            self.sent.push(sent(state, action, name));
        }
        let carried = match file(state, action).transpose() {
            None => return Some(Outcome::Done(Vec::new())),
            Some(carried) => carried,
        };
        match carried {
            Ok(carried) if !self.write(action, &carried) => None,
            Ok(carried) => {
                let results = declared.results.iter();
                let own = |name: &str| !declared.declared && is_own(name);
                let results = results.map(|result| {
                    let id = || Value::Text(carried.id.as_str().into());
                    own(result.name.as_str()).then(id)
                });
                Some(Outcome::Done(results.collect()))
            }
            Err(error) => Some(Outcome::Failed {
                status: None,
                error: error.into(),
                again: Again::Never,
            }),
        }
    }

    fn told(&mut self, _: &State, _: &[Entry]) {}
}

/// Whether a result is what the file of an action is known by.
pub(super) fn is_own(result: &str) -> bool {
    matches!(result, "message_id" | "task_id")
}

/// A text of a mail: an argument, else of the message.
fn text<'c>(call: &'c Call, name: &str) -> Option<&'c str> {
    let of_message = || {
        let (_, field) = MessageField::ALL.iter().find(|(word, _)| *word == name)?;
        let fields = &call.message.as_ref()?.fields;
        let (_, text) = fields.iter().find(|(other, _)| other == field)?;
        Some(&**text)
    };
    call.text(name).or_else(of_message)
}

/// The address of the record that a notice is for.
fn address(call: &Call) -> Result<&str, String> {
    let to = call.arguments.iter().find(|(name, _)| name == "to");
    let Some((_, Rendered::Record(_, names))) = to else {
        return Err("nobody to notify".into());
    };
    let email = names.iter().find(|(name, _)| name == "email");
    email
        .map(|(_, address)| &**address)
        .ok_or_else(|| "the record has no `email` that is known".into())
}

fn mail(action: &Action, to: &str) -> Result<Carried, String> {
    let call = &action.request;
    let own = |name: &str| text(call, name).map(str::to_owned);
    let mail = Mail {
        key: action.key.to_string(),
        date: action.decided_at,
        from: own("from"),
        to: to.to_owned(),
        reply_to: own("reply_to"),
        subject: subject(call),
        text: own("text"),
        html: own("html"),
    };
    Ok(Carried {
        ending: "eml",
        bytes: mail.bytes()?,
        id: mail.message_id()?,
        from: Some(mail.sender()?),
        to: Some(mail.recipient()?),
    })
}

/// How much of a text makes a subject.
const SUBJECT: usize = 70;

/// What an action is about: its subject, else how its text begins.
fn subject(call: &Call) -> String {
    let first = text(call, "subject")
        .or_else(|| text(call, "text"))
        .or_else(|| text(call, "url"));
    let line = first.unwrap_or_default().lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(SUBJECT).collect();
    if short.len() < line.len() && text(call, "subject").is_none() {
        short.push('…');
        return short;
    }
    text(call, "subject").map_or(short, str::to_owned)
}

/// Where a declared action goes: the address of its request, or the words of its command.
fn goes_to(call: &Call) -> Option<String> {
    let words = match call.part("run") {
        Some(Rendered::List(words)) => words.as_slice(),
        _ => return call.url().map(str::to_owned),
    };
    let words = words.iter().filter_map(|word| match word {
        Rendered::Text(word) => Some(&**word),
        _ => None,
    });
    Some(words.collect::<Vec<&str>>().join(" "))
}

/// Any other action as what was asked; nothing is sent.
fn asked(state: &State, action: &Action, name: &str) -> Carried {
    let call = &action.request;
    let id = action.key.to_string();
    let own = |text: String| Rendered::Text(text.into());
    let mut fields = vec![
        ("id".to_owned(), own(id.clone())),
        ("at".to_owned(), own(action.decided_at.to_string())),
        ("record".to_owned(), own(title(state, action.record))),
    ];
    if name == "http" || !call.sends.is_empty() {
        fields.push(("sent".to_owned(), Rendered::Bool(false)));
    }
    let arguments = call.arguments.iter();
    if call.sends.is_empty() {
        fields.extend(arguments.map(|(name, value)| (name.to_string(), value.clone())));
    } else {
        // A declared action names its parameters as it likes.
        fields.push(("arguments".to_owned(), object(&call.arguments)));
        fields.push(("sends".to_owned(), object(&call.sends)));
    }
    Carried {
        ending: "json",
        bytes: wire::request(name, &fields),
        id,
        from: None,
        to: None,
    }
}

/// Named parts as one value.
pub(super) fn object(parts: &[(Name, Rendered)]) -> Rendered {
    let parts = parts.iter();
    let parts = parts.map(|(name, value)| (name.as_str().into(), value.clone()));
    Rendered::Object(parts.collect())
}

fn sent(state: &State, action: &Action, name: &str) -> Sent {
    let call = &action.request;
    if !call.sends.is_empty() {
        let about = Some(subject(call)).filter(|subject| !subject.is_empty());
        return Sent {
            at: action.decided_at,
            action: name.to_owned(),
            to: goes_to(call),
            subject: about.unwrap_or_else(|| wire::value(&object(&call.arguments)).to_string()),
            record: title(state, action.record),
            sends: Some(wire::value(&object(&call.sends)).to_string()),
        };
    }
    let to = call.arguments.iter().find(|(name, _)| name == "to");
    let to = to.and_then(|(_, value)| match value {
        Rendered::Text(text) => Some(text.to_string()),
        Rendered::Record(id, names) => {
            let first = names.first().map(|(_, value)| value.to_string());
            Some(first.unwrap_or_else(|| id.to_string()))
        }
        _ => None,
    });
    Sent {
        at: action.decided_at,
        action: name.to_owned(),
        to,
        subject: subject(call),
        record: title(state, action.record),
        sends: None,
    }
}
