//! How fast a condition is asked of records, beside the `cel` crate and
//! `zen-expression` in the same run: five comparisons, a thousand records, all
//! compiled beforehand, the answers compared before anything is timed.
//! `cargo run --release --manifest-path benches/peers/Cargo.toml`.
//!
//! What is timed of `flow` is what `flow records --where` asks. Of `cel` it is
//! `Value::resolve_val`, which copies no result, as `Program::execute` does.
//! `zen-expression` is the crate by which `zen-engine` evaluates conditions; the
//! engine around it adds a graph of decisions, which would only make it slower.
//! Each peer is timed with what it asks prepared beforehand, and with that made
//! of each record anew. A day is a number of days to both, which they compare
//! quicker than a day. Times are those of the processor.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a measurement that meets the unexpected has failed"
)]

mod cel_side;
mod flow_side;
#[path = "../measure/watch.rs"]
mod watch;
mod zen_side;

use std::hint::black_box;
use std::time::Duration;

use cel_side::Cel;
use flow_side::Flow;
use watch::Watch;
use zen_side::Zen;

/// Each figure is taken over so many runs: the median, and the best.
const RUNS: usize = 15;

/// Each run asks about all records so many times.
const ROUNDS: usize = 100;

/// How many records there are.
const RECORDS: usize = 1_000;

/// A record as any of them can read it.
pub(crate) struct Row {
    pub(crate) country: String,
    pub(crate) score: i64,
    pub(crate) active: bool,
    pub(crate) born: i64,
    pub(crate) stage: String,
}

/// The condition in three languages. Days are counted from 1970.
const FLOW: &str = r#"country == "Germany" and score >= 40 and active == true
    and born < 2000-01-01 and stage != customer"#;
const CEL: &str = r#"country == "Germany" && score >= 40 && active == true
    && born < 10957 && stage != "customer""#;
const ZEN: &str = r#"country == "Germany" and score >= 40 and active == true
    and born < 10957 and stage != "customer""#;

/// One way to ask a condition of all records: what is true of each.
struct Way<'a> {
    who: &'static str,
    how: &'static str,
    ask: Box<dyn FnMut(&mut Vec<bool>) + 'a>,
}

fn way<'a>(who: &'static str, how: &'static str, ask: impl FnMut(&mut Vec<bool>) + 'a) -> Way<'a> {
    Way {
        who,
        how,
        ask: Box::new(ask),
    }
}

fn main() {
    for (what, share) in [("about half of them true", 87), ("all of them true", 100)] {
        let rows: Vec<Row> = rows(share);
        let flow = Flow::new(&rows);
        let cel = Cel::new(&rows);
        let zen = Zen::new(&rows);
        let mut ways = vec![
            way("flow", "", flow.asked()),
            way("cel", "contexts prepared", cel.prepared()),
            way("cel", "values prepared, resolved", cel.resolved()),
            way("cel", "context for each record", cel.fresh(&rows)),
            way("zen-expression", "scopes prepared", zen.prepared()),
            way("zen-expression", "scope for each record", zen.fresh(&rows)),
        ];
        let truths = agreed(&mut ways);
        println!("{RECORDS} records, {what}: {truths}");
        measure(&mut ways);
    }
}

/// How many are true, if all say the same of each record.
fn agreed(ways: &mut [Way<'_>]) -> usize {
    let mut first: Option<Vec<bool>> = None;
    for way in ways {
        let mut answers = Vec::new();
        (way.ask)(&mut answers);
        assert_eq!(answers.len(), RECORDS, "{} asks of all", way.who);
        match &first {
            Some(first) => assert_eq!(*first, answers, "{} says the same", way.who),
            None => first = Some(answers),
        }
    }
    let first = first.expect("there is one");
    first.into_iter().filter(|is| *is).count()
}

/// Each way in turn, so that what else the machine does meets all alike.
fn measure(ways: &mut [Way<'_>]) {
    let mut times = vec![Vec::with_capacity(RUNS); ways.len()];
    for _ in 0..RUNS {
        for (way, times) in ways.iter_mut().zip(&mut times) {
            times.push(timed(way));
        }
    }
    let figures = times.into_iter().map(|mut times: Vec<Duration>| {
        times.sort();
        let each = |time: Duration| time.as_nanos() as f64 / (ROUNDS * RECORDS) as f64;
        (each(times[0]), each(times[RUNS / 2]))
    });
    let figures: Vec<(f64, f64)> = figures.collect();
    for (way, (best, median)) in ways.iter().zip(&figures) {
        println!(
            "  {:<15}{:<28}{best:>9.1} ns best{median:>9.1} ns median{:>14.0} /s{:>8.1} x flow",
            way.who,
            way.how,
            1e9 / best,
            best / figures[0].0
        );
    }
}

fn timed(way: &mut Way<'_>) -> Duration {
    let mut answers = Vec::with_capacity(RECORDS);
    let begin = Watch::begin();
    for _ in 0..ROUNDS {
        answers.clear();
        (way.ask)(&mut answers);
        black_box(&answers);
    }
    begin.elapsed()
}

/// The same records in every run. `share` of a hundred pass each comparison.
fn rows(share: u64) -> Vec<Row> {
    let mut draw: u64 = 7;
    let mut next = move || {
        draw = draw
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        draw >> 33
    };
    let rows = (0..RECORDS).map(|_| {
        let mut passes = || next() % 100 < share;
        let (country, score, active, born, stage) =
            (passes(), passes(), passes(), passes(), passes());
        let some = i64::try_from(next() % 40).expect("it is small");
        Row {
            country: if country { "Germany" } else { "Denmark" }.to_owned(),
            score: if score { 40 + some } else { some },
            active,
            born: if born {
                5_000 + 100 * some
            } else {
                10_957 + 100 * some
            },
            stage: match (stage, some % 2) {
                (false, _) => "customer",
                (true, 0) => "lead",
                (true, _) => "prospect",
            }
            .to_owned(),
        }
    });
    rows.collect()
}
