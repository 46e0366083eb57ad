//! The engine beside the naive model across an edit. What the model can follow:
//! with other steps, those inside finish on their own where the workflows pin
//! (V3); with other conditions of leaving and enrolling, everybody goes by the
//! new ones where they migrate (V2). The places of all else stay as they are.

use std::sync::Arc;

use flow::engine::{Prepared, State};
use flow::semantic::Valid;
use flow::semantic::hir::Program;
use proptest::prelude::{any, proptest};

use super::engine_side::{self, Ran};
use super::{difference, lines, told};
use crate::acts::{Act, Ids};
use crate::chance::random;
use crate::generate::{Moment, compiled, history, sketch, without_past};
use crate::machine::program;
use crate::reference::Model;

/// The text of a workflow: what stands before its steps, and these.
struct Text {
    head: Vec<String>,
    steps: Vec<String>,
}

/// The declarations of a program, and its workflows.
fn texts(program: &str) -> (String, Vec<Text>) {
    let mut parts = program.split("workflow w");
    let declared = parts.next().unwrap_or_default().to_owned();
    let flows = parts.map(|flow| {
        let flow = flow.replace(" per event.key", "");
        let (head, steps) = flow.split_once("steps {\n").expect("it has steps");
        let unspread = |line: &str| line.split(" spread ").next().unwrap_or(line).to_owned();
        let lines = |text: &str| text.lines().map(unspread).collect();
        // Lots are drawn by identities, of which an edit is one more.
        let steps = match steps.contains("split {") {
            true => "set n += 2\n}\n}",
            false => steps,
        };
        Text {
            head: lines(head),
            steps: lines(steps),
        }
    });
    (declared, flows.collect())
}

fn joined(declared: &str, flows: &[Text], pins: bool) -> String {
    let pin = if pins { "on edit pin\n" } else { "" };
    let flows = flows.iter().map(|flow| {
        let (head, steps) = (flow.head.join("\n"), flow.steps.join("\n"));
        // Nothing goes round at one instant.
        format!("workflow w{head}\n{pin}steps {{\nwait 1 day\n{steps}\n")
    });
    format!("{declared}{}", flows.collect::<String>())
}

/// Whether a clause says who stays outside.
fn is_condition(clause: &str) -> bool {
    let words = ["suppress", "unenroll when", "goal when", "only when"];
    words.iter().any(|word| clause.starts_with(word))
}

/// A program and what it is edited to, by parts of another one.
fn edited(one: &str, other: &str, pins: bool) -> [String; 2] {
    let ((declared, mut flows), (_, others)) = (texts(one), texts(&without_past(other)));
    let first = joined(&declared, &flows, pins);
    let count = flows.len();
    for (flow, other) in flows.iter_mut().zip(others) {
        let goes_back = flow.steps.iter().any(|line| line.contains("goto"));
        if pins && goes_back {
            // The model looks for named steps where everybody else goes.
        } else if pins {
            let is_there = |line: &String| {
                let enrolled = line.strip_prefix("enroll in w");
                enrolled.is_none_or(|at| at.parse().is_ok_and(|at: usize| at < count))
            };
            flow.steps = other.steps.into_iter().filter(is_there).collect();
        } else {
            flow.head.retain(|clause| !is_condition(clause));
            let theirs = other.head.into_iter();
            flow.head
                .extend(theirs.filter(|clause| is_condition(clause)));
        }
    }
    [first, joined(&declared, &flows, pins)]
}

/// What the model tells that goes on with another program from a place of the
/// history on.
fn model<'p>(
    [first, next]: [&'p Valid<Program>; 2],
    (history, ids): (&[Moment], Ids),
    place: usize,
) -> Model<'p> {
    let mut model = Model::new(first.get());
    model.ids = ids;
    for (at, moment) in history.iter().enumerate() {
        if at == place {
            model.advance(moment.at);
            model.program = next.get();
            model.time.also(next.get());
            model.apply(moment.at, &Act::Publish);
        }
        model.apply(moment.at, &moment.act);
    }
    if let Some(last) = history.last() {
        model.advance(last.at + std::time::Duration::from_secs(10 * 86_400));
    }
    model
}

/// Fails with both traces where engine and model differ.
fn compare(programs: &[String; 2], history: &[Moment], place: usize) {
    let [first, next] = programs;
    let valid = |text: &String| compiled(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    let (one, other) = (valid(first), valid(next));
    let running = program::Program::of(first, &[]).expect("it was compiled before");
    let plain = running.plain.clone();
    let edit = |state: &State| -> Arc<Prepared> {
        let after = running.next(state, next);
        after.unwrap_or_else(|why| panic!("{why}\n{next}")).plain
    };
    let engine = Ran::edited(plain, history, Some((place, &edit)));
    let model = model([&one, &other], (history, engine.ids()), place);
    let (mine, theirs) = (engine.traces(), engine_side::by_record(&model.trace));
    if mine != theirs {
        let (mine, theirs) = (lines(&mine), lines(&theirs));
        panic!(
            "{first}\nedited at {place} to\n{next}\n{}\n{}",
            told(history),
            difference(&mine, &theirs)
        );
    }
    assert_eq!(engine.values(), model.values(), "{first}\n{next}");
}

/// After the publication, which stands before the fifth last at the latest.
fn place_in(history: &[Moment], chance: u8) -> usize {
    let published = |moment: &Moment| matches!(moment.act, Act::Publish);
    let first = history.iter().position(published).map_or(0, |at| at + 1);
    first + usize::from(chance) % (history.len() - first).max(1)
}

proptest! {
    #![proptest_config(random(10, 5_000))]

    /// proves: V3
    #[test]
    fn those_inside_finish_on_the_steps_that_they_began(
        one in sketch(), other in sketch(), history in history(), chance in any::<u8>(),
    ) {
        let programs = edited(&one.to_string(), &other.to_string(), true);
        compare(&programs, &history, place_in(&history, chance));
    }
}

proptest! {
    #![proptest_config(random(10, 5_000))]

    /// proves: V2, E2
    #[test]
    fn edited_conditions_hold_for_all_from_then_on(
        one in sketch(), other in sketch(), history in history(), chance in any::<u8>(),
    ) {
        let programs = edited(&one.to_string(), &other.to_string(), false);
        compare(&programs, &history, place_in(&history, chance));
    }
}
