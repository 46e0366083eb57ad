//! What `flow.toml` decides for the compiler: limits and the levels of rules, and what is found
//! wrong with them. How they are enforced is tested with what they concern.

use flow::diagnostic::Code;
use flow::model::{Limits, LintLevel, Profile, Settings};
use flow::project::load;

use crate::cli_manifest::{finds, fixed};
use crate::cli_support::{Folder, MANIFEST};

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
