//! Waiting, branching.

use super::world::World;

/// proves: W1
#[test]
fn waits_and_branches_steer_all_other_steps_act() {
    // Actions are skipped where waits and branches are not (L5); hours come
    // later.
    let mut world = World::new(
        "workflow other on contact { steps {} }
         segment vip on contact static
         workflow w on contact { enroll on ping steps {
           wait 1 day
           branch { case when score > 0 {} else { set city = \"x\" } }
           match stage { case lead {} else { clear city } }
           do log { text: \"x\" }
           enroll in other
           add to vip
           remove from vip
           stop
         } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.switch("w", flow::engine::message::Switching::Off);
    world.hours(24);
    let path = world.path("ada", "w");
    let skipped: Vec<&str> = path
        .iter()
        .filter(|line| line.ends_with("workflow_off"))
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(
        skipped,
        ["set_1", "clear_1", "do_1", "enroll_1", "add_1", "remove_1"]
    );
    assert_eq!(path.last().map(String::as_str), Some("left completed"));
    assert!(path.contains(&"branch branch_1 else".to_owned()));
}

fn waits(wait: &str, values: &[(&str, &str)]) -> Vec<String> {
    let mut world = World::new(&format!(
        "workflow w on contact {{ enroll on ping steps {{ {wait} set city = \"next\" set name = \"after\" }} }}"
    ));
    world.contact("ada", values);
    world.does("ada", "ping", &[]);
    world.path("ada", "w").split_off(1)
}

/// proves: W4
#[test]
fn a_moment_that_has_passed_or_is_unknown() {
    let past = [("due", "2026-01-01T00:00:00Z")];
    let on = [
        "skipped wait_1 past",
        "step set_1",
        "step set_2",
        "left completed",
    ];
    assert_eq!(waits("wait until due", &past), on);
    assert_eq!(waits("wait until due if past continue", &past), on);
    assert_eq!(
        waits("wait until due if past skip", &past),
        [
            "skipped wait_1 past",
            "skipped set_1 passed_over",
            "step set_2",
            "left completed"
        ]
    );
    assert_eq!(
        waits("wait until due if past stop", &past),
        ["skipped wait_1 past", "left completed"]
    );
    let on = [
        "skipped wait_1 unknown",
        "step set_1",
        "step set_2",
        "left completed",
    ];
    assert_eq!(waits("wait until due", &[]), on);
    assert_eq!(
        waits("wait until due if unknown stop", &[]),
        ["skipped wait_1 unknown", "left completed"]
    );
}

/// proves: W4
#[test]
fn a_moment_moves_with_the_values_that_it_reads() {
    let source = "workflow w on contact { enroll on ping steps {
        wait until due + 1 day if past skip if unknown stop
        set city = \"next\" set name = \"after\" } }";
    let begin = || {
        let mut world = World::new(source);
        world.contact("ada", &[("due", "2026-01-10T00:00:00Z")]);
        world.does("ada", "ping", &[]);
        world.hours(24);
        world
    };
    let mut world = begin();
    world.set("ada", &[("due", "2026-01-20T00:00:00Z")]);
    world.at("2026-01-20T23:00:00Z");
    assert!(world.inside("ada", "w"));
    world.at("2026-01-21T00:00:00Z");
    assert_eq!(world.value("ada", "city"), "next");
    // Now past: the next step is skipped.
    let mut world = begin();
    world.set("ada", &[("due", "2026-01-01T00:00:00Z")]);
    assert_eq!(
        (world.value("ada", "city"), world.value("ada", "name")),
        ("unknown".into(), "after".into())
    );
    // Cleared: it stops.
    let mut world = begin();
    world.set("ada", &[("due", "unknown")]);
    assert_eq!(
        world.path("ada", "w").last().map(String::as_str),
        Some("left completed")
    );
    assert_eq!(world.value("ada", "name"), "unknown");
}

/// proves: W4
#[test]
fn a_moment_that_comes_out_the_same_has_not_moved() {
    let mut world = World::new(
        "object deal { name: string, close: date }
         extend object contact { deals: many deal inverse one buyer }
         workflow w on contact { enroll on ping steps {
           create deal { name: \"A deal\", close: 2026-01-10 } in deals as fresh
           wait until min(fresh.close, day)
           set city = \"next\" } }",
    );
    world.contact("ada", &[("day", "2026-02-01")]);
    world.does("ada", "ping", &[]);
    world.set("ada", &[("day", "2026-01-20")]);
    let moved = |world: &World| {
        let path = world.path("ada", "w");
        path.iter().filter(|line| line.contains("moved")).count()
    };
    assert_eq!(moved(&world), 0, "the earlier one holds");
    world.set("ada", &[("day", "2026-01-08")]);
    assert_eq!(moved(&world), 1);
    world.hours(24 * 3);
    assert_eq!(world.value("ada", "city"), "next");
}

/// proves: W4
#[test]
fn now_stands_for_the_beginning_of_the_wait() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { wait until now + 2 days set city = \"x\" } }
         workflow v on contact { enroll on ping steps { wait until if(flag, now + 1 day, now + 3 days) set name = \"x\" } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.hours(47);
    world.set("ada", &[("score", "1")]);
    assert_eq!(world.value("ada", "city"), "unknown");
    world.hours(1);
    assert_eq!(world.value("ada", "city"), "x");
    // A day after the beginning has passed: it goes on at once.
    world.set("ada", &[("flag", "true")]);
    assert_eq!(world.value("ada", "name"), "x");
}

/// proves: W4, D1, D3
#[test]
fn the_first_such_moment_not_before_now() {
    let until = |wait: &str| {
        let path = waits(wait, &[("day", "2026-01-07")]);
        path.first()
            .and_then(|line| line.split(' ').nth(2))
            .unwrap_or_default()
            .to_owned()
    };
    // Monday, 5 January 2026, 10:00 in Oslo.
    assert_eq!(until("wait until 10:00"), "2026-01-05T09:00:00Z");
    assert_eq!(until("wait until 09:59"), "2026-01-06T08:59:00Z");
    assert_eq!(
        until("wait until mon, thu at 09:00"),
        "2026-01-08T08:00:00Z"
    );
    assert_eq!(until("wait until mon at 12:00"), "2026-01-05T11:00:00Z");
    assert_eq!(until("wait until 12-24 at 12:00"), "2026-12-24T11:00:00Z");
    assert_eq!(until("wait until 02-29"), "2026-02-27T23:00:00Z");
    assert_eq!(until("wait until day"), "2026-01-06T23:00:00Z");
    assert_eq!(until("wait until day at 09:30"), "2026-01-07T08:30:00Z");
}

/// proves: B1
#[test]
fn the_first_true_case_wins() {
    let taken = |score: &str| {
        let mut world = World::new(
            "workflow w on contact { enroll on ping steps {
               branch { case \"big\" when score > 5 { set city = \"big\" } case \"some\" when score > 1 { set city = \"some\" } }
               set name = \"after\"
             } }",
        );
        world.contact("ada", &[("score", score)]);
        world.does("ada", "ping", &[]);
        assert_eq!(world.value("ada", "name"), "after");
        world.path("ada", "w").remove(1)
    };
    assert_eq!(taken("9"), "branch branch_1 big");
    assert_eq!(taken("2"), "branch branch_1 some");
    assert_eq!(taken("1"), "branch branch_1 none_met");
}

/// proves: B1, H1
#[test]
fn a_branch_tells_the_values_that_it_read() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { branch { case \"x\" when score > 5 or owner.name == \"Kim\" {} } } }",
    );
    world.contact("ada", &[("score", "3")]);
    world.create("user", "kim", &[("name", "Kim")]);
    world.link("ada", "owner", "kim", None);
    world.does("ada", "ping", &[]);
    let read = world
        .scenario
        .carrier()
        .entries
        .iter()
        .find_map(|entry| match &entry.what {
            flow::engine::decision::What::Branch { read, .. } => Some(read.clone()),
            _ => None,
        });
    let expected = [("score", "3"), ("owner.name", "Kim")];
    assert_eq!(
        read.unwrap_or_default(),
        expected.map(|(path, value)| (path.to_owned(), value.to_owned()))
    );
}

/// proves: B2
#[test]
fn match_compares_with_constants() {
    let taken = |values: &[(&str, &str)]| {
        let mut world = World::new(
            "workflow w on contact { enroll on ping steps {
               match bonus { case 1, 2 { set city = \"one or two\" } case 3..5 { set city = \"range\" } case unknown { set city = \"unknown\" } else { set city = \"else\" } }
             } }",
        );
        world.contact("ada", values);
        world.does("ada", "ping", &[]);
        world.value("ada", "city")
    };
    assert_eq!(taken(&[("bonus", "2.0")]), "one or two");
    assert_eq!(taken(&[("bonus", "5")]), "range");
    assert_eq!(taken(&[("bonus", "5.1")]), "else");
    assert_eq!(taken(&[]), "unknown");
}
