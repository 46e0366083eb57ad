//! Which step of a new version is which of the old one (V2): by name, else by
//! what it says and where, else by its kind between steps that are the same.
//! What becomes of those who stand there is not known here.

use super::renames::Renames;
use crate::plan::{Next, Step, Workflow};

/// The most pairs of steps that are compared; beyond that the order alone
/// decides.
const MOST_PAIRS: usize = 4_000_000;

/// The places of the old steps in the new version.
#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    places: Vec<Option<usize>>,
}

impl Script {
    pub(super) fn between(old: &Workflow, new: &Workflow, renames: Renames<'_>) -> Self {
        let before = old
            .steps
            .iter()
            .map(|step| Print::of(step).in_names_of(renames));
        let before: Vec<Print> = before.collect();
        let after: Vec<Print> = new.steps.iter().map(Print::of).collect();
        let mut script = Script {
            places: vec![None; before.len()],
        };
        script.by_name(&before, &after);
        let same: Vec<(usize, usize)> = common(&before, &after)
            .into_iter()
            .filter(|(from, to)| script.agrees(*from, *to))
            .collect();
        for (from, to) in &same {
            script.pair(*from, *to);
        }
        let ends = (before.len(), after.len());
        let mut start = (0, 0);
        for (from, to) in same.into_iter().chain([ends]) {
            script.by_kind((&before, &after), start, (from, to));
            start = (from + 1, to + 1);
        }
        script
    }

    /// The place of an old step in the new version.
    pub(super) fn place(&self, step: usize) -> Option<usize> {
        self.places.get(step).copied().flatten()
    }

    /// Where the path goes on that would have gone on there: at that step or
    /// the first after it that still exists. `None` where there is none.
    pub(super) fn onward(&self, old: &Workflow, next: Next) -> Option<Next> {
        let mut next = next;
        for _ in 0..=old.steps.len() {
            let Next::Step(step) = next else { return None };
            if let Some(place) = self.place(step) {
                return Some(Next::Step(place));
            }
            next = old.steps.get(step)?.next;
        }
        None
    }

    fn by_name(&mut self, before: &[Print<'_>], after: &[Print<'_>]) {
        for (from, print) in before.iter().enumerate() {
            let Some(name) = print.name else { continue };
            if let Some(to) = after.iter().position(|other| other.name == Some(name)) {
                self.pair(from, to);
            }
        }
    }

    fn pair(&mut self, from: usize, to: usize) {
        if let Some(place) = self.places.get_mut(from) {
            *place = Some(to);
        }
    }

    fn is_taken(&self, to: usize) -> bool {
        self.places.contains(&Some(to))
    }

    /// Whether a pair goes with the names that were found.
    fn agrees(&self, from: usize, to: usize) -> bool {
        match self.place(from) {
            Some(place) => place == to,
            None => !self.is_taken(to),
        }
    }

    /// Pairs what is left between two steps that are the same: steps of one
    /// kind, as deep as each other, in their order.
    fn by_kind(
        &mut self,
        (before, after): (&[Print<'_>], &[Print<'_>]),
        start: (usize, usize),
        end: (usize, usize),
    ) {
        let mut to = start.1;
        for from in start.0..end.0 {
            let Some(print) = before.get(from).filter(|_| self.place(from).is_none()) else {
                continue;
            };
            let free = (to..end.1).find(|to| {
                let kind = after.get(*to).map(Print::kind);
                kind == Some(print.kind()) && !self.is_taken(*to)
            });
            if let Some(free) = free {
                self.pair(from, free);
                to = free + 1;
            }
        }
    }
}

/// What a step is known by.
#[derive(Debug, PartialEq, Eq)]
struct Print<'p> {
    /// Its name, where its author has given one.
    name: Option<&'p str>,
    word: &'static str,
    depth: usize,
    /// Its text, and those of its cases.
    texts: Vec<&'p str>,
    /// The same in the names of the other version, where some are others.
    translated: Vec<String>,
}

impl<'p> Print<'p> {
    fn of(step: &'p Step) -> Self {
        let mut texts = vec![step.text.as_str()];
        texts.extend(step.kind.cases().into_iter().map(|case| case.text));
        Print {
            name: Some(step.id.as_str()).filter(|name| !is_generated(name, step.kind.word())),
            word: step.kind.word(),
            depth: step.depth,
            texts,
            translated: Vec::new(),
        }
    }

    /// With what it says in the names of a new program (V7).
    fn in_names_of(self, renames: Renames<'_>) -> Self {
        if renames.is_empty() {
            return self;
        }
        let translated = self.texts.iter().map(|text| renames.translated(text));
        let translated = translated.collect();
        Print { translated, ..self }
    }

    fn kind(&self) -> (&'static str, usize) {
        (self.word, self.depth)
    }

    /// Whether a step of the new version says the same, wherever it stands.
    fn is_same(&self, new: &Print<'_>) -> bool {
        self.word == new.word && (self.texts == new.texts || self.translated == new.texts)
    }
}

/// Whether a step has the name that unnamed ones get.
fn is_generated(name: &str, word: &str) -> bool {
    let number = name
        .strip_prefix(word)
        .and_then(|rest| rest.strip_prefix('_'));
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The longest list of pairs that say the same, in order in both.
fn common(before: &[Print<'_>], after: &[Print<'_>]) -> Vec<(usize, usize)> {
    let pairs = before.iter().zip(after);
    let head = pairs.take_while(|(one, other)| one.is_same(other)).count();
    let (old, new) = (
        before.get(head..).unwrap_or(&[]),
        after.get(head..).unwrap_or(&[]),
    );
    let pairs = old.iter().rev().zip(new.iter().rev());
    let tail = pairs.take_while(|(one, other)| one.is_same(other)).count();
    let middle = (
        old.get(..old.len() - tail).unwrap_or(&[]),
        new.get(..new.len() - tail).unwrap_or(&[]),
    );
    let inner = if middle.0.len().saturating_mul(middle.1.len()) > MOST_PAIRS {
        in_order(middle.0, middle.1)
    } else {
        longest(middle.0, middle.1)
    };
    let first = (0..head).map(|place| (place, place));
    let inner = inner.into_iter().map(|(from, to)| (head + from, head + to));
    let last = (0..tail).rev();
    let last = last.map(|back| (before.len() - 1 - back, after.len() - 1 - back));
    first.chain(inner).chain(last).collect()
}

/// The longest common subsequence, by the lengths of those of all rests.
fn longest(before: &[Print<'_>], after: &[Print<'_>]) -> Vec<(usize, usize)> {
    let width = after.len() + 1;
    let mut lengths = vec![0_u32; (before.len() + 1) * width];
    let at = |from: usize, to: usize| from * width + to;
    let read = |lengths: &[u32], place: usize| lengths.get(place).copied().unwrap_or(0);
    for (from, one) in before.iter().enumerate().rev() {
        for (to, other) in after.iter().enumerate().rev() {
            let length = if one.is_same(other) {
                read(&lengths, at(from + 1, to + 1)) + 1
            } else {
                read(&lengths, at(from + 1, to)).max(read(&lengths, at(from, to + 1)))
            };
            if let Some(slot) = lengths.get_mut(at(from, to)) {
                *slot = length;
            }
        }
    }
    let (mut from, mut to, mut pairs) = (0, 0, Vec::new());
    while let (Some(one), Some(other)) = (before.get(from), after.get(to)) {
        if one.is_same(other) {
            pairs.push((from, to));
            (from, to) = (from + 1, to + 1);
        } else if read(&lengths, at(from + 1, to)) >= read(&lengths, at(from, to + 1)) {
            from += 1;
        } else {
            to += 1;
        }
    }
    pairs
}

/// Pairs each step with the next that says the same: for workflows too large
/// to compare all pairs.
fn in_order(before: &[Print<'_>], after: &[Print<'_>]) -> Vec<(usize, usize)> {
    let (mut to, mut pairs) = (0, Vec::new());
    for (from, one) in before.iter().enumerate() {
        let rest = after.iter().enumerate().skip(to);
        if let Some((place, _)) = rest.into_iter().find(|(_, other)| one.is_same(other)) {
            pairs.push((from, place));
            to = place + 1;
        }
    }
    pairs
}
