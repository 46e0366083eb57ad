//! `naming`: a declared name that is hard to read.

use super::found::Found;
use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings};

pub(super) fn check(found: &mut Found<'_>) {
    for (item, span) in &found.program.places {
        let written = found.program.catalog.item_name(*item);
        let name = written.rsplit('.').next().unwrap_or_default();
        judge(name, *span, &mut found.findings);
    }
    found.in_workflows(|workflow, findings| {
        for step in &workflow.steps {
            judge(step.id.as_str(), step.span, findings);
        }
    });
}

fn judge(name: &str, span: Span, findings: &mut Findings) {
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
