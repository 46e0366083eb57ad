//! Actions carried out as files: a mail or a task that nobody sends, to be
//! looked at (A6). It also takes the history down. It decides nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::look::{Places, name, title};
use super::replay::{kept, wire};
use super::store::{Failure, Store, Unfinished, failure};
use super::tally::Tally;
use crate::base::{Timestamp, Uid};
use crate::connector::outbox::{Mail, Outbox};
use crate::engine::State;
use crate::engine::decision::{Action, Call, Entry, Rendered, What};
use crate::engine::message::Outcome;
use crate::model::{MessageField, Value};
use crate::scenario::Carrier;

/// The outside of a run.
pub struct Carry {
    /// What was counted.
    pub tally: Tally,
    /// What would have been sent, where nothing is written.
    pub sent: Vec<Sent>,
    places: Places,
    outbox: Option<Outbox>,
    history: Option<Unfinished>,
    keys: BTreeMap<Uid, Arc<str>>,
    told: BTreeMap<Uid, usize>,
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
}

/// A file of the outbox, and what the action answers.
struct Carried {
    ending: &'static str,
    bytes: Vec<u8>,
    id: String,
}

impl Carry {
    /// The outside that writes into a store; without one nothing is written.
    ///
    /// # Errors
    /// If the history cannot be begun.
    pub fn new(places: Places, store: Option<&Store>) -> Result<Self, Failure> {
        let history = store.map(|store| Unfinished::create(&store.history()));
        Ok(Carry {
            tally: Tally::default(),
            sent: Vec::new(),
            places,
            outbox: store.map(Store::unfinished_outbox),
            history: history.transpose()?,
            keys: BTreeMap::new(),
            told: BTreeMap::new(),
            failure: None,
        })
    }

    /// Whether something could not be written: then the run is over.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Why something could not be written.
    pub fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// Brings all of the history to the disk.
    ///
    /// # Errors
    /// If the system does not let it be written.
    pub fn settle_history(&mut self) -> Result<(), Failure> {
        self.history.as_mut().map_or(Ok(()), Unfinished::settle)
    }

    /// Puts the history in the place of the one before.
    ///
    /// # Errors
    /// If the system does not let it be written.
    pub fn finish_history(&mut self) -> Result<(), Failure> {
        self.history.take().map_or(Ok(()), Unfinished::finish)
    }

    /// The record that was told most of; the first of equals.
    #[must_use]
    pub fn most_told(&self, state: &State) -> Option<String> {
        let counted = self.told.iter();
        let (most, _) = counted.max_by_key(|(id, count)| (**count, std::cmp::Reverse(**id)))?;
        state.record(*most).map(|record| name(state, record))
    }

    fn write(&mut self, action: &Action, carried: &Carried) {
        let Some(outbox) = &self.outbox else { return };
        let name = format!("{}.{}", action.key, carried.ending);
        if let Err(error) = outbox.put(&name, &carried.bytes) {
            self.failure = Some(failure(&outbox.dir.join(name))(error));
        }
    }

    /// The key of the enrolment that an entry is about.
    fn key(&mut self, entry: &Entry) -> Option<Arc<str>> {
        let enrolment = entry.enrolment?;
        match &entry.what {
            What::Enrolled { key, .. } if !key.is_empty() => {
                self.keys.insert(enrolment, key.clone());
            }
            What::Left { .. } => return self.keys.remove(&enrolment),
            _ => {}
        }
        self.keys.get(&enrolment).cloned()
    }
}

impl Carrier for Carry {
    fn carry(&mut self, state: &State, action: &Action) -> Outcome {
        let call = &*action.request;
        let declared = &state.prepared().program.catalog.actions[call.action];
        let name = declared.name.as_str();
        if self.outbox.is_none() {
            self.sent.push(sent(state, action, name));
        }
        let carried = match name {
            "log" => return Outcome::Done(Vec::new()),
            "send_email" => mail(action, text(call, "to").unwrap_or_default()),
            "notify" => address(call).and_then(|to| mail(action, to)),
            other => Ok(asked(state, action, other)),
        };
        match carried {
            Ok(carried) => {
                self.write(action, &carried);
                let results = declared.results.iter();
                let own = |name: &str| matches!(name, "message_id" | "task_id");
                Outcome::Done(
                    results
                        .map(|result| {
                            let id = || Value::Text(carried.id.as_str().into());
                            own(result.name.as_str()).then(id)
                        })
                        .collect(),
                )
            }
            Err(error) => Outcome::Failed {
                status: None,
                error: error.into(),
            },
        }
    }

    fn told(&mut self, state: &State, entries: &[Entry]) {
        for entry in entries {
            self.tally.told(state.prepared(), entry);
            if let Some(record) = entry.record {
                *self.told.entry(record).or_default() += 1;
            }
            let key = self.key(entry);
            let Some(history) = &mut self.history else {
                continue;
            };
            let source = entry.span.map(|span| self.places.of(span));
            let line = kept::entry(state, entry, (key.as_deref(), source));
            if let Err(failure) = history.write(&line) {
                self.failure = Some(failure);
            }
        }
    }
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
    if name == "http" {
        fields.push(("sent".to_owned(), Rendered::Bool(false)));
    }
    let arguments = call.arguments.iter();
    fields.extend(arguments.map(|(name, value)| (name.to_string(), value.clone())));
    Carried {
        ending: "json",
        bytes: wire::request(name, &fields),
        id,
    }
}

fn sent(state: &State, action: &Action, name: &str) -> Sent {
    let call = &action.request;
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
    }
}
