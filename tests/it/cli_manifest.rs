//! What is found wrong with a `flow.toml`, where, and what is offered. What else is read of a
//! project is tested in `cli_project`.

use serde_json::Value;

use crate::cli_support::{Folder, MANIFEST};

/// The one finding that a `flow.toml` gives.
#[track_caller]
fn finds(manifest: &str, expected: &str) {
    assert_eq!(
        Folder::manifest(manifest).findings(),
        [format!("flow.toml:{expected}")]
    );
}

/// The fix that is offered for the one finding of a `flow.toml`, carried out.
#[expect(clippy::unwrap_used, reason = "a test without a fix has failed")]
fn fixed(manifest: &str) -> String {
    let run = Folder::manifest(manifest).flow(&["check", "--format", "json"]);
    let document: Value = serde_json::from_str(&run.out).unwrap();
    let edit = document.pointer("/findings/0/fixes/0/edits/0").unwrap();
    let offset = |end: &str| {
        edit.pointer(&format!("/{end}/offset"))
            .and_then(Value::as_u64)
            .unwrap() as usize
    };
    let mut fixed = manifest.to_owned();
    let text = edit.get("text").and_then(Value::as_str).unwrap();
    fixed.replace_range(offset("start")..offset("end"), text);
    fixed
}

#[test]
fn unknown_keys_and_tables_are_errors_with_a_fix() {
    let manifest = format!("{MANIFEST}timezon = \"UTC\"\n");
    finds(
        &manifest,
        "4:1: error[F0601]: `[project]` has no key `timezon`",
    );
    assert_eq!(fixed(&manifest), format!("{MANIFEST}timezone = \"UTC\"\n"));
    let manifest = format!("{MANIFEST}[stroe]\npath = \"x\"\n");
    finds(
        &manifest,
        "4:2: error[F0601]: `flow.toml` has no table `stroe`",
    );
    assert_eq!(
        fixed(&manifest),
        format!("{MANIFEST}[store]\npath = \"x\"\n")
    );
    finds(
        &format!("timezone = \"UTC\"\n{MANIFEST}"),
        "1:1: error[F0601]: `flow.toml` has no key `timezone` outside of a table",
    );
}

#[test]
fn wrong_types_are_said_in_words() {
    let name = "[project]\nname = \"acme\"\n";
    finds(
        &format!("{name}edition = \"1\"\n"),
        "3:11: error[F0602]: `edition` must be a number, found a string",
    );
    finds(
        &format!("{name}[store]\npath = 3\n"),
        "4:8: error[F0602]: `path` must be a string, found a number",
    );
    finds(
        &format!("store = true\n{name}"),
        "1:9: error[F0602]: `store` must be a table, found a boolean",
    );
    finds(
        &format!("{name}edition = 2\n"),
        "3:11: error[F0602]: there is no edition 2",
    );
    finds(
        "[project]\nname = \" \"\n",
        "2:8: error[F0602]: `name` is empty",
    );
}

#[test]
fn a_project_has_a_name() {
    finds("", "1:1: error[F0602]: `[project]` is missing");
    let manifest = "[project] # ours\nedition = 1\n";
    finds(manifest, "1:2: error[F0602]: `[project]` has no `name`");
    for manifest in ["", manifest] {
        assert_eq!(Folder::manifest(&fixed(manifest)).findings(), [""; 0]);
    }
}

#[test]
fn zones_and_profiles_exist() {
    let manifest = format!("{MANIFEST}timezone = \"Europe/Olso\"\n");
    finds(
        &manifest,
        "4:12: error[F0602]: there is no time zone `Europe/Olso`",
    );
    assert_eq!(
        fixed(&manifest),
        format!("{MANIFEST}timezone = \"Europe/Oslo\"\n")
    );
    let manifest = format!("{MANIFEST}[limits]\nprofile = \"nonne\"\n");
    finds(&manifest, "5:11: error[F0602]: there is no profile `nonne`");
    assert_eq!(
        fixed(&manifest),
        format!("{MANIFEST}[limits]\nprofile = \"none\"\n")
    );
    let good = format!("{MANIFEST}timezone = \"Asia/Tokyo\"\n[limits]\nprofile = \"none\"\n");
    assert_eq!(Folder::manifest(&good).findings(), [""; 0]);
}

#[test]
fn what_is_known_but_not_read_yet_is_a_warning() {
    let tables = ["lint", "secrets", "connections", "caps", "retention", "env"];
    for table in tables {
        finds(
            &format!("{MANIFEST}[{table}]\n"),
            &format!("4:2: warning[F0002]: `[{table}]` is not read yet"),
        );
    }
    finds(
        &format!("{MANIFEST}[env.production.store]\npath = \"x\"\n"),
        "4:2: warning[F0002]: `[env]` is not read yet",
    );
    finds(
        &format!("{MANIFEST}use = [\"web\"]\n"),
        "4:1: warning[F0002]: `project.use` is not read yet",
    );
    finds(
        &format!("{MANIFEST}[limits]\nnesting = 30\n"),
        "5:1: warning[F0002]: `limits.nesting` is not read yet",
    );
}

#[test]
fn text_that_is_no_toml_gives_a_finding_a_line() {
    finds(
        "[project\nname = \"x\"\n",
        "1:9: error[F0101]: unclosed table, expected `]`",
    );
    finds(
        "[project]\nname = \"x\"\nname = \"y\"\n",
        "3:1: error[F0101]: duplicate key",
    );
    let broken = Folder::manifest("[project]\nname = acme\ntimezone = utc\n").findings();
    let places: Vec<&str> = broken
        .iter()
        .map(|line| line.split(": ").next().unwrap())
        .collect();
    assert_eq!(places, ["flow.toml:2:8", "flow.toml:3:12"]);
}
