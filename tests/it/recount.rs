//! Counters against a naive recount (E14): for random occurrences, bounds and
//! times, with restarts, what a record keeps answers as the full list does, and
//! no answer changes before it was said to (E12).

use flow::base::{Date, TimeZone, Timestamp, day_of, end_of_day, start_of_day, zone};
use flow::model::SegmentId;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

use crate::chance::random;
use crate::engine::world::World;

/// A refinement that can be counted by hand.
#[derive(Debug, Clone)]
enum Bound {
    AtLeast(usize),
    AtMost(usize),
    Exactly(usize),
    LastDays(i64),
    LastHours(i64),
    ThisWeek,
    LastMonth,
    BeforeDays(i64),
    AfterDays(i64),
    BetweenDays(i64, i64),
    AfterDay(i8),
    BeforeDay(i8),
}

impl Bound {
    fn text(&self) -> String {
        match self {
            Bound::AtLeast(n) => format!("at least {n} times"),
            Bound::AtMost(n) => format!("at most {n} times"),
            Bound::Exactly(n) => format!("exactly {n} times"),
            Bound::LastDays(n) => format!("within last {n} days"),
            Bound::LastHours(n) => format!("within last {n} hours"),
            Bound::ThisWeek => "within this week".into(),
            Bound::LastMonth => "within last month".into(),
            Bound::BeforeDays(n) => format!("before {n} days ago"),
            Bound::AfterDays(n) => format!("after {n} days ago"),
            Bound::BetweenDays(a, b) => format!("between {} days ago and {b} days ago", a + b),
            Bound::AfterDay(day) => format!("after 2026-01-{day:02}"),
            Bound::BeforeDay(day) => format!("before 2026-01-{day:02}"),
        }
    }

    /// Whether something lies within it, by the rules alone.
    fn holds(&self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> bool {
        let day = |at| day_of(at, zone);
        let ago = |n: i64| start_of_day(before(day(now), n), zone).expect("it is in range");
        match self {
            Bound::AtLeast(_) | Bound::AtMost(_) | Bound::Exactly(_) => true,
            Bound::LastDays(n) => ago(*n) <= at && at <= now,
            Bound::LastHours(n) => {
                now.as_microsecond() - n * 3_600_000_000 <= at.as_microsecond() && at <= now
            }
            Bound::ThisWeek => {
                let monday = day(now).weekday().to_monday_zero_offset();
                let first = before(day(now), i64::from(monday));
                first <= day(at) && day(at) <= before(first, -6)
            }
            Bound::LastMonth => {
                let last = day(now)
                    .first_of_month()
                    .yesterday()
                    .expect("it is in range");
                last.first_of_month() <= day(at) && day(at) <= last
            }
            Bound::BeforeDays(n) => at < ago(*n),
            Bound::AfterDays(n) => at >= ago(*n),
            Bound::BetweenDays(a, b) => at >= ago(a + b) && at < ago(*b),
            Bound::AfterDay(of) => day(at) > january(*of),
            Bound::BeforeDay(of) => day(at) < january(*of),
        }
    }

    fn enough(&self, count: usize) -> Option<bool> {
        match self {
            Bound::AtLeast(n) => Some(count >= *n),
            Bound::AtMost(n) => Some(count <= *n),
            Bound::Exactly(n) => Some(count == *n),
            _ => None,
        }
    }
}

fn january(day: i8) -> Date {
    format!("2026-01-{day:02}").parse().expect("it is a day")
}

fn before(day: Date, days: i64) -> Date {
    let noon = start_of_day(day, &TimeZone::UTC).expect("it is in range");
    let there = noon.as_second() - days * 86_400;
    day_of(
        Timestamp::from_second(there).expect("it is in range"),
        &TimeZone::UTC,
    )
}

/// How often it happened, by the whole list.
fn recount(all: &[Timestamp], bounds: &[Bound], now: Timestamp, zone: &TimeZone) -> bool {
    let inside = |at: &&Timestamp| bounds.iter().all(|bound| bound.holds(**at, now, zone));
    let count = all.iter().filter(inside).count();
    let enough: Vec<bool> = bounds
        .iter()
        .filter_map(|bound| bound.enough(count))
        .collect();
    match enough.is_empty() {
        true => count > 0,
        false => enough.iter().all(|is| *is),
    }
}

fn bound() -> impl Strategy<Value = Bound> {
    prop_oneof![
        (1..5usize).prop_map(Bound::AtLeast),
        (1..4usize).prop_map(Bound::AtMost),
        (1..4usize).prop_map(Bound::Exactly),
        (0..12i64).prop_map(Bound::LastDays),
        (1..60i64).prop_map(Bound::LastHours),
        Just(Bound::ThisWeek),
        Just(Bound::LastMonth),
        (1..9i64).prop_map(Bound::BeforeDays),
        (0..9i64).prop_map(Bound::AfterDays),
        (1..9i64, 0..4i64).prop_map(|(a, b)| Bound::BetweenDays(a, b)),
        (1..28i8).prop_map(Bound::AfterDay),
        (1..28i8).prop_map(Bound::BeforeDay),
    ]
}

/// What happens: how many minutes later, how many minutes ago, with which
/// number, and whether the engine begins anew.
type Happens = (i64, i64, i64, bool);

fn happens() -> impl Strategy<Value = Happens> {
    let ago = prop_oneof![3 => Just(0), 2 => 0..20_000i64];
    (0..4_000i64, ago, 0..4i64, any::<bool>())
}

fn later(at: Timestamp, minutes: i64) -> Timestamp {
    Timestamp::from_second(at.as_second() + minutes * 60).expect("it is in range")
}

/// What was counted, by the conditions and by the list.
struct Counted {
    world: World,
    conditions: Vec<(u8, Vec<Bound>)>,
    lists: Vec<Vec<Timestamp>>,
    zone: TimeZone,
}

impl Counted {
    fn new(conditions: Vec<(u8, Vec<Bound>)>) -> Self {
        let mut program = String::new();
        for (place, (most, bounds)) in conditions.iter().enumerate() {
            let bounds: Vec<String> = bounds.iter().map(Bound::text).collect();
            program.push_str(&format!(
                "segment s{place:02} on contact when happened ping where (n > {most}) {}\n",
                bounds.join(" ")
            ));
        }
        let mut world = World::new(&program);
        world.contact("ada", &[]);
        Counted {
            world,
            lists: vec![Vec::new(); conditions.len()],
            conditions,
            zone: zone("Europe/Oslo").expect("it is bundled"),
        }
    }

    fn happens(&mut self, now: Timestamp, (_, ago, n, again): Happens) {
        let at = later(now, -ago);
        self.world.at(&now.to_string());
        let mut input = self.world.event("ada", "ping", &[("n", &n.to_string())]);
        input.occurred_at = Some(at);
        self.world.input(input);
        for ((most, _), list) in self.conditions.iter().zip(&mut self.lists) {
            if n > i64::from(*most) {
                list.push(at);
            }
        }
        if again {
            self.world.restart();
        }
    }

    /// Compares at an instant; what comes later holds until it was said to turn.
    fn compare(&self, now: Timestamp, ahead: &[i64]) {
        let state = self.world.state();
        let ada = state.record(self.world.id("ada")).expect("she is there");
        for (place, ((_, bounds), list)) in self.conditions.iter().zip(&self.lists).enumerate() {
            let prepared = state.prepared();
            let condition = prepared.segment(SegmentId::at(place)).expect("it is there");
            let is = |at| state.would_hold(ada, (prepared, condition), at);
            assert_eq!(
                is(now),
                recount(list, bounds, now, &self.zone),
                "{bounds:?} at {now}: {list:?}"
            );
            let turns = state.would_turn(ada, (prepared, condition), now);
            for minutes in ahead {
                let then = later(now, *minutes);
                let moved = recount(list, bounds, then, &self.zone) != is(now);
                assert!(
                    !moved || turns.is_some_and(|turns| turns <= then),
                    "{bounds:?} turns by {then}, not before {turns:?}: {list:?}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(random(40, 1_000))]

    /// proves: E14
    #[test]
    fn counters_answer_as_the_whole_list_does(
        conditions in proptest::collection::vec((0..3u8, proptest::collection::vec(bound(), 0..3)), 1..6),
        past in proptest::collection::vec(happens(), 1..25),
        ahead in proptest::collection::vec(1..60_000i64, 4),
    ) {
        let mut counted = Counted::new(conditions);
        let mut now: Timestamp = "2026-01-05T09:00:00Z".parse().expect("it is a time");
        for one in past {
            now = later(now, one.0);
            counted.compare(now, &ahead);
            counted.happens(now, one);
            counted.compare(now, &ahead);
        }
        counted.compare(end_of_day(day_of(now, &counted.zone), &counted.zone).expect("in range"), &ahead);
    }
}
