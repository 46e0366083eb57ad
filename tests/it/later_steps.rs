//! Steps that are checked and not run: what their plans hold, how graphs show
//! them, and that a program with them is refused.

use flow::diagnostic::{Code, Level};
use flow::model::Settings;
use flow::plan::{Awaited, Next, Program, StepKind, export};

use crate::graphs::{program, snapshot, workflow};

fn waits() -> Program {
    let path = "tests/corpus/good/waits.flow".to_owned();
    program(std::slice::from_ref(&path), &Settings::default()).0
}

/// What a step does, by its id.
fn kind<'p>(program: &'p Program, workflow_name: &str, id: &str) -> &'p StepKind {
    let steps = &workflow(program, workflow_name).steps;
    let step = steps.iter().find(|step| step.id == id);
    &step.expect("the step is there").kind
}

#[test]
fn a_jump_leads_to_the_place_of_its_step() {
    let program = waits();
    let steps = &workflow(&program, "jumps").steps;
    for (jump, name) in [("goto_1", "after"), ("goto_2", "again"), ("goto_3", "done")] {
        let StepKind::Goto(target) = kind(&program, "jumps", jump) else {
            panic!("{jump} jumps");
        };
        let place = steps.iter().position(|step| step.id == name);
        assert_eq!(Some(*target), place.map(Next::Step), "{jump}");
    }
}

#[test]
fn a_wait_keeps_its_arms_its_names_and_its_longest_time() {
    let program = waits();
    let StepKind::Await(wait) = kind(&program, "waits", "wait_13") else {
        panic!("it waits");
    };
    assert!(wait.has_blocks && wait.max.is_some());
    let places: Vec<Option<usize>> = wait
        .arms
        .iter()
        .map(|arm| match &arm.test {
            Awaited::Event(_, name) => name.as_ref().map(|(place, _)| *place),
            Awaited::Holds(_) | Awaited::Timeout => None,
        })
        .collect();
    let either = places.first().copied().flatten();
    assert!(either.is_some());
    assert_eq!(places, [either, either, None, None]);
    let StepKind::Await(forever) = kind(&program, "waits", "wait_3") else {
        panic!("it waits");
    };
    assert!(!forever.has_blocks && forever.max.is_none());
}

#[test]
fn graphs_show_jumps_splits_and_waits() {
    let program = waits();
    let jumps = workflow(&program, "jumps");
    assert!(jumps.graph.unreachable().is_empty());
    let text = [
        export::mermaid::render(&program, jumps),
        export::dot::render(&program, jumps),
        export::json::render(&program, &[jumps]),
    ];
    snapshot("jumps_drawn", &text.join("\n"));
}

#[test]
fn a_program_with_a_placeholder_is_refused() {
    let text = r#"
        object contact { score: number default 0 }
        workflow w on contact {
          steps {
            todo "the rest"
          }
        }"#;
    let (compiled, ..) = crate::robust::compile_one(text);
    let warnings: Vec<Code> = compiled.findings.iter().map(|one| one.code).collect();
    assert_eq!(warnings, [Code::Placeholder]);
    assert!(!compiled.findings.has_errors());
    let refused = compiled.program.expect("no errors").placeholders();
    let refused: Vec<(Code, Level)> = refused.iter().map(|one| (one.code, one.level)).collect();
    assert_eq!(refused, [(Code::Placeholder, Level::Error)]);
}
