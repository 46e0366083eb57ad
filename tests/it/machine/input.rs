//! What the words of a line mean for the program that runs.

use flow::base::{Name, Timestamp, Uid};
use flow::engine::message::Switching;
use flow::engine::{Input, InputBody, Received, State, Target, key};
use flow::model::{ObjectId, PropertyId, Raw, Type, Value, coerce};

/// What happens next.
pub(super) enum Does {
    /// An input.
    Input(Box<Input>),
    /// So many seconds pass, with a stop at each deadline; whether actions are
    /// answered meanwhile.
    Passes(u64, bool),
    /// The same without a stop.
    Stalls(u64),
    /// Time passes until something is due.
    Next,
    /// An attempt of an action that is asked for begins.
    Attempts(usize),
    /// What came of an attempt that has begun.
    Comes(usize, String),
    /// The result of an attempt comes once more.
    Again(usize),
    /// An action that failed is put back.
    Retries(usize),
    /// All actions are attempted and answered.
    Answers,
    /// The engine begins anew from what was frozen.
    Restarts,
    /// The program of the state has no such thing.
    Nothing,
}

/// What a line does to a state.
pub(super) fn does(state: &State, line: &str) -> Does {
    let words: Vec<&str> = line.split(' ').collect();
    let number = |at: usize| {
        words
            .get(at)
            .and_then(|word| word.parse().ok())
            .unwrap_or(0)
    };
    match words[0] {
        "wait" => Does::Passes(number(1), true),
        "sleep" => Does::Passes(number(1), false),
        "stall" => Does::Stalls(number(1)),
        "next" => Does::Next,
        "attempt" => Does::Attempts(number(1) as usize),
        "result" => Does::Comes(number(1) as usize, words[2].to_owned()),
        "again" => Does::Again(number(1) as usize),
        "retry" => Does::Retries(number(1) as usize),
        "answer" => Does::Answers,
        "restart" => Does::Restarts,
        _ => {
            let input = Words { state, words }.input();
            input.map_or(Does::Nothing, |input| Does::Input(Box::new(input)))
        }
    }
}

/// The words of a line about records.
struct Words<'l> {
    state: &'l State,
    words: Vec<&'l str>,
}

impl Words<'_> {
    fn word(&self, at: usize) -> Option<&str> {
        self.words.get(at).copied()
    }

    // size: one arm for each kind of input.
    fn input(&self) -> Option<Input> {
        let body = match self.word(0)? {
            "publish" => InputBody::Publish,
            "create" => {
                let object = self.object(self.word(1)?)?;
                let body = InputBody::Create(object, self.known(object, 3));
                return Some(Input {
                    id: self.word(2).map(Into::into),
                    ..body.into()
                });
            }
            "import" => {
                let object = self.object(self.word(2)?)?;
                let body = InputBody::Import(self.word(1)?.into(), object, self.known(object, 4));
                return Some(Input {
                    id: self.word(3).map(Into::into),
                    ..body.into()
                });
            }
            "set" => {
                let (object, target) = self.target(1)?;
                InputBody::Set(target, self.values(object, 2))
            }
            does @ ("link" | "unlink") => {
                let (object, one) = self.target(1)?;
                let catalog = &self.state.prepared().program.catalog;
                let way = catalog.objects[object].association(self.word(2)?)?;
                let (_, other) = self.target(3)?;
                let label = self.word(4).map(Name::new);
                match does {
                    "link" => InputBody::Link(one, way, other, label),
                    _ => InputBody::Unlink(one, way, other, label),
                }
            }
            "event" => return self.event(),
            "webhook" => self.webhook()?,
            "enroll" => InputBody::Enroll(self.target(1)?.1, self.workflow(2)?),
            "unenroll" => InputBody::Unenroll(self.target(1)?.1, self.workflow(2)?),
            joins @ ("join" | "leave") => {
                let catalog = &self.state.prepared().program.catalog;
                let segment = catalog.segment(&Name::new(self.word(2)?))?;
                InputBody::Member(self.target(1)?.1, segment, joins == "join")
            }
            "delete" => InputBody::Delete(self.target(1)?.1),
            "restore" => InputBody::Restore(self.target(1)?.1),
            "merge" => InputBody::Merge(self.target(1)?.1, self.target(2)?.1),
            switching => {
                let to = match switching {
                    "pause" => Switching::Pause,
                    "resume" => Switching::Resume,
                    "off" => Switching::Off,
                    "on" => Switching::On,
                    other => panic!("`{other}` is no operation"),
                };
                InputBody::Switch(self.workflow(1)?, to)
            }
        };
        Some(body.into())
    }

    fn object(&self, name: &str) -> Option<ObjectId> {
        self.state
            .prepared()
            .program
            .catalog
            .object(&Name::new(name))
    }

    fn workflow(&self, at: usize) -> Option<flow::model::WorkflowId> {
        let catalog = &self.state.prepared().program.catalog;
        catalog.workflow(&Name::new(self.word(at)?))
    }

    /// A record: by the handle that it was created with, by its address, or a
    /// deal by its place.
    fn target(&self, at: usize) -> Option<(ObjectId, Target)> {
        let word = self.word(at)?;
        if let Some(place) = word.strip_prefix("deal:") {
            let deal = self.object("deal")?;
            let deals = self.state.records().filter(|cell| cell.object == deal);
            let mut deals: Vec<(Timestamp, Uid)> =
                deals.map(|cell| (cell.created_at, cell.id)).collect();
            deals.sort();
            let place: usize = place.parse().ok()?;
            let (_, id) = deals.get(place % deals.len().max(1))?;
            return Some((deal, Target::Id(deal, *id)));
        }
        let contact = self.object("contact")?;
        if let Some(address) = word.strip_prefix("email:") {
            let prepared = self.state.prepared();
            let email = prepared.program.catalog.objects[contact].property("email")?;
            let value = Value::Text(address.into());
            return Some((contact, Target::Key(key(prepared, contact, email, &value))));
        }
        let id = Uid::of(&[b"input", b"create", word.as_bytes()]);
        let object = self
            .state
            .record(id)
            .map_or(contact, |record| record.object);
        Some((object, Target::Id(object, id)))
    }

    fn value(&self, ty: &Type, text: &str) -> Option<Value> {
        let hours = text
            .strip_suffix('h')
            .and_then(|text| text.parse::<i64>().ok());
        if let (Some(hours), Type::Datetime) = (hours, ty) {
            // A whole hour from now.
            let now = self.state.now().as_second() / 3_600 * 3_600;
            return Timestamp::from_second(now + hours * 3_600)
                .ok()
                .map(Value::Datetime);
        }
        let raw = Raw::Text(text.into());
        coerce(ty, &raw, self.state.prepared().zone())
            .ok()
            .flatten()
    }

    /// The values of properties, each once.
    fn values(&self, object: ObjectId, from: usize) -> Vec<(PropertyId, Option<Value>)> {
        let object = &self.state.prepared().program.catalog.objects[object];
        let mut found: Vec<(PropertyId, Option<Value>)> = Vec::new();
        for (name, text) in self.words[from..]
            .iter()
            .filter_map(|word| word.split_once('='))
        {
            let Some(property) = object.property(name) else {
                continue;
            };
            if !found.iter().any(|(other, _)| *other == property) {
                found.push((property, self.value(&object.properties[property].ty, text)));
            }
        }
        found
    }

    fn known(&self, object: ObjectId, from: usize) -> Vec<(PropertyId, Value)> {
        let values = self.values(object, from).into_iter();
        values
            .filter_map(|(property, value)| Some((property, value?)))
            .collect()
    }

    fn named(&self, name: &str) -> Option<&str> {
        self.words
            .iter()
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    fn event(&self) -> Option<Input> {
        let (_, target) = self.target(1)?;
        let catalog = &self.state.prepared().program.catalog;
        let event = catalog.event(&Name::new(self.word(2)?))?;
        let properties = &catalog.events[event].properties;
        let values = properties.iter();
        let values = values
            .map(|(_, property)| self.value(&property.ty, self.named(property.name.as_str())?));
        let ago: Option<i64> = self.named("ago").and_then(|ago| ago.parse().ok());
        let now = self.state.now().as_second();
        Some(Input {
            id: self.named("id").map(Into::into),
            occurred_at: ago.and_then(|ago| Timestamp::from_second(now - ago).ok()),
            ..InputBody::Event(target, event, values.collect()).into()
        })
    }

    fn webhook(&self) -> Option<InputBody> {
        let catalog = &self.state.prepared().program.catalog;
        let event = catalog.event(&Name::new(self.word(1)?))?;
        let (email, total) = (self.word(2)?, self.word(3)?);
        let received = Received {
            key: (!email.is_empty()).then(|| Raw::Text(email.into())),
            fields: vec![Some(Raw::Text(total.into()))],
            body: Uid::of(&[email.as_bytes(), total.as_bytes()]),
        };
        Some(InputBody::Webhook(event, received))
    }
}
