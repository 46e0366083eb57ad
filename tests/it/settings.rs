//! What `flow.toml` decides for the compiler: limits, the levels of rules, caps, what an environment
//! lays over them, and what is found wrong with all of that. How they are enforced is tested with
//! what they concern.

use flow::diagnostic::Code;
use flow::model::{Limits, LintLevel, Profile, Settings};
use flow::project::{load, load_in, schema, unpack};
use serde_json::Value;

use crate::cli_manifest::{finds, fixed};
use crate::cli_support::{Folder, MANIFEST};
use crate::support::{files, read, repo_root};

/// What is read of a `flow.toml` in which nothing is wrong.
#[expect(
    clippy::unwrap_used,
    reason = "a project that does not load has failed"
)]
fn settings(tables: &str) -> Settings {
    let folder = Folder::manifest(&format!("{MANIFEST}{tables}"));
    assert_eq!(folder.findings(), [""; 0]);
    load(folder.path()).unwrap().settings
}

#[test]
fn single_limits_change_those_of_the_profile() {
    let usual = Limits::from(Profile::Hubspot);
    assert_eq!(settings("").limits, usual);
    let read = settings(
        "[limits]
filters_per_workflow = 300
nesting = \"none\"
webhook_alone = false
",
    );
    let expected = Limits {
        filters_per_workflow: Some(300),
        nesting: None,
        webhook_alone: false,
        ..usual
    };
    assert_eq!(read.limits, expected);
    // A key before the profile counts too.
    let read = settings("[limits]\ncases_per_branch = 5\nprofile = \"none\"\n");
    let expected = Limits {
        cases_per_branch: Some(5),
        ..Limits::from(Profile::None)
    };
    assert_eq!(read.limits, expected);
}

#[test]
fn every_limit_has_a_key() {
    for count in Limits::COUNTS {
        let limits = settings(&format!("[limits]\n{} = 7\n", count.key)).limits;
        let mut expected = Limits::default();
        (count.set)(&mut expected, Some(7));
        assert_eq!(limits, expected, "{}", count.key);
    }
    for switch in Limits::SWITCHES {
        let limits = settings(&format!("[limits]\n{} = false\n", switch.key)).limits;
        let mut expected = Limits::default();
        (switch.set)(&mut expected, false);
        assert_eq!(limits, expected, "{}", switch.key);
    }
}

#[test]
fn wrong_limits_are_told() {
    let of = |line: &str| format!("{MANIFEST}[limits]\n{line}\n");
    finds(
        &of("filter_per_workflow = 300"),
        "5:1: error[F0601]: `[limits]` has no key `filter_per_workflow`",
    );
    assert_eq!(
        fixed(&of("filter_per_workflow = 300")),
        of("filters_per_workflow = 300")
    );
    finds(
        &of("nesting = 0"),
        "5:11: error[F0602]: `nesting` must be from 1 to 1000000000, found 0",
    );
    finds(
        &of("cases_per_match = -3"),
        "5:19: error[F0602]: `cases_per_match` must be from 1 to 1000000000, found -3",
    );
    finds(
        &of("property_name_length = 101"),
        "5:24: error[F0602]: `property_name_length` must be from 1 to 100, found 101",
    );
    finds(
        &of("webhooks = \"many\""),
        "5:12: error[F0602]: `webhooks` must be a number, found a string",
    );
    finds(
        &of("webhooks = true"),
        "5:12: error[F0602]: `webhooks` must be a number, found a boolean",
    );
    finds(
        &of("webhook_alone = 1"),
        "5:17: error[F0602]: `webhook_alone` must be a boolean, found a number",
    );
}

#[test]
fn rules_have_levels() {
    let read = settings("[lint]\nmaybe-unknown = \"deny\"\nunverified-webhook = \"allow\"\n");
    let levels: Vec<(Code, LintLevel)> = read.lints.into_iter().collect();
    assert_eq!(
        levels,
        [
            (Code::MaybeUnknown, LintLevel::Deny),
            (Code::UnverifiedWebhook, LintLevel::Allow),
        ]
    );
}

#[test]
fn wrong_rules_and_levels_are_told() {
    let of = |line: &str| format!("{MANIFEST}[lint]\n{line}\n");
    finds(
        &of("maybe-unknwon = \"warn\""),
        "5:1: error[F0601]: there is no rule `maybe-unknwon`",
    );
    assert_eq!(
        fixed(&of("maybe-unknwon = \"warn\"")),
        of("maybe-unknown = \"warn\"")
    );
    finds(
        &of("F0306 = \"warn\""),
        "5:1: error[F0601]: there is no rule `F0306`",
    );
    assert_eq!(
        fixed(&of("F0306 = \"warn\"")),
        of("maybe-unknown = \"warn\"")
    );
    finds(
        &of("unknown-property = \"allow\""),
        "5:1: error[F0601]: `unknown-property` is an error at every level",
    );
    finds(
        &of("maybe-unknown = \"error\""),
        "5:17: error[F0602]: there is no level `error`",
    );
    assert_eq!(
        fixed(&of("maybe-unknown = \"error\"")),
        of("maybe-unknown = \"deny\"")
    );
    finds(
        &of("maybe-unknown = 1"),
        "5:17: error[F0602]: `maybe-unknown` must be a string, found a number",
    );
}

#[test]
fn caps_are_read() {
    let read = settings(
        "[caps]\nsend_email = \"3 per 7 days\"\nlog = \"1 per hour\"\n\"http\" = \"20 per 1 week\"\n",
    );
    let caps: Vec<(String, u32, String)> = read
        .caps
        .iter()
        .map(|cap| (cap.action.to_string(), cap.most, cap.within.to_string()))
        .collect();
    let cap = |action: &str, most, within: &str| (action.to_owned(), most, within.to_owned());
    assert_eq!(
        caps,
        [
            cap("http", 20, "1 week"),
            cap("log", 1, "1 hour"),
            cap("send_email", 3, "7 days"),
        ]
    );
}

#[test]
fn wrong_caps_are_told() {
    let of = |line: &str| format!("{MANIFEST}[caps]\n{line}\n");
    for (line, expected) in [
        (
            "send_mail = \"3 per 7 days\"",
            "5:1: error[F0205]: there is no action `send_mail`",
        ),
        (
            "log = \"3 a day\"",
            "5:7: error[F0602]: `3 a day` says not how often within what time",
        ),
        (
            "log = \"few per day\"",
            "5:7: error[F0602]: `few per day` says not how often within what time",
        ),
        (
            "log = \"0 per day\"",
            "5:7: error[F0602]: a cap of none would keep every `log` back",
        ),
        (
            "log = \"3 per dya\"",
            "5:7: error[F0602]: `1 dya` is no amount of time",
        ),
        (
            "log = \"3 per 1 month\"",
            "5:7: error[F0602]: a month has no fixed length",
        ),
        (
            "log = 3",
            "5:7: error[F0602]: `log` must be a string, found a number",
        ),
        (
            "chat.post = \"often\"",
            "5:13: error[F0602]: `often` says not how often within what time",
        ),
    ] {
        finds(&of(line), expected);
    }
    assert_eq!(
        fixed(&of("send_mial = \"3 per 7 days\"")),
        of("send_email = \"3 per 7 days\"")
    );
}

/// Two environments, one of which changes keys within tables.
const LAYERS: &str = "\
[limits]
profile = \"none\"
webhooks = 3

[connections.mail]
kind = \"smtp\"
url = \"smtp://127.0.0.1:2525\"
from = \"here@acme.example\"

[env.production.store]
path = \"/var/lib/flow\"

[env.production.limits]
webhooks = 30

[env.production.connections.mail]
url = \"smtp://mail.acme.example\"

[env.test.project]
timezone = \"Asia/Tokyo\"
use = [\"web\"]
";

#[test]
fn an_environment_is_laid_over_key_by_key() {
    let folder = Folder::manifest(&format!("{MANIFEST}{LAYERS}"));
    assert_eq!(folder.findings(), [""; 0]);
    let of = |env: Option<&str>| load_in(folder.path(), env).expect("a project");
    let (plain, production, test) = (of(None), of(Some("production")), of(Some("test")));
    assert_eq!(plain.store, folder.path().join(".flow"));
    assert_eq!(production.store, std::path::Path::new("/var/lib/flow"));
    assert_eq!(plain.settings.limits.webhooks, Some(3));
    let limits = production.settings.limits;
    assert_eq!((limits.webhooks, limits.nesting), (Some(30), None));
    let (before, mail) = (
        &plain.outside.connections[0],
        &production.outside.connections[0],
    );
    assert_eq!(mail.url, "smtp://mail.acme.example");
    assert_eq!((mail.kind, &mail.from), (before.kind, &before.from));
    assert_eq!(test.settings.timezone, "Asia/Tokyo");
    assert_eq!(test.settings.name, "acme");
    assert_eq!(
        (test.settings.packages.len(), plain.settings.packages.len()),
        (1, 0)
    );
    // What is packed is unpacked in its environment; what has none is packed as ever.
    for project in [plain, production, test] {
        let unpacked = unpack(&project.root, &project.pack()).expect("a project");
        assert_eq!(unpacked.env, project.env);
        assert_eq!(unpacked.settings.timezone, project.settings.timezone);
        assert_eq!(unpacked.outside, project.outside);
        assert_eq!(
            unpacked.settings.packages.len(),
            project.settings.packages.len()
        );
    }
}

#[test]
fn mistakes_in_environments_are_found_whichever_is_asked_for() {
    let of = |layer: &str| format!("{MANIFEST}[env.production]\n{layer}\n");
    for (layer, expected) in [
        (
            "stroe = { path = \"x\" }",
            "5:1: error[F0601]: `[env.production]` has no key `stroe`",
        ),
        (
            "timezone = \"UTC\"",
            "5:1: error[F0601]: `[env.production]` has no key `timezone`",
        ),
        (
            "store = 3",
            "5:9: error[F0602]: `store` must be a table, found a number",
        ),
        (
            "limits = { nesting = 0 }",
            "5:22: error[F0602]: `nesting` must be from 1 to 1000000000, found 0",
        ),
        (
            "env = { test = {} }",
            "5:1: error[F0601]: `[env.production]` has no key `env`",
        ),
    ] {
        finds(&of(layer), expected);
        let folder = Folder::manifest(&of(layer));
        let asked = folder.flow(&["check", "--env", "production", "--format", "concise"]);
        assert_eq!(asked.out.trim_end(), format!("flow.toml:{expected}"));
    }
    finds(
        &format!("{MANIFEST}[env]\nproduction = 3\n"),
        "5:14: error[F0602]: `production` must be a table, found a number",
    );
    finds(
        &format!("{MANIFEST}[env.Prod.store]\npath = \"x\"\n"),
        "4:6: error[F0602]: `Prod` is no name",
    );
    // What is wrong below all of them is told once.
    finds(
        &format!(
            "{MANIFEST}edtion = 1\n[env.a.store]\npath = \"x\"\n[env.b.store]\npath = \"y\"\n"
        ),
        "4:1: error[F0601]: `[project]` has no key `edtion`",
    );
}

#[test]
fn commands_read_the_project_in_an_environment() {
    let folder = Folder::manifest(&format!(
        "{MANIFEST}[env.test.store]\npath = \"elsewhere\"\n"
    ));
    let wrong = folder.flow(&["check", "--env", "tset"]);
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.err.contains("has no environment `tset`"),
        "{}",
        wrong.err
    );
    assert!(wrong.err.contains("did you mean `test`?"), "{}", wrong.err);
    let begun = folder.flow(&[
        "create",
        "contact",
        "email=ada@acme.example",
        "--env",
        "test",
    ]);
    assert_eq!(begun.code, Some(0), "{}", begun.err);
    assert!(folder.path().join("elsewhere").is_dir() && !folder.path().join(".flow").exists());
    let records = |arguments: &[&str]| folder.flow(&[&["records"], arguments].concat());
    assert!(records(&["--env", "test"]).out.contains("ada@acme.example"));
    assert_eq!(records(&[]).code, Some(2));
    let status = folder.flow(&["status", "--env", "test"]);
    assert_eq!(status.code, Some(0), "{}", status.err);
    // The store runs the program of this folder in this environment.
    assert!(!status.err.contains("another program"), "{}", status.err);
}

#[test]
fn what_has_no_effect_is_said_when_a_program_is_to_run() {
    let replay = |tables: &str| {
        let folder = Folder::manifest(&format!("{MANIFEST}{tables}"));
        let line =
            r#"{"at": "2026-03-02T08:00:00Z", "create": {"contact": {"email": "a@b.example"}}}"#;
        folder.write("day.jsonl", line.as_bytes());
        assert_eq!(folder.findings(), [""; 0]);
        folder.flow(&["run", "--replay", "day.jsonl", "--dry-run"])
    };
    let run = replay("[retention]\ndetail = \"90 days\"\n[limits]\nenroll_at_most = 10\n");
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(
        run.err.contains("`retention.detail` has no effect yet"),
        "{}",
        run.err
    );
    assert!(
        run.err
            .contains("`limits.enroll_at_most` has no effect yet"),
        "{}",
        run.err
    );
    let run = replay("[caps]\nsend_email = \"3 per 7 days\"\n");
    assert_eq!((run.code, &*run.err), (Some(0), ""));
}

#[test]
fn the_schema_is_that_of_the_keys() {
    let path = repo_root().join("docs/flow.schema.json");
    if std::env::var_os("FLOW_UPDATE").is_some() {
        std::fs::write(&path, schema()).expect("the schema is written");
    }
    let stale = "write it anew: FLOW_UPDATE=1 cargo test settings";
    assert_eq!(read("docs/flow.schema.json"), schema(), "{stale}");
    assert_eq!(Folder::new(&[]).flow(&["show", "schema"]).out, schema());
}

/// What a text says as a value.
fn value(text: &str) -> Value {
    toml::from_str(text).expect("TOML")
}

#[test]
fn the_schema_takes_what_the_compiler_takes() {
    let schema: Value = serde_json::from_str(&schema()).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let found = ["examples", "tests/corpus", "tests/fixtures", "src/cli/init"]
        .iter()
        .flat_map(|folder| files(folder))
        .filter(|path| path.ends_with("flow.toml"));
    let mut count = 0;
    for path in found {
        let read = value(&read(&path));
        let wrong = schema.iter_errors(&read).map(|error| error.to_string());
        assert_eq!(wrong.collect::<Vec<_>>(), [""; 0], "{path}");
        count += 1;
    }
    assert!(count >= 8, "{count} files");
    let whole = format!("{MANIFEST}{LAYERS}");
    assert!(schema.is_valid(&value(&whole)));
    let page = read("docs/language.md");
    let block = page
        .split("```")
        .find_map(|block| block.strip_prefix("toml\n"));
    assert!(schema.is_valid(&value(block.expect("a block"))));
    for wrong in [
        "[project]\nedition = 1\n",
        "[project]\nname = \"a\"\nedtion = 1\n",
        "[project]\nname = \"a\"\nuse = [\"wbe\"]\n",
        "[project]\nname = \"a\"\n[limits]\nnesting = 0\n",
        "[project]\nname = \"a\"\n[lint]\nmaybe-unknown = \"error\"\n",
        "[project]\nname = \"a\"\n[caps]\nlog = \"often\"\n",
        "[project]\nname = \"a\"\n[connections.mail]\nkind = \"smtp\"\n",
        "[project]\nname = \"a\"\n[retention]\nlog = \"2 years\"\n",
        "[project]\nname = \"a\"\n[env.b]\nstroe = {}\n",
    ] {
        assert!(!schema.is_valid(&value(wrong)), "{wrong}");
    }
}
