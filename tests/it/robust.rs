//! Whatever the text, the compiler answers with findings: truncated, noisy
//! and deeply nested sources, on the main thread and on rayon's.

use std::path::Path;

use flow::base::{SourceId, Sources};
use flow::compile::{Compilation, compile};
use flow::diagnostic::{Code, render};
use flow::model::{Profile, Settings};
use flow::syntax::ast::Declaration;
use flow::syntax::{MAX_NESTING, parse};
use proptest::prelude::{any, prop, proptest};

use crate::chance::random;
use crate::support::{is_long, repo_root};

/// The sources of all examples, with their names.
fn examples() -> Vec<(String, String)> {
    let mut found = Vec::new();
    gather(&repo_root().join("examples"), &mut found);
    found.sort();
    assert!(found.len() >= 8, "the examples are there");
    found
}

fn gather(dir: &Path, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, into);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "flow")
        {
            let text = std::fs::read_to_string(&path).expect("a source");
            into.push((path.display().to_string(), text));
        }
    }
}

/// Compiles one text alone, without the limits of a profile; its findings must
/// also render.
pub(crate) fn compile_one(text: &str) -> (Compilation, Sources, SourceId) {
    let mut sources = Sources::default();
    let id = sources.add("test.flow", text);
    let settings = Settings {
        limits: Profile::None.into(),
        ..Settings::default()
    };
    let compiled = compile(&sources, &[id], &settings);
    for finding in &compiled.findings {
        let places = finding
            .others
            .iter()
            .chain([&finding.primary])
            .map(|label| label.span);
        let edits = finding
            .fixes
            .iter()
            .flat_map(|fix| &fix.edits)
            .map(|edit| edit.span);
        for span in places.chain(edits) {
            let fits = span.start <= span.end
                && text.get(span.start as usize..span.end as usize).is_some();
            assert!(fits, "{span:?} of {} does not fit:\n{text}", finding.code);
        }
    }
    (compiled, sources, id)
}

/// How many bytes apart the cuts are: one, unless somebody is in a hurry.
fn stride() -> usize {
    let asked = std::env::var("FLOW_STRIDE").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[test]
fn every_example_cut_at_every_byte_gives_findings() {
    let step = if is_long() { 1 } else { 7 };
    for (name, text) in examples() {
        // Every byte is parsed; every seventh prefix is also compiled.
        let ends = (0..=text.len()).step_by(stride());
        for end in ends.filter(|end| text.is_char_boundary(*end)) {
            let mut sources = Sources::default();
            let id = sources.add(name.as_str(), &text[..end]);
            let parsed = parse(id, &text[..end]);
            let whole = text[end..].trim().is_empty();
            assert!(
                !whole || parsed.findings.is_empty(),
                "{name} whole has findings"
            );
            if end % step == 0 {
                compile_one(&text[..end]);
                compile_one(&text[end..]);
            }
        }
    }
}

#[test]
fn what_random_texts_have_broken_holds() {
    let paths = crate::support::files("tests/corpus/fuzz");
    assert!(!paths.is_empty());
    for path in paths {
        let (compiled, ..) = compile_one(&crate::support::read(&path));
        assert!(!compiled.findings.is_empty(), "{path}");
    }
}

/// Pieces of the language that noise is made of.
const PIECES: &[&str] = &[
    "workflow",
    "object",
    "x",
    " on ",
    "contact",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"\"\"",
    "r\"",
    "\\",
    "{a}",
    "///",
    "//",
    "\n",
    " ",
    "enroll on ",
    "enroll when ",
    "steps",
    "branch",
    "case ",
    "when ",
    "else",
    "match",
    "do ",
    "set ",
    "wait ",
    "2 days",
    "==",
    "=",
    "<",
    "and ",
    "or ",
    "or unknown",
    "not ",
    "any ",
    "where ",
    "count(",
    "a.b",
    "`",
    "2026-01-01",
    "09:00",
    "12-25",
    "??",
    "+",
    "-",
    ":",
    ",",
    ";",
    "'a'",
    "/re/",
    "matches ",
    "within last ",
    "é",
    "\u{1F600}",
    "\u{0}",
    "\t",
    "\r\n",
    "1_000.5",
    "email",
    "string",
    "unique",
    "default ",
    "event.",
    "send_email",
    "message",
    "webhook",
    "segment",
    "const",
    "test \"t\" {",
    "given ",
    "mock ",
    "expect ",
    "sent ",
    "advance ",
    "at ",
    "from \"$.a\"",
];

proptest! {
    #![proptest_config(random(400, 20_000))]

    #[test]
    fn noise_gives_findings(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        compile_one(&pieces.concat());
    }

    #[test]
    fn noise_in_an_example_gives_findings(
        place in any::<prop::sample::Index>(),
        file in any::<prop::sample::Index>(),
        noise in prop::collection::vec(prop::sample::select(PIECES), 1..4),
        cut in 0..40_usize,
    ) {
        let examples = examples();
        let (_, text) = &examples[file.index(examples.len())];
        let at = floor(text, place.index(text.len()));
        let end = floor(text, (at + cut).min(text.len()));
        compile_one(&format!("{}{}{}", &text[..at], noise.concat(), &text[end..]));
    }

    #[test]
    fn any_text_gives_findings(text in any::<String>()) {
        compile_one(&text);
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Runs a check on this thread, on one with 2 MB of stack, and on rayon's.
fn everywhere(check: impl Fn() + Sync) {
    check();
    rayon::scope(|scope| scope.spawn(|_| check()));
}

#[test]
fn two_hundred_parentheses_are_accepted() {
    // The braces of the workflow and of its steps count too.
    let depth = MAX_NESTING - 2;
    let expr = format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    let text =
        format!("object a {{ n: number }}\nworkflow w on a {{ steps {{ set n = {expr} }} }}");
    let plain = format!(
        "const X = {}1{}",
        "(".repeat(MAX_NESTING),
        ")".repeat(MAX_NESTING)
    );
    everywhere(|| {
        for text in [&text, &plain] {
            let (compiled, ..) = compile_one(text);
            assert!(compiled.findings.is_empty(), "{:?}", compiled.findings);
        }
    });
}

#[test]
fn nested_blocks_are_accepted() {
    let depth = 120;
    let open = "branch { case when n == 1 { ".repeat(depth / 2);
    let close = "} }".repeat(depth / 2);
    let text =
        format!("object a {{ n: number }}\nworkflow w on a {{ steps {{ {open} stop {close} }} }}");
    everywhere(|| {
        let (compiled, ..) = compile_one(&text);
        assert!(compiled.findings.is_empty(), "{:?}", compiled.findings);
    });
}

#[test]
fn a_million_openers_are_one_finding_each() {
    for opener in ["(", "[", "{", "\"{", "f(", "a[", "{a:", "any x where ("] {
        let text = format!("const X = {}", opener.repeat(1_000_000));
        everywhere(|| {
            let (compiled, ..) = compile_one(&text);
            let codes: Vec<Code> = compiled
                .findings
                .iter()
                .map(|finding| finding.code)
                .collect();
            assert_eq!(codes, [Code::NestedTooDeeply], "{opener}");
        });
    }
}

#[test]
fn a_million_operators_are_findings() {
    for (operator, value) in [
        ("not ", "true"),
        ("- ", "1"),
        ("!", "true"),
        ("1 + ", "1"),
        ("1 ?? ", "1"),
        ("1 < ", "1"),
    ] {
        let text = format!("const X = {}{value}", operator.repeat(1_000_000));
        everywhere(|| {
            let (compiled, ..) = compile_one(&text);
            assert!(compiled.findings.has_errors(), "{operator}");
        });
    }
    let chain = format!("segment s on a when {}flag", "flag and ".repeat(200_000));
    let text = format!("object a {{ flag: bool }}\n{chain}");
    everywhere(|| {
        assert!(
            compile_one(&text).0.findings.is_empty(),
            "a flat chain is not deep"
        )
    });
}

#[test]
fn ten_thousand_mistakes_are_as_many_findings() {
    let mut text = String::from("object a { n: number }\nworkflow w on a {\n  steps {\n");
    for number in 0..10_000 {
        text.push_str(&format!("    set missing_{number} = 1\n"));
    }
    text.push_str("  }\n}\n");
    let (compiled, sources, _) = compile_one(&text);
    assert_eq!(compiled.findings.len(), 10_000);
    assert_eq!(
        render::concise::render(&compiled.findings, &sources)
            .lines()
            .count(),
        10_000
    );
}

/// A workflow that binds so many names, one in each wait.
fn named_waits(count: usize) -> String {
    let wait = |number: usize| {
        format!(
            "    wait for seen where page == \"/{number}\" as v{number} max 3 days {{\n      \
             met {{ set n = v{number}.times ?? 0 }}\n      timeout {{ stop }}\n    }}\n"
        )
    };
    let waits: String = (0..count).map(wait).collect();
    format!(
        "object a {{ n: number default 0 }}\nevent seen on a {{ page: string, times: number }}\n\
         workflow w on a {{\n  enroll on seen\n  steps {{\n{waits}  }}\n}}\n"
    )
}

#[test]
fn thousands_of_names_are_bound_in_one_workflow() {
    let (compiled, ..) = compile_one(&named_waits(3_000));
    assert!(compiled.findings.is_empty(), "{:?}", compiled.findings);
    let program = compiled.program.expect("a program");
    assert_eq!(program.workflows()[0].names.len(), 3_000);
    // A use where no path sets the name is found all the same.
    let text = named_waits(500).replace("set n = v499.times", "set n = v500.times");
    let (compiled, ..) = compile_one(&text);
    assert_eq!(compiled.findings.len(), 1, "{:?}", compiled.findings);
}

#[test]
fn one_mistake_in_a_line_leaves_the_rest_of_the_file() {
    let (_, text) = examples()
        .into_iter()
        .find(|(name, _)| name.ends_with("follow_up.flow"))
        .expect("it is there");
    for (at, _) in text.match_indices('\n') {
        let broken = format!("{}\n@#$ nonsense{}", &text[..at], &text[at..]);
        let mut sources = Sources::default();
        let id = sources.add("test.flow", broken.as_str());
        let parsed = parse(id, &broken);
        assert!(
            !parsed.findings.is_empty() && parsed.findings.len() <= 2,
            "{broken}\n{:?}",
            parsed.findings
        );
        let declarations = parsed.file.declarations.iter();
        let whole = declarations.filter(|one| {
            !matches!(
                one,
                Declaration::Partial(_) | Declaration::Doubtful(..) | Declaration::Lost(_)
            )
        });
        assert_eq!(whole.count(), 1, "{broken}");
    }
}
