//! How long a request may take, and how often a host is asked. Nobody waits here, and no clock is
//! read.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// The time within which a host is asked so often at most.
const WINDOW: Duration = Duration::from_secs(1);

/// From how many hosts on those are forgotten that nobody asks any more.
const MANY: usize = 1024;

/// What a connection allows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long connecting may take.
    pub connect: Duration,
    /// How long a request may take in all, connecting and the body of the
    /// answer included. What it waits for its turn does not count.
    pub total: Duration,
    /// How many requests may begin within any second, for each host. At least
    /// one.
    pub per_second: u32,
}

/// The numbers of rule A3.
impl Default for Limits {
    fn default() -> Self {
        Limits {
            connect: Duration::from_secs(3),
            total: Duration::from_secs(30),
            per_second: 20,
        }
    }
}

/// When each host was asked last.
#[derive(Debug)]
pub struct Rates {
    per_second: usize,
    /// The latest beginnings for each host, the earliest first; never more than
    /// may fall within one window.
    begun: BTreeMap<String, VecDeque<Instant>>,
}

impl Rates {
    /// Nobody was asked yet.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        Rates {
            per_second: usize::try_from(per_second).unwrap_or(usize::MAX).max(1),
            begun: BTreeMap::new(),
        }
    }

    /// When a request to a host may begin: now, or as soon as the window is
    /// free again. The turn is taken by this.
    pub fn turn(&mut self, host: &str, now: Instant) -> Instant {
        if self.begun.len() >= MANY {
            self.forget(now);
        }
        let begun = self.begun.entry(host.to_owned()).or_default();
        let mut turn = begun.back().map_or(now, |last| now.max(*last));
        if begun.len() >= self.per_second
            && let Some(first) = begun.pop_front()
        {
            turn = turn.max(first + WINDOW);
        }
        begun.push_back(turn);
        turn
    }

    fn forget(&mut self, now: Instant) {
        let stale = |last: &Instant| *last + WINDOW <= now;
        self.begun
            .retain(|_, begun| !begun.back().is_none_or(stale));
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{MANY, Rates, WINDOW};

    fn milliseconds(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    /// The turns of requests that come at some milliseconds, in milliseconds.
    #[track_caller]
    fn check(per_second: u32, asked: &[u64], expected: &[u128]) {
        let mut rates = Rates::new(per_second);
        let start = Instant::now();
        let turns: Vec<u128> = asked
            .iter()
            .map(|at| rates.turn("a.no", start + milliseconds(*at)))
            .map(|turn| (turn - start).as_millis())
            .collect();
        assert_eq!(turns, expected);
    }

    #[test]
    fn a_burst_begins_at_once_and_the_next_window_waits() {
        check(
            3,
            &[0, 0, 10, 10, 20, 20, 20],
            &[0, 0, 10, 1000, 1000, 1010, 2000],
        );
    }

    #[test]
    fn who_asks_seldom_never_waits() {
        check(1, &[0, 1000, 2500], &[0, 1000, 2500]);
        check(1, &[0, 999, 2500], &[0, 1000, 2500]);
    }

    #[test]
    fn no_second_holds_more_than_allowed() {
        let mut rates = Rates::new(20);
        let start = Instant::now();
        let turns: Vec<Instant> = (0..500)
            .map(|number| rates.turn("a.no", start + milliseconds(number * number % 700)))
            .collect();
        for many in turns.windows(21) {
            assert!(many[20] - many[0] >= WINDOW);
        }
    }

    #[test]
    fn hosts_do_not_wait_for_each_other() {
        let mut rates = Rates::new(1);
        let start = Instant::now();
        assert_eq!(rates.turn("a.no", start), start);
        assert_eq!(rates.turn("b.no", start), start);
        assert_eq!(rates.turn("a.no", start), start + WINDOW);
    }

    #[test]
    fn none_allowed_is_one() {
        check(0, &[0, 0], &[0, 1000]);
    }

    #[test]
    fn hosts_that_nobody_asks_are_forgotten() {
        let mut rates = Rates::new(1);
        let start = Instant::now();
        for number in 0..MANY {
            rates.turn(&format!("{number}.no"), start);
        }
        rates.turn("late.no", start + milliseconds(500));
        assert_eq!(rates.begun.len(), MANY + 1);
        rates.turn("later.no", start + WINDOW);
        assert_eq!(rates.begun.len(), 2);
    }
}
