//! Random histories: what happens from outside, and when.

use flow::base::{Date, Decimal, Timestamp};
use flow::model::Value;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::acts::Act;
use crate::generate::records;

/// An act and its instant.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) act: Act,
}

/// Before the clocks of Europe change.
const START: &str = "2026-03-20T08:00:00Z";

const CONTACTS: [&str; 4] = ["c0", "c1", "c2", "c3"];
const COMPANIES: [&str; 2] = ["k0", "k1"];
const USERS: [&str; 2] = ["u0", "u1"];

/// Five to forty acts in a small world, which is published at some time.
pub(crate) fn history() -> impl Strategy<Value = Vec<Moment>> {
    let before = vec((gap(), act()), 0..4);
    let after = vec((gap(), act()), 5..40);
    (before, after).prop_map(|(before, after)| {
        let world = world().into_iter().map(|act| (0, act));
        let acts = world.chain(before).chain([(60, Act::Publish)]).chain(after);
        let mut at: Timestamp = START.parse().expect("an instant");
        let moments = acts.map(|(gap, act)| {
            at += std::time::Duration::from_secs(gap);
            let act = with_instant(act, at);
            Moment { at, act }
        });
        moments.enumerate().map(with_handle).collect()
    })
}

/// `occurred_at` was drawn as a distance from the epoch.
fn with_instant(act: Act, at: Timestamp) -> Act {
    match act {
        Act::Event {
            record,
            event,
            values,
            occurred_at: Some(distance),
            id,
        } => {
            let seconds = at.as_second() + distance.as_second();
            let occurred_at = Timestamp::from_second(seconds).ok();
            Act::Event {
                record,
                event,
                values,
                occurred_at,
                id,
            }
        }
        other => other,
    }
}

/// Each row of an import has a name of its own.
fn with_handle((place, mut moment): (usize, Moment)) -> Moment {
    if let Act::Import { handle, .. } = &mut moment.act {
        *handle = format!("i{place}");
    }
    moment
}

fn gap() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => Just(0_u64),
        4 => 1..120_u64,
        4 => (1..48_u64).prop_map(|hours| hours * 3_600),
        3 => (1..6_u64).prop_map(|days| days * 86_400),
        1 => (1..3_u64).prop_map(|weeks| weeks * 604_800),
    ]
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn number(number: i64) -> Value {
    Value::Number(Decimal::from(number))
}

fn world() -> Vec<Act> {
    let create = |handle: &str, object: &str| {
        let email = ("email".to_owned(), text(&format!("{handle}@example.com")));
        Act::Create {
            handle: handle.to_owned(),
            object: object.to_owned(),
            values: if object == "company" {
                Vec::new()
            } else {
                vec![email]
            },
        }
    };
    let users = USERS.iter().map(|handle| create(handle, "user"));
    let companies = COMPANIES.iter().map(|handle| create(handle, "company"));
    let contacts = CONTACTS[..2].iter().map(|handle| create(handle, "contact"));
    let link = |association: &str, with: &str, label: Option<&str>| Act::Link {
        record: "c0".to_owned(),
        association: association.to_owned(),
        with: with.to_owned(),
        label: label.map(str::to_owned),
    };
    let links = [
        link("companies", "k0", Some("a")),
        link("backup", "u0", None),
    ];
    let records = users.chain(companies).chain(contacts);
    records.chain(links).collect()
}

fn contact() -> impl Strategy<Value = String> {
    prop_oneof![
        50 => select(&["c0", "c0", "c1"][..]),
        8 => select(&CONTACTS[2..]),
        1 => Just("nobody"),
    ]
    .prop_map(str::to_owned)
}

fn pick(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(names).prop_map(str::to_owned)
}

fn act() -> impl Strategy<Value = Act> {
    let workflow = || (0..6_usize).prop_map(|at| format!("w{at}"));
    prop_oneof![
        3 => created(),
        3 => imported(),
        16 => changed(),
        8 => linked(),
        18 => happened(),
        3 => (contact(), workflow()).prop_map(|(record, workflow)| Act::Enroll { record, workflow }),
        1 => (contact(), workflow()).prop_map(|(record, workflow)| Act::Unenroll { record, workflow }),
        2 => contact().prop_map(|record| Act::Add { record, segment: "picked".to_owned() }),
        1 => contact().prop_map(|record| Act::Remove { record, segment: "picked".to_owned() }),
        1 => workflow().prop_map(Act::Pause),
        3 => workflow().prop_map(Act::Resume),
        3 => workflow().prop_map(Act::On),
        1 => workflow().prop_map(Act::Off),
        5 => records::act(),
        2 => Just(Act::StandStill),
    ]
}

fn created() -> impl Strategy<Value = Act> {
    let values = vec(contact_value(), 0..4);
    (contact(), values).prop_map(|(handle, values)| Act::Create {
        values: of_address(&format!("{handle}@example.com"), values),
        object: "contact".to_owned(),
        handle,
    })
}

fn imported() -> impl Strategy<Value = Act> {
    let emails = &[
        "c0@example.com",
        "c1@example.com",
        "C2@example.com",
        "c9@example.com",
        "i@example.com",
        "nothing",
    ];
    let values = vec(contact_value(), 0..4);
    (pick(&["fair", "shop"]), pick(emails), values).prop_map(|(import, email, values)| {
        Act::Import {
            import,
            handle: String::new(),
            values: of_address(&email, values),
        }
    })
}

/// Known values, each once, with an address.
fn of_address(email: &str, values: Vec<Named>) -> Vec<(String, Value)> {
    let mut given = vec![("email".to_owned(), text(email))];
    for (name, value) in values {
        let new = !given.iter().any(|(other, _)| *other == name);
        given.extend(value.filter(|_| new).map(|value| (name, value)));
    }
    given
}

fn changed() -> impl Strategy<Value = Act> {
    let contacts = (contact(), vec(contact_value(), 1..3));
    let companies = (pick(&COMPANIES), vec(company_value(), 1..3));
    let name = option::of(select(&["kim", "lee"][..]));
    let names = name.prop_map(|name| vec![("name".to_owned(), name.map(text))]);
    let users = (pick(&USERS), names);
    let set = |(record, values): (String, Vec<(String, Option<Value>)>)| {
        let mut once: Vec<(String, Option<Value>)> = Vec::new();
        for (name, value) in values {
            if !once.iter().any(|(other, _)| *other == name) {
                once.push((name, value));
            }
        }
        Act::Set {
            record,
            values: once,
        }
    };
    prop_oneof![6 => contacts.prop_map(set), 3 => companies.prop_map(set), 1 => users.prop_map(set)]
}

type Named = (String, Option<Value>);

fn named(
    name: &'static str,
    value: impl Strategy<Value = Value> + 'static,
) -> BoxedStrategy<Named> {
    let value = option::weighted(0.85, value);
    value
        .prop_map(move |value| (name.to_owned(), value))
        .boxed()
}

fn contact_value() -> impl Strategy<Value = Named> {
    let emails = [
        "c0@example.com",
        "c9@example.com",
        "C8@example.com",
        "nothing",
    ];
    let set = vec(any::<bool>(), 3)
        .prop_map(|flags| Value::Set((0..3).filter(|place| flags[*place]).collect()));
    // From ten days before the start to thirty after it.
    let due = (-240..720_i64).prop_map(|hours| {
        let start: Timestamp = START.parse().expect("an instant");
        let due = Timestamp::from_second(start.as_second() + hours * 3_600);
        Value::Datetime(due.expect("an instant"))
    });
    let years = select(&[2024, 2026, 2026, 2026][..]);
    let day = (years, 10..31_i8).prop_map(|(year, day)| Value::Date(Date::constant(year, 3, day)));
    prop_oneof![
        4 => named("score", (-2..9_i64).prop_map(number)),
        3 => named("stage", (0..3_usize).prop_map(Value::Member)),
        2 => named("city", select(&["Dublin", "Oslo", ""][..]).prop_map(text)),
        2 => named("flag", any::<bool>().prop_map(Value::Bool)),
        3 => named("n", (0..5_i64).prop_map(number)),
        2 => named("tags", set),
        2 => named("due", due),
        2 => named("day", day),
        1 => named("place", select(&["Asia/Tokyo", "America/New_York", "nowhere"][..]).prop_map(text)),
        1 => named("email", select(emails.to_vec()).prop_map(text)),
    ]
}

fn company_value() -> impl Strategy<Value = Named> {
    prop_oneof![
        3 => named("tier", (0..3_usize).prop_map(Value::Member)),
        2 => named("size", (0..6_i64).prop_map(number)),
        1 => named("name", select(&["acme", "zeta"][..]).prop_map(text)),
    ]
}

fn linked() -> impl Strategy<Value = Act> {
    let label = option::of(pick(&["a", "b"]));
    let companies = (
        contact(),
        Just("companies".to_owned()),
        pick(&COMPANIES),
        label,
    );
    let users = (
        contact(),
        pick(&["owner", "backup"]),
        pick(&USERS),
        Just(None),
    );
    let from_far = (
        pick(&COMPANIES),
        Just("employees".to_owned()),
        contact(),
        Just(None),
    );
    let way = prop_oneof![5 => companies, 3 => users, 1 => from_far];
    (any::<u8>(), way).prop_map(|(chance, (record, association, with, label))| {
        if chance < 170 {
            Act::Link {
                record,
                association,
                with,
                label,
            }
        } else {
            Act::Unlink {
                record,
                association,
                with,
                label,
            }
        }
    })
}

fn happened() -> impl Strategy<Value = Act> {
    let n = named("n", (0..5_i64).prop_map(number));
    let key = named("key", select(&["a", "b"][..]).prop_map(text));
    let values = (n, key).prop_map(|(n, key)| {
        let known = [n, key].into_iter();
        known
            .filter_map(|(name, value)| Some((name, value?)))
            .collect::<Vec<_>>()
    });
    // Seldom too far ahead.
    let distance = prop_oneof![
        6 => Just(None),
        2 => (-500_000..0_i64).prop_map(Some),
        1 => (0..400_i64).prop_map(Some),
    ];
    let id = option::weighted(0.2, (0..3_u8).prop_map(|id| format!("e{id}")));
    let what = prop_oneof![3 => Just("ping"), 2 => Just("pong")];
    (contact(), what, values, distance, id).prop_map(|(record, event, values, distance, id)| {
        Act::Event {
            record,
            event: event.to_owned(),
            values: if event == "ping" { values } else { Vec::new() },
            occurred_at: distance.and_then(|seconds| Timestamp::from_second(seconds).ok()),
            id,
        }
    })
}
