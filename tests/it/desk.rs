//! The desk as the process that runs a store uses it: questions and orders as
//! data, without a command line. How they travel is tested in `socket`.

use std::fs;
use std::time::Duration;

use flow::base::{Timestamp, Uid};
use flow::engine::{Effects, Event, InputBody};
use flow::host::desk::{self, Ask, Candidate, Order, Outcome, Reply};
use flow::host::durable::Fit;
use flow::host::keep::Kept;
use flow::host::older::Unfit;
use flow::host::program::Loaded;
use flow::host::store::Store;
use flow::project;

use crate::cli_support::Folder;

/// A program with a workflow that refuses, one without a trigger and two objects that
/// have equal values.
pub(crate) const PROGRAM: &str = "\
object contact {
  email: email unique required
  city: string
  score: number
  boss: one company
}

object company {
  name: string unique
}

event visited on contact {
  page: string
  times: number
}

message hello on contact {
  subject: \"Hello\"
  text: \"Good day\"
}

workflow once on contact {
  enroll on visited
  suppress when city == \"Oslo\"

  steps {
    wait 1 day
    greet: do send_email { to: email, message: hello }
  }
}

workflow aim on contact {
  steps {
    set score = 10
  }
}
";

/// A store of its own.
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) kept: Kept,
    now: Timestamp,
    // It goes last.
    folder: Folder,
}

impl Desk {
    pub(crate) fn new(program: &str) -> Self {
        let folder = Folder::project(program);
        let project = project::load(folder.path()).expect("a project");
        let loaded = Loaded::compile(&project).expect("a program").0;
        let store = Store {
            dir: project.store.clone(),
        };
        let now: Timestamp = "2026-03-02T08:00:00Z".parse().expect("a moment");
        let identity = Uid::of(&[b"desk"]);
        let kept = Kept::open((&store, &project.root), Some(loaded), (now, identity));
        let mut desk = Desk {
            store,
            kept: kept.expect("a store"),
            now,
            folder,
        };
        let publish = Event::Input(Box::new(InputBody::Publish.into()));
        desk.accept(vec![publish]);
        desk
    }

    /// Ends it in order and opens it again, from its snapshot or from its log.
    pub(crate) fn reopen(self, snapshots: bool) -> Self {
        let Desk {
            store,
            kept,
            now,
            folder,
        } = self;
        kept.close().expect("it is kept");
        if !snapshots {
            fs::remove_dir_all(store.dir.join("snapshots")).expect("they are there");
        }
        let kept = Kept::open((&store, folder.path()), None, (now, Uid::of(&[b"desk"])));
        Desk {
            kept: kept.expect("a store"),
            store,
            now,
            folder,
        }
    }

    /// What loading another program would do.
    pub(crate) fn would_load(&self, program: &str) -> Result<Fit, Unfit> {
        self.folder.write("main.flow", program.as_bytes());
        let project = project::load(self.folder.path()).expect("a project");
        let loaded = Loaded::compile(&project).expect("a program").0;
        self.kept.durable.would_load(loaded)
    }

    /// Lets hours pass.
    pub(crate) fn hours(&mut self, hours: u64) {
        self.now += Duration::from_secs(hours * 3_600);
        self.accept(vec![Event::Clock]);
    }

    /// Loads another program, whatever it takes away.
    pub(crate) fn load(&mut self, program: &str) {
        let fit = self.would_load(program).expect("it goes with it");
        let loaded = self.kept.durable.load(self.now, fit);
        assert!(loaded.is_ok(), "{:?}", loaded.err());
    }

    pub(crate) fn accept(&mut self, events: Vec<Event>) -> Vec<Effects> {
        let events = events.into_iter().map(|event| (self.now, event)).collect();
        let taken = self.kept.durable.accept(events).expect("a log");
        taken
            .into_iter()
            .map(|taken| taken.expect("short"))
            .collect()
    }

    pub(crate) fn ask(&mut self, ask: &Ask) -> Reply {
        if ask.reads() {
            return desk::read(self.kept.durable.core(), &self.store, self.now, ask);
        }
        match desk::events(self.kept.durable.core(), ask) {
            Ok(events) => {
                let effects = self.accept(events);
                desk::answered(self.kept.durable.core(), ask, effects)
            }
            Err(reply) => reply,
        }
    }

    fn give(&mut self, orders: Vec<Order>) -> Vec<Outcome> {
        let inputs = orders.into_iter().map(|order| order.line("test")).collect();
        match self.ask(&Ask::Take { inputs }) {
            Reply::Taken { outcomes, .. } => outcomes,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn one(&mut self, order: Order) -> Outcome {
        self.give(vec![order]).remove(0)
    }

    /// A new contact.
    pub(crate) fn contact(&mut self, email: &str, values: &[(&str, &str)]) -> Candidate {
        let email = ("email".to_owned(), email.to_owned());
        let values = values
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()));
        let values = std::iter::once(email).chain(values).collect();
        match self.one(Order::Create("contact".into(), values)) {
            Outcome::Created { record } => record,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn refusal(&mut self, ask: &Ask) -> (String, Option<String>) {
        match self.ask(ask) {
            Reply::Refused(words) => (words.message, words.help),
            other => panic!("{other:?}"),
        }
    }

    fn names(&mut self, condition: &str) -> Vec<String> {
        let ask = Ask::Records {
            object: Some("contact".into()),
            condition: Some(condition.into()),
            after: None,
        };
        match self.ask(&ask) {
            Reply::Records { records, .. } => records.into_iter().map(|r| r.name).collect(),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn orders_are_answered_by_what_came_of_them() {
    let mut desk = Desk::new(PROGRAM);
    let ada = desk.contact("ada@x.example", &[]);
    assert_eq!(
        (ada.object.as_str(), ada.name.as_str()),
        ("contact", "ada@x.example")
    );
    let pages = vec![
        ("page".to_owned(), "/".to_owned()),
        ("times".to_owned(), "2".to_owned()),
    ];
    let event = Order::Event(ada.clone(), "visited".into(), pages);
    let accepted = Outcome::Accepted {
        record: Some(ada.clone()),
    };
    assert_eq!(desk.one(event), accepted);
    // The event has enrolled it already.
    let (record, workflow) = (ada.clone(), "once".to_owned());
    let enroll = Order::Enroll(ada.clone(), "once".into());
    let why_not = |reason: &str| Outcome::NotEnrolled {
        record: record.clone(),
        workflow: workflow.clone(),
        reason: reason.to_owned(),
    };
    assert_eq!(desk.one(enroll.clone()), why_not("already_enrolled"));
    let unenroll = Order::Unenroll(ada.clone(), "once".into());
    let taken_out = |times| Outcome::Unenrolled {
        record: record.clone(),
        workflow: workflow.clone(),
        times,
    };
    assert_eq!(desk.one(unenroll.clone()), taken_out(1));
    assert_eq!(desk.one(unenroll), taken_out(0));
    let city = vec![("city".to_owned(), "Oslo".to_owned())];
    assert_eq!(desk.one(Order::Set(ada.clone(), city)), accepted);
    assert_eq!(desk.one(enroll), why_not("suppressed"));
    let switched = desk.one(Order::Switch("pause", "once".into()));
    let paused = Outcome::Switched {
        workflow: "once".into(),
        to: "paused".into(),
    };
    assert_eq!(switched, paused);
    let twice = vec![("email".to_owned(), "ada@x.example".to_owned())];
    let refused = desk.one(Order::Create("contact".into(), twice));
    assert!(matches!(refused, Outcome::Refused { .. }), "{refused:?}");
}

#[test]
fn an_id_counts_once() {
    let mut desk = Desk::new(PROGRAM);
    let ada = desk.contact("ada@x.example", &[]);
    let line = || Order::Event(ada.clone(), "visited".into(), vec![]).line("test");
    let inputs = vec![line().with("id", Some("7")), line().with("id", Some("7"))];
    match desk.ask(&Ask::Take { inputs }) {
        Reply::Taken { outcomes, .. } => {
            assert!(matches!(outcomes[0], Outcome::Accepted { .. }));
            assert_eq!(outcomes[1], Outcome::Duplicate);
        }
        other => panic!("{other:?}"),
    }
}

// proves: A4
#[test]
fn nothing_is_taken_if_one_is_wrong() {
    let mut desk = Desk::new(PROGRAM);
    let good = |email: &str| {
        let email = vec![("email".to_owned(), email.to_owned())];
        Order::Create("contact".into(), email).line("test")
    };
    let wrong = Order::Switch("pause", "onze".into()).line("test");
    let before = desk.kept.durable.position();
    let ask = Ask::Take {
        inputs: vec![good("a@x.example"), wrong],
    };
    let (message, help) = desk.refusal(&ask);
    assert_eq!(message, "there is no workflow `onze`");
    assert_eq!(help.as_deref(), Some("did you mean `once`?"));
    assert_eq!(desk.kept.durable.position(), before);
    let at = good("a@x.example").with("at", Some("2026-03-02T08:00:00Z"));
    let (message, _) = desk.refusal(&Ask::Take { inputs: vec![at] });
    assert_eq!(message, "an order takes no `at`: it is accepted now");
}

#[test]
fn records_are_found_by_what_they_are_called() {
    let mut desk = Desk::new(PROGRAM);
    let ada = desk.contact("Ada@x.example", &[]);
    let name = vec![("name".to_owned(), "ada@x.example".to_owned())];
    desk.one(Order::Create("company".into(), name));
    let mut found = |named: &str| match desk.ask(&Ask::Find {
        record: named.to_owned(),
    }) {
        Reply::Found { candidates, near } => (
            candidates
                .into_iter()
                .map(|one| one.object)
                .collect::<Vec<_>>(),
            near,
        ),
        other => panic!("{other:?}"),
    };
    assert_eq!(found("ada@x.example").0, ["company", "contact"]);
    assert_eq!(found("contact:ADA@X.example").0, ["contact"]);
    assert_eq!(found("company:ADA@X.example").0, ["company"]);
    assert_eq!(found(&ada.id).0, ["contact"]);
    assert_eq!(found(&ada.id[..6]).0, ["contact"]);
    let (none, near) = found("ada@x.exampel");
    assert!(none.is_empty());
    assert!(near.is_some_and(|near| near.eq_ignore_ascii_case("ada@x.example")));
}

#[test]
fn what_is_deleted_is_found_by_what_it_was_called() {
    let mut desk = Desk::new(PROGRAM);
    let ada = desk.contact("ada@x.example", &[]);
    desk.one(Order::Delete(ada.clone()));
    let ask = Ask::Find {
        record: "contact:ada@x.example".into(),
    };
    let Reply::Found { candidates, .. } = desk.ask(&ask) else {
        panic!("nothing is found");
    };
    let ids: Vec<&String> = candidates.iter().map(|one| &one.id).collect();
    assert_eq!(ids, [&ada.id]);
}

#[test]
fn records_are_chosen_by_a_condition() {
    let mut desk = Desk::new(PROGRAM);
    desk.contact("a@x.example", &[("city", "Oslo"), ("score", "3")]);
    desk.contact("b@x.example", &[("city", "Bergen"), ("score", "8")]);
    desk.contact("c@x.example", &[]);
    assert_eq!(desk.names("score > 5"), ["b@x.example"]);
    assert_eq!(
        desk.names("city == \"Oslo\" or score is unknown"),
        ["a@x.example", "c@x.example"]
    );
    assert_eq!(desk.names("created_at within last 1 days").len(), 3);
    assert_eq!(desk.names("score > 5 // a remark"), ["b@x.example"]);
    let ask = |object: Option<&str>, condition: &str| Ask::Records {
        object: object.map(str::to_owned),
        condition: Some(condition.to_owned()),
        after: None,
    };
    match desk.ask(&ask(Some("contact"), "citi == \"Oslo\"")) {
        Reply::Unclear { findings } => {
            assert_eq!((findings[0].start, findings[0].end), (0, 4));
            assert_eq!(findings[0].help.as_deref(), Some("did you mean `city`?"));
        }
        other => panic!("{other:?}"),
    }
    let (message, _) = desk.refusal(&ask(None, "score > 5"));
    assert_eq!(message, "a condition is on the records of one object");
    let more = ask(Some("contact"), "score > 5\noff");
    assert_eq!(desk.refusal(&more).0, "a condition declares nothing");
    // Nobody has told the contact the name of its company.
    let behind = ask(Some("contact"), "boss.name == \"Acme\"");
    let (message, _) = desk.refusal(&behind);
    assert!(
        message.starts_with("the condition reads through a link"),
        "{message}"
    );
}

#[test]
fn a_condition_reads_through_a_link_what_the_program_reads_too() {
    let read = "workflow led on contact { enroll when boss.name == \"Acme\" steps {} }";
    let program = PROGRAM.replace(
        "  name: string unique\n",
        "  name: string unique\n  size: number\n",
    );
    let mut desk = Desk::new(&format!("{program}\n{read}\n"));
    desk.contact("a@x.example", &[]);
    assert_eq!(desk.names("boss.name is unknown"), ["a@x.example"]);
    let ask = |condition: &str| Ask::Records {
        object: Some("contact".into()),
        condition: Some(condition.into()),
        after: None,
    };
    let (message, _) = desk.refusal(&ask("city was ever \"Oslo\""));
    assert!(
        message.starts_with("the condition asks of the past"),
        "{message}"
    );
    let (message, _) = desk.refusal(&ask("boss.size is unknown"));
    assert!(
        message.starts_with("the condition reads through a link"),
        "{message}"
    );
}

// proves: A4
#[test]
fn what_failed_for_good_is_listed() {
    let nowhere = "nowhere: do send_email { to: city, message: hello }";
    let mut desk = Desk::new(&PROGRAM.replace("set score = 10", nowhere));
    let ada = desk.contact("ada@x.example", &[]);
    desk.one(Order::Enroll(ada.clone(), "aim".into()));
    let failures = match desk.ask(&Ask::Failures) {
        Reply::Failures { failures } => failures,
        other => panic!("{other:?}"),
    };
    let [failed] = failures.as_slice() else {
        panic!("{failures:?}");
    };
    assert_eq!(failed.error, "missing_argument: to");
    assert_eq!(
        (failed.workflow.as_str(), failed.step.as_str()),
        ("aim", "nowhere")
    );
    assert_eq!((failed.action.as_str(), failed.attempts), ("send_email", 0));
    assert_eq!(failed.record, "contact ada@x.example");
    match desk.ask(&Ask::Status) {
        Reply::Status(status) => {
            assert_eq!((status.failures, status.records["contact"]), (1, 1));
            assert!(status.published);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_question_is_no_order() {
    let desk = Desk::new(PROGRAM);
    assert!(Ask::Status.reads() && !Ask::Take { inputs: vec![] }.reads());
    let core = desk.kept.durable.core();
    assert!(desk::events(core, &Ask::Status).is_err());
    let retry = Ask::Retry {
        actions: vec![],
        by: None,
    };
    assert!(!retry.reads());
}
