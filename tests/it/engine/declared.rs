//! Declared actions: what goes out is rendered once, with the parameters and without secrets.

use flow::engine::frozen::v1::state::{freeze, thaw};
use flow::engine::message::{Again, Outcome};
use flow::model::Value;

use super::world::World;

const POST: &str = r#"
action chat.post(room: string required, text: string, extra: json, tags: set(a, b)) -> { id: string }
  via http {
    method: PUT
    url: "https://chat.example/{room}"
    headers: { "X-Key": "k {secret(chat)}" }
    json: { text: text, extra: extra, tags: tags, fix: [1, unknown] }
    result: { id: "$.id" }
    timeout: 10 seconds
    retry: 2 times over 4 hours
  }
workflow w on contact { enroll on ping steps {
  post: do chat.post { room: city, text: name, extra: { score: score, none: bonus }, tags: (a) } as posted
  set name = posted.id ?? "nothing"
} }
"#;

const GRADE: &str = r#"
action grade(total: number, city: string) -> { grade: enum(a, b) }
  via command { run: ["python3", "grade.py", "{city}"], env: { KEY: secret(grader), CITY: city } }
workflow w on contact { enroll on ping steps {
  do grade { total: score, city: city } as graded
  branch { case when graded.grade == b { set name = "b" } }
} }
"#;

fn failed(status: u16) -> Outcome {
    Outcome::Failed {
        status: Some(status),
        error: "refused".into(),
        again: Again::Usual,
    }
}

/// What went out of the last action, by key.
fn sends(world: &World) -> Vec<String> {
    let actions = &world.scenario.carrier().actions;
    let call = &actions.last().expect("an action").request;
    let sends = call.sends.iter();
    sends.map(|(key, part)| format!("{key}={part}")).collect()
}

/// proves: A1
#[test]
fn a_request_is_put_together_of_parameters() {
    let mut world = World::new(POST);
    world.contact("ada", &[("city", "oslo"), ("score", "7")]);
    let answer = Value::Text("m7".into());
    world.script([Outcome::Done(vec![Some(answer)])]);
    world.does("ada", "ping", &[]);
    assert_eq!(
        world.sent(),
        [r#"chat.post room="oslo" extra={"score": 7, "none": null} tags="a""#]
    );
    assert_eq!(
        sends(&world),
        [
            r#"method="PUT""#,
            r#"url="https://chat.example/oslo""#,
            r#"headers={"X-Key": ("k " + secret(chat))}"#,
            r#"json={"text": null, "extra": {"score": 7, "none": null}, "tags": "a", "fix": [1, null]}"#,
            r#"timeout="10 seconds""#,
        ]
    );
    assert_eq!(world.value("ada", "name"), "m7");
}

/// proves: A1
#[test]
fn what_stands_beside_a_secret_is_rendered() {
    let text = POST.replace("k {secret(chat)}", "k {secret(chat)} of {room}, {text}");
    let mut world = World::new(&text);
    world.contact("ada", &[("city", "oslo")]);
    world.does("ada", "ping", &[]);
    let headers = r#"headers={"X-Key": ("k " + secret(chat) + " of " + "oslo" + ", ")}"#;
    assert_eq!(sends(&world)[2], headers);
}

/// proves: A10
#[test]
fn an_address_that_is_unknown_is_asked_by_nobody() {
    let text = POST.replace("room: string required", "room: string");
    let mut world = World::new(&text);
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    assert!(world.sent().is_empty());
    let path = world.path("ada", "w");
    assert!(
        path.contains(&"failed post missing_argument: url".to_owned()),
        "{path:?}"
    );
}

/// proves: A3
#[test]
fn an_action_says_how_often_it_is_tried() {
    let mut world = World::new(POST);
    world.contact("ada", &[("city", "oslo")]);
    world.script([failed(503), failed(503), failed(503), failed(503)]);
    world.does("ada", "ping", &[]);
    world.hours(48);
    let sent = world.scenario.carrier().sent.iter();
    let at: Vec<String> = sent.map(|(at, _)| at.to_string()).collect();
    let times = ["09:00:00Z", "11:00:00Z", "15:00:00Z"];
    assert_eq!(at, times.map(|time| format!("2026-01-05T{time}")));
}

/// proves: A1, A2
#[test]
fn a_command_has_words_and_variables() {
    let mut world = World::new(GRADE);
    world.contact("ada", &[("city", "oslo")]);
    world.script([Outcome::Done(vec![Some(Value::Member(1))])]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.sent(), [r#"grade total=0 city="oslo""#]);
    assert_eq!(
        sends(&world),
        [
            r#"run=["python3", "grade.py", "oslo"]"#,
            r#"env={"KEY": secret(grader), "CITY": "oslo"}"#,
        ]
    );
    assert_eq!(world.value("ada", "name"), "b");
}

/// proves: A3, A4
#[test]
fn a_command_is_tried_again_when_it_asks_for_it() {
    let attempts = |code: u16| {
        let mut world = World::new(GRADE);
        world.contact("ada", &[]);
        world.script([failed(code)]);
        world.does("ada", "ping", &[]);
        world.hours(1);
        world.sent().len()
    };
    assert_eq!(
        [1, 2, 127, 255].map(attempts),
        [1; 4],
        "it has failed for good"
    );
    assert_eq!([75, 503].map(attempts), [2; 2], "it may be luckier");
}

/// proves: A1
#[test]
fn what_goes_out_outlives_the_process() {
    let mut world = World::new(POST);
    world.contact("ada", &[("city", "oslo"), ("score", "7")]);
    world.script([failed(503)]);
    world.does("ada", "ping", &[]);
    let image = world
        .scenario
        .machine()
        .image()
        .expect("nothing is under way");
    let frozen = freeze(&image).expect("it can be frozen");
    let prepared = super::world::prepare(&format!("{}\n{POST}", super::world::OBJECTS));
    let thawed = thaw(&prepared, &frozen).expect("it can be thawed");
    assert_eq!(freeze(&thawed).expect("it can be frozen"), frozen);
    let before = sends(&world);
    world.hours(3);
    assert_eq!(sends(&world), before);
    assert_eq!(world.sent().len(), 2);
}
