//! How fast a state is frozen and thawed, and how large it becomes: contacts
//! of twenty properties, each asleep in one workflow. `cargo bench --bench
//! state`; the first argument is how many, 100,000 where there is none.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that meets the unexpected has failed"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use flow::base::{Decimal, Name, Sources, Timestamp};
use flow::compile::compile;
use flow::engine::frozen::v1::state::{Frozen, freeze, thaw};
use flow::engine::{Engine, Input, InputBody, Order, Prepared};
use flow::model::{ObjectId, PropertyId, Settings, Value};

const PROGRAM: &str = "
object contact {
  email: email unique required
  first_name: string, last_name: string, city: string, country: string, company: string, job: string, phone: string
  stage: enum(lead, mql, customer), source: enum(web, ads, event)
  score: number, visits: number, revenue: number, orders: number
  active: bool, consent: bool
  born: date, seen: datetime, signed_up: datetime
  tags: set(red, green, blue)
}
workflow w on contact { enroll when city is known steps { wait 30 days set score += 1 } }
workflow v on contact { enroll when score > 1000 steps { wait 1 day } }
";

/// Each figure is the best and the median of so many runs.
const RUNS: usize = 5;

fn main() {
    let asked = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let count: u64 = asked.unwrap_or(100_000);
    let prepared = program();
    for (what, sleeping) in [("contacts", false), ("contacts, each asleep once", true)] {
        let engine = filled(&prepared, count, sleeping);
        measure(&format!("{count} {what}"), &engine, count);
    }
}

fn measure(what: &str, engine: &Engine, count: u64) {
    let image = engine.image().expect("nothing is under way");
    let frozen = freeze(&image).expect("nothing is under way");
    let (taking, _) = timed(|| engine.image());
    let (freezing, freezing_median) = timed(|| freeze(&image));
    let (thawing, thawing_median) = timed(|| thaw(image.prepared(), &frozen).expect("it is whole"));
    let (whole, whole_median) = timed(|| {
        let image = thaw(image.prepared(), &frozen).expect("it is whole");
        Engine::from_image(image, "bench", Order::Sent)
    });
    let (publishing, publishing_median) = timed(|| engine.would_publish(image.prepared()));
    println!("{what}");
    println!("  {:.1} bytes each", size(&frozen) as f64 / count as f64);
    for (what, best, median) in [
        ("image", taking, taking),
        ("freeze", freezing, freezing_median),
        ("thaw", thawing, thawing_median),
        ("thaw and timers", whole, whole_median),
        ("publish", publishing, publishing_median),
    ] {
        println!(
            "  {what:<18}{:>10.2} ms best{:>10.2} ms median",
            best.as_secs_f64() * 1e3,
            median.as_secs_f64() * 1e3
        );
    }
}

fn size(frozen: &Frozen) -> usize {
    frozen.head.len() + frozen.blocks.iter().map(Vec::len).sum::<usize>()
}

/// How long it takes; what it leaves is dropped when the clock has stopped.
fn timed<T>(run: impl Fn() -> T) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let left = run();
            let time = start.elapsed();
            drop(left);
            time
        })
        .collect();
    times.sort();
    let best = times.first().copied().unwrap_or_default();
    (best, times.get(RUNS / 2).copied().unwrap_or_default())
}

fn program() -> Arc<Prepared> {
    let mut sources = Sources::default();
    let id = sources.add("state.flow".to_owned(), PROGRAM);
    let compiled = compile(&sources, &[id], &Settings::default());
    Arc::new(Prepared::new(compiled.program.expect("it has no mistake")))
}

fn filled(prepared: &Arc<Prepared>, count: u64, sleeping: bool) -> Engine {
    let mut engine = Engine::new(prepared.clone(), "bench", Order::Sent);
    let start: Timestamp = "2026-01-05T09:00:00Z".parse().expect("an instant");
    if sleeping {
        engine.apply(start, InputBody::Publish.into());
    }
    let object = prepared.program.catalog.object(&Name::new("contact"));
    let object = object.expect("it is declared");
    for number in 0..count {
        let at = start + Duration::from_millis(number);
        let input: Input = InputBody::Create(object, values(prepared, object, number)).into();
        engine.apply(at, input);
    }
    engine
}

fn values(prepared: &Prepared, object: ObjectId, number: u64) -> Vec<(PropertyId, Value)> {
    let object = &prepared.program.catalog.objects[object];
    let text = |text: String| Value::Text(text.into());
    let amount = |amount: u64| Value::Number(Decimal::from(amount));
    let at = |seconds: u64| {
        let second = 1_700_000_000 + i64::try_from(seconds).expect("it is small");
        Value::Datetime(Timestamp::from_second(second).expect("an instant"))
    };
    let place = usize::try_from(number % 3).expect("it is small");
    let values = [
        ("email", text(format!("person.{number}@example.com"))),
        ("first_name", text(format!("First{}", number % 1_000))),
        ("last_name", text(format!("Last{}", number % 5_000))),
        ("city", text(format!("City {}", number % 300))),
        ("country", text("Norway".into())),
        ("company", text(format!("Company {}", number % 20_000))),
        ("job", text("Head of something".into())),
        ("phone", text(format!("+47{:08}", number % 100_000_000))),
        ("stage", Value::Member(place)),
        ("source", Value::Member(place)),
        ("score", amount(number % 100)),
        ("visits", amount(number % 5_000)),
        ("revenue", Value::Number(Decimal::new(12_345_678, 2))),
        ("orders", amount(number % 10)),
        ("active", Value::Bool(true)),
        ("consent", Value::Bool(false)),
        ("born", Value::Date("1980-02-03".parse().expect("a day"))),
        ("seen", at(number)),
        ("signed_up", at(number / 2)),
        ("tags", Value::Set([place].into())),
    ];
    let known = values.into_iter();
    known
        .map(|(name, value)| (object.property(name).expect("it is declared"), value))
        .collect()
}
