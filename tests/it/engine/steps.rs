//! Steps that copy, create, link and take out, and workflows that shut others
//! out.

use flow::base::Uid;
use flow::engine::record::RecordCell;
use flow::model::ObjectId;

use super::world::World;

/// The records of an object, besides those that a test has created itself.
fn made<'w>(world: &'w World, object: &str, handles: &[&str]) -> Vec<&'w RecordCell> {
    let catalog = &world.prepared().program.catalog;
    let id: ObjectId = catalog
        .objects
        .ids()
        .find(|id| catalog.objects[*id].name == object)
        .expect("it is declared");
    let known: Vec<Uid> = handles.iter().map(|handle| world.id(handle)).collect();
    let all = world.state().records().filter(|cell| cell.object == id);
    all.filter(|cell| !known.contains(&cell.id)).collect()
}

fn read(world: &World, cell: &RecordCell, property: &str) -> String {
    let object = &world.prepared().program.catalog.objects[cell.object];
    let id = object.property(property).expect("it is declared");
    let ty = &object.properties[id].ty;
    let zone = world.prepared().zone();
    cell.value(id).map_or("unknown".into(), |value| {
        flow::model::compute::spell(value, ty, zone)
    })
}

const COPIES: &str = r#"extend object contact {
             note: string
             grade: enum(customer "A customer", mql)
             hobbies: set(music, film, sport)
             hobby: enum(film, chess)
             at: datetime
           }
           workflow w on contact {
             enroll on ping
             steps {
               copy score to note
               copy due to day
               copy day to at
               copy stage to grade
               copy tags to hobbies
             }
           }
           workflow words on contact { enroll on pong steps { copy grade to name copy name to stage } }
           workflow one on contact { steps { copy hobby to tags } }"#;

/// proves: A7, N5
#[test]
fn a_copy_makes_a_value_of_the_type_that_it_goes_to() {
    let mut world = World::new(COPIES);
    let values = [
        ("score", "2.50"),
        ("due", "2026-03-01T23:30:00Z"),
        ("stage", "customer"),
        ("tags", "sport;film"),
        ("hobby", "film"),
    ];
    world.contact("ada", &values);
    world.does("ada", "ping", &[]);
    let values = ["note", "day", "at", "grade", "hobbies"].map(|name| world.value("ada", name));
    // In Oslo it is the next day already, which begins an hour before UTC's.
    assert_eq!(
        values,
        [
            "2.5",
            "2026-03-02",
            "2026-03-01T23:00:00Z",
            "customer",
            "film;sport"
        ]
        .map(|v| match v {
            "film;sport" => "film;sport".to_owned(),
            other => other.to_owned(),
        })
    );
    world.does("ada", "pong", &[]);
    assert_eq!(world.value("ada", "name"), "A customer", "a label");
    assert_eq!(
        world.value("ada", "stage"),
        "customer",
        "no member of that name: it stays"
    );
    assert_eq!(
        world.path("ada", "words")[1..],
        [
            "step copy_1",
            "step copy_2",
            "failed copy_2 no_member",
            "left completed"
        ]
    );
    world.enroll("ada", "one");
    assert_eq!(world.value("ada", "tags"), "film");
    world.contact("bob", &[("score", "unknown"), ("name", "Bob")]);
    world.does("bob", "ping", &[]);
    assert_eq!(
        world.value("bob", "note"),
        "0",
        "what is cleared has its default"
    );
}

/// proves: A7, A10
#[test]
fn a_copied_text_must_have_the_form_of_its_property() {
    let mut world = World::new(
        r#"workflow w on contact { enroll on ping steps { copy name to email } }
           workflow f on contact { enroll on action_failed where action == "copy" steps { set city = event.error } }"#,
    );
    world.contact("ada", &[("name", "no address")]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.value("ada", "email"), "ada@acme.example");
    assert_eq!(world.value("ada", "city"), "wrong_form");
}

/// proves: I5, A1
#[test]
fn a_made_record_is_linked_and_known_to_later_steps() {
    let mut world = World::new(
        r#"object deal { name: string, amount: number default 5, stage: enum(open, won) default open, rep: one user }
           extend object contact { deals: many deal inverse one buyer }
           workflow w on contact {
             enroll on ping
             steps {
               create company { domain: "{email}.example", name: "Of {email}" } in companies label boss as firm
               set firm.size = score + 1
               set city = firm.name
               create user { email: "u{email}" } as helper
               set owner = helper
               branch { case when firm.size == 4 { set bonus = firm.size } }
               create deal { name: "A deal", rep: owner } in deals as fresh
               set fresh.amount += 2
               enroll in win for fresh
             }
           }
           workflow win on deal { steps { set stage = won } }"#,
    );
    world.contact("ada", &[("score", "3")]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.value("ada", "city"), "Of ada@acme.example");
    assert_eq!(
        world.value("ada", "bonus"),
        "4",
        "its link tells what became of it"
    );
    let firm = made(&world, "company", &[])[0];
    let ada = world.state().record(world.id("ada")).expect("it is there");
    let of_firm = ada
        .ends
        .iter()
        .find(|end| end.other == firm.id)
        .expect("it is linked");
    assert!(of_firm.labels.iter().any(|label| label.as_str() == "boss"));
    let user = made(&world, "user", &[])[0];
    assert!(ada.ends.iter().any(|end| end.other == user.id));
    let deal = made(&world, "deal", &[])[0];
    assert_eq!(
        ["amount", "stage"].map(|p| read(&world, deal, p)),
        ["7", "won"]
    );
    assert!(
        deal.ends.iter().any(|end| end.other == user.id),
        "its own link"
    );
    assert!(deal.ends.iter().any(|end| end.other == ada.id));
    assert_eq!(
        world.path("ada", "w").last().map(String::as_str),
        Some("left completed")
    );
}

/// proves: I5, A1, N2
#[test]
fn what_a_made_record_is_linked_with_is_read_through_it() {
    let mut world = World::new(
        r#"object deal { name: string, rep: one user }
           extend object contact { deals: many deal inverse one buyer }
           workflow w on contact {
             enroll on ping
             steps {
               create deal { name: "A deal", rep: owner } in deals as fresh
               set city = fresh.rep.name
               set bonus = count(fresh.buyer.companies where size > 5)
               set score = sum(fresh.buyer.companies.size)
               set flag = fresh.rep.name was ever "Kim"
             }
           }"#,
    );
    world.contact("ada", &[]);
    world.create(
        "user",
        "kim",
        &[("email", "kim@x.example"), ("name", "Kim")],
    );
    world.link("ada", "owner", "kim", None);
    for (handle, size) in [("acme", "4"), ("umbra", "9")] {
        let domain = format!("{handle}.example");
        world.create("company", handle, &[("domain", &domain), ("size", size)]);
        world.link("ada", "companies", handle, None);
    }
    world.does("ada", "ping", &[]);
    let values = ["city", "bonus", "score", "flag"].map(|property| world.value("ada", property));
    assert_eq!(values, ["Kim", "1", "13", "true"]);
}

/// proves: E15, E5
#[test]
fn a_workflow_does_not_enrol_what_it_has_made() {
    let mut world = World::new(
        r#"workflow a on contact { enroll on created steps { create contact { email: "x{email}" } } }
           workflow b on contact { enroll on created steps {} }"#,
    );
    world.contact("ada", &[]);
    let new = made(&world, "contact", &["ada"]);
    assert_eq!(new.len(), 1, "it does not go on for ever");
    let lines = world.lines();
    assert!(
        lines.contains(&"a refused self_created".to_owned()),
        "{lines:#?}"
    );
    assert_eq!(lines.iter().filter(|line| *line == "b enrolled").count(), 2);
}

/// proves: A10, I5
#[test]
fn a_record_that_cannot_be_made_fails_the_step() {
    let mut world = World::new(
        r#"workflow taken on contact {
             enroll on ping
             steps {
               create user { email: "kim@acme.example" } as twin
               create company { domain: city } in companies as firm
               set name = if(twin is known, "made", "not made")
               set city = "on"
             }
           }
           workflow lacks on contact { enroll on pong steps { create user { email: name ?? city } create user { email: "no form" } } }"#,
    );
    world.create("user", "kim", &[]);
    world.contact("ada", &[("city", "here")]);
    world.create("company", "here", &[("domain", "here")]);
    world.does("ada", "ping", &[]);
    assert_eq!(
        world.path("ada", "taken")[1..],
        [
            "step create_1",
            "failed create_1 not_unique",
            "step create_2",
            "failed create_2 not_unique",
            "step set_1",
            "step set_2",
            "left completed"
        ]
    );
    assert_eq!(world.value("ada", "name"), "not made");
    assert_eq!(made(&world, "user", &["kim"]).len(), 0);
    world.contact("bob", &[]);
    world.does("bob", "pong", &[]);
    assert_eq!(
        world.path("bob", "lacks")[1..],
        [
            "step create_1",
            "failed create_1 required",
            "step create_2",
            "failed create_2 wrong_form",
            "left completed"
        ]
    );
    // What was claimed for a record that is none is free again.
    world.create("user", "lee", &[("email", "no@form.example")]);
    assert_eq!(made(&world, "user", &["kim", "lee"]).len(), 0);
}

const TIES: &str = r#"workflow tie on contact {
             enroll on ping
             steps {
               associate companies with company by domain = city
               associate companies with company by domain = city label boss
               associate owner with user by email = "kim@acme.example"
               associate companies with company by domain = "nowhere"
               set score = count(companies)
             }
           }
           workflow untie on contact {
             enroll on pong
             steps {
               dissociate companies with company by domain = "acme" label boss
               dissociate companies with company by domain = "acme"
               dissociate all companies
               dissociate all companies
               dissociate companies with company by domain = name
               set score = count(companies)
             }
           }"#;

/// proves: I5, N2
#[test]
fn records_are_linked_by_a_unique_value() {
    let mut world = World::new(TIES);
    world.contact("ada", &[("city", "acme")]);
    world.create("company", "acme", &[("domain", "acme")]);
    world.create("company", "other", &[("domain", "other")]);
    world.create("user", "kim", &[]);
    world.create("user", "lee", &[]);
    world.link("ada", "owner", "lee", None);
    world.does("ada", "ping", &[]);
    assert_eq!(
        world.path("ada", "tie")[1..],
        [
            "step associate_1",
            "step associate_2",
            "step associate_3",
            "skipped associate_4 no_record",
            "step set_1",
            "left completed"
        ]
    );
    assert_eq!(world.value("ada", "score"), "1");
    let ada = world.state().record(world.id("ada")).expect("it is there");
    let others: Vec<Uid> = ada.ends.iter().map(|end| end.other).collect();
    assert_eq!(
        others,
        [world.id("acme"), world.id("kim")],
        "one owner replaces the other"
    );
    world.link("ada", "companies", "other", Some("boss"));
    world.does("ada", "pong", &[]);
    assert_eq!(
        world.path("ada", "untie")[1..],
        [
            "step dissociate_1",
            "step dissociate_2",
            "step dissociate_3",
            "skipped dissociate_4 no_record",
            "skipped dissociate_5 no_record",
            "step set_1",
            "left completed"
        ]
    );
    assert_eq!(world.value("ada", "score"), "0");
}

/// proves: I5, L4
#[test]
fn records_are_linked_by_their_identity() {
    let mut world = World::new(
        "workflow tie on contact {
           enroll on ping
           steps {
             create company { name: \"new\" } as new
             associate companies with company by id = new.id label boss
             wait 1 day
             associate companies with company by id = new.id label billing
             dissociate companies with company by id = new.id label boss
             associate companies with company by id = name
             associate companies with company by id = owner.id
           }
         }",
    );
    world.contact("ada", &[]);
    world.create("user", "kim", &[]);
    world.link("ada", "owner", "kim", None);
    world.does("ada", "ping", &[]);
    world.create("company", "acme", &[]);
    let ends = |world: &World| {
        let ada = world.state().record(world.id("ada")).expect("it is there");
        let ends = ada.ends.iter();
        let ends = ends.filter(|end| end.other != world.id("kim"));
        ends.map(|end| {
            (
                end.other,
                end.labels.iter().map(ToString::to_string).collect(),
            )
        })
        .collect::<Vec<(Uid, Vec<String>)>>()
    };
    let [(new, labels)] = &ends(&world)[..] else {
        panic!("it is linked once");
    };
    assert_eq!(labels, &["boss"]);
    // The new record becomes another one while the path waits.
    let company = world.state().record(*new).expect("it is there").object;
    let from = flow::engine::Target::Id(company, *new);
    let into = flow::engine::Target::Id(company, world.id("acme"));
    world.input(flow::engine::InputBody::Merge(from, into).into());
    world.hours(25);
    assert_eq!(
        ends(&world),
        [(world.id("acme"), vec!["billing".to_owned()])]
    );
    let path = world.path("ada", "tie");
    let last = [
        "step associate_2",
        "step dissociate_1",
        "skipped associate_3 no_record",
        "skipped associate_4 no_record",
        "left completed",
    ];
    assert_eq!(path[path.len() - last.len()..], last);
    assert!(world.delete("ada").is_some(), "nothing is under way");
}

/// proves: E6
#[test]
fn a_workflow_takes_its_record_out_of_others() {
    let mut world = World::new(
        "workflow a on contact { enroll on ping reenroll always steps { wait 5 days } }
         workflow b on contact { enroll on ping reenroll always steps { wait 5 days } }
         workflow out on contact { enroll on pong reenroll always steps { unenroll from a set city = \"out\" } }
         workflow rest on contact { steps { unenroll from all wait 1 day } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.does("ada", "pong", &[]);
    assert_eq!(
        world.path("ada", "a").last().map(String::as_str),
        Some("left wait_1 by_workflow")
    );
    assert_eq!(world.value("ada", "city"), "out");
    assert!(world.inside("ada", "b"));
    world.does("ada", "ping", &[]);
    world.enroll("ada", "rest");
    assert!(!world.inside("ada", "a") && !world.inside("ada", "b"));
    assert!(world.inside("ada", "rest"), "it is out of the others");
}

/// proves: E11, L6
#[test]
fn who_enrols_leaves_what_is_shut_out() {
    let mut world = World::new(
        r#"workflow a on contact { enroll on ping where n == 1 exclusive with c, d steps { wait 1 day } }
           workflow b on contact { enroll on ping where n == 2 exclusive with all reenroll always steps { wait 1 day } }
           workflow c on contact { enroll on pong steps { wait 5 days } }
           workflow d on contact { enroll on pong unenroll on ping steps { wait 5 days } }
           workflow e on contact { enroll on pong steps { wait 5 days } }"#,
    );
    world.contact("ada", &[]);
    world.does("ada", "pong", &[]);
    world.does("ada", "ping", &[("n", "1")]);
    let last = |world: &World, workflow: &str| world.path("ada", workflow).pop();
    assert_eq!(last(&world, "c").as_deref(), Some("left wait_1 exclusive"));
    assert_eq!(
        last(&world, "d").as_deref(),
        Some("left wait_1 unenroll_condition"),
        "its own reason comes first"
    );
    assert!(world.inside("ada", "e") && world.inside("ada", "a"));
    world.does("ada", "ping", &[("n", "2")]);
    assert_eq!(last(&world, "e").as_deref(), Some("left wait_1 exclusive"));
    assert_eq!(last(&world, "a").as_deref(), Some("left wait_1 exclusive"));
    assert!(world.inside("ada", "b"));
}
