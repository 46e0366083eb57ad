//! How much may follow from one input at its instant.

use super::world::World;

/// Two workflows that make two companies for each company of the other.
fn multiplying(first: &str) -> String {
    let flow = |name: &str| {
        format!(
            "workflow {name} on company {{ enroll on created steps {{ {first}
             create company {{ size: 1 }} create company {{ size: 2 }} }} }} "
        )
    };
    flow("odd") + &flow("even")
}

/// proves: I5
#[test]
fn from_one_input_follow_so_many_enrolments() {
    // Three hundred of them, in the settings of tests.
    let made = |first: &str| {
        let mut world = World::new(&multiplying(first));
        world.create("company", "acme", &[]);
        let refused = |line: &String| line.contains("chain_too_long");
        assert!(world.lines().iter().any(refused), "{first}");
        let count = world.state().records().count();
        // Another input enrols as many again, at the same instant too.
        world.create("company", "bolt", &[]);
        assert_eq!(world.state().records().count(), 2 * count, "{first}");
        count
    };
    // Both enrol the first company, which is not counted.
    assert_eq!(made(""), 1 + 2 * (2 + 300));
    // A timer or a result of who was enrolled at this instant is no way around;
    // the first company's own are two inputs.
    assert_eq!(made("wait until now"), 1 + 2 * (2 + 2 * 300));
    assert_eq!(made("do log { text: \"on\" }"), 1 + 2 * (2 + 2 * 300));
}
