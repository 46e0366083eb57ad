//! Generated histories with acts of each kind: what breaks is a test that fails
//! in the same way where it is pasted.

use crate::cli_support::Folder;

const OBJECTS: &str = r#"
object contact {
  email: email unique required
  second: email
  phone: phone
  site: url
  day: date
  due: datetime
}
event ping on contact {}
segment picked on contact static
"#;

/// A workflow that holds whom a ping lets in.
const HOLDS: &str = "workflow w on contact {\n  enroll on ping\n  reenroll on ping\n  \
                     steps { wait 1000 days }\n}\n";

/// The test that breaks a claim about ada, with bob beside her.
fn broken(program: &str, claim: &str, seed: u32) -> String {
    let test = format!(
        "test \"it\" {{\n  at 2026-01-05T09:00\n  \
         given contact ada {{ email: \"ada@example.com\" }}\n  \
         given contact bob {{ email: \"bob@example.com\" }}\n  {claim}\n}}\n"
    );
    let folder = Folder::project(&format!("{OBJECTS}{program}{test}"));
    let run = folder.flow(&["test", "--explore", "1000", "--seed", &seed.to_string()]);
    let pasted = run.out.split_once("this test shows it:\n\n");
    let (_, pasted) = pasted.unwrap_or_else(|| panic!("{claim}: {}{}", run.out, run.err));
    // Where it is pasted it fails by the same claim.
    let folder = Folder::project(&format!("{OBJECTS}{program}{pasted}"));
    let run = folder.flow(&["test"]);
    assert!(
        run.out.contains("failed   it, broken") && run.out.contains(&format!("`{claim}`, and")),
        "{pasted}\n{}{}",
        run.out,
        run.err
    );
    pasted.to_owned()
}

/// What breaks a claim has each of some lines.
#[track_caller]
fn shows(program: &str, claim: &str, lines: &[&str]) {
    let pasted = broken(program, claim, 1);
    for line in lines {
        assert!(pasted.contains(line), "no `{line}` in\n{pasted}");
    }
}

#[test]
fn values_of_every_kind_are_drawn() {
    let by = |condition: &str, line: &str| {
        let program = format!("segment odd on contact when {condition}\n");
        shows(&program, "never ada in segment odd", &[line]);
    };
    by("day == 2026-02-01", "when ada sets day = 2026-02-01\n");
    by("day > today", "when ada sets day = 2026-");
    by("due == 2026-02-01T10:30", "sets due = 2026-02-01T10:30\n");
    by("due > 20 days from now", "when ada sets due = 2026-");
    by("second is known", "when ada sets second = \"");
    by(
        "second == \"c@d.example\"",
        "sets second = \"c@d.example\"\n",
    );
    by("phone is known", "when ada sets phone = \"+4");
    by("site is known", "when ada sets site = \"https://");
    by("email != \"ada@example.com\"", "when ada sets email = \"");
}

#[test]
fn records_go_and_come_back() {
    let left = |reason: &str| format!("never ada not in w because {reason}");
    let gone = ["when ada does ping", "when ada is deleted"];
    shows(HOLDS, &left("deleted"), &gone);
    shows(HOLDS, &left("merged"), &["when ada merges into bob"]);
    let claim = "never ada in segment picked";
    shows("", claim, &["when ada is added to picked"]);
    // Who comes twice has left by hand, or was deleted and restored.
    let mut seeds = 1..40;
    let restored = |seed: u32| {
        let claim = "never ada enrolled in w 2 times";
        broken(HOLDS, claim, 1_000 * seed).contains("when ada is restored")
    };
    assert!(seeds.any(restored), "nobody was restored");
}
