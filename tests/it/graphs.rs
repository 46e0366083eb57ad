//! Compiled graphs, source and graph in one snapshot.

use flow::base::{SourceId, Sources};
use flow::compile::compile;
use flow::diagnostic::render;
use flow::model::{Limits, Profile, Settings};
use flow::plan::{Program, Workflow, export};

use crate::support::{files, read};

/// The workflows of the example.
const WEBINAR: [&str; 7] = [
    "attendance_in",
    "attendance_out",
    "follow_up",
    "hand_over",
    "introduce",
    "register",
    "regulars",
];

/// Programs that show every construct that is built.
const GOOD: &[&str] = &[
    "actions",
    "business",
    "calendars",
    "conditions",
    "events",
    "let",
    "links",
    "objects",
    "past",
    "records",
    "schedules",
    "steps",
    "templates",
    "tests",
    "waits",
    "workflows",
];

/// Compiles files of the repository that have no findings.
pub(crate) fn program(paths: &[String], settings: &Settings) -> (Program, Sources) {
    let mut sources = Sources::default();
    let ids: Vec<SourceId> = paths
        .iter()
        .map(|path| sources.add(path.as_str(), read(path)))
        .collect();
    let compiled = compile(&sources, &ids, settings);
    let findings = render::concise::render(&compiled.findings, &sources);
    assert!(compiled.findings.is_empty(), "{findings}");
    (
        compiled.program.expect("no findings, so a program"),
        sources,
    )
}

pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/graph");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn section(title: &str, text: &str) -> String {
    format!("--- {title}\n{}\n", text.trim_end())
}

pub(crate) fn workflow<'a>(program: &'a Program, name: &str) -> &'a Workflow {
    program
        .workflows()
        .iter()
        .find(|workflow| *workflow.name() == name)
        .expect("the workflow is there")
}

#[test]
fn the_example_has_these_graphs() {
    let paths: Vec<String> = files("examples/webinar")
        .into_iter()
        .filter(|path| path.ends_with(".flow"))
        .collect();
    let (program, sources) = program(&paths, &Settings::default());
    let names: Vec<&str> = program
        .workflows()
        .iter()
        .map(|workflow| workflow.name().as_str())
        .collect();
    assert_eq!(names, WEBINAR);
    for name in WEBINAR {
        let workflow = workflow(&program, name);
        let text = [
            section("source", sources.slice(workflow.span)),
            section("text", &export::text::render(&program, workflow)),
            section("mermaid", &export::mermaid::render(&program, workflow)),
        ];
        snapshot(name, &text.concat());
        assert!(workflow.graph.unreachable().is_empty(), "{name}");
    }
    let register = workflow(&program, "register");
    snapshot("register_dot", &export::dot::render(&program, register));
    snapshot(
        "register_json",
        &export::json::render(&program, &[register]),
    );
}

#[test]
fn everything_that_is_built_compiles_without_findings() {
    let settings = Settings {
        limits: Limits::from(Profile::Hubspot),
        ..Settings::default()
    };
    for name in GOOD {
        let path = format!("tests/corpus/good/{name}.flow");
        let (program, sources) = program(std::slice::from_ref(&path), &settings);
        let mut text = section("source", &read(&path));
        for workflow in program.workflows() {
            text.push_str(&section(
                workflow.name().as_str(),
                &export::text::render(&program, workflow),
            ));
        }
        snapshot(name, &text);
        drop(sources);
    }
}

#[test]
fn every_good_program_is_listed() {
    let listed: Vec<String> = GOOD
        .iter()
        .map(|name| format!("tests/corpus/good/{name}.flow"))
        .collect();
    assert_eq!(files("tests/corpus/good"), listed);
}

#[test]
fn calendars_are_exported() {
    let (program, _) = program(
        &["tests/corpus/good/calendars.flow".to_owned()],
        &Settings::default(),
    );
    let text = export::json::render(&program, &[]);
    let json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let calendars = json["calendars"].as_array().expect("a list");
    assert_eq!(calendars.len(), program.calendars.len());
    let office = calendars
        .iter()
        .find(|one| one["name"] == "office")
        .expect("it is there");
    assert_eq!(office["open"][0]["from"], "09:00");
}

#[test]
fn clauses_are_exported_with_their_parts() {
    let (program, _) = program(
        &["tests/corpus/good/workflows.flow".to_owned()],
        &Settings::default(),
    );
    let workflows: Vec<&Workflow> = program.workflows().iter().collect();
    let text = export::json::render(&program, &workflows);
    let json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let clauses = json["workflows"].as_array().expect("a list").iter();
    let clauses = clauses.flat_map(|workflow| workflow["clauses"].as_array().expect("a list"));
    let mut named = 0;
    for clause in clauses {
        let text = clause["text"].as_str().expect("a text");
        let kind = clause["kind"].as_str().expect("a text").replace('_', " ");
        assert!(text.starts_with(&kind), "{clause}");
        for part in clause["parts"].as_array().into_iter().flatten() {
            let part = part["text"].as_str().expect("a text");
            assert!(text.contains(part), "{clause}");
            named += 1;
        }
    }
    assert!(named > 3, "{named}");
}
