//! Sleeping enrolments: what a record with an enrolment and its timer takes of
//! memory, how long time takes to pass over them, and how long a restart takes.
//! Beside it, in the same run, plain collections of as many instants with ids,
//! advanced the same way. Times are those of the processor. `cargo bench
//! --bench timers`; the first argument is how many, a million where there is
//! none.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that meets the unexpected has failed"
)]

#[path = "measure/memory.rs"]
mod memory;
#[path = "measure/watch.rs"]
mod watch;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use flow::base::{Name, Sources, Timestamp, Uid};
use flow::compile::compile;
use flow::engine::frozen::v1::state::{freeze, thaw};
use flow::engine::{Engine, InputBody, Order, Prepared};
use flow::model::{Settings, Value};
use memory::resident;
use watch::Watch;

const PROGRAM: &str = "
object contact { name: string, score: number default 0 }
workflow w on contact { enroll when name is known steps { wait 30 days set score += 1 } }
";

/// Each record begins to wait so long after the one before it.
const APART: Duration = Duration::from_millis(10);

/// How many are due at once, where some are.
const SOME: usize = 1_000;

/// How often it is asked whether anything is due.
const ASKED: u32 = 100_000;

/// What is measured, each in a process of its own: what one has freed would
/// hide what the next one takes.
const PARTS: [&str; 3] = ["engine", "set", "heap"];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let asked = words.iter().find_map(|word| word.parse().ok());
    let number: usize = asked.unwrap_or(1_000_000);
    match words.last().map(String::as_str) {
        Some("engine") => engine(number),
        Some("set") => plain("a BTreeSet of instants with ids", number, BTreeSet::new()),
        Some("heap") => plain("a BinaryHeap of them", number, BinaryHeap::new()),
        _ => {
            println!("{number} timers");
            for part in PARTS {
                let itself = std::env::current_exe().expect("it runs");
                let mut other = Command::new(itself);
                let status = other.arg(number.to_string()).arg(part).status();
                assert!(status.expect("it begins").success(), "{part} ends well");
            }
        }
    }
}

/// An engine whose every record waits.
fn engine(number: usize) {
    let prepared = program();
    let before = resident();
    let engine = filled(&prepared, number);
    let held = resident().saturating_sub(before);
    println!("  records, enrolments and timers");
    line("memory", per(held, number));
    let image = engine.image().expect("nothing is under way");
    let before = resident();
    let begin = Watch::begin();
    let other = Engine::from_image(image.clone(), "bench", Order::Sent);
    let timers = begin.elapsed();
    line(
        "memory of the timers",
        per(resident().saturating_sub(before), number),
    );
    drop(other);
    let begin = Watch::begin();
    let frozen = freeze(&image).expect("nothing is under way");
    let freezing = begin.elapsed();
    let size = frozen.head.len() + frozen.blocks.iter().map(Vec::len).sum::<usize>();
    line("a snapshot", per(size as u64, number));
    drop((engine, image));
    let begin = Watch::begin();
    let image = thaw(&prepared, &frozen).expect("it is whole");
    let thawing = begin.elapsed();
    drop(frozen);
    line("restart: timers", took(timers, number));
    line("restart: thaw of the snapshot", took(thawing, number));
    line("(freeze)", took(freezing, number));
    passed(Engine::from_image(image, "bench", Order::Sent), number);
}

/// Lets time pass until all have gone on.
fn passed(mut engine: Engine, number: usize) {
    let due = |engine: &Engine| engine.next_deadline().expect("there are some");
    let now = engine.state().now();
    advanced(
        |place| {
            let soon = now + Duration::from_micros(u64::from(place));
            black_box(engine.advance(soon).entries.len());
        },
        "nothing is due",
    );
    let last = due(&engine) + APART * (SOME as u32 - 1);
    let begin = Watch::begin();
    black_box(engine.advance(last));
    line("advance: a thousand are due", took(begin.elapsed(), SOME));
    let begin = Watch::begin();
    while let Some(due) = engine.next_deadline() {
        black_box(engine.advance(due));
    }
    line(
        "advance: all, one by one",
        took(begin.elapsed(), number - SOME),
    );
}

/// What holds instants with ids and gives the earliest.
trait Earliest {
    fn put(&mut self, one: (Timestamp, Uid));
    fn due(&self) -> Option<Timestamp>;
    fn take(&mut self) -> Option<(Timestamp, Uid)>;
}

impl Earliest for BTreeSet<(Timestamp, Uid)> {
    fn put(&mut self, one: (Timestamp, Uid)) {
        self.insert(one);
    }
    fn due(&self) -> Option<Timestamp> {
        self.first().map(|(due, _)| *due)
    }
    fn take(&mut self) -> Option<(Timestamp, Uid)> {
        self.pop_first()
    }
}

impl Earliest for BinaryHeap<Reverse<(Timestamp, Uid)>> {
    fn put(&mut self, one: (Timestamp, Uid)) {
        self.push(Reverse(one));
    }
    fn due(&self) -> Option<Timestamp> {
        self.peek().map(|Reverse((due, _))| *due)
    }
    fn take(&mut self) -> Option<(Timestamp, Uid)> {
        self.pop().map(|Reverse(one)| one)
    }
}

fn plain(what: &str, number: usize, mut of: impl Earliest) {
    println!("  {what}");
    let (before, begin) = (resident(), Watch::begin());
    let mut at = start();
    for place in 0..number {
        of.put((at, Uid::of(&[&place.to_le_bytes()])));
        at += APART;
    }
    line("made", took(begin.elapsed(), number));
    line("memory", per(resident().saturating_sub(before), number));
    let advance = |of: &mut _, now| advance(of, now);
    advanced(
        |place| {
            let early = start() - Duration::from_secs(1) + Duration::from_micros(u64::from(place));
            advance(&mut of, early);
        },
        "nothing is due",
    );
    let last = start() + APART * (SOME as u32 - 1);
    let begin = Watch::begin();
    advance(&mut of, last);
    line("advance: a thousand are due", took(begin.elapsed(), SOME));
    let begin = Watch::begin();
    while let Some(due) = of.due() {
        advance(&mut of, due);
    }
    line(
        "advance: all, one by one",
        took(begin.elapsed(), number - SOME),
    );
}

fn advance(of: &mut impl Earliest, now: Timestamp) {
    while of.due().is_some_and(|due| due <= now) {
        black_box(of.take());
    }
}

fn advanced(mut advance: impl FnMut(u32), what: &str) {
    let begin = Watch::begin();
    for place in 0..ASKED {
        advance(place);
    }
    line(
        &format!("advance: {what}"),
        took(begin.elapsed(), ASKED as usize),
    );
}

fn line(what: &str, figure: String) {
    println!("    {what:<32}{figure}");
}

fn per(bytes: u64, number: usize) -> String {
    format!(
        "{:>8.1} bytes each{:>9.0} MB",
        bytes as f64 / number as f64,
        bytes as f64 / 1e6
    )
}

fn took(time: Duration, number: usize) -> String {
    format!(
        "{:>8.1} ns each{:>12.2} ms",
        time.as_nanos() as f64 / number as f64,
        time.as_secs_f64() * 1e3
    )
}

fn program() -> Arc<Prepared> {
    let mut sources = Sources::default();
    let id = sources.add("timers.flow".to_owned(), PROGRAM.to_owned());
    let compiled = compile(&sources, &[id], &Settings::default());
    Arc::new(Prepared::new(compiled.program.expect("it has no mistake")))
}

fn start() -> Timestamp {
    Timestamp::from_second(1_767_603_600).expect("a time")
}

fn filled(prepared: &Arc<Prepared>, number: usize) -> Engine {
    let mut engine = Engine::new(prepared.clone(), "bench", Order::Sent);
    let catalog = &prepared.program.catalog;
    let contact = catalog.object(&Name::new("contact"));
    let contact = contact.expect("it is declared");
    let name = catalog.objects[contact].property("name");
    let name = name.expect("it is declared");
    let mut now = start();
    engine.apply(now, InputBody::Publish.into());
    for place in 0..number {
        let text = Value::Text(format!("Contact {place}").into());
        let body = InputBody::Create(contact, vec![(name, text)]);
        black_box(engine.apply(now, body.into()));
        now += APART;
    }
    engine
}
