//! Declared actions: what becomes of them when they are compiled.

use flow::base::Sources;
use flow::compile::compile;
use flow::model::{OutsideNames, Settings};
use flow::plan::{Carrier, Program};

use crate::support::read;

fn program() -> Program {
    let mut sources = Sources::default();
    let id = sources.add("actions.flow", read("tests/corpus/good/actions.flow"));
    let compiled = compile(&sources, &[id], &Settings::default());
    compiled.program.expect("no findings, so a program")
}

fn carrier<'p>(program: &'p Program, name: &str) -> &'p Carrier {
    let mut actions = program.catalog.actions.iter();
    let (id, _) = actions
        .find(|(_, action)| action.name == name)
        .expect("it is declared");
    program.actions[id.index()]
        .as_ref()
        .expect("it is carried out")
}

#[test]
fn an_action_is_lowered_with_all_that_it_says() {
    let program = program();
    assert_eq!(program.actions.len(), program.catalog.actions.rows().len());
    let Carrier::Http(request) = carrier(&program, "chat.post") else {
        panic!("a request");
    };
    let names: Vec<&str> = request
        .arguments
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        names,
        ["method", "url", "query", "headers", "json", "timeout"]
    );
    let places: Vec<(usize, &str)> = request
        .results
        .iter()
        .map(|(place, path)| (*place, &*path.0))
        .collect();
    assert_eq!(places, [(0, "$.id"), (1, "$.created")]);
    let (times, over) = request.retry.expect("it is tried again");
    assert_eq!((times, over.to_string()), (5, "2 hours".to_owned()));
    let Carrier::Command(command) = carrier(&program, "grade") else {
        panic!("a command");
    };
    assert_eq!((command.run.len(), command.env.len()), (3, 2));
    assert_eq!(command.memory, Some(256_000_000));
    let Carrier::Command(command) = carrier(&program, "beep") else {
        panic!("a command");
    };
    assert_eq!(command.memory, Some(1_610_612_736));
}

#[test]
fn a_program_that_uses_a_declared_action_runs() {
    assert!(program().not_carried().is_empty());
}

/// What is said of names of the world outside where `flow.toml` has these.
fn said(program: &str, secrets: &[&str], connections: &[&str]) -> Vec<String> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let settings = Settings {
        outside: Some(OutsideNames {
            secrets: owned(secrets),
            connections: owned(connections),
        }),
        ..Settings::default()
    };
    let mut sources = Sources::default();
    let id = sources.add("test.flow", program);
    let findings = compile(&sources, &[id], &settings).findings;
    findings
        .iter()
        .map(|finding| finding.message.clone())
        .collect()
}

#[test]
fn secrets_and_connections_are_those_of_the_project() {
    let program = "object contact { email: email unique required }
action ping() via http {
  url: \"https://x.example\"
  auth: bearer(secret(chat_tokn))
  connection: crm
}
webhook paid on contact {
  match email from \"$.email\"
  verify stripe secret stripe_key
}
workflow w on contact {
  steps { do http { url: \"https://x.example\", headers: { key: secret(other) } } }
}
";
    let nothing = said(program, &[], &[]);
    assert_eq!(
        nothing,
        [
            "there is no secret `chat_tokn`",
            "there is no connection `crm` of the kind `http`",
            "there is no secret `stripe_key`",
            "there is no secret `other`",
        ]
    );
    let all = ["chat_tokn", "stripe_key", "other"];
    assert_eq!(said(program, &all, &["crm"]), [""; 0]);
}
