//! The edited programs that tests go on with: folders beside their files. What
//! stands in them is not read here.

use std::path::Path;

use super::Project;
use crate::diagnostic::{Code, Finding, Findings};
use crate::plan::Program;
use crate::plan::test::{Act, Input};

impl Project {
    /// Says which folders of `when program is "DIR"` are not there.
    #[must_use]
    pub fn missing_programs(&self, program: &Program) -> Findings {
        let mut findings = Findings::default();
        for act in program.tests().iter().flat_map(|test| &test.acts) {
            let Act::Input(Input::Program(folder)) = &act.what else {
                continue;
            };
            let file = Path::new(self.sources.get(act.span.source).name());
            let beside = file.parent().unwrap_or(Path::new(""));
            if !beside.join(&**folder).is_dir() {
                let message = format!("there is no folder `{folder}` beside this file");
                findings.push(
                    Finding::new(Code::MissingProgram, act.span, message)
                        .help("the test goes on with the program of that folder"),
                );
            }
        }
        findings
    }
}
