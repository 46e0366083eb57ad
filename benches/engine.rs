//! How fast the engine is, alone: no files, no durability. Beside it, in the
//! same run, a loop that only reads and writes the rows that the engine
//! touched. `cargo bench --bench engine`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a measurement that meets the unexpected has failed"
)]

#[path = "measure/memory.rs"]
mod memory;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flow::base::{Name, Sources, Timestamp, Uid};
use flow::compile::compile;
use flow::engine::decision::{Action, Entry};
use flow::engine::message::Outcome;
use flow::engine::{Engine, Input, InputBody, Order, Prepared, State, Target};
use flow::host::replay::{self, Brings};
use flow::model::{Profile, Settings, Value};
use flow::project;
use flow::scenario::{Carrier, Scenario};
use memory::resident;
use mimalloc::MiMalloc;

/// The allocator of the program itself.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Each figure is taken over so many runs: the median, and the best.
const RUNS: usize = 9;

/// A program with inputs for it.
struct Load {
    what: String,
    prepared: Arc<Prepared>,
    inputs: Vec<(Timestamp, Input)>,
}

fn main() {
    if std::env::args().any(|argument| argument == "wakes") {
        return wakes();
    }
    println!(
        "{:<34}{:>9}{:>12}{:>12}{:>13}{:>13}{:>8}",
        "what", "inputs", "median", "best", "inputs/s", "deliveries", "x loop"
    );
    let mut first = None;
    for load in loads() {
        let (touched, rows) = touched(&load);
        let engine = timed(|| run(&load, Silent).machine().state().records().count());
        let plain = timed(|| rows_only(&touched, rows.clone()));
        let per = |time: Duration| time.as_secs_f64() / load.inputs.len() as f64;
        let ratio = per(engine.1) / per(plain.1);
        for (what, time, count) in [
            (load.what.as_str(), engine, touched.len().to_string()),
            ("  only its rows, read and written", plain, String::new()),
        ] {
            println!(
                "{what:<34}{:>9}{:>9.2} ms{:>9.2} ms{:>13.0}{count:>13}{:>8}",
                load.inputs.len(),
                time.0.as_secs_f64() * 1e3,
                time.1.as_secs_f64() * 1e3,
                1.0 / per(time.1),
                if count.is_empty() {
                    "1".to_owned()
                } else {
                    format!("{ratio:.1}")
                },
            );
        }
        if load.what.starts_with("generated, 10 ") {
            first = Some(per(engine.1));
        } else if let Some(first) = first {
            println!(
                "  an input costs {:.2} times what it costs with 10 workflows",
                per(engine.1) / first
            );
        }
    }
    println!(
        "\nOne core, state in memory, decisions hashed, history told and dropped, actions answered at once."
    );
    println!(
        "`deliveries`: how often a record was told of in the history, which is how often the loop touches a row."
    );
}

/// The example and some numbers of workflows, or the numbers that are asked:
/// `cargo bench --bench engine -- 1000`.
fn loads() -> impl Iterator<Item = Load> {
    let mut asked: Vec<usize> = std::env::args().filter_map(|it| it.parse().ok()).collect();
    let all = asked.is_empty();
    if all {
        asked.extend([1, 10, 100, 1_000, 10_000]);
    }
    let example = all.then(example);
    example.into_iter().chain(asked.into_iter().map(generated))
}

/// A million records that time will turn, beside as many that it does not:
/// memory, what an input costs, what a thaw adds, what it takes until all have
/// turned. `cargo bench --bench engine -- wakes [NUMBER]`.
fn wakes() {
    let number = std::env::args().find_map(|argument| argument.parse().ok());
    let number: usize = number.unwrap_or(1_000_000);
    println!("{number} records: in, thawed, all turned, memory");
    for (what, condition) in [
        ("by time", "seen_at < 30 days ago"),
        (
            "by time, this month",
            "seen_at within this month and score < 5",
        ),
        ("by no time", "score > 30"),
    ] {
        let program = format!(
            "object contact {{ name: string, seen_at: datetime, score: number default 0 }}
             workflow w on contact {{ enroll when {condition} steps {{}} }}"
        );
        let mut sources = Sources::default();
        let id = sources.add("wakes.flow".to_owned(), program);
        let compiled = compile(&sources, &[id], &Settings::default());
        let prepared = Arc::new(Prepared::new(compiled.program.expect("it has no mistake")));
        let before = resident();
        let begin = Instant::now();
        let engine = filled(&prepared, number);
        let (took, held) = (begin.elapsed(), resident() - before);
        let wakes = engine.state().wakes();
        let image = engine.image().expect("nothing is under way");
        let begin = Instant::now();
        let mut engine = Engine::from_image(image, "bench", Order::Sent);
        let thawed = begin.elapsed();
        let begin = Instant::now();
        while let Some(due) = engine.next_deadline() {
            black_box(engine.advance(due));
        }
        println!(
            "{what:<22}{wakes:>9} wakes {:>8.2?} {:>8.2?} {:>8.2?} {:>6} bytes a record",
            took,
            thawed,
            begin.elapsed(),
            held / number as u64
        );
    }
}

/// Records that were seen a minute apart.
fn filled(prepared: &Arc<Prepared>, number: usize) -> Engine {
    let mut engine = Engine::new(prepared.clone(), "bench", Order::Sent);
    let catalog = &prepared.program.catalog;
    let contact = catalog.object(&Name::new("contact"));
    let contact = contact.expect("it is declared");
    let seen = catalog.objects[contact].property("seen_at");
    let seen = seen.expect("it is declared");
    let start = 1_767_603_600;
    let now = Timestamp::from_second(start).expect("a time");
    engine.apply(now, InputBody::Publish.into());
    for place in 0..number {
        let at = Timestamp::from_second(start - 60 * (place as i64 % 40_000)).expect("a time");
        let body = InputBody::Create(contact, vec![(seen, Value::Datetime(at))]);
        black_box(engine.apply(now, body.into()));
    }
    engine
}

/// The example's two weeks.
fn example() -> Load {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/webinar");
    let project = project::load(&folder).expect("the example is there");
    let compiled = compile(&project.sources, &project.files, &project.settings);
    let prepared = Arc::new(Prepared::new(compiled.program.expect("it has no mistake")));
    let text = std::fs::read_to_string(folder.join("two-weeks.jsonl")).expect("it is there");
    let mut sources = Sources::default();
    let id = sources.add("two-weeks.jsonl".to_owned(), text);
    let Ok(replay) = replay::read((id, sources.get(id)), &prepared, &folder) else {
        panic!("the replay has no bad line");
    };
    let mut inputs = Vec::new();
    for line in replay.lines {
        match line.brings {
            Brings::Input(input) => inputs.push((line.at, *input)),
            Brings::Import(import) => {
                inputs.extend(import.rows.into_iter().map(|row| (line.at, row.input)));
            }
        }
    }
    let what = "the example, two weeks".to_owned();
    Load {
        what,
        prepared,
        inputs,
    }
}

const OBJECTS: &str = "
object contact { email: email unique required, score: number default 0, city: string, stage: enum(lead, mql, customer) default lead, mark: number default 0 }
event seen on contact { place: number }
";

/// So many workflows of mixed triggers: by event and value, by property, by
/// range, by how often. However many there are, an input enrols about as often.
fn generated(workflows: usize) -> Load {
    let mut text = OBJECTS.to_owned();
    for number in 0..workflows {
        let trigger = match number % 5 {
            0 => format!("enroll on seen where place == {number}"),
            1 => format!("enroll when score == {number}"),
            2 => format!("enroll when score between {number} and {number}.5"),
            3 => format!("enroll on changed city to \"city {number}\""),
            _ => format!("enroll on seen where place == {number} at least 2 times"),
        };
        write!(
            text,
            "workflow w{number} on contact {{ {trigger} reenroll always suppress when stage == customer
               steps {{ set mark += 1 wait 1 day branch {{ case when score > 50 {{ do log {{ text: \"{{email}}\" }} }} }} }} }}\n"
        )
        .expect("a text grows");
    }
    let mut sources = Sources::default();
    let id = sources.add("generated.flow".to_owned(), text);
    let settings = Settings {
        limits: Profile::None.into(),
        ..Settings::default()
    };
    let compiled = compile(&sources, &[id], &settings);
    let prepared = Arc::new(Prepared::new(compiled.program.expect("it has no mistake")));
    let inputs = inputs(&prepared, workflows);
    let what = format!("generated, {workflows} workflows");
    Load {
        what,
        prepared,
        inputs,
    }
}

/// A thousand contacts, then twenty thousand events and changes, a minute
/// apart, the same in every run.
fn inputs(prepared: &Prepared, workflows: usize) -> Vec<(Timestamp, Input)> {
    let catalog = &prepared.program.catalog;
    let contact = catalog
        .object(&Name::new("contact"))
        .expect("it is declared");
    let object = &catalog.objects[contact];
    let property = |name: &str| object.property(name).expect("it is declared");
    let seen = catalog.event(&Name::new("seen")).expect("it is declared");
    let start = 1_767_603_600;
    let at = |minute: usize| Timestamp::from_second(start + 60 * minute as i64).expect("a time");
    let mut inputs = vec![(at(0), Input::from(InputBody::Publish))];
    for number in 0..1_000 {
        let email = Value::Text(format!("c{number}@example.com").into());
        let body = InputBody::Create(contact, vec![(property("email"), email)]);
        let id = Some(format!("c{number}").into());
        inputs.push((at(0), Input { id, ..body.into() }));
    }
    let mut draw: u64 = 7;
    for number in 0..20_000 {
        draw = draw
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let (who, what) = ((draw >> 33) % 1_000, (draw >> 43) as usize % workflows);
        let id = Uid::of(&[b"input", b"create", format!("c{who}").as_bytes()]);
        let target = Target::Id(contact, id);
        let body = match number % 3 {
            0 => InputBody::Event(target, seen, vec![Some(Value::Number(what.into()))]),
            1 => InputBody::Set(
                target,
                vec![(property("score"), Some(Value::Number(what.into())))],
            ),
            _ => {
                let city = Value::Text(format!("city {what}").into());
                InputBody::Set(target, vec![(property("city"), Some(city))])
            }
        };
        inputs.push((at(1 + number), body.into()));
    }
    inputs
}

fn run<C: Carrier>(load: &Load, carrier: C) -> Scenario<Engine, C> {
    let engine = Engine::new(load.prepared.clone(), "bench", Order::Sent);
    let mut scenario = Scenario::new(engine, carrier, Vec::new());
    for (at, input) in &load.inputs {
        black_box(scenario.apply(*at, input.clone()));
    }
    scenario
}

/// An outside that answers at once and keeps nothing.
struct Silent;

impl Carrier for Silent {
    fn carry(&mut self, _: &State, _: &Action) -> Option<Outcome> {
        Some(Outcome::Done(Vec::new()))
    }

    fn told(&mut self, _: &State, entries: &[Entry]) {
        black_box(entries);
    }
}

/// An outside that notes of which records it was told.
#[derive(Default)]
struct Noting(Vec<Uid>);

impl Carrier for Noting {
    fn carry(&mut self, _: &State, _: &Action) -> Option<Outcome> {
        Some(Outcome::Done(Vec::new()))
    }

    fn told(&mut self, _: &State, entries: &[Entry]) {
        for record in entries.iter().filter_map(|entry| entry.record) {
            if self.0.last() != Some(&record) {
                self.0.push(record);
            }
        }
    }
}

type Rows = BTreeMap<Uid, Vec<Option<Value>>>;

/// The records that a run touches, in order, and the rows that it ends with.
fn touched(load: &Load) -> (Vec<Uid>, Rows) {
    let scenario = run(load, Noting::default());
    let rows = scenario.machine().state().records();
    let rows = rows.map(|cell| (cell.id, cell.values.to_vec())).collect();
    (scenario.into_parts().1.0, rows)
}

/// Reads each row, changes a value, writes it back.
fn rows_only(touched: &[Uid], mut rows: Rows) -> usize {
    for (number, id) in touched.iter().enumerate() {
        let mut row = rows.get(id).cloned().unwrap_or_default();
        if let Some(value) = row.last_mut() {
            *value = Some(Value::Number(number.into()));
        }
        rows.insert(*id, black_box(row));
    }
    rows.len()
}

/// The median and the best of some runs.
fn timed(mut work: impl FnMut() -> usize) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let begin = Instant::now();
            black_box(work());
            begin.elapsed()
        })
        .collect();
    times.sort();
    (times[RUNS / 2], times[0])
}
