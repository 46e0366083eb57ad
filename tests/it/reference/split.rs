//! Where a path goes: splits by lot (B3), and `goto`.

use std::collections::VecDeque;

use flow::base::Uid;
use flow::semantic::hir::{Split, Step};

use crate::acts::What;
use crate::reference::Model;

/// The number that the first eight bytes of the named hash make (B3).
pub(crate) fn lot(name: &str, of: Uid, step: &str) -> u64 {
    let hash = Uid::of(&[name.as_bytes(), of.bytes(), step.as_bytes()]);
    let eight = hash.bytes().iter().take(8);
    eight.fold(0, |lot, byte| lot << 8 | u64::from(*byte))
}

impl<'p> Model<'p> {
    /// The id of the enrolment that is born: given, or made of what it is.
    pub(super) fn born(&mut self, at: usize, record: &str, key: &str) -> Uid {
        let name = self.workflow(at).name.to_string();
        let identity = (record.to_owned(), name, key.to_owned());
        let given = self.ids.enrolments.get_mut(&identity);
        let given = given.and_then(VecDeque::pop_front);
        given.unwrap_or_else(|| Uid::of(&[record.as_bytes(), identity.1.as_bytes()]))
    }

    pub(super) fn split(&mut self, id: u64, cases: &'p [Split]) -> bool {
        let inside = &self.enrolments[&id];
        let step = inside.step_name();
        let lot = u128::from(lot("flow split v1", inside.id.expect("it has one"), &step));
        let share = |case: &Split| -> u128 {
            let share = case.share.to_string().parse();
            share.expect("random shares are whole")
        };
        let all: u128 = cases.iter().map(share).sum();
        let mut passed = 0;
        let taken = cases.iter().position(|case| {
            passed += share(case);
            lot * all < passed << 64
        });
        let taken = taken.expect("lots are below the sum");
        let case = (taken + 1).to_string();
        self.say(id, What::Branch { id: step, case });
        self.going(id).rest.extend(cases[taken].steps.iter().rev());
        true
    }

    /// What follows of the path from a named step on.
    pub(super) fn goto(&mut self, id: u64, name: &str) -> bool {
        let workflow = self.workflow(self.enrolments[&id].workflow);
        let rest = from(&workflow.steps, name).expect("the step is there");
        self.told(id, "done");
        self.going(id).rest = rest;
        true
    }
}

/// A step, and all that follows it within and around its block, the next last.
fn from<'p>(steps: &'p [Step], name: &str) -> Option<Vec<&'p Step>> {
    steps.iter().enumerate().find_map(|(at, step)| {
        let after = |at: usize| steps[at..].iter().rev().collect::<Vec<_>>();
        if step.id.as_str() == name {
            return Some(after(at));
        }
        let mut blocks = step.kind.blocks().into_iter();
        let mut rest = after(at + 1);
        rest.extend(blocks.find_map(|block| from(block, name))?);
        Some(rest)
    })
}
