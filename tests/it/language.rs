//! The sections of the reference are one program: what each declares, the others may name.

use flow::compile::compile;
use flow::diagnostic::render::concise;
use flow::project;

use crate::support::repo_root;

/// What is doubtful in it, on purpose: examples show more than they use.
const DOUBTS: &str = "\
events.flow:2:7: warning[F0467]: nothing in the program names the event `webinar_attended`
segments.flow:2:9: warning[F0466]: nothing in the program names the segment `hot_leads`
workflows.flow:25:56: warning[F0465]: nothing reads `click`
workflows.flow:31:101: warning[F0465]: nothing reads `task`
workflows.flow:45:38: warning[F0306]: `to` may be unknown here
workflows.flow:46:38: warning[F0306]: `to` may be unknown here
";

#[test]
fn the_examples_of_all_sections_are_one_program() {
    let folder = repo_root().join("tests/corpus/language");
    let project = project::load(&folder).expect("a project");
    let compiled = compile(&project.sources, &project.files, &project.settings);
    let mut findings = project.findings;
    findings.append(compiled.findings);
    let shown = concise::render(&findings.sorted(), &project.sources);
    let prefix = format!("{}/", folder.display());
    assert_eq!(shown.replace(&prefix, ""), DOUBTS);
    let program = compiled.program.expect("it compiles");
    assert_eq!(program.workflows().len(), 4);
    assert_eq!(program.tests().len(), 1);
}
