//! The version of a workflow is the hash of the tokens of all that it is
//! compiled from, and of nothing else. proves: V1

use flow::base::{SourceId, Sources};
use flow::compile::compile;
use flow::diagnostic::render;
use flow::model::Settings;

const BASE: &str = r#"
object contact {
  email: email unique required
  first_name: string
  full_name: string computed "{first_name}!"
  city: string
  score: number default 0
  companies: many company inverse employees labels (billing)
}
object company { name: string }
event seen on contact { url: string }
message hello on contact { subject: "Hi {full_name}", text: "Hello" }
segment big on contact when score > LIMIT
const LIMIT = 10
workflow other on contact { steps { wait 1 day } }
workflow main on contact {
  enroll on seen where url == "/a"
  suppress when in segment big
  goal when any companies[billing] where (name == "x")
  steps {
    do send_email { to: email, message: hello }
    enroll in other
  }
}
"#;

/// The versions of `main` and `other`.
fn versions(texts: &[&str], settings: &Settings) -> (String, String) {
    let mut sources = Sources::default();
    let ids: Vec<SourceId> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| sources.add(format!("{at}.flow"), *text))
        .collect();
    let compiled = compile(&sources, &ids, settings);
    let findings = render::concise::render(&compiled.findings, &sources);
    let program = compiled.program.unwrap_or_else(|| panic!("{findings}"));
    let version = |name: &str| {
        let workflow = program
            .workflows()
            .iter()
            .find(|workflow| *workflow.name() == name)
            .expect("it is there");
        workflow.version.to_string()
    };
    (version("main"), version("other"))
}

fn base() -> (String, String) {
    versions(&[BASE], &Settings::default())
}

/// Replaces a text that is there.
fn edited(from: &str, to: &str) -> (String, String) {
    assert_eq!(BASE.matches(from).count(), 1, "{from}");
    versions(&[&BASE.replace(from, to)], &Settings::default())
}

#[test]
fn layout_and_comments_change_no_version() {
    let (first, second) = BASE.split_at(BASE.find("message hello").expect("it is there"));
    assert_eq!(
        versions(&[second, first], &Settings::default()),
        base(),
        "files in another order"
    );
    for (from, to) in [
        ("  city: string\n", "  city:    string // where\n"),
        ("  suppress when", "\n\n  // Not these.\n  suppress when"),
        ("  suppress when", "  /// Not these.\n  suppress when"),
        (
            "{ to: email, message: hello }",
            "{\n to: email\n message: hello,\n }",
        ),
        ("    enroll in other\n  }\n}", "    enroll in other } }"),
    ] {
        assert_eq!(edited(from, to), base(), "{from} -> {to}");
    }
    assert_eq!(
        versions(&[&BASE.replace('\n', "\r\n")], &Settings::default()),
        base(),
        "line ends"
    );
}

/// proves: V1, V3
#[test]
fn what_an_edit_does_with_those_inside_changes_no_version() {
    for clause in ["on edit pin", "on edit migrate"] {
        let to = format!("  {clause} // Those inside.\n  suppress when");
        assert_eq!(edited("  suppress when", &to), base(), "{clause}");
        let to = format!("    enroll in other\n  }}\n  {clause}\n}}");
        let from = "    enroll in other\n  }\n}";
        assert_eq!(edited(from, &to), base(), "{clause}");
    }
}

#[test]
fn what_a_workflow_does_not_name_changes_no_version() {
    for (from, to) in [
        ("  city: string\n", "  city: string\n  town: string\n"),
        ("  city: string\n", "  city: number\n"),
        (
            "object company { name: string }",
            "object company { industry: string, name: string }",
        ),
    ] {
        assert_eq!(edited(from, to), base(), "{from} -> {to}");
    }
    let (main, other) = edited("wait 1 day", "wait 2 days");
    assert_eq!(main, base().0, "another workflow counts by its name");
    assert_ne!(other, base().1);
}

#[test]
fn what_a_workflow_is_compiled_from_changes_its_version() {
    for (from, to) in [
        ("url == \"/a\"", "url == \"/b\""),
        ("LIMIT = 10", "LIMIT = 11"),
        ("score > LIMIT", "score >= LIMIT"),
        ("score: number default 0", "score: number default 1"),
        ("text: \"Hello\"", "text: \"Hallo\""),
        ("\"{first_name}!\"", "\"{first_name}?\""),
        ("first_name: string", "first_name: string required"),
        ("labels (billing)", "labels (billing, other)"),
        (
            "event seen on contact { url: string }",
            "event seen on contact { url: string, at_work: bool }",
        ),
        (
            "object company { name: string }",
            "object company { name: string unique }",
        ),
    ] {
        let (main, other) = edited(from, to);
        assert_ne!(main, base().0, "{from} -> {to}");
        assert_eq!(other, base().1, "{from} -> {to}");
    }
    let zone = Settings {
        timezone: "Europe/Oslo".into(),
        ..Settings::default()
    };
    assert_ne!(
        versions(&[BASE], &zone).0,
        base().0,
        "the zone decides what waits mean"
    );
}

#[test]
fn pieces_of_text_are_kept_apart() {
    assert_ne!(edited("url == \"/a\"", "url == \"/ a\""), base());
    let spaced = edited("text: \"Hello\"", "text: \"Hello \"").0;
    assert_ne!(spaced, base().0);
}
