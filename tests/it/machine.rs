//! Random programs that run, are edited, stand still and begin anew, under
//! random inputs: whatever happens, the rules hold, and the same comes of the
//! same again.

mod draft;
mod drive;
mod input;
mod judge;
mod ledger;
mod lines;
mod log;
mod pool;
pub(crate) mod program;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use proptest::prelude::{any, proptest};
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use self::drive::{play, play_in};
use self::lines::{Sequence, sequence};
use crate::chance::random;
use crate::support::{files, read};

/// Kinds of entries, reasons to be refused and to leave.
const REACHED: &[&str] = &[
    "suppressed",
    "goal_met",
    "unenroll_condition",
    "manual",
    "exclusive",
    "deleted",
    "merged",
    "completed",
    "workflow_off",
    "workflow_paused",
    "already_enrolled",
    "enrolled_before",
    "no_reenroll_trigger",
    "held",
    "missed",
    "restored",
    "merged_into",
    "wait_began",
    "wait_ended",
    "withdrawn",
    "attempt_failed",
    "action",
    "done",
    "skipped",
    "failed",
    "branch",
    "imported",
    "linked",
    "unlinked",
    "duplicate",
    "no_record",
    "input_refused",
    "switched",
    "joined",
    "left_segment",
];

proptest! {
    #![proptest_config(random(500, 50_000))]

    /// proves: I2, I5, E11, E16, E17, L2, L3, A1, A9, V2, V3, H1
    #[test]
    fn whatever_happens_the_rules_hold(sequence in sequence(24)) {
        play(&sequence);
    }
}

proptest! {
    #![proptest_config(random(500, 50_000))]

    /// proves: I2, V2, V3
    #[test]
    fn short_sequences_keep_the_rules_too(sequence in sequence(10)) {
        play(&sequence);
    }
}

proptest! {
    #![proptest_config(random(100, 10_000))]

    /// proves: I2, I5
    #[test]
    fn the_rules_hold_whenever_messages_come(sequence in sequence(16), seed in any::<u64>()) {
        play_in(&sequence, seed);
    }
}

/// What once failed, as it was found: tests/sequences.
/// proves: I2, V2
#[test]
fn what_once_failed_holds() {
    let kept = files("tests/sequences");
    assert!(!kept.is_empty());
    for path in kept {
        let sequence = Sequence::read(&read(&path));
        assert_eq!(Sequence::read(&sequence.to_string()), sequence, "{path}");
        play(&sequence);
        (0..10).for_each(|seed| drop(play_in(&sequence, seed)));
    }
}

/// The same sequences each time: they reach what may be told of records.
#[test]
fn sequences_reach_what_may_happen() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(random(100, 100), rng);
    let (reached, edits) = (RefCell::new(BTreeSet::new()), Cell::new(0));
    let ran = runner.run(&sequence(30), |sequence| {
        let driven = play(&sequence);
        reached.borrow_mut().extend(driven.ledger.seen);
        edits.set(edits.get() + driven.edits);
        Ok(())
    });
    ran.unwrap_or_else(|why| panic!("{why}"));
    let (seen, edits) = (reached.into_inner(), edits.get());
    let lacking: Vec<&&str> = REACHED
        .iter()
        .filter(|kind| !seen.contains(**kind))
        .collect();
    assert!(lacking.is_empty(), "{lacking:?} of {seen:?}");
    assert!(edits > 80, "{edits} edits");
}

/// What the programs are made of can be compiled, each piece by itself, also
/// after each edit of the declarations.
#[test]
fn each_piece_compiles() {
    for text in draft::each() {
        if let Err(why) = program::Program::of(&text, &[]) {
            panic!("{why}\n{text}");
        }
    }
}

proptest! {
    #![proptest_config(random(100, 2_000))]

    #[test]
    fn random_programs_compile(sequence in sequence(24)) {
        let edits = sequence.ops.iter().filter_map(|op| match op {
            lines::Op::Edit(text) => Some(text),
            lines::Op::Line(_) => None,
        });
        for text in edits.chain([&sequence.program]) {
            if let Err(why) = program::Program::of(text, &[]) {
                panic!("{why}\n{text}");
            }
        }
    }
}
