//! Steps that only steer: `split`, `goto`, `todo`.

use std::collections::BTreeMap;

use flow::base::Uid;
use flow::engine::lot;

use super::world::World;

/// The numbers of docs/semantics.md. proves: B3
#[test]
fn the_lot_is_a_named_hash() {
    let page = std::fs::read_to_string("docs/semantics.md").expect("the page is there");
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, enrolment, step, number, _, _] = cells[..] else {
            return None;
        };
        let id = Uid::parse(enrolment.trim_matches('`'))?;
        Some((id, step.trim_matches('`').to_owned(), number.to_owned()))
    });
    let rows: Vec<(Uid, String, String)> = rows.collect();
    assert_eq!(rows.len(), 5, "the table is found");
    for (id, step, number) in rows {
        assert_eq!(lot(id, &step).to_string(), number, "{id} {step}");
    }
}

fn split(shares: &str) -> World {
    let mut world = World::new(&format!(
        "workflow w on contact {{ enroll on ping steps {{ split {{ {shares} }} }} }}"
    ));
    for number in 0..400 {
        let handle = format!("r{number}");
        world.contact(&handle, &[]);
        world.does(&handle, "ping", &[]);
    }
    world
}

/// The arm of each record.
fn arms(world: &World) -> Vec<String> {
    let handles = (0..400).map(|number| format!("r{number}"));
    handles
        .map(|handle| world.path(&handle, "w").swap_remove(1))
        .collect()
}

/// proves: B3
#[test]
fn shares_are_kept_and_an_edit_of_them_moves_the_fewest() {
    let half = "case \"A\" 50% { set city = \"a\" } case \"B\" 50% { set city = \"b\" }";
    let more = "case \"A\" 60% { set city = \"a\" } case \"B\" 40% { set city = \"b\" }";
    let (before, after) = (arms(&split(half)), arms(&split(more)));
    let mut moved: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (one, other) in before.iter().zip(&after) {
        *moved.entry((one, other)).or_default() += 1;
    }
    let (a, b) = ("branch split_1 A", "branch split_1 B");
    let count = |pair| moved.get(&pair).copied().unwrap_or(0);
    assert_eq!(count((a, b)), 0, "nobody leaves the arm that has grown");
    let (stay, change) = (count((a, a)), count((a, a)) + count((b, a)));
    assert!((160..=240).contains(&stay), "half of 400: {stay}");
    assert!((200..=280).contains(&change), "60% of 400: {change}");
    // Weights are shares of their sum, and a share of nothing is never taken.
    let weights = "case 0 {} case \"A\" 1 { set city = \"a\" } case \"B\" 1 { set city = \"b\" }";
    assert_eq!(arms(&split(weights)), before);
    let all = arms(&split(
        "case \"A\" 0% { set city = \"a\" } case 100% { set city = \"b\" }",
    ));
    assert!(all.iter().all(|arm| arm == "branch split_1 case 100%"));
}

/// proves: B3
#[test]
fn a_loop_comes_to_the_same_arm_and_a_label_is_only_a_name() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps {
           again: split { case \"A\" 50% { set city = \"a\" } case \"B\" 50% { set city = \"b\" } }
           wait 1 day
           goto again
         } }",
    );
    for number in 0..20 {
        let handle = format!("r{number}");
        world.contact(&handle, &[]);
        world.does(&handle, "ping", &[]);
    }
    world.hours(24 * 5);
    for number in 0..20 {
        let path = world.path(&format!("r{number}"), "w");
        let mut arms: Vec<&String> = path
            .iter()
            .filter(|line| line.starts_with("branch"))
            .collect();
        assert_eq!(arms.len(), 6);
        arms.dedup();
        assert_eq!(arms.len(), 1, "{arms:?}");
    }
}

#[test]
fn a_jump_goes_on_at_its_step() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps {
           set score = 1
           again: wait 1 day
           set score += 1
           branch { case when score < 4 { goto again } }
           goto done
           set city = \"passed over\"
           done: set name = \"done\"
         } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.hours(24 * 10);
    let path = world.path("ada", "w");
    let jumps: Vec<&String> = path.iter().filter(|line| line.contains("goto")).collect();
    assert_eq!(jumps, ["step goto_1", "step goto_1", "step goto_2"]);
    assert_eq!(world.value("ada", "score"), "4");
    assert_eq!(world.value("ada", "city"), "unknown");
    assert_eq!(world.value("ada", "name"), "done");
    assert!(!world.inside("ada", "w"));
}

/// A program with a placeholder is refused where it is to run; tests walk it.
#[test]
fn a_placeholder_is_passed_over() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { todo \"a call\" set city = \"x\" } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(
        world.path("ada", "w").split_off(1),
        ["skipped todo_1 todo", "step set_1", "left completed"]
    );
}
