//! What is found wrong with a `flow.toml`, where, and what is offered. What else is read of a
//! project is tested in `cli_project`.

use std::collections::BTreeMap;
use std::time::Duration;

use flow::base::{Duration as Amount, Unit};
use flow::project::{Connection, ConnectionKind, Outside, Secret, load};
use serde_json::Value;

use crate::cli_support::{Folder, MANIFEST};
use crate::support::read;

/// The one finding that a `flow.toml` gives.
#[track_caller]
pub(crate) fn finds(manifest: &str, expected: &str) {
    assert_eq!(
        Folder::manifest(manifest).findings(),
        [format!("flow.toml:{expected}")]
    );
}

/// The fix that is offered for the one finding of a `flow.toml`, carried out.
#[expect(clippy::unwrap_used, reason = "a test without a fix has failed")]
pub(crate) fn fixed(manifest: &str) -> String {
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
fn packages_that_are_used_exist() {
    let of = |list: &str| format!("{MANIFEST}use = {list}\n");
    finds(
        &of("[\"wbe\"]"),
        "4:8: error[F0602]: there is no package `wbe`",
    );
    assert_eq!(fixed(&of("[\"wbe\"]")), of("[\"web\"]"));
    finds(
        &of("[\"web\", \"web\"]"),
        "4:15: error[F0602]: package `web` stands here twice",
    );
    finds(
        &of("[\"web\", 3]"),
        "4:15: error[F0602]: `use` must be a string, found a number",
    );
    finds(
        &of("\"web\""),
        "4:7: error[F0602]: `use` must be a list, found a string",
    );
    assert_eq!(fixed(&of("\"web\"")), of("[\"web\"]"));
}

/// A connection of which nothing is said that need not be.
fn connection(name: &str, kind: ConnectionKind, url: &str) -> Connection {
    Connection {
        name: name.into(),
        kind,
        url: url.into(),
        from: None,
        secret: None,
        connect: None,
        timeout: None,
        per_second: None,
        retry: (None, None, None),
    }
}

/// An amount of time.
fn amount(count: i64, unit: Unit) -> Amount {
    Amount {
        count,
        unit,
        business: false,
    }
}

/// What is read of a `flow.toml` in which nothing is wrong.
#[expect(
    clippy::unwrap_used,
    reason = "a project that does not load has failed"
)]
fn outside(manifest: &str) -> Outside {
    let folder = Folder::manifest(manifest);
    assert_eq!(folder.findings(), [""; 0]);
    let project = load(folder.path()).unwrap();
    // What was packed says the same.
    let packed = flow::project::unpack(folder.path(), &project.pack()).unwrap();
    assert_eq!(packed.outside, project.outside);
    project.outside
}

/// Something of all that can be said of the outside.
const OUTSIDE: &str = r#"
[retention]
log = "2 weeks"
detail = "6 months"
headline = "2 years"

[connections.mail]
kind = "smtp"
url = "smtps://ada%40acme.example@mail.acme.example:4650"
from = "hello@acme.example"
secret = "mail_password"

[connections]
room = { kind = "http", url = "http://127.0.0.1:8080/api", per_second = 1_000 }

[connections.shop]
kind = "http"
url = "https://shop.example"
secret = "shop"
connect = "1 second"
timeout = "2 minutes"
retry_first = "30 seconds"
retry_most = "4 hours"
retry_total = "2 days"

[secrets]
shop = { env = "SHOP_TOKEN" }
[secrets.mail_password]
env = "MAIL_PASSWORD"
"#;

#[test]
fn the_outside_is_read() {
    let read = outside(&format!("{MANIFEST}{OUTSIDE}"));
    let env = |name: &str| Secret::Env(name.into());
    let seconds = |count| Some(Duration::from_secs(count));
    let expected = Outside {
        secrets: BTreeMap::from([
            ("mail_password".into(), env("MAIL_PASSWORD")),
            ("shop".into(), env("SHOP_TOKEN")),
        ]),
        connections: vec![
            Connection {
                from: Some("hello@acme.example".into()),
                secret: Some("mail_password".into()),
                ..connection(
                    "mail",
                    ConnectionKind::Smtp,
                    "smtps://ada%40acme.example@mail.acme.example:4650",
                )
            },
            Connection {
                per_second: Some(1_000),
                ..connection("room", ConnectionKind::Http, "http://127.0.0.1:8080/api")
            },
            Connection {
                secret: Some("shop".into()),
                connect: seconds(1),
                timeout: seconds(120),
                retry: (seconds(30), seconds(14_400), seconds(172_800)),
                ..connection("shop", ConnectionKind::Http, "https://shop.example")
            },
        ],
        log_days: 14,
        history: (amount(6, Unit::Month), amount(2, Unit::Year)),
    };
    assert_eq!(read, expected);
}

#[test]
fn the_settings_in_the_language_are_read() {
    let page = read("docs/language.md");
    let block = page
        .split("```")
        .find_map(|block| block.strip_prefix("toml\n"));
    let read = outside(block.unwrap_or_default());
    assert!(!read.secrets.is_empty() && !read.connections.is_empty());
}

#[test]
fn nothing_said_of_the_outside_is_none_and_thirty_days() {
    let nothing = Outside {
        secrets: BTreeMap::new(),
        connections: Vec::new(),
        log_days: 30,
        history: (amount(180, Unit::Day), amount(2, Unit::Year)),
    };
    assert_eq!(outside(MANIFEST), nothing);
    let empty = format!("{MANIFEST}[secrets]\n[connections]\n[retention]\n");
    assert_eq!(outside(&empty), nothing);
}

/// The findings of what follows the first line of a `flow.toml`.
fn after(text: &str) -> Vec<String> {
    let manifest = format!("project = {{ name = \"acme\" }}\n{text}");
    Folder::manifest(&manifest).findings()
}

#[test]
fn the_value_of_a_secret_stands_elsewhere() {
    let manifest = format!("{MANIFEST}[secrets]\nshop_key = \"s3same\"\n");
    finds(
        &manifest,
        "5:12: error[F0602]: the value of the secret `shop_key` stands in `flow.toml`",
    );
    assert_eq!(
        fixed(&manifest),
        format!("{MANIFEST}[secrets]\nshop_key = {{ env = \"SHOP_KEY\" }}\n")
    );
}

#[test]
fn a_secret_names_an_environment_variable() {
    let found = after(
        "[secrets]
a = 3
b = {}
c = { evn = \"C\" }
d = { env = \"no name\" }
e = { env = 3 }
f = { env = \"F\", file = \"f\" }
Shop-Token = { env = \"S\" }
",
    );
    assert_eq!(
        found,
        [
            "flow.toml:3:5: error[F0602]: `a` must be a table, found a number",
            "flow.toml:4:1: error[F0602]: the secret `b` has no `env`",
            "flow.toml:5:7: error[F0601]: `[secrets.c]` has no key `evn`",
            "flow.toml:6:13: error[F0602]: `env` names no environment variable",
            "flow.toml:7:13: error[F0602]: `env` must be a string, found a number",
            "flow.toml:8:18: error[F0601]: `[secrets.f]` has no key `file`",
            "flow.toml:9:1: error[F0602]: `Shop-Token` is no name",
        ]
    );
    let manifest = format!("{MANIFEST}[secrets]\nShop-Token = {{ env = \"S\" }}\n");
    assert_eq!(
        fixed(&manifest),
        format!("{MANIFEST}[secrets]\nshop_token = {{ env = \"S\" }}\n")
    );
}

#[test]
fn a_connection_has_a_kind_and_an_address() {
    let manifest = format!("{MANIFEST}[connections.mail]\nurl = \"smtp://127.0.0.1:2525\"\n");
    finds(
        &manifest,
        "4:14: error[F0602]: the connection `mail` has no `kind`",
    );
    assert_eq!(outside(&fixed(&manifest)).connections.len(), 1);
    let manifest = format!("{MANIFEST}[connections.shop] # ours\nkind = \"http\"\n");
    finds(
        &manifest,
        "4:14: error[F0602]: the connection `shop` has no `url`",
    );
    assert_eq!(outside(&fixed(&manifest)).connections.len(), 1);
    let found = after(
        "[connections]
kind = \"smtp\"
post = \"smtp://127.0.0.1\"
[connections.a]
kind = \"stmp\"
url = \"smtp://127.0.0.1\"
[connections.b]
kind = \"pigeon\"
urll = \"https://b.example\"
",
    );
    assert_eq!(
        found,
        [
            "flow.toml:3:1: error[F0601]: `[connections]` has no key `kind`",
            "flow.toml:4:8: error[F0602]: `post` must be a table, found a string",
            "flow.toml:6:8: error[F0602]: there is no kind of connection `stmp`",
            "flow.toml:9:8: error[F0602]: there is no kind of connection `pigeon`",
            "flow.toml:10:1: error[F0601]: `[connections.b]` has no key `urll`",
        ]
    );
}

#[test]
fn addresses_fit_their_kinds_and_hold_no_password() {
    let of = |kind: &str, url: &str| {
        format!("{MANIFEST}[connections.x]\nkind = \"{kind}\"\nurl = \"{url}\"\n")
    };
    let smtp = "the `url` of a connection of kind `smtp` begins with `smtp://` or `smtps://`";
    let http = "the `url` of a connection of kind `http` begins with `https://` or `http://`";
    let web = "`url` is no address of the web: write it as `https://api.example.com`";
    let server = "`url` is no mail server: write it as `smtps://user@mail.example.com`";
    let user = "a user or a password never stands in `url`: name it by `secret`";
    for (kind, url, message) in [
        ("smtp", "https://mail.acme.example", smtp),
        ("smtp", "127.0.0.1:2525", smtp),
        ("smtp", "smtp://", server),
        ("http", "smtp://mail.acme.example", http),
        ("http", "api.acme.example", http),
        ("http", "https://", web),
        ("http", "https://ada:s3same@acme.example", user),
        (
            "smtp",
            "smtps://ada:s3same@acme.example",
            "a password never stands in `url`: name it by `secret`",
        ),
        (
            "smtp",
            "smtps://ada@acme.example",
            "the user `ada` has no password",
        ),
    ] {
        finds(&of(kind, url), &format!("6:7: error[F0602]: {message}"));
    }
    assert_eq!(
        fixed(&of("smtp", "127.0.0.1:2525")),
        of("smtp", "smtp://127.0.0.1:2525")
    );
    assert_eq!(
        fixed(&of("http", "api.acme.example")),
        of("http", "https://api.acme.example")
    );
}

#[test]
fn a_connection_names_a_secret_that_there_is() {
    let of = |secret: &str| {
        format!(
            "{MANIFEST}[secrets]\nshop_key = {{ env = \"K\" }}\n[connections.shop]\n\
             kind = \"http\"\nurl = \"https://shop.example\"\nsecret = {secret}\n"
        )
    };
    finds(
        &of("\"shop_kye\""),
        "9:10: error[F0602]: there is no secret `shop_kye`",
    );
    assert_eq!(fixed(&of("\"shop_kye\"")), of("\"shop_key\""));
    finds(
        &of("\"room\""),
        "9:10: error[F0602]: there is no secret `room`",
    );
    // It may be the value, which is not repeated.
    finds(
        &of("\"S3same, 0pen\""),
        "9:10: error[F0602]: `secret` is no name of a secret",
    );
    finds(
        &of("{ env = \"K\" }"),
        "9:10: error[F0602]: `secret` must be a string, found a table",
    );
    let manifest = format!(
        "{MANIFEST}[secrets]\nmail = {{ env = \"M\" }}\n[connections.mail]\n\
         kind = \"smtp\"\nurl = \"smtp://mail.acme.example\"\nsecret = \"mail\"\n"
    );
    finds(
        &manifest,
        "9:10: error[F0602]: `secret` is a password without a user",
    );
    // A secret that is itself wrong is not also called missing.
    let wrong = of("\"shop_key\"").replace("{ env = \"K\" }", "3");
    finds(
        &wrong,
        "5:12: error[F0602]: `shop_key` must be a table, found a number",
    );
}

#[test]
fn each_mistake_of_a_connection_is_told() {
    let found = after(
        "[connections.shop]
kind = \"http\"
url = \"https://shop.example\"
from = \"shop@acme.example\"
connect = 3
timeout = \"30s\"
per_second = 0
retry_first = \"0 seconds\"
retry_most = \"1 month\"
retry_total = \"3 business days\"
retry_frist = \"1 minute\"
[connections.mail]
kind = \"smtp\"
url = \"smtp://127.0.0.1\"
from = \"acme\"
timeout = \"soon\"
per_second = 1_001
retry_total = \"40_000 days\"
retry_most = \"40000 days\"
",
    );
    assert_eq!(
        found,
        [
            "flow.toml:5:1: error[F0602]: a connection of kind `http` has no `from`",
            "flow.toml:6:11: error[F0602]: `connect` must be a string, found a number",
            "flow.toml:7:11: error[F0602]: `30s` is no amount of time",
            "flow.toml:8:14: error[F0602]: `per_second` must be from 1 to 1000, found 0",
            "flow.toml:9:15: error[F0602]: `retry_first` must be longer than `0 seconds`",
            "flow.toml:10:14: error[F0602]: a month has no fixed length",
            "flow.toml:11:15: error[F0602]: business time counts in workflows alone",
            "flow.toml:12:1: error[F0601]: `[connections.shop]` has no key `retry_frist`",
            "flow.toml:16:8: error[F0602]: `acme` is no email address",
            "flow.toml:17:11: error[F0602]: `soon` is no amount of time",
            "flow.toml:18:14: error[F0602]: `per_second` must be from 1 to 1000, found 1001",
            "flow.toml:19:15: error[F0602]: `40_000 days` is no amount of time",
            "flow.toml:20:14: error[F0602]: `retry_most` is longer than 36500 days",
        ]
    );
}

#[test]
fn the_log_is_kept_for_whole_days() {
    let of = |log: &str| format!("{MANIFEST}[retention]\nlog = {log}\n");
    assert_eq!(outside(&of("\"1 day\"")).log_days, 1);
    assert_eq!(outside(&of("\"90 days\"")).log_days, 90);
    for (log, message) in [
        ("\"36 hours\"", "`36 hours` is no whole number of days"),
        ("\"0 days\"", "`log` must be longer than `0 days`"),
        ("\"-1 days\"", "`log` must be longer than `0 days`"),
        ("\"2 years\"", "a year has no fixed length"),
        ("\"30\"", "`30` is no amount of time"),
        ("30", "`log` must be a string, found a number"),
    ] {
        finds(&of(log), &format!("5:7: error[F0602]: {message}"));
    }
    assert_eq!(fixed(&of("\"30d\"")), of("\"30 days\""));
    let detail = |text: &str| format!("{MANIFEST}[retention]\ndetail = \"{text}\"\n");
    for (text, message) in [
        ("0 months", "`detail` must be longer than `0 months`"),
        ("101 years", "`detail` is longer than 36500 days"),
        ("2 business days", "business time counts in workflows alone"),
    ] {
        finds(&detail(text), &format!("5:10: error[F0602]: {message}"));
    }
    finds(
        &format!("{MANIFEST}[retention]\nlgo = \"30 days\"\n"),
        "5:1: error[F0601]: `[retention]` has no key `lgo`",
    );
    finds(
        &format!("log = \"30 days\"\n{MANIFEST}"),
        "1:1: error[F0601]: `flow.toml` has no key `log` outside of a table",
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
