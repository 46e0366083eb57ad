//! Workflows by what must hold before they can enrol: an index that is asked
//! with a record before and after a change.

use std::collections::BTreeMap;

use super::guard::{Ends, Guard, Key, Probe, Source};
use crate::base::Decimal;
use crate::engine::evaluate::folded;
use crate::model::{PropertyId, Value};

/// A record, and an occurrence, as an index looks at them.
pub(in crate::engine) trait Sight {
    /// A value as it is now.
    fn after(&self, source: Source) -> Option<Value>;

    /// A property as it was before the change.
    fn before(&self, property: PropertyId) -> Option<Value>;
}

/// Places of workflows, by guards.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    free: Vec<usize>,
    equal: BTreeMap<Probe, BTreeMap<Key, Vec<usize>>>,
    /// Those whose range must hold.
    holding: BTreeMap<PropertyId, Ranges>,
    /// Those whose range must have begun to hold: nothing else that they read
    /// has changed.
    crossing: BTreeMap<PropertyId, Ranges>,
}

impl Bucket {
    /// Adds a workflow. `alone` is the property that has changed, where the
    /// guard is all that reads it.
    pub(super) fn add(&mut self, place: usize, guard: &Guard, alone: Option<PropertyId>) {
        match guard {
            Guard::Free => put(&mut self.free, place),
            Guard::Equal(probe, keys) => {
                let equal = self.equal.entry(*probe).or_default();
                for key in keys {
                    put(equal.entry(key.clone()).or_default(), place);
                }
            }
            Guard::Range(property, ends) => {
                let ranges = match alone == Some(*property) {
                    true => &mut self.crossing,
                    false => &mut self.holding,
                };
                ranges.entry(*property).or_default().add(*ends, place);
            }
        }
    }

    /// Adds the places of all that can be concerned.
    pub(super) fn find(&self, sight: &impl Sight, into: &mut Vec<usize>) {
        into.extend(&self.free);
        for ((source, lower), places) in &self.equal {
            let value = sight.after(*source);
            let value = value.map(|value| if *lower { folded(value) } else { value });
            if let Some(key) = value.as_ref().and_then(Key::of) {
                into.extend(places.get(&key).into_iter().flatten());
            }
        }
        for (property, ranges) in &self.holding {
            if let Some(after) = number(sight.after(Source::Own(*property))) {
                ranges.hold(after, into);
            }
        }
        for (property, ranges) in &self.crossing {
            if let Some(after) = number(sight.after(Source::Own(*property))) {
                ranges.begin(number(sight.before(*property)), after, into);
            }
        }
    }
}

fn number(value: Option<Value>) -> Option<Decimal> {
    match value {
        Some(Value::Number(number)) => Some(number),
        _ => None,
    }
}

/// Ranges by their lower ends, and by their upper ones, with the other end.
#[derive(Debug, Default)]
struct Ranges {
    lower: BTreeMap<Option<Decimal>, Vec<(Option<Decimal>, usize)>>,
    upper: BTreeMap<Decimal, Vec<(Option<Decimal>, usize)>>,
}

impl Ranges {
    fn add(&mut self, (low, high): Ends, place: usize) {
        self.lower.entry(low).or_default().push((high, place));
        if let Some(high) = high {
            self.upper.entry(high).or_default().push((low, place));
        }
    }

    /// Those that a number lies in.
    fn hold(&self, number: Decimal, into: &mut Vec<usize>) {
        let begun = self.lower.range(..=Some(number));
        into.extend(below(begun.flat_map(|(_, ends)| ends), number));
    }

    /// Those that a number has come into.
    fn begin(&self, before: Option<Decimal>, after: Decimal, into: &mut Vec<usize>) {
        match before {
            None => self.hold(after, into),
            Some(before) if before <= after => {
                let passed = self.lower.range(Some(before)..=Some(after));
                into.extend(below(passed.flat_map(|(_, ends)| ends), after));
            }
            Some(before) => {
                let passed = self.upper.range(after..=before);
                let ends = passed.flat_map(|(_, ends)| ends);
                let lies = ends.filter(|(low, _)| low.is_none_or(|low| low <= after));
                into.extend(lies.map(|(_, place)| *place));
            }
        }
    }
}

/// Of ranges that have begun those that a number does not lie behind.
fn below<'r>(
    ranges: impl Iterator<Item = &'r (Option<Decimal>, usize)>,
    number: Decimal,
) -> impl Iterator<Item = usize> {
    let lies = ranges.filter(move |(high, _)| high.is_none_or(|high| number <= high));
    lies.map(|(_, place)| *place)
}

/// Adds a place to an ascending list, once.
pub(super) fn put(list: &mut Vec<usize>, place: usize) {
    if list.last() != Some(&place) {
        list.push(place);
    }
}
