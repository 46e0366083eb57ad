//! Conditions that are told by stored values alone say what a walk says.

use std::sync::Arc;

use flow::engine::{Order, Prepared};
use flow::plan::Condition;

use super::world::{World, prepare};

/// Conditions, and whether stored values tell each of them.
const CONDITIONS: [(&str, bool); 27] = [
    ("city == \"Oslo\"", true),
    ("city != \"Oslo\"", true),
    ("score > 2", true),
    ("score >= 2", true),
    ("bonus < 1.50", true),
    ("flag", true),
    ("flag == false", true),
    ("stage >= lead", true),
    ("day < 2026-02-01", true),
    ("bonus is unknown", true),
    ("bonus is known", true),
    ("bonus between 1 and 2", true),
    ("city in (\"Oslo\", \"Bergen\")", true),
    ("city == \"Oslo\" and bonus == 1.5 and flag", true),
    ("bonus > 5 or city == \"Oslo\" or score == 0", true),
    (
        "(bonus > 1 or flag) and (city == \"Oslo\" or bonus is unknown)",
        true,
    ),
    (
        "(bonus > 1 and flag) or (city == \"Oslo\" and score < 5) or day is known",
        true,
    ),
    ("not (city == \"Oslo\")", false),
    ("city != \"Oslo\" or unknown", false),
    ("bonus not between 1 and 2", false),
    ("city not in (\"Oslo\")", false),
    ("email == \"ADA@acme.example\"", false),
    ("day < today", false),
    ("due < 3 days ago", false),
    ("created_at < now", false),
    ("bonus + 1 > 2", false),
    ("owner.email is known", false),
];

/// Records with much known and with little.
const RECORDS: [(&str, &[(&str, &str)]); 4] = [
    ("ada", &[]),
    (
        "bob",
        &[("city", "Oslo"), ("bonus", "1.5"), ("flag", "true")],
    ),
    (
        "cid",
        &[
            ("city", "Bergen"),
            ("score", "2"),
            ("day", "2026-01-31"),
            ("stage", "lead"),
        ],
    ),
    (
        "dan",
        &[
            ("city", "Paris"),
            ("bonus", "7"),
            ("day", "2026-02-01"),
            ("due", "2026-02-01T10:00:00Z"),
        ],
    ),
];

fn workflows(text: &mut String, (place, condition): (usize, &str)) {
    text.push_str(&format!(
        "workflow w{place} on contact {{ only when {condition} steps {{}} }}\n"
    ));
}

/// proves: N1
#[test]
fn stored_values_say_what_a_walk_says() {
    let mut text = super::world::OBJECTS.to_owned();
    for (place, (condition, _)) in CONDITIONS.iter().enumerate() {
        workflows(&mut text, (place, condition));
    }
    let naive = Arc::into_inner(prepare(&text)).expect("nobody else has it");
    let naive = naive.naive();
    let mut world = World::of(prepare(&text), Order::Sent);
    for (record, values) in RECORDS {
        world.contact(record, values);
    }
    for (place, (text, direct)) in CONDITIONS.into_iter().enumerate() {
        let name = format!("w{place}");
        let condition = |of: &Prepared| -> Condition {
            let plan = of.workflow(world.workflow(&name)).expect("it is there");
            plan.only.clone().expect("it has one")
        };
        let (mine, its) = (condition(world.prepared()), condition(&naive));
        assert_eq!(mine.direct.is_some(), direct, "{text}");
        for (record, _) in RECORDS {
            let state = world.state();
            let cell = state.record(world.id(record)).expect("it is there");
            let tests = state.would_hold(cell, (world.prepared(), &mine), state.now());
            let walk = state.would_hold(cell, (&naive, &its), state.now());
            assert_eq!(tests, walk, "{text} of {record}");
        }
    }
}
