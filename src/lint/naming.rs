//! `naming`: a declared name that is hard to read.

use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings};
use crate::plan::Program;

pub(super) fn check(program: &Program, findings: &mut Findings) {
    for (item, span) in &program.places {
        let written = program.catalog.item_name(*item);
        let name = written.rsplit('.').next().unwrap_or_default();
        findings_of(name, *span, findings);
    }
    for workflow in program.workflows() {
        for step in &workflow.steps {
            findings_of(step.id.as_str(), step.span, findings);
        }
    }
}

fn findings_of(name: &str, span: Span, findings: &mut Findings) {
    let what = if name.contains("__") {
        "has two underscores in a row"
    } else if name.ends_with('_') {
        "ends with an underscore"
    } else {
        return;
    };
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).collect();
    let help = format!(
        "`{}` is easier to read; it has to change wherever it is used",
        words.join("_")
    );
    findings.push(Finding::new(Code::Naming, span, format!("`{name}` {what}")).help(help));
}
