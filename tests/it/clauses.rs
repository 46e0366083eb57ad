//! What clauses about times, hours and names become in a plan, and what of
//! them counts for versions.

use flow::base::{Name, Sources, Time, Unit};
use flow::compile::compile;
use flow::diagnostic::render;
use flow::model::{Closed, Settings};
use flow::plan::{Every, Exclusive, MonthDay, Program, Timing, Workflow};
use flow::syntax::ast::{DayKind, Nth, OnMerge};

const HEAD: &str = r#"
object contact {
  email: email unique required
  zone: string
  renewal_date: date
  owner: one user
}
object user { name: string }
workflow other on contact { steps {} }
"#;

fn compiled(body: &str) -> Program {
    let mut sources = Sources::default();
    let id = sources.add("test.flow", format!("{HEAD}{body}"));
    let compiled = compile(&sources, &[id], &Settings::default());
    let findings = render::concise::render(&compiled.findings, &sources);
    compiled.program.unwrap_or_else(|| panic!("{findings}"))
}

fn workflow(program: &Program) -> &Workflow {
    let mut all = program.workflows().iter();
    all.find(|workflow| *workflow.name() == "main")
        .expect("it is there")
}

/// The schedules of a workflow that has these clauses.
fn every(clauses: &str) -> Vec<Every> {
    let program = compiled(&format!(
        "workflow main on contact {{ {clauses} steps {{}} }}"
    ));
    let schedules = workflow(&program).schedules.iter();
    let every = schedules.map(|schedule| match &schedule.timing {
        Timing::Every(every) => every.clone(),
        other => panic!("{other:?}"),
    });
    every.collect()
}

fn at(hour: i8) -> Time {
    Time::new(hour, 0, 0, 0).expect("a time")
}

#[test]
fn schedules_are_what_is_written() {
    let found = every(
        "enroll every day at 09:00
         enroll every weekday
         enroll every fri-mon, wed at 07:00
         enroll every 2 weeks on mon
         enroll every month on 31, last day, first mon, second day, last weekday at 09:00",
    );
    let months = vec![
        MonthDay::Number(31),
        MonthDay::Nth(Nth::Last, DayKind::Any),
        MonthDay::Nth(Nth::From(1), DayKind::Of(0)),
        MonthDay::Number(2),
        MonthDay::Nth(Nth::Last, DayKind::Weekday),
    ];
    let expected = vec![
        Every::Days(1, at(9)),
        Every::Weeks(1, vec![0, 1, 2, 3, 4], at(0)),
        Every::Weeks(1, vec![0, 2, 4, 5, 6], at(7)),
        Every::Weeks(2, vec![0], at(0)),
        Every::Months(1, months, at(9)),
    ];
    assert_eq!(found, expected);
    let clock = every("enroll every 90 minutes");
    assert!(
        matches!(clock.as_slice(), [Every::Clock(amount)] if (amount.count, amount.unit) == (90, Unit::Minute))
    );
}

#[test]
fn cron_is_a_bit_for_each_number() {
    let program = compiled(
        r#"workflow main on contact { enroll cron "*/20 8-10,22 1,31 jan-mar/2 sun,1-2,7" steps {} }"#,
    );
    let [schedule] = workflow(&program).schedules.as_slice() else {
        panic!("one schedule")
    };
    let Timing::Cron(cron) = &schedule.timing else {
        panic!("{:?}", schedule.timing)
    };
    assert_eq!(cron.minutes, 1 | 1 << 20 | 1 << 40);
    assert_eq!(cron.hours, 1 << 8 | 1 << 9 | 1 << 10 | 1 << 22);
    assert_eq!(cron.days, 1 << 1 | 1 << 31);
    assert_eq!(cron.months, 1 << 1 | 1 << 3);
    // Monday is the first, Sunday the last.
    assert_eq!(cron.weekdays, 1 | 1 << 1 | 1 << 6);
    assert!(cron.by_day && cron.by_weekday);
}

const CLAUSES: &str = r#"
calendar office {
  hours mon-fri 22:00-06:00
  closed 12-24..01-02, 2026-05-17
  timezone "Europe/Oslo"
}
workflow main on contact {
  renamed from old
  enroll at renewal_date - 30 days at 09:00 every year when zone is known
  enroll at most 5 per day
  exclusive with other
  hours office spread 15 minutes in zone
  closed 12-31
  alert "a@example.com", "b@example.com" when enrollment rate changes by 30%
  on merge keep
  let boss = owner
  steps { wait 2 business days do log { text: boss.name ?? "nobody" } }
}
"#;

#[test]
fn clauses_are_in_the_plan() {
    let program = compiled(CLAUSES);
    let main = workflow(&program);
    let [date] = main.dates.as_slice() else {
        panic!("one date trigger")
    };
    let moved = date.offset.map(|(amount, back)| (amount.to_string(), back));
    assert_eq!(moved, Some(("30 days".to_owned(), true)));
    assert!(date.yearly && date.when.is_some() && date.at == Some(at(9)));
    assert_eq!(main.breaker.map(|breaker| breaker.most), Some(5));
    let other = program
        .catalog
        .workflow(&Name::new("other"))
        .expect("other");
    assert_eq!(main.exclusive, Exclusive::With(vec![other]));
    assert_eq!(main.on_merge, OnMerge::Keep);
    assert_eq!(main.alerts[0].to.len(), 2);
    assert_eq!(main.sources[0].name.as_str(), "boss");
    let hours = main.hours.as_ref().expect("hours");
    let (calendar, spread) = hours.calendar.expect("a calendar");
    assert_eq!(
        spread.map(|spread| spread.to_string()),
        Some("15 minutes".to_owned())
    );
    assert!(hours.zone_of.is_some() && matches!(hours.closed[0], Closed::Yearly(..)));
    let office = &program.calendars[calendar.index()];
    assert_eq!(
        office.zone.as_ref().map(|zone| &*zone.name),
        Some("Europe/Oslo")
    );
    assert_eq!(
        (office.open[0].seconds(), office.closed.len()),
        (8 * 3_600, 2)
    );
    assert_eq!(program.renamed[0].1.as_str(), "old");
}

/// proves: V1
#[test]
fn a_calendar_counts_for_the_versions_of_those_that_name_it() {
    let version = |text: &str, name: &str| {
        let program = compiled(text);
        let mut all = program.workflows().iter();
        let found = all
            .find(|workflow| *workflow.name() == name)
            .expect("it is there");
        found.version
    };
    let edited = CLAUSES.replace("22:00-06:00", "22:00-07:00");
    assert_ne!(version(CLAUSES, "main"), version(&edited, "main"));
    assert_eq!(version(CLAUSES, "other"), version(&edited, "other"));
    let unnamed = CLAUSES.replace("  renamed from old\n", "");
    assert_eq!(version(CLAUSES, "main"), version(&unnamed, "main"));
}
