//! When a failed attempt is made again (A3). It knows neither what is attempted nor what the time
//! is.

use std::time::Duration;

use crate::base::Timestamp;

/// How long it is waited between attempts. All arithmetic is in whole
/// microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The wait after the first attempt; it doubles from one to the next.
    pub first: Duration,
    /// The longest wait.
    pub most: Duration,
    /// How long after the first attempt the last may come.
    pub total: Duration,
}

/// The numbers of rule A3.
impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            first: Duration::from_secs(60),
            most: Duration::from_secs(8 * 3_600),
            total: Duration::from_secs(3 * 86_400),
        }
    }
}

/// An attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedAttempt {
    /// Which attempt: the first is 1.
    pub number: u32,
    /// When the first one was made.
    pub first_at: Timestamp,
    /// When this one failed.
    pub failed_at: Timestamp,
    /// How long the service asked to be left alone.
    pub retry_after: Option<Duration>,
    /// What the jitter comes from; the same for all attempts.
    pub seed: [u8; 16],
}

impl RetryPolicy {
    /// When the next attempt is due; `None` if there is none.
    ///
    /// It never comes before the service is ready to be asked. Who asks to be
    /// left alone for longer than there is time is asked once more at its end.
    #[must_use]
    pub fn next(&self, failed: &FailedAttempt) -> Option<Timestamp> {
        let end = failed
            .first_at
            .as_microsecond()
            .saturating_add(micros(self.total));
        let now = failed.failed_at.as_microsecond();
        if now >= end {
            return None;
        }
        let mut due = now.saturating_add(self.delay(failed.number, &failed.seed));
        if let Some(wait) = failed.retry_after {
            due = due.max(now.saturating_add(micros(wait)).min(end));
        }
        if due > end {
            return None;
        }
        Timestamp::from_microsecond(due).ok()
    }

    /// When the first attempt would have been, had each wait had its plain
    /// length and each attempt taken no time.
    #[must_use]
    pub(super) fn first_at(&self, number: u32, failed_at: Timestamp) -> Timestamp {
        let mut waited = Duration::ZERO;
        let mut wait = self.first.min(self.most);
        for _ in 1..number {
            waited = waited.saturating_add(wait);
            wait = wait.saturating_mul(2).min(self.most);
            if waited > self.total {
                break;
            }
        }
        failed_at.checked_sub(waited).unwrap_or(Timestamp::MIN)
    }

    /// The wait after an attempt, in microseconds: up to a tenth more or less
    /// than it would be, but never over the longest.
    fn delay(&self, attempt: u32, seed: &[u8; 16]) -> i64 {
        let most = micros(self.most);
        let doubled = 1_i64.checked_shl(attempt.saturating_sub(1).min(62));
        let plain = micros(self.first).saturating_mul(doubled.unwrap_or(i64::MAX));
        let plain = plain.min(most);
        let least = plain - plain / 10;
        let span = plain.saturating_add(plain / 10).min(most) - least;
        least.saturating_add(below(chance(seed, attempt), span))
    }
}

/// Whether a status says that asking again would not help: 4xx but 408 and
/// 429, and 3xx, which nobody follows. Without a status none came, and the next
/// attempt may be luckier.
#[must_use]
pub fn is_final(status: Option<u16>) -> bool {
    status.is_some_and(|status| (300..500).contains(&status) && status != 408 && status != 429)
}

fn micros(amount: Duration) -> i64 {
    i64::try_from(amount.as_micros()).unwrap_or(i64::MAX)
}

/// A number from 0 to `most`, both included.
fn below(chance: u64, most: i64) -> i64 {
    let many = most.unsigned_abs().saturating_add(1);
    i64::try_from(chance % many).unwrap_or_default()
}

/// What looks like chance and is the same for ever: SplitMix64 over both halves
/// of the seed and the number of the attempt.
fn chance(seed: &[u8; 16], attempt: u32) -> u64 {
    let seed = u128::from_le_bytes(*seed);
    let (low, high) = (seed as u64, (seed >> 64) as u64);
    mix(mix(mix(low) ^ high) ^ u64::from(attempt))
}

fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{FailedAttempt, RetryPolicy, is_final, mix};
    use crate::base::Timestamp;

    const MINUTE: i64 = 60_000_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;

    /// An attempt that failed so many microseconds after the first was made.
    fn failed(number: u32, after: i64, seed: u8) -> FailedAttempt {
        let first_at: Timestamp = "2026-11-21T09:00:00Z".parse().expect("a moment");
        let failed_at = first_at.as_microsecond() + after;
        FailedAttempt {
            number,
            first_at,
            failed_at: Timestamp::from_microsecond(failed_at).expect("a moment"),
            retry_after: None,
            seed: [seed; 16],
        }
    }

    /// How long after the failure the next attempt is due, in microseconds.
    fn wait(failed: &FailedAttempt) -> Option<i64> {
        let due = RetryPolicy::default().next(failed)?;
        Some(due.as_microsecond() - failed.failed_at.as_microsecond())
    }

    #[test]
    fn waits_double_up_to_eight_hours() {
        for seed in 0..=255 {
            for attempt in 1..=20 {
                let plain = (MINUTE << (attempt - 1)).min(8 * HOUR);
                let wait = wait(&failed(attempt, 0, seed)).expect("there is time");
                assert!(wait >= plain - plain / 10, "{attempt}: {wait}");
                assert!(
                    wait <= (plain + plain / 10).min(8 * HOUR),
                    "{attempt}: {wait}"
                );
            }
        }
    }

    #[test]
    fn the_same_attempt_waits_the_same_for_ever() {
        let waits = [1, 2, 9, 10, 40].map(|attempt| wait(&failed(attempt, 0, 7)));
        assert_eq!(waits, WAITS.map(Some));
    }

    const WAITS: [i64; 5] = [
        65_886_131,
        115_073_090,
        14_637_619_490,
        27_809_647_315,
        28_343_508_998,
    ];

    /// The first number of the generator's reference, seeded with 0.
    #[test]
    fn the_generator_is_the_one_it_says() {
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn jitter_spreads_over_the_whole_range() {
        let mut waits: Vec<i64> = (0..=255)
            .filter_map(|seed| wait(&failed(1, 0, seed)))
            .collect();
        waits.sort_unstable();
        waits.dedup();
        assert!(waits.len() > 250, "{}", waits.len());
        assert!(waits.first().is_some_and(|least| *least < 55 * 1_000_000));
        assert!(waits.last().is_some_and(|most| *most > 65 * 1_000_000));
    }

    #[test]
    fn the_last_attempt_comes_within_three_days() {
        for seed in 0..=255 {
            let (mut number, mut after) = (1, 0);
            while let Some(wait) = wait(&failed(number, after, seed)) {
                number += 1;
                after += wait;
                assert!(after <= 3 * DAY);
            }
            assert!((16..=19).contains(&number), "{number}");
            assert!(after > 3 * DAY - 8 * HOUR, "{after}");
        }
    }

    #[test]
    fn a_late_failure_is_the_last() {
        assert_eq!(wait(&failed(1, 3 * DAY, 1)), None);
        assert_eq!(wait(&failed(1, 4 * DAY, 1)), None);
        assert_eq!(wait(&failed(1, 3 * DAY - MINUTE / 2, 1)), None);
        assert!(wait(&failed(1, 3 * DAY - 2 * MINUTE, 1)).is_some());
    }

    #[test]
    fn nobody_is_asked_before_they_are_ready() {
        let asks = |number: u32, after: i64, seconds: u64| {
            wait(&FailedAttempt {
                retry_after: Some(Duration::from_secs(seconds)),
                ..failed(number, after, 3)
            })
        };
        assert_eq!(asks(1, 0, 7_200), Some(2 * HOUR));
        // Who asks for less than the wait does not shorten it.
        assert_eq!(asks(5, 0, 1), wait(&failed(5, 0, 3)));
        // Who asks for more than there is, is asked at the end, once.
        assert_eq!(asks(1, DAY, u64::MAX), Some(2 * DAY));
        assert_eq!(asks(2, 3 * DAY, u64::MAX), None);
    }

    #[test]
    fn strange_numbers_are_harmless() {
        let policy = RetryPolicy {
            first: Duration::MAX,
            most: Duration::MAX,
            total: Duration::MAX,
        };
        for number in [0, 1, 62, 63, 64, u32::MAX] {
            assert_eq!(policy.next(&failed(number, 0, 0)), None);
        }
        let none = RetryPolicy {
            first: Duration::ZERO,
            ..RetryPolicy::default()
        };
        let attempt = failed(u32::MAX, 5, 0);
        assert_eq!(none.next(&attempt), Some(attempt.failed_at));
    }

    #[test]
    fn only_the_asker_s_faults_are_final() {
        for status in [300, 302, 308, 400, 401, 404, 409, 410, 422, 499] {
            assert!(is_final(Some(status)), "{status}");
        }
        for status in [408, 429, 500, 501, 502, 503, 504, 599] {
            assert!(!is_final(Some(status)), "{status}");
        }
        assert!(!is_final(None));
    }
}
