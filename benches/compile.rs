//! How fast the compiler is, as ratios beside a plain scan for line ends over
//! the same text in the same run. `cargo bench --bench compile`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a measurement that meets the unexpected has failed"
)]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use flow::base::Sources;
use flow::compile::compile;
use flow::model::Settings;
use flow::syntax::{parse, recognise};

/// Corpus sizes, in lines.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// Each figure is taken over so many runs: the median, and the best. Ratios and
/// lines per second are of the best, which a busy machine disturbs least.
const RUNS: usize = 9;

fn main() {
    let unit = unit();
    println!(
        "{:>8}  {:<28}{:>12}{:>12}{:>14}{:>9}{:>13}",
        "lines", "what", "median", "best", "lines/s", "x scan", "to 1,000"
    );
    let mut first: Vec<f64> = Vec::new();
    for size in SIZES {
        let corpus = corpus(&unit, size);
        let lines = corpus.lines().count();
        let figures = [
            ("scan for line ends", timed(|| scan(&corpus))),
            ("parser alone", timed(|| usize::from(recognise(&corpus)))),
            ("parser and tree", timed(|| tree(&corpus))),
            ("check, one file", timed(|| check(&[&corpus]))),
            (
                "check, files of 100 lines",
                timed(|| check(&split(&corpus))),
            ),
        ];
        let scan = per_line(figures[0].1, lines);
        for (row, (what, time)) in figures.iter().enumerate() {
            let line = per_line(*time, lines);
            if size == SIZES[0] {
                first.push(line);
            }
            println!(
                "{lines:>8}  {what:<28}{:>9.2} ms{:>9.2} ms{:>14.0}{:>9.0}{:>13.2}",
                time.median.as_secs_f64() * 1e3,
                time.best.as_secs_f64() * 1e3,
                1.0 / line,
                line / scan,
                line / first[row]
            );
        }
    }
    println!(
        "\n`x scan`: time per line over that of the scan. `to 1,000`: time per line over that of the smallest corpus;"
    );
    println!(
        "1 is linear. The corpus repeats one project under other names; every program checks without errors."
    );
}

/// The text that is repeated: a project of the examples, in one file.
fn unit() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/webinar");
    let files = [
        "objects",
        "events",
        "messages",
        "segments",
        "workflows/register",
        "workflows/attendance",
    ];
    let more = ["workflows/follow_up", "workflows/hand_over"];
    let read = |name: &&str| {
        std::fs::read_to_string(root.join(format!("{name}.flow"))).expect("the example is there")
    };
    files
        .iter()
        .chain(&more)
        .map(read)
        .collect::<Vec<_>>()
        .join("\n")
}

/// So many lines: the unit again and again, every declared name with a number.
fn corpus(unit: &str, lines: usize) -> String {
    const NAMES: [&str; 24] = [
        "contact",
        "company",
        "webinar_registered",
        "webinar_joined",
        "webinar_left",
        "page_viewed",
        "reminder",
        "thank_you",
        "looked_in",
        "missed_you",
        "introduction",
        "do_not_disturb",
        "regulars",
        "register",
        "attendance_in",
        "attendance_out",
        "follow_up",
        "hand_over",
        "introduce",
        "SEASON_START",
        "FOLLOW_UP_AFTER",
        "employees",
        "decision_maker",
        "billing",
    ];
    let per_unit = unit.lines().count();
    let mut text = String::with_capacity(unit.len() * lines / per_unit + unit.len());
    for number in 0..lines.div_ceil(per_unit) {
        let (mut word, mut before) = (String::new(), String::new());
        for c in unit.chars() {
            if c.is_ascii_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            text.push_str(&word);
            // All mean the one object `user`: `notify` takes no other.
            let another_user = word == "user" && before == "object" && number > 0;
            if NAMES.contains(&word.as_str()) || another_user {
                text.push_str(&format!("_{number}"));
            }
            if !word.is_empty() {
                before = std::mem::take(&mut word);
            }
            text.push(c);
        }
        text.push_str(&word);
    }
    text
}

/// Pieces of about 100 lines that begin with a declaration.
fn split(corpus: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut lines) = (Vec::new(), 0, 0);
    let (mut at, mut documented) = (0, false);
    for line in corpus.split_inclusive('\n') {
        let opens = [
            "object ",
            "event ",
            "message ",
            "webhook ",
            "segment ",
            "const ",
            "workflow ",
            "///",
        ];
        if lines >= 100 && !documented && opens.iter().any(|word| line.starts_with(word)) {
            pieces.push(&corpus[start..at]);
            (start, lines) = (at, 0);
        }
        documented = line.starts_with("///");
        at += line.len();
        lines += 1;
    }
    pieces.push(&corpus[start..]);
    pieces
}

fn scan(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

fn tree(text: &str) -> usize {
    let mut sources = Sources::default();
    let id = sources.add("bench.flow", text);
    parse(id, text).file.declarations.len()
}

fn check(files: &[&str]) -> usize {
    let mut sources = Sources::default();
    let ids: Vec<_> = files
        .iter()
        .enumerate()
        .map(|(at, text)| sources.add(format!("{at}.flow"), *text))
        .collect();
    let compiled = compile(&sources, &ids, &Settings::default());
    let wrong = compiled
        .findings
        .iter()
        .next()
        .filter(|_| compiled.findings.has_errors());
    if let Some(finding) = wrong {
        let place = sources
            .get(finding.primary.span.source)
            .position(finding.primary.span.start);
        panic!("{}: {} at {place:?}", finding.code, finding.message);
    }
    compiled
        .program
        .map_or(0, |program| program.workflows().len())
}

/// How long something took.
#[derive(Clone, Copy)]
struct Timed {
    median: Duration,
    best: Duration,
}

fn timed(mut run: impl FnMut() -> usize) -> Timed {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort();
    Timed {
        median: times[RUNS / 2],
        best: times[0],
    }
}

fn per_line(time: Timed, lines: usize) -> f64 {
    time.best.as_secs_f64() / lines as f64
}
