//! Why a record is, or is not, enrolled: the decision E5 with its clauses, and what would turn it.

use flow::base::Timestamp;
use flow::engine::decision::Reason;
use flow::engine::diagnose::{Diagnosis, Role};
use flow::engine::message::Switching;

use super::world::World;

fn diagnosis(world: &World, handle: &str) -> Diagnosis {
    let now: Timestamp = "2026-01-05T09:00:00Z".parse().expect("an instant");
    let id = world.workflow("w");
    let found = world.state().diagnose(world.id(handle), id, now);
    found.expect("there is such a workflow")
}

/// The reason, and the change that would turn the answer.
fn told(world: &World, handle: &str) -> (Option<&'static str>, Vec<String>) {
    let found = diagnosis(world, handle);
    let cell = world.state().record(world.id(handle));
    let change = cell.into_iter().flat_map(|cell| {
        let edits = found.change.iter();
        edits.map(|edit| match edit.told(world.state(), cell) {
            (name, Some(value)) => format!("{name} = {value}"),
            (name, None) => format!("{name} unknown"),
        })
    });
    (found.reason.map(Reason::word), change.collect())
}

#[track_caller]
fn check(clauses: &str, values: &[(&str, &str)], reason: &str, change: &[&str]) {
    let mut world = World::new(&format!("workflow w on contact {{ {clauses} steps {{}} }}"));
    world.contact("ada", values);
    let (found, changes) = told(&world, "ada");
    let found = found.unwrap_or("enrolled");
    assert_eq!(
        (found, changes),
        (reason, change.iter().map(|&c| c.into()).collect())
    );
}

/// proves: H3, E5
#[test]
fn a_trigger_that_does_not_hold_lacks_the_nearest_value() {
    check(
        "enroll when score > 50",
        &[],
        "not_matching",
        &["score = 51"],
    );
    check(
        "enroll when score >= 50",
        &[],
        "not_matching",
        &["score = 50"],
    );
    check("enroll when flag", &[], "not_matching", &["flag = true"]);
    check(
        "enroll when stage == mql",
        &[],
        "not_matching",
        &["stage = mql"],
    );
    check(
        "enroll when city in (\"Oslo\", \"Bergen\")",
        &[],
        "not_matching",
        &["city = Oslo"],
    );
    check(
        "enroll when city is known",
        &[],
        "not_matching",
        &["city = …"],
    );
    let city = [("city", "Oslo")];
    check(
        "enroll when city is unknown",
        &city,
        "not_matching",
        &["city unknown"],
    );
    check(
        "enroll when tags contains film",
        &[],
        "not_matching",
        &["tags = film"],
    );
    check(
        "enroll when city contains \"slo\"",
        &[],
        "not_matching",
        &["city = slo"],
    );
    check(
        "enroll when due < 2 days ago",
        &[],
        "not_matching",
        &["due = 2026-01-02T22:59:59Z"],
    );
}

/// proves: H3, E5
#[test]
fn what_lies_next_to_what_is_named_is_tried() {
    let lacks = |clause: &str, values: &[(&str, &str)], change: &[&str]| {
        check(clause, values, "not_matching", change);
    };
    lacks("enroll when day > 2026-03-01", &[], &["day = 2026-03-02"]);
    lacks(
        "enroll when day < 2026-03-01",
        &[("day", "2026-03-01")],
        &["day = 2026-02-28"],
    );
    lacks(
        "enroll when score < 50",
        &[("score", "60")],
        &["score = 49"],
    );
    lacks(
        "enroll when tags contains film",
        &[("tags", "sport")],
        &["tags = sport;film"],
    );
    lacks(
        "enroll when not (tags contains film)",
        &[("tags", "sport;film")],
        &["tags = sport"],
    );
}

/// proves: H3, E5, E10
#[test]
fn a_record_joins_what_it_is_to_be_a_member_of() {
    let segments = "segment vip on contact static
                    segment fans on contact static";
    let mut world = World::new(&format!(
        "{segments}
         workflow w on contact {{
           enroll when in segment vip and in segment fans
           steps {{}}
         }}"
    ));
    world.contact("ada", &[]);
    let both = ["segment vip = member", "segment fans = member"];
    assert_eq!(told(&world, "ada").1, both);
    world.member("ada", "fans", true);
    assert_eq!(told(&world, "ada").1, ["segment vip = member"]);
    let mut world = World::new(&format!(
        "{segments}
         workflow w on contact {{ enroll on ping suppress when in segment vip steps {{}} }}"
    ));
    world.contact("ada", &[]);
    world.member("ada", "vip", true);
    let left = told(&world, "ada").1;
    assert_eq!(left, ["segment vip unknown"], "it is left");
}

/// proves: H3, E8
#[test]
fn who_was_inside_before_comes_again_as_its_clauses_say() {
    let again = |clauses: &str, name: &str| {
        let mut world = World::new(&format!("workflow w on contact {{ {clauses} steps {{}} }}"));
        world.contact("ada", &[("flag", "true")]);
        world.enroll("ada", "w");
        let found = told(&world, "ada").0.unwrap_or("enrolled");
        assert_eq!(found, name, "{clauses}");
    };
    again("enroll on ping", "enrolled_before");
    again("enroll on ping reenroll on pong", "enrolled");
    again(
        "enroll on ping reenroll on ping where n > 3 and flag",
        "enrolled",
    );
    again(
        "enroll on ping reenroll on ping where n > 3 and not flag",
        "no_reenroll_trigger",
    );
    again(
        "enroll on ping reenroll when score > 5",
        "no_reenroll_trigger",
    );
    again("enroll every day at 09:00", "enrolled");
    again("enroll once at 2026-02-01T09:00", "enrolled_before");
    again("enroll at day every year", "enrolled");
    again("enroll at day", "enrolled_before");
}

/// proves: H3, E5
#[test]
fn several_clauses_take_several_values() {
    check(
        "enroll when score > 50 and stage in (lead, mql)",
        &[],
        "not_matching",
        &["score = 51", "stage = lead"],
    );
    check(
        "enroll when score > 50 and flag and city == \"Oslo\" and bonus == 3",
        &[],
        "not_matching",
        &["score = 51", "flag = true", "city = Oslo", "bonus = 3"],
    );
}

/// proves: H3, E5
#[test]
fn what_keeps_out_goes_away() {
    let suppress = "enroll on ping suppress when flag or score < 0";
    check(
        suppress,
        &[("flag", "true")],
        "suppressed",
        &["flag = false"],
    );
    check(
        "enroll on ping goal when stage == customer",
        &[("stage", "customer")],
        "goal_met",
        &["stage = subscriber"],
    );
    let only = "enroll on ping only when city == \"Oslo\"";
    check(only, &[], "not_matching", &["city = Oslo"]);
    check(only, &[("city", "Oslo")], "enrolled", &["city unknown"]);
}

/// proves: H3, E5, N1
#[test]
fn each_clause_says_what_it_has_read() {
    let mut world = World::new(
        "segment near on contact when city == \"Oslo\"
         workflow w on contact {
           enroll on ping where n > 3 and score > 10
           enroll when in segment near and bonus > 2
           suppress when flag
           steps {}
         }",
    );
    world.contact("ada", &[("city", "Oslo"), ("score", "5")]);
    let found = diagnosis(&world, "ada");
    assert_eq!(found.reason, Some(Reason::NotMatching));
    let roles: Vec<(Role, Option<bool>, bool)> = found
        .clauses
        .iter()
        .map(|clause| (clause.role, clause.holds, clause.waits))
        .collect();
    assert_eq!(
        roles,
        [
            (Role::Event, Some(false), true),
            (Role::Filter, None, false),
            (Role::Suppress, Some(false), false),
        ]
    );
    let terms = &found.clauses[0].terms;
    assert_eq!((terms[0].open, terms[1].holds), (true, Some(false)));
    assert_eq!(terms[1].read, [("score".to_owned(), "5".to_owned())]);
    let terms = &found.clauses[1].terms;
    assert_eq!((terms[0].holds, terms[1].holds), (Some(true), None));
    assert_eq!(terms[1].read, [("bonus".to_owned(), "unknown".to_owned())]);
    assert_eq!(
        told(&world, "ada").1,
        ["score = 11"],
        "the event is another thing"
    );
}

/// proves: H3, E13
#[test]
fn what_was_heard_of_others_is_shown() {
    let mut world = World::new(
        "workflow w on contact {
           enroll when any companies where (size > 50 and tier == gold)
           steps {}
         }",
    );
    world.contact("ada", &[]);
    world.create(
        "company",
        "acme",
        &[("domain", "acme.example"), ("size", "80")],
    );
    world.link("ada", "companies", "acme", None);
    let terms = &diagnosis(&world, "ada").clauses[0].terms;
    assert_eq!(terms[0].holds, None);
    let read: Vec<String> = terms[0]
        .read
        .iter()
        .map(|(path, value)| format!("{path} = {value}"))
        .collect();
    assert_eq!(read.len(), 2, "{read:?}");
    assert!(
        read[0].starts_with("companies ") && read[0].ends_with(": size = 80"),
        "{read:?}"
    );
    assert!(read[1].ends_with(": tier = unknown"), "{read:?}");
}

/// proves: H3, E13
#[test]
fn what_was_heard_for_a_sum_is_shown() {
    let mut world = World::new(
        "workflow w on contact {
           enroll when sum(companies.size where (tier == gold)) > 50
           steps {}
         }",
    );
    world.contact("ada", &[]);
    let values = [("domain", "acme.example"), ("size", "8"), ("tier", "gold")];
    world.create("company", "acme", &values);
    world.link("ada", "companies", "acme", None);
    let clauses = diagnosis(&world, "ada").clauses;
    assert_eq!(clauses[0].terms[0].holds, Some(false));
    let read = clauses[0].terms[0].read.iter();
    let read: Vec<(&str, &str)> = read
        .filter_map(|(path, value)| Some((path.split_once(": ")?.1, value.as_str())))
        .collect();
    assert_eq!(read, [("size", "8"), ("tier", "gold")]);
}

/// proves: H3, E16
#[test]
fn who_was_inside_under_one_key_enrols_under_another() {
    let mut world = World::new("workflow w on contact { enroll on ping per key steps {} }");
    world.contact("ada", &[]);
    world.does("ada", "ping", &[("key", "a")]);
    assert_eq!(world.times("ada", "w"), 1);
    assert_eq!(told(&world, "ada").0, None);
}

/// proves: H3, E5, E6, E8, E17
#[test]
fn how_it_stands_comes_in_the_order_of_the_rule() {
    let mut world = World::new(
        "segment vip on contact static
         workflow w on contact {
           enroll on ping
           enroll at most 2 per day
           reenroll when in segment vip
           steps { wait 1 day }
         }",
    );
    let reason = |world: &World, handle: &str| told(world, handle).0;
    assert_eq!(reason(&world, "eve"), Some("no_record"));
    world.contact("ada", &[]);
    world.contact("bob", &[]);
    assert_eq!(reason(&world, "ada"), None);
    world.does("ada", "ping", &[]);
    assert_eq!(reason(&world, "ada"), Some("already_enrolled"));
    world.does("bob", "ping", &[]);
    world.contact("eve", &[]);
    assert_eq!(reason(&world, "eve"), Some("over_limit"));
    world.unenroll("ada", "w");
    let before = told(&world, "ada");
    assert_eq!(before, (Some("no_reenroll_trigger"), vec![]));
    world.member("ada", "vip", true);
    assert_eq!(reason(&world, "ada"), Some("over_limit"));
    world.switch("w", Switching::Pause);
    assert_eq!(reason(&world, "ada"), Some("workflow_paused"));
    world.switch("w", Switching::Off);
    assert_eq!(reason(&world, "ada"), Some("workflow_off"));
}

/// proves: H3
#[test]
fn an_answer_is_that_of_the_engine() {
    let clauses = "enroll when score > 50 and stage == mql suppress when flag goal when bonus > 3";
    let mut world = World::new(&format!("workflow w on contact {{ {clauses} steps {{}} }}"));
    world.contact("ada", &[("flag", "true")]);
    let (reason, change) = told(&world, "ada");
    assert_eq!(reason, Some("not_matching"));
    assert_eq!(change, ["score = 51", "stage = mql", "flag = false"]);
    world.set(
        "ada",
        &[("flag", "false"), ("score", "51"), ("stage", "mql")],
    );
    assert_eq!(world.times("ada", "w"), 1, "what was proposed enrols");
}
