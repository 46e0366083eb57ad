//! Any text goes through the whole front end: without a panic, each finding and
//! each edit stands within it, findings can be shown, fixes can be carried out,
//! and what compiles can be drawn.
#![no_main]

use flow::base::{Sources, Span};
use flow::compile::compile;
use flow::diagnostic::render::{concise, github, json};
use flow::diagnostic::{Findings, mend};
use flow::model::Settings;
use flow::plan::export::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &str| {
    let mended = round(program);
    if let Some(mended) = mended {
        round(&mended);
    }
});

/// Compiles a text; the text with its fixes carried out.
fn round(program: &str) -> Option<String> {
    let mut sources = Sources::default();
    let id = sources.add("fuzz.flow", program);
    let compiled = compile(&sources, &[id], &Settings::default());
    within(program, &compiled.findings);
    for render in [concise::render, github::render, json::render] {
        let shown = render(&compiled.findings, &sources);
        assert!(compiled.findings.is_empty() || !shown.is_empty());
    }
    if let Some(program) = &compiled.program {
        assert!(!compiled.findings.has_errors());
        for workflow in program.workflows() {
            assert!(!text::render(program, workflow).is_empty());
        }
    }
    mend(&compiled.findings, &sources, |_| true).texts.remove(&id)
}

fn within(text: &str, findings: &Findings) {
    let holds = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
    for finding in findings {
        let edits = finding.fixes.iter().flat_map(|fix| &fix.edits);
        let others = finding.others.iter().map(|label| label.span);
        let mut spans = edits.map(|edit| edit.span).chain(others);
        assert!(holds(finding.primary.span) && spans.all(holds), "{finding:?}");
    }
}
