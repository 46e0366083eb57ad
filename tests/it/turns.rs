//! When conditions turn by the passing of time alone (E12): whoever steps from
//! turn to turn sees each change that a scan of all times sees.

use flow::base::{TimeZone, Timestamp, day_of, start_of_day, zone, zone_names};
use flow::engine::record::RecordCell;
use flow::engine::{Order, Prepared, State};
use flow::model::SegmentId;
use flow::plan::Condition;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};

use crate::chance::random;
use crate::engine::world::{World, prepare};

const OBJECTS: &str = "
object thing {
  a: datetime, b: datetime, day: date, n: number, yes: bool
  shown: string computed \"{n}\"
  parts: many part inverse things
}
object part { name: string unique, at: datetime, day: date, n: number }
";

/// Of a condition that turns more often no more is looked at.
const MOST: usize = 200;

/// Values that move, stay, or are missing.
fn moments() -> impl Strategy<Value = String> {
    let unit = prop_oneof![
        Just("minutes"),
        Just("hours"),
        Just("days"),
        Just("weeks"),
        Just("months")
    ];
    let leaf = prop_oneof![
        4 => Just("a".to_owned()),
        2 => Just("b".to_owned()),
        1 => Just("now".to_owned()),
        1 => Just("(today at 09:00)".to_owned()),
        1 => Just("(day at 18:30)".to_owned()),
        2 => (0..40, unit.clone()).prop_map(|(n, unit)| format!("{n} {unit} ago")),
        2 => (0..40, unit.clone()).prop_map(|(n, unit)| format!("{n} {unit} from now")),
    ];
    leaf.prop_recursive(2, 4, 2, move |inner| {
        let unit = unit.clone();
        let op = prop_oneof![Just("+"), Just("-")];
        prop_oneof![
            (inner.clone(), op, 1..40, unit)
                .prop_map(|(at, op, n, unit)| format!("({at} {op} {n} {unit})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} ?? {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max({a}, {b})")),
            inner
                .clone()
                .prop_map(|at| format!("start_of(month, {at})")),
            inner.clone().prop_map(|at| format!("end_of(week, {at})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("if(yes, {a}, {b})")),
        ]
    })
}

pub(crate) fn later(at: Timestamp, minutes: i64) -> Timestamp {
    Timestamp::from_second(at.as_second() + minutes * 60).expect("it is in range")
}

fn days() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("today".to_owned()),
        Just("day".to_owned()),
        (0..40).prop_map(|n| format!("(today + {n} days)")),
        (0..20).prop_map(|n| format!("(day - {n} weeks)")),
        Just("(today - 1 month)".to_owned()),
        moments().prop_map(|at| format!("date({at})")),
    ]
}

fn numbers() -> impl Strategy<Value = String> {
    let moment = moments;
    let two = prop_oneof![Just("days_between"), Just("minutes_between")];
    let leaf = prop_oneof![
        2 => Just("n".to_owned()),
        2 => (-50..50i32).prop_map(|n| n.to_string()),
        3 => (two, moment(), moment()).prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
        1 => moment().prop_map(|at| format!("hour({at})")),
        1 => days().prop_map(|at| format!("day({at})")),
        1 => moment().prop_map(|at| format!("month({at})")),
        1 => moment().prop_map(|at| format!("unix_timestamp({at})")),
        1 => moment().prop_map(|at| format!("length(\"{{{at}}}\")")),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        let op = prop_oneof![Just("+"), Just("-"), Just("*"), Just("/")];
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            inner.clone().prop_map(|a| format!("abs({a})")),
            inner.clone().prop_map(|a| format!("round({a})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("min({a}, {b})")),
        ]
    })
}

fn tests() -> impl Strategy<Value = String> {
    let op = || {
        prop_oneof![
            Just("<"),
            Just("<="),
            Just(">"),
            Just(">="),
            Just("=="),
            Just("!=")
        ]
    };
    let period = prop_oneof![
        (
            1..40,
            prop_oneof![Just("days"), Just("hours"), Just("minutes"), Just("months")]
        )
            .prop_map(|(n, unit)| format!("last {n} {unit}")),
        (
            1..40,
            prop_oneof![Just("days"), Just("hours"), Just("weeks")]
        )
            .prop_map(|(n, unit)| format!("next {n} {unit}")),
        (
            prop_oneof![Just("this"), Just("last"), Just("next")],
            prop_oneof![Just("week"), Just("month"), Just("quarter"), Just("year")]
        )
            .prop_map(|(edge, unit)| format!("{edge} {unit}")),
    ];
    let whole = prop_oneof![moments().boxed(), days().boxed()];
    prop_oneof![
        4 => (moments(), op(), moments()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        2 => (days(), op(), days()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        2 => (numbers(), op(), numbers()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        4 => (whole.clone(), period).prop_map(|(a, period)| format!("{a} within {period}")),
        2 => (moments(), moments(), moments())
            .prop_map(|(a, b, c)| format!("{a} between {b} and {c}")),
        1 => days().prop_map(|a| format!("{a} in (2026-03-29, 2026-04-01, 2026-10-31)")),
        1 => moments().prop_map(|a| format!("weekday({a}) in (mon, thu)")),
        1 => moments().prop_map(|a| format!("time({a}) between 09:00 and 17:00")),
        1 => moments().prop_map(|a| format!("{a} is known")),
        1 => moments().prop_map(|a| format!("\"{{{a}:%H}}\" ends_with \"3\"")),
        1 => Just("yes".to_owned()),
        1 => Just("shown == \"3\"".to_owned()),
    ]
}

pub(crate) fn conditions() -> impl Strategy<Value = String> {
    tests().prop_recursive(3, 8, 3, |inner| {
        let quantifier = prop_oneof![Just("any"), Just("all"), Just("no")];
        let of_parts = prop_oneof![
            Just("at < 3 days ago"),
            Just("at within last 36 hours"),
            Just("day == today or n > 3"),
            Just("at within this month and n is known"),
        ];
        let op = || prop_oneof![Just("and"), Just("or")];
        prop_oneof![
            (inner.clone(), op(), inner.clone())
                .prop_map(|(a, op, b)| format!("(({a}) {op} ({b}))")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.clone().prop_map(|a| format!("(({a}) or unknown)")),
            (quantifier, of_parts.clone())
                .prop_map(|(quantifier, of)| format!("{quantifier} parts where ({of})")),
            (of_parts.clone(), 0..3).prop_map(|(of, n)| format!("count(parts where {of}) > {n}")),
            of_parts.prop_map(|of| format!("(sum(parts.n where {of}) ?? 0) < 3")),
        ]
    })
}

/// A world with a few records whose moments lie around an instant.
fn world(conditions: &[String], at: Timestamp, seed: u64) -> World {
    world_with(conditions, "", (at, seed)).1
}

/// The same with workflows too, and its program.
pub(crate) fn world_with(
    conditions: &[String],
    workflows: &str,
    (at, seed): (Timestamp, u64),
) -> (String, World) {
    let segments = conditions
        .iter()
        .enumerate()
        .map(|(place, condition)| format!("segment s{place} on thing when {condition}\n"));
    let segments: String = segments.collect();
    let nested = "segment nested on thing when in segment s0 or not in segment s1\n";
    let text = format!("{OBJECTS}{segments}{nested}{workflows}");
    let mut world = World::of(prepare(&text), Order::Sent);
    let mut random = seed;
    let mut draw = |most: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % most
    };
    let oslo = zone("Europe/Oslo").expect("it is bundled");
    let moment = |draw: &mut dyn FnMut(u64) -> u64| {
        let minutes = draw(100 * 24 * 60) as i64 - 50 * 24 * 60;
        later(at, minutes)
    };
    world.at(&at.to_string());
    world.publish();
    for thing in ["x", "y", "z"] {
        let (a, b) = (moment(&mut draw).to_string(), moment(&mut draw).to_string());
        let day = day_of(moment(&mut draw), &oslo).to_string();
        let n = draw(9).to_string();
        let mut values = vec![("day", day.as_str()), ("n", n.as_str()), ("a", a.as_str())];
        if draw(3) > 0 {
            values.push(("b", b.as_str()));
        }
        if draw(2) > 0 {
            values.push(("yes", "true"));
        }
        world.create("thing", thing, &values);
        for part in 0..draw(3) {
            let name = format!("{thing}{part}");
            let (at, n) = (moment(&mut draw).to_string(), draw(5).to_string());
            let day = day_of(moment(&mut draw), &oslo).to_string();
            world.create(
                "part",
                &name,
                &[("name", &name), ("at", &at), ("day", &day), ("n", &n)],
            );
            world.link(thing, "parts", &name, None);
        }
    }
    (text, world)
}

/// Instants at which things like to happen, and many others.
fn scan(from: Timestamp, days: i64, zone: &TimeZone) -> Vec<Timestamp> {
    let to = later(from, days * 24 * 60);
    let mut all: Vec<Timestamp> = Vec::new();
    let mut at = from;
    while at < to {
        all.push(at);
        let midnight = start_of_day(day_of(at, zone), zone).expect("it is in range");
        if midnight > from {
            let before = Timestamp::from_microsecond(midnight.as_microsecond() - 1);
            all.extend([midnight, before.expect("it is in range")]);
        }
        at = later(at, 47);
    }
    all.sort();
    all.dedup();
    all
}

struct Watched<'w> {
    state: &'w State,
    record: &'w RecordCell,
    judged: (&'w Prepared, &'w Condition),
}

impl Watched<'_> {
    fn holds(&self, at: Timestamp) -> bool {
        self.state.would_hold(self.record, self.judged, at)
    }

    fn next(&self, at: Timestamp) -> Option<Timestamp> {
        self.state.would_turn(self.record, self.judged, at)
    }

    /// Steps from turn to turn beside the scan; returns how many turns it took.
    fn compare(&self, times: &[Timestamp], text: &str) -> usize {
        let Some(first) = times.first() else { return 0 };
        let mut turn = *first;
        let (mut holds, mut next) = (self.holds(turn), self.next(turn));
        let mut turns = 0;
        for at in times {
            if turns > MOST {
                break;
            }
            while let Some(due) = next.filter(|due| due <= at) {
                assert!(due > turn, "`{text}` turns at {due}, after {turn}");
                // Just before the turn all is as it was.
                let before = Timestamp::from_microsecond(due.as_microsecond() - 1);
                let before = before.expect("it is in range");
                assert!(
                    self.holds(before) == holds,
                    "`{text}` before {due}, since {turn}"
                );
                (turn, holds, next) = (due, self.holds(due), self.next(due));
                turns += 1;
            }
            assert!(
                self.holds(*at) == holds,
                "`{text}` at {at}: after the turn at {turn} comes {next:?}\n{:?}",
                self.record
            );
        }
        turns
    }
}

fn check(conditions: &[String], at: Timestamp, seed: u64) {
    let world = world(conditions, at, seed);
    let prepared = world.prepared();
    let times = scan(at, 45, prepared.zone());
    let catalog = &prepared.program.catalog;
    for record in ["x", "y", "z"] {
        let record = world.state().record(world.id(record)).expect("it is there");
        for (id, condition) in prepared.active_segments() {
            let watched = Watched {
                state: world.state(),
                record,
                judged: (prepared, condition),
            };
            let name = catalog.segments[id].name.as_str();
            let place = name
                .strip_prefix('s')
                .and_then(|place| place.parse::<usize>().ok());
            let text = place.map_or(name, |place| &conditions[place]);
            watched.compare(&times, text);
        }
    }
}

/// Instants around which something is special: a change of the clocks, the end
/// of a month, a leap year.
pub(crate) fn starts() -> impl Strategy<Value = Timestamp> {
    let days = prop_oneof![
        Just("2026-03-20"),
        Just("2026-10-10"),
        Just("2026-01-28"),
        Just("2024-02-25"),
        Just("2026-06-14"),
        Just("2026-12-20"),
    ];
    (days, 0..5_000i64).prop_map(|(day, minutes)| {
        let start: Timestamp = format!("{day}T00:00:00Z")
            .parse()
            .expect("it is an instant");
        later(start, minutes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..random(4, 300) })]

    /// proves: E12, D2, D3
    #[test]
    fn a_turn_is_never_too_late(
        texts in proptest::collection::vec(conditions(), 2..8),
        at in starts(),
        seed in any::<u64>(),
    ) {
        check(&texts, at, seed);
    }
}

/// proves: E12
#[test]
fn what_is_looked_at_by_the_minute_turns_at_its_instant() {
    let texts = [
        "((max(start_of(month, 24 months ago), a) >= max(30 days ago, a)) or unknown)",
        "((not (today > (today - 1 month))) or (not (start_of(month, now) >= if(yes, a, 4 hours from now))))",
        "((all parts where (at < 3 days ago)) or unknown)",
        "all parts where (at < 3 days ago)",
        "count(parts where at within this month and n is known) > 2",
        "((max(max(10 minutes ago, 16 hours ago), a) between start_of(month, 36 months ago) and (a - 33 days)) or unknown)",
    ];
    let at = "2026-06-15T21:51:00Z".parse().expect("it is an instant");
    check(&texts.map(str::to_owned), at, 18_270_780_546_439_864_569);
}

/// proves: E12, D2
#[test]
fn a_period_meets_a_moment_that_stands_for_a_while() {
    let texts = [
        "end_of(week, (today at 09:00)) within next 12 hours",
        "start_of(month, now) within last 90 minutes",
        "(today at 09:00) within next 3 hours",
    ];
    let at = "2026-12-20T22:39:00Z".parse().expect("it is an instant");
    check(&texts.map(str::to_owned), at, 6_327_858_725_412_181_128);
}

/// How often a record is looked at within a year for a condition, or within the
/// years that it takes.
fn turns(condition: &str, value: &str, years: i64) -> usize {
    let mut world = World::of(
        prepare(&format!("{OBJECTS} segment s on thing when {condition}")),
        Order::Sent,
    );
    world.at("2026-01-05T09:00:00Z").publish();
    world.create(
        "thing",
        "x",
        &[("a", value), ("day", &value[..10]), ("n", "3")],
    );
    let record = world.state().record(world.id("x")).expect("it is there");
    let prepared = world.prepared();
    let condition = prepared.segment(SegmentId::at(0)).expect("it is active");
    let watched = Watched {
        state: world.state(),
        record,
        judged: (prepared, condition),
    };
    let from: Timestamp = "2026-01-05T09:00:00Z".parse().expect("it is an instant");
    let to = from.as_second() + years * 366 * 86_400;
    let mut at = from;
    let mut turns = 0;
    while let Some(next) = watched.next(at).filter(|next| next.as_second() < to) {
        (at, turns) = (next, turns + 1);
    }
    turns
}

/// proves: E12
#[test]
fn nothing_is_polled() {
    let soon = "2026-02-01T12:00:00Z";
    assert_eq!(turns("a < 30 days ago", soon, 20), 1);
    assert_eq!(turns("a < now - 30 days", soon, 20), 1);
    assert_eq!(turns("a < now - 6 months", soon, 1), 1);
    assert_eq!(turns("a within last 7 days", soon, 20), 2);
    assert_eq!(turns("a within next 7 days", soon, 20), 2);
    assert_eq!(turns("a within this month", soon, 20), 2);
    assert_eq!(turns("day == today", soon, 20), 2);
    assert_eq!(turns("days_between(a, now) > 30", soon, 20), 1);
    assert_eq!(turns("minutes_between(a, now) > 30", soon, 20), 1);
    assert_eq!(turns("abs(days_between(day, today)) < 4", soon, 20), 2);
    assert_eq!(turns("month(today) == 7 and n == 4", soon, 20), 0);
    assert_eq!(turns("a < 90 days ago and n == 4", soon, 20), 0);
    assert_eq!(turns("(b ?? now) < 30 days ago", soon, 20), 0);
    assert_eq!(turns("b < 30 days ago", soon, 20), 0);
    assert_eq!(turns("now within next 7 days", soon, 20), 0);
    assert_eq!(turns("(now + 3 days) within last 2 days", soon, 20), 0);
    assert_eq!(turns("max(now, a) within next 15 days", soon, 20), 1);
    assert_eq!(turns("max(now, a) within last 2 hours", soon, 20), 1);
    assert_eq!(turns("weekday(today) == mon", soon, 1), 105);
    assert_eq!(turns("time(now) between 09:00 and 12:00", soon, 1), 732);
}

/// What moves with its period, and cannot be told from what turns at once, is
/// looked at by the minute, and not with each microsecond.
/// proves: E12
#[test]
fn what_moves_with_its_period_is_no_endless_loop() {
    let texts = [
        "max((now ?? (day at 18:30)), a) within next 15 days",
        "min(now, a) within last 3 hours",
        "max(now, a, b) within this month",
        "(max(now, a) within next 15 days) and (\"{max(now, a):%H}\" ends_with \"3\")",
    ];
    let at = "2026-12-21T00:09:00Z".parse().expect("it is an instant");
    check(&texts.map(str::to_owned), at, 17_266_669_825_652_711_176);
    let soon = "2026-02-01T12:00:00Z";
    for text in texts {
        let looks = turns(text, soon, 1);
        assert!(looks < 24 * 366, "`{text}`: {looks}");
    }
}

/// A day does not come back when clocks are set, in no zone and no year in
/// which programs run: that is what a search by days stands on.
/// proves: E12
#[test]
fn no_day_comes_twice() {
    let from: Timestamp = "2020-01-01T00:00:00Z".parse().expect("it is an instant");
    for name in zone_names() {
        let zone = zone(&name).expect("it is bundled");
        for change in zone.following(from).take(60) {
            let at = change.timestamp();
            let before = Timestamp::from_microsecond(at.as_microsecond() - 1);
            let before = before.expect("it is in range");
            assert!(day_of(before, &zone) <= day_of(at, &zone), "{name} at {at}");
        }
    }
}
