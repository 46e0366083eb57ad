//! Conditions that time alone turns (E12).

use proptest::prelude::{BoxedStrategy, Strategy, prop_oneof};
use proptest::sample::select;

/// Properties and segments that they read.
pub(super) const SEGMENTS: &str = r#"
segment late on contact when due < 1 day ago
segment fresh on contact when created_at > 3 days ago or updated_at within last 5 hours
"#;

const OWN: &[&str] = &[
    "due < now",
    "due > now",
    "due <= now",
    "due < 3 days ago",
    "due > 2 days ago",
    "due < 2 days from now",
    "due > 90 minutes from now",
    "due < 7 hours ago",
    "due within last 7 days",
    "due within last 12 hours",
    "due within next 2 days",
    "due within this week",
    "due within last week",
    "due within next month",
    "due between 2 days ago and 1 day from now",
    "due not between 3 hours ago and now",
    "due + 2 days < now",
    "due - 6 hours < now",
    "(due ?? created_at) < 1 day ago",
    "due < 2 days ago or unknown",
    "updated_at < 6 hours ago",
    "created_at < 2 days ago",
    "day == today",
    "day < today",
    "day > 3 days from now",
    "day < 3 days ago",
    "day within this month",
    "day within last 4 days",
    "day + 1 week == today",
    "(day at 10:30) < now",
    "weekday(today) in (sat, sun)",
    "hour(now) >= 15",
    "days_between(day, today) > 2",
    "in segment late",
    "in segment fresh",
];

const OF_OTHERS: &[&str] = &[
    "any companies where (updated_at < 1 day ago)",
    "any companies where (any employees where (due < now))",
    "count(companies where updated_at within last 3 days) >= 1",
    "no companies where (created_at > 2 days ago)",
    "owner.updated_at < 2 days ago",
];

/// A condition on the record itself, or on others.
pub(super) fn timely() -> BoxedStrategy<String> {
    let all = prop_oneof![4 => select(OWN), 1 => select(OF_OTHERS)].boxed();
    let with = select(&["flag", "score > 2", "n > 1"][..]);
    prop_oneof![
        4 => all.clone().prop_map(|condition| format!("({condition})")),
        1 => (all.clone(), with).prop_map(|(one, other)| format!("(({one}) and {other})")),
        1 => (all.clone(), all).prop_map(|(one, other)| format!("(({one}) or ({other}))")),
    ]
    .boxed()
}
