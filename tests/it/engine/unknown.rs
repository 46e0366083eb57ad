//! What is not known.

use super::world::World;

fn enrolled(condition: &str, values: &[(&str, &str)]) -> bool {
    let mut world = World::new(&format!(
        "workflow w on contact {{ enroll on ping only when {condition} steps {{}} }}"
    ));
    world.contact("ada", values);
    world.does("ada", "ping", &[]);
    world.times("ada", "w") == 1
}

/// proves: N1
#[test]
fn a_comparison_with_unknown_is_unknown() {
    for (condition, city, is) in [
        ("city == \"Oslo\"", None, false),
        ("city != \"Oslo\"", None, false),
        ("not (city == \"Oslo\")", None, false),
        ("city != \"Oslo\" or unknown", None, true),
        ("city != \"Oslo\" or unknown", Some("Oslo"), false),
        ("city in (\"Oslo\")", None, false),
        ("city not in (\"Oslo\")", None, false),
        ("city not contains \"x\"", None, false),
        ("city is unknown", None, true),
        ("city is known", None, false),
        ("city is known", Some("Oslo"), true),
        ("bonus between 1 and 2", None, false),
        ("bonus not between 1 and 2", None, false),
        ("city == \"Oslo\" or stage == subscriber", None, true),
        ("city == \"Oslo\" and stage == lead", None, false),
        ("not (city == \"Oslo\" and stage == lead)", None, true),
        ("(city ?? \"none\") == \"none\"", None, true),
        ("if(city == \"Oslo\", true, true)", None, false),
    ] {
        let values: Vec<(&str, &str)> = city.iter().map(|city| ("city", *city)).collect();
        assert_eq!(
            enrolled(condition, &values),
            is,
            "{condition} with {city:?}"
        );
    }
}

/// proves: N1
#[test]
fn addresses_compare_in_lower_case() {
    assert!(enrolled("email == \"ADA@ACME.example\"", &[]));
    assert!(enrolled(
        "email in (\"x@y.example\", \"Ada@acme.example\")",
        &[]
    ));
    assert!(enrolled("email ends_with \"ACME.example\"", &[]));
    assert!(!enrolled("city == \"oslo\"", &[("city", "Oslo")]));
    let mut world = World::new(
        "workflow w on contact { enroll on changed email to \"New@acme.example\" steps { match email { case \"NEW@acme.example\" { set city = \"here\" } } } }",
    );
    world.contact("ada", &[]);
    world.set("ada", &[("email", "neW@acme.example")]);
    assert_eq!(world.value("ada", "city"), "here");
}

/// proves: N2
// size: one table of programs and answers.
#[test]
fn counts_and_quantifiers_over_none_and_over_unknown() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping reenroll always steps {
           branch { case \"count unknown\" when count(companies) is unknown {} case \"none\" when count(companies) == 0 {} case \"some\" when count(companies) > 0 {} }
           branch { case \"boss unknown\" when count(companies[boss]) is unknown {} else {} }
           branch { case \"big\" when count(companies where size > 5) == 1 {} case \"zero\" when count(companies where size > 5) == 0 {} else {} }
           branch { case \"any\" when any companies where (size > 5) {} case \"not any\" when not any companies where (size > 5) {} else {} }
           branch { case \"all\" when all companies where (size > 5) {} else {} }
           branch { case \"no\" when no companies where (size > 5) {} else {} }
           branch { case \"sum\" when sum(companies.size) == 0 {} else {} }
           branch { case \"max unknown\" when max(companies.size) is unknown {} case \"max\" when max(companies.size) == 9 {} }
           branch { case \"avg\" when avg(companies.size) == 9 {} else {} }
         } }",
    );
    let mut cases = |change: &dyn Fn(&mut World)| {
        change(&mut world);
        let before = world.path("ada", "w").len();
        world.does("ada", "ping", &[]);
        let path = world.path("ada", "w");
        let new = path.iter().skip(before);
        let cases = new.filter_map(|line| {
            let rest = line.strip_prefix("branch branch_")?;
            Some(rest.split_once(' ')?.1.to_owned())
        });
        cases.collect::<Vec<String>>()
    };
    let never = cases(&|world| drop(world.contact("ada", &[])));
    let expected = [
        "count unknown",
        "boss unknown",
        "else",
        "not any",
        "all",
        "no",
        "sum",
        "max unknown",
        "else",
    ];
    assert_eq!(never, expected);
    let unknown = cases(&|world| {
        world.create("company", "acme", &[]);
        world.link("ada", "companies", "acme", None);
    });
    let expected = [
        "some",
        "boss unknown",
        "zero",
        "else",
        "else",
        "else",
        "sum",
        "max unknown",
        "else",
    ];
    assert_eq!(unknown, expected);
    let big = cases(&|world| drop(world.set("acme", &[("size", "9")])));
    let expected = [
        "some",
        "boss unknown",
        "big",
        "any",
        "all",
        "else",
        "else",
        "max",
        "avg",
    ];
    assert_eq!(big, expected);
    let lost = cases(&|world| {
        world.link("ada", "companies", "acme", Some("boss"));
        world.unlink("ada", "companies", "acme", None);
    });
    let expected = [
        "none",
        "else",
        "zero",
        "not any",
        "all",
        "no",
        "sum",
        "max unknown",
        "else",
    ];
    assert_eq!(lost, expected);
}

/// proves: N3
#[test]
fn one_associated_record_meets_the_whole_condition() {
    let mut world = World::new(
        "workflow one on contact { enroll when any companies where (size > 5 and tier == gold) steps {} }
         workflow two on contact { enroll when any companies where (size > 5) and any companies where (tier == gold) steps {} }",
    );
    world.contact("ada", &[]);
    world.create("company", "big", &[("size", "9"), ("tier", "silver")]);
    world.create("company", "fine", &[("size", "1"), ("tier", "gold")]);
    world.link("ada", "companies", "big", None);
    world.link("ada", "companies", "fine", None);
    assert_eq!(
        (world.times("ada", "one"), world.times("ada", "two")),
        (0, 1)
    );
    world.set("fine", &[("size", "6")]);
    assert_eq!(world.times("ada", "one"), 1);
}

/// proves: N4
#[test]
fn arithmetic_is_exact_and_says_why_it_is_unknown() {
    assert!(enrolled("score * 3 == 0.3", &[("score", "0.1")]));
    assert!(!enrolled(
        "score / bonus > 0 or score / bonus <= 0",
        &[("bonus", "0")]
    ));
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { set bonus = score / (score - 1) set bonus = parse_number(city ?? \"none\") } }",
    );
    world.contact("ada", &[("score", "1")]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.value("ada", "bonus"), "unknown");
    let notes: Vec<String> = world
        .scenario
        .carrier()
        .entries
        .iter()
        .flat_map(|entry| entry.notes.clone())
        .collect();
    assert_eq!(notes, ["division by zero", "unreadable"]);
}

/// proves: N5
#[test]
fn an_unknown_value_clears_and_a_required_one_fails() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { set city = name set email = name set score = bonus clear stage } }",
    );
    world.contact(
        "ada",
        &[("city", "Oslo"), ("score", "3"), ("stage", "lead")],
    );
    world.does("ada", "ping", &[]);
    assert_eq!(world.value("ada", "city"), "unknown");
    assert_eq!(world.value("ada", "email"), "ada@acme.example");
    assert!(
        world
            .path("ada", "w")
            .contains(&"failed set_2 required".to_owned())
    );
    assert_eq!(
        world.value("ada", "score"),
        "0",
        "what is cleared has its default"
    );
    assert_eq!(
        world.value("ada", "stage"),
        "subscriber",
        "clear sets the default again"
    );
}
