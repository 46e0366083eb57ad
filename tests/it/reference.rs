//! A naive model of what programs mean when they run, written from the rules
//! alone: it recomputes everything at each delivery, over plain data. A
//! property test compares the engine with it. It knows nothing of the engine.
//!
//! [`Model::apply`] takes an outside input, [`Model::advance`] lets time pass;
//! [`Model::trace`] tells what happened, the other readers how things stand.

mod consider;
mod deliver;
mod eval;
mod model;
mod record;
mod steps;

pub(crate) use model::Model;

use crate::support::{SourceFile, assert_none, files};

const LINES: usize = 2_400;

#[test]
fn the_model_is_small_and_knows_nothing_of_the_engine() {
    let mut paths = files("tests/it/reference");
    paths.push("tests/it/reference.rs".to_owned());
    let sources: Vec<SourceFile> = paths.iter().map(|path| SourceFile::on_disk(path)).collect();
    let lines: usize = sources.iter().map(|file| file.text.lines().count()).sum();
    assert!(
        lines <= LINES,
        "the model has {lines} lines, at most {LINES}"
    );
    let allowed = ["base", "model", "semantic", "syntax::ast"];
    let mut violations = Vec::new();
    for file in &sources {
        // Not as one text, which would be found here.
        let paths = file.text.split(concat!("flow", "::")).skip(1);
        let foreign = paths.filter(|path| !allowed.iter().any(|module| path.starts_with(module)));
        violations.extend(foreign.map(|path| format!("{} names {path:.20}", file.path)));
    }
    assert_none("the model is independent", &violations);
}
