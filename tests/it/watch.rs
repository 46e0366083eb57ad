//! `flow run --watch` with the real binary: the ways in which editors and git
//! save, sources with mistakes, edits that would take something away, and what
//! becomes of those inside. How an edit is planned is tested in the engine.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use flow::host::program;
use flow::project;
use serde_json::Value;

use crate::cli_support::{Folder, MANIFEST};
use crate::live_support::{Running, status, store, until};

/// How long it must be quiet until nothing more comes of a change.
const QUIET: Duration = Duration::from_millis(700);

/// What marks a contact, so that the program that runs can be told.
fn marking(mark: &str) -> String {
    format!(
        "object contact {{
  email: email unique required
  mark: string
  late: string
}}

event ping on contact {{
  n: number
}}

workflow greet on contact {{
  enroll on ping per event.id

  steps {{
    set mark = \"{mark}\"
  }}
}}
"
    )
}

/// Where contacts wait.
fn waiting(steps: &str) -> String {
    format!("workflow slow on contact {{\n  enroll on created\n\n  steps {{\n{steps}\n  }}\n}}\n")
}

/// A project under watch, with a contact who waits for an hour.
struct Watched {
    running: Running,
    folder: Folder,
}

impl Watched {
    fn begin() -> Self {
        let folder = Folder::new(&[
            ("flow.toml", MANIFEST),
            ("main.flow", &marking("v0")),
            ("slow.flow", &waiting("    wait 1 hour")),
        ]);
        let running = Running::begin(&folder, &["--watch"]);
        running.hears("watching its sources", 1);
        let watched = Watched { running, folder };
        // The first look of all is over.
        sleep(QUIET);
        watched.ok(&["create", "contact", "email=ada@x.example"]);
        watched
    }

    /// Runs a command that is to succeed.
    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let run = self.folder.flow(arguments);
        assert_eq!(run.code, Some(0), "{}", run.err);
        run.out
    }

    /// How often something was loaded.
    fn loads(&self) -> usize {
        self.running.count("loaded: ") - self.running.count("not loaded: ")
    }

    /// Waits until the sources as they are run, and nothing more comes.
    #[track_caller]
    fn runs_what_is_there(&self) {
        let project = project::load(self.folder.path()).expect("a project");
        let hash = program::hash(&project.pack()).to_string();
        let store = store(self.folder.path());
        let same = until(|| status(&store).is_some_and(|status| status.program == hash));
        assert!(same, "{:#?}", self.running.said());
        sleep(QUIET);
        assert_eq!(status(&store).map(|status| status.program), Some(hash));
    }

    fn ada(&self) -> Value {
        let out = self.ok(&["records", "--format", "json"]);
        serde_json::from_str(&out).expect("one record")
    }

    /// Sends an event; the program that runs marks with this.
    #[track_caller]
    fn marks(&self, mark: &str) {
        self.ok(&["send", "ping", "--record", "ada@x.example"]);
        assert_eq!(self.ada()["properties"]["mark"], mark);
    }

    fn write(&self, path: &str, text: &str) {
        self.folder.write(path, text.as_bytes());
    }
}

type Save = fn(&Watched, &str);

/// Truncated and written, as simple editors do.
fn in_place(watched: &Watched, text: &str) {
    watched.write("main.flow", text);
}

/// Written aside and renamed, with a copy of what was, as others do.
fn aside(watched: &Watched, text: &str) {
    let path = |name: &str| watched.folder.path().join(name);
    watched.write("4913", "");
    fs::remove_file(path("4913")).expect("removed");
    fs::copy(path("main.flow"), path("main.flow~")).expect("a copy");
    watched.write(".main.flow.swp", text);
    fs::rename(path(".main.flow.swp"), path("main.flow")).expect("renamed");
    fs::remove_file(path("main.flow~")).expect("removed");
}

/// Removed and written anew, as git does.
fn anew(watched: &Watched, text: &str) {
    let path = watched.folder.path().join("main.flow");
    fs::remove_file(path).expect("removed");
    watched.write("main.flow", text);
}

fn halves(watched: &Watched, text: &str, pause: u64) {
    let middle = text.find("steps").expect("steps") + 9;
    watched.write("main.flow", &text[..middle]);
    sleep(Duration::from_millis(pause));
    watched.write("main.flow", text);
}

fn halves_at_once(watched: &Watched, text: &str) {
    halves(watched, text, 40);
}

fn halves_with_a_pause(watched: &Watched, text: &str) {
    halves(watched, text, 900);
}

#[test]
fn each_way_to_save_is_one_reload() {
    let watched = Watched::begin();
    let ways: [Save; 5] = [in_place, aside, anew, halves_at_once, halves_with_a_pause];
    for (number, way) in ways.iter().enumerate() {
        let (loads, mark) = (watched.loads(), format!("way {number}"));
        way(&watched, &marking(&mark));
        watched.runs_what_is_there();
        watched.marks(&mark);
        assert_eq!(watched.loads(), loads + 1, "{:#?}", watched.running.said());
    }
    let mistakes = watched.running.count("not loaded: ");
    assert!((1..=2).contains(&mistakes), "{:#?}", watched.running.said());
    // The same text again, and what is no source, is no change.
    let said = watched.running.said();
    watched.write("main.flow", &marking("way 4"));
    watched.write("notes.txt", "nothing");
    watched.write(".git/index", "nothing");
    sleep(QUIET);
    assert_eq!(watched.running.said(), said);
}

#[test]
fn a_change_of_a_thousand_files_is_one_reload() {
    let watched = Watched::begin();
    let name = |number: usize| format!("texts/t{number:04}.flow");
    let message = |number: usize, text: &str| {
        format!("message m{number} on contact {{\n  subject: \"{text}\"\n  text: \"x\"\n}}\n")
    };
    for (mark, round) in [("first", 0), ("second", 1), ("third", 2)] {
        let loads = watched.loads();
        for number in 0..1_000 {
            if number == 500 {
                watched.write("main.flow", &marking(mark));
            }
            match round {
                2 => {
                    let path = watched.folder.path().join(name(number));
                    fs::remove_file(path).expect("removed");
                }
                _ => watched.write(&name(number), &message(number, mark)),
            }
        }
        watched.runs_what_is_there();
        watched.marks(mark);
        let more = watched.loads() - loads;
        assert!((1..=2).contains(&more), "{:#?}", watched.running.said());
    }
}

#[test]
fn what_is_saved_while_it_begins_is_loaded() {
    let mut watched = Watched::begin();
    for pause in [0, 20, 40, 80, 160, 320] {
        watched.running = {
            let folder = &watched.folder;
            watched.running.signal("INT");
            assert_eq!(watched.running.ends().0, Some(0));
            let mut next = Running::spawn(folder, &["--watch"]);
            sleep(Duration::from_millis(pause));
            let mark = format!("after {pause}");
            folder.write("main.flow", marking(&mark).as_bytes());
            next.answers(folder);
            next
        };
        watched.runs_what_is_there();
        watched.marks(&format!("after {pause}"));
    }
}

// proves: V5
#[test]
fn with_mistakes_the_program_from_before_runs_on() {
    let watched = Watched::begin();
    let broken = marking("v1").replace("set mark", "set nark");
    watched.write("main.flow", &broken);
    watched
        .running
        .hears("not loaded: the program from before runs on", 1);
    assert_eq!(
        watched.running.count("error[F"),
        1,
        "{:#?}",
        watched.running.said()
    );
    assert!(
        watched.running.count("nark") > 0,
        "{:#?}",
        watched.running.said()
    );
    watched.marks("v0");
    // Other mistakes are told too.
    watched.write("main.flow", "object {");
    watched
        .running
        .hears("not loaded: the program from before runs on", 2);
    watched.marks("v0");
    watched.write("main.flow", &marking("v0"));
    watched
        .running
        .hears("the sources are again those that run", 1);
    watched.marks("v0");
    watched.write("main.flow", &marking("v1"));
    watched.runs_what_is_there();
    watched.marks("v1");
    assert_eq!(watched.loads(), 1, "{:#?}", watched.running.said());
}

#[test]
fn what_would_not_be_carried_out_is_not_loaded() {
    let watched = Watched::begin();
    let steps = "    wait 1 hour\n    do zoom.add_registrant { webinar_id: \"7\" }";
    watched.write("slow.flow", &waiting(steps));
    watched.write(
        "flow.toml",
        &MANIFEST.replace("[project]", "[project]\nuse = [\"zoom\"]"),
    );
    let said = "`do zoom.add_registrant` is not carried out yet";
    watched.running.hears(said, 1);
    watched.marks("v0");
    assert_eq!(watched.loads(), 0, "{:#?}", watched.running.said());
}

// proves: V5
#[test]
fn an_edit_that_would_end_enrolments_is_refused() {
    let watched = Watched::begin();
    watched.write("main.flow", &marking("v1"));
    watched.runs_what_is_there();
    watched.write("main.flow", &marking("v2"));
    watched.write("slow.flow", &waiting(""));
    watched
        .running
        .hears("not loaded, as this would be lost", 1);
    assert!(
        watched.running.count("`slow`") > 0,
        "{:#?}",
        watched.running.said()
    );
    watched.marks("v1");
    assert_eq!(watched.ada()["inside"][0]["workflow"], "slow");
    watched.write("slow.flow", &waiting("    wait 1 hour"));
    watched.runs_what_is_there();
    watched.marks("v2");
    assert_eq!(watched.ada()["inside"][0]["workflow"], "slow");
}

// proves: V2
#[test]
fn those_inside_move_and_their_history_goes_on() {
    let mut watched = Watched::begin();
    watched.write(
        "slow.flow",
        &waiting("    wait 2 hours\n    set late = \"no\""),
    );
    watched
        .running
        .hears("1 enrolment went on in the new version", 1);
    // The wait began when she was enrolled.
    watched.write(
        "slow.flow",
        &waiting("    wait 1 second\n    set late = \"yes\""),
    );
    watched
        .running
        .hears("1 enrolment went on in the new version", 2);
    let late = until(|| watched.ada()["properties"]["late"] == "yes");
    assert!(late, "{}", watched.ada());
    let history = watched.ok(&["history", "ada@x.example", "-w", "slow", "--format", "json"]);
    let lines = history.lines();
    let lines: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).expect("json"))
        .collect();
    let told: Vec<(&str, bool)> = lines
        .iter()
        .map(|line| {
            let kind = line["kind"].as_str().expect("a kind");
            (kind, line["version"] == lines[0]["version"])
        })
        .collect();
    let once = |kind| told.iter().filter(|(other, _)| *other == kind).count();
    assert_eq!((once("enrolled"), once("left")), (1, 1), "{told:?}");
    assert_eq!(told.first(), Some(&("enrolled", true)), "{told:?}");
    assert_eq!(told.last(), Some(&("left", false)), "{told:?}");
    watched.running.signal("TERM");
    assert_eq!(watched.running.ends().0, Some(0));
    assert_eq!(watched.ada()["properties"]["late"], "yes");
}

#[test]
fn what_happens_in_the_store_is_no_change() {
    let watched = Watched::begin();
    let said = watched.running.said();
    watched.write(".flow/outbox/stray.flow", "object {");
    watched.write(".flow/main.flow", "object {");
    watched.marks("v0");
    sleep(QUIET);
    assert_eq!(watched.running.said(), said);
}
