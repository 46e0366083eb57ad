//! The load: a program, contacts for it, and what happens to them, drawn from a
//! seed. How it is taken in is not known here.

use std::path::Path;
use std::sync::Arc;

use super::{Broken, take};
use crate::base::{Name, Sources};
use crate::diagnostic::Findings;
use crate::engine::{Event, InputBody, Prepared, Target, key};
use crate::host::durable::Durable;
use crate::host::program::Loaded;
use crate::model::{EventId, ObjectId, PropertyId, Settings, Value};
use crate::project::{Outside, Project};
use crate::store::disk::real::RealDisk;

const MANIFEST: &str = "[project]\nname = \"bench\"\nedition = 1\n";

/// A contact of twenty properties; three workflows, of which one sleeps.
const PROGRAM: &str = r#"
object contact {
  email: email unique required
  first_name: string
  last_name: string
  city: string
  country: string
  company: string
  title: string
  phone: string
  language: enum(en, no, de, fr) default en
  stage: enum(lead, mql, customer) default lead
  source: string
  campaign: string
  score: number default 0
  visits: number default 0
  revenue: number
  employees: number
  unsubscribed: bool default false
  verified: bool default false
  born_on: date
  note: string
}
event seen on contact { place: number }
event signed_up on contact { form: number }

workflow count on contact {
  enroll on seen
  reenroll always
  steps { set visits += 1 }
}
workflow promote on contact {
  enroll when score > 90
  reenroll always
  suppress when unsubscribed
  steps { branch { case when stage == lead { set stage = mql } } }
}
workflow sleep on contact {
  enroll on signed_up
  steps { wait 30 days set verified = true }
}
"#;

/// What happens to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// An event, that enrols it in a workflow which ends at once.
    Seen(u64),
    /// A number is set; now and then a workflow waits for it.
    Score(u64),
    /// A text is set that no workflow waits for.
    City(u64),
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// To which contact.
    pub contact: usize,
    /// What.
    pub change: Change,
}

/// What happens, one after the other; the same for the same seed.
#[derive(Debug, Clone)]
pub struct Draws {
    state: u64,
    contacts: usize,
    count: u64,
}

impl Draws {
    /// What happens to so many contacts.
    #[must_use]
    pub fn new(seed: u64, contacts: usize) -> Self {
        Draws {
            state: seed,
            contacts,
            count: 0,
        }
    }
}

impl Iterator for Draws {
    type Item = Draw;

    fn next(&mut self) -> Option<Draw> {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.count += 1;
        let what = (self.state >> 53) % 100;
        Some(Draw {
            contact: ((self.state >> 20) % self.contacts.max(1) as u64) as usize,
            change: match self.count % 3 {
                0 => Change::Seen(what),
                1 => Change::Score(what),
                _ => Change::City(what),
            },
        })
    }
}

/// The program, and its names.
pub struct Load {
    packed: Vec<u8>,
    prepared: Arc<Prepared>,
    contact: ObjectId,
    email: PropertyId,
    seen: EventId,
    signed_up: EventId,
}

impl Load {
    /// Compiles the program, as if it stood in a folder.
    ///
    /// # Errors
    /// If this release does not take it.
    pub fn new(root: &Path) -> Result<Self, Broken> {
        let packed = project(root).pack();
        let prepared = unpack(root, &packed)?.prepared;
        let catalog = &prepared.program.catalog;
        let contact = catalog.object(&Name::new("contact"));
        let email = contact.and_then(|id| catalog.objects[id].property("email"));
        let event = |name: &str| catalog.event(&Name::new(name));
        let (Some(contact), Some(email), Some(seen), Some(signed_up)) =
            (contact, email, event("seen"), event("signed_up"))
        else {
            return Err(broken());
        };
        Ok(Load {
            packed,
            contact,
            email,
            seen,
            signed_up,
            prepared,
        })
    }

    /// The program, for a store to run.
    ///
    /// # Errors
    /// If this release does not take it.
    pub fn program(&self, root: &Path) -> Result<Loaded, Broken> {
        unpack(root, &self.packed)
    }

    /// What the engine runs.
    #[must_use]
    pub fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// What the contacts are.
    #[must_use]
    pub fn object(&self) -> ObjectId {
        self.contact
    }

    /// A contact comes into being.
    #[must_use]
    pub fn create(&self, contact: usize) -> Event {
        let text = |text: String| Value::Text(text.into());
        let values = [
            ("email", text(email(contact))),
            ("first_name", text(format!("First {contact}"))),
            ("last_name", text(format!("Last {}", contact % 1_000))),
            ("city", text(format!("City {}", contact % 100))),
            ("country", text("Norway".to_owned())),
            ("company", text(format!("Company {}", contact % 10_000))),
            ("phone", text(format!("+47 {:08}", contact % 100_000_000))),
            ("source", text("import".to_owned())),
            ("revenue", Value::Number((contact % 100_000).into())),
            ("note", text(format!("Was met at stand {contact}"))),
        ];
        let values = values.into_iter();
        let values = values.filter_map(|(name, value)| Some((self.property(name)?, value)));
        input(InputBody::Create(self.contact, values.collect()))
    }

    /// A contact signs up: from now on it sleeps inside of a workflow.
    #[must_use]
    pub fn sign_up(&self, contact: usize) -> Event {
        let form = vec![Some(Value::Number((contact % 10).into()))];
        input(InputBody::Event(self.target(contact), self.signed_up, form))
    }

    /// What was drawn.
    #[must_use]
    pub fn event(&self, draw: Draw) -> Event {
        let target = self.target(draw.contact);
        let set = |name: &str, value| {
            let property = self.property(name);
            property.map(|property| (property, Some(value)))
        };
        let values = match draw.change {
            Change::Seen(place) => {
                let values = vec![Some(Value::Number(place.into()))];
                return input(InputBody::Event(target, self.seen, values));
            }
            Change::Score(score) => set("score", Value::Number(score.into())),
            Change::City(city) => set("city", Value::Text(format!("City {city}").into())),
        };
        input(InputBody::Set(target, values.into_iter().collect()))
    }

    fn target(&self, contact: usize) -> Target {
        let value = Value::Text(email(contact).into());
        let key = key(&self.prepared, self.contact, self.email, &value);
        Target::Key(key)
    }

    fn property(&self, name: &str) -> Option<PropertyId> {
        self.prepared.program.catalog.objects[self.contact].property(name)
    }
}

/// The address of a contact.
pub(super) fn email(contact: usize) -> String {
    format!("c{contact}@example.com")
}

/// Brings events into a store, in batches.
///
/// # Errors
/// If the store does not take them.
pub fn grow(
    durable: &mut Durable<RealDisk>,
    events: impl Iterator<Item = Event>,
) -> Result<(), Broken> {
    let mut events = events.peekable();
    while events.peek().is_some() {
        take(durable, events.by_ref().take(super::BATCH).collect())?;
    }
    Ok(())
}

fn input(body: InputBody) -> Event {
    Event::Input(Box::new(body.into()))
}

/// The program as a project.
fn project(root: &Path) -> Project {
    let mut sources = Sources::default();
    let mut add = |name: &str, text: &str| {
        let path = root.join(name);
        sources.add(path.to_string_lossy().into_owned(), text)
    };
    let manifest = add("flow.toml", MANIFEST);
    let files = vec![add("bench.flow", PROGRAM)];
    Project {
        root: root.to_owned(),
        store: root.join(".flow"),
        settings: Settings::default(),
        outside: Outside::default(),
        sources,
        manifest,
        files,
        pinned: Vec::new(),
        env: None,
        unheeded: Findings::default(),
        findings: Findings::default(),
    }
}

fn unpack(root: &Path, packed: &[u8]) -> Result<Loaded, Broken> {
    Loaded::unpack(root, packed).ok_or_else(broken)
}

fn broken() -> Broken {
    Broken::Load("this release does not take the program".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Draws, Load};
    use std::path::Path;

    #[test]
    fn the_program_has_no_mistake_and_a_seed_says_all() {
        assert!(Load::new(Path::new(".")).is_ok());
        let drawn = |seed| Draws::new(seed, 10).take(100).collect::<Vec<_>>();
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
    }
}
