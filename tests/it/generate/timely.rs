//! Conditions that time alone turns (E12).

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::{BoxedStrategy, Strategy, prop_oneof};
use proptest::sample::select;

/// Properties and segments that they read.
pub(super) const SEGMENTS: &str = r#"
calendar office {
  hours mon-fri 09:00-12:00, 13:00-17:00
  hours sat 10:00-14:00
  closed 03-24..03-25, 2026-04-06
  timezone "America/New_York"
}
calendar nights { hours mon-sun 22:00-06:00 }
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

const SCHEDULES: &[&str] = &[
    "enroll every day at 09:00 when score > 2",
    "enroll every day at 02:30",
    "enroll every weekday at 08:30 when flag",
    "enroll every mon, thu at 10:00",
    "enroll every 2 weeks on mon at 09:00",
    "enroll every 3 days at 12:00 when due < now",
    "enroll every 6 hours when due within last 12 hours",
    "enroll every 45 minutes when flag and score > 4",
    "enroll every month on 1, 31 at 07:00",
    "enroll every month on last day at 23:15",
    "enroll every month on first mon, second weekday at 06:00",
    "enroll every year on 04-01 at 09:00",
    "enroll once at 2026-03-29T02:30",
    "enroll once at 2026-04-05 when score > 0",
    "enroll cron \"30 2 * * *\"",
    "enroll cron \"15 */8 1,15 * mon\" when n is known",
];

const DATES: &[&str] = &[
    "enroll at due",
    "enroll at due - 2 days when score > 2",
    "enroll at due + 5 hours",
    "enroll at due + 1 day at 09:00",
    "enroll at day",
    "enroll at day at 02:30 when flag",
    "enroll at day - 3 days at 08:00",
    "enroll at day every year",
    "enroll at day + 1 week at 07:00 every year",
];

const HOURS: &[&str] = &[
    "hours office",
    "hours office spread 15 minutes",
    "hours nights\nclosed 04-03",
    "hours mon-thu 09:00-17:00",
    "hours mon-fri 08:00-10:00 spread 1 hour\ntimezone \"America/New_York\"",
    "hours mon-fri 09:00-12:00 in place",
    "hours office in place",
    "hours mon-sat 07:00-19:00 spread 20 minutes in place\ntimezone \"Asia/Tokyo\"",
    "closed 04-06, 04-10..04-12",
    "timezone \"Asia/Tokyo\"",
    "timezone \"America/New_York\"",
];

/// A schedule, date triggers, hours or a zone, and how many may enrol.
pub(super) fn clauses() -> BoxedStrategy<Vec<String>> {
    let one = |from: &'static [&'static str], often: f64| {
        vec(weighted(often, select(from)), 1).prop_map(|found| found.into_iter().flatten())
    };
    let most = &["enroll at most 1 per hour", "enroll at most 2 per day"][..];
    let dates = vec(select(DATES), 0..3).prop_map(Vec::into_iter);
    let dates = weighted(0.25, dates).prop_map(|dates| dates.into_iter().flatten());
    let all = (
        one(SCHEDULES, 0.15),
        dates,
        one(HOURS, 0.25),
        one(most, 0.08),
    );
    let all = all.prop_map(|(schedule, dates, hours, most)| {
        let all = schedule.chain(dates).chain(hours).chain(most);
        all.map(str::to_owned).collect()
    });
    all.boxed()
}
