//! Any text is parsed: without a panic, and each finding stands within it.
#![no_main]

use flow::base::Sources;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let id = sources.add("fuzz.flow", text);
    let parsed = flow::syntax::parse(id, text);
    for finding in &parsed.findings {
        let span = finding.primary.span;
        let range = span.start as usize..span.end as usize;
        assert!(text.get(range).is_some(), "{finding:?}");
    }
});
