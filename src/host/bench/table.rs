//! Bursts as lines of a table. Where they are printed is not known here.

use std::time::Duration;

use super::burst::Burst;

/// The head of the table.
#[must_use]
pub fn head() -> String {
    format!(
        "{:<26}{:>10}{:>9}{:>12}{:>11}{:>11}{:>10}",
        "what", "inputs", "a batch", "inputs/s", "p50", "p99", "x plain"
    )
}

/// A line of the table: how many inputs in how many batches, and how long that
/// took; beside it the rate of the plain file, and the burst itself where it
/// is one.
#[must_use]
pub fn line(
    what: &str,
    (inputs, batch, took): (usize, f64, Duration),
    plain: f64,
    burst: Option<&Burst>,
) -> String {
    let rate = inputs as f64 / took.as_secs_f64().max(1e-9);
    let wait = |share: f64| {
        let wait = burst.map(|burst| burst.wait(share).as_secs_f64() * 1e3);
        wait.map_or_else(String::new, |wait| format!("{wait:.2} ms"))
    };
    format!(
        "{what:<26}{inputs:>10}{batch:>9.1}{rate:>12.0}{:>11}{:>11}{:>10.2}",
        wait(0.5),
        wait(0.99),
        rate / plain.max(1e-9),
    )
}
