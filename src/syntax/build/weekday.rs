//! Days of the week.

use super::Builder;
use crate::syntax::grammar::{Pair, Rule};

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl<'i> Builder<'i> {
    /// The days of a list with ranges, which may wrap; 0 is Monday. Each once,
    /// in order.
    pub(super) fn weekdays(&mut self, pair: Pair<'i>) -> Vec<u8> {
        let text = pair.as_str();
        let offset = pair.as_span().start();
        let mut days: Vec<u8> = Vec::new();
        let mut end = 0;
        for word in pair.into_inner() {
            if word.as_rule() != Rule::weekday {
                continue;
            }
            let start = word.as_span().start() - offset;
            let gap = text.get(end..start).unwrap_or_default();
            end = word.as_span().end() - offset;
            let Some(day) = self.weekday(&word) else {
                continue;
            };
            match days.last() {
                Some(first) if gap.trim_start().starts_with('-') => {
                    let first = *first;
                    let more = 1..=(day + 7 - first) % 7;
                    days.extend(more.map(|more| (first + more) % 7));
                }
                _ => days.push(day),
            }
        }
        days.sort_unstable();
        days.dedup();
        days
    }

    /// One day of the week.
    pub(super) fn weekday(&mut self, pair: &Pair<'i>) -> Option<u8> {
        let written = pair.as_str();
        let short = written.get(..3)?;
        let place = WEEKDAYS.iter().position(|name| *name == short)?;
        if written != short {
            let span = self.span(pair);
            self.foreign("days of the week are written by three letters", span, short);
        }
        u8::try_from(place).ok()
    }
}
