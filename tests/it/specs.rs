//! The tests of the language itself: the literate specs below tests/specs, and
//! those of the examples, played as `flow test` plays them.

use std::path::Path;

use flow::diagnostic::render;
use flow::host::test::{Suite, literate, play_all, suites};
use flow::scenario::test::Verdict;

use crate::support::{files, repo_root};

/// What went wrong with the tests of a path, and how many there are.
fn played(path: &Path) -> (Vec<String>, usize) {
    let all = suites(path, None).expect("the path can be read");
    let broken = all.iter().filter(|suite| suite.program.is_none());
    let mut wrong: Vec<String> = broken
        .map(|suite| render::concise::render(&suite.findings, &suite.project.sources))
        .collect();
    let tests: Vec<_> = all
        .iter()
        .flat_map(|suite| suite.tests().into_iter().map(move |test| (suite, test)))
        .collect();
    for outcome in play_all(&tests) {
        let name = outcome.suite.name(outcome.test);
        let why = match outcome.played.map(|played| played.verdict) {
            Some(Verdict::Passed) => continue,
            Some(Verdict::Failed(failure)) => {
                let at = outcome.suite.places.of(failure.span);
                format!("{at}: {}: {}", failure.message, failure.found.join("; "))
            }
            None => format!("not run: {}", unrun(outcome.suite)),
        };
        wrong.push(format!("{name}: {why}"));
    }
    (wrong, tests.len())
}

fn unrun(suite: &Suite) -> String {
    render::concise::render(&suite.unrun, &suite.project.sources)
}

#[test]
fn every_test_of_the_specs_passes() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for path in files("tests/specs") {
        if !path.ends_with(".md") {
            continue;
        }
        let (own, tests) = played(&repo_root().join(&path));
        assert!(tests > 0 || !own.is_empty(), "{path} holds no test");
        wrong.extend(own);
        count += tests;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 50, "{count} tests");
}

#[test]
fn every_section_of_a_spec_has_a_test() {
    for path in files("tests/specs") {
        if !path.ends_with(".md") {
            continue;
        }
        let all = suites(&repo_root().join(&path), None).expect("the file can be read");
        let empty = all.iter().filter(|suite| suite.tests().is_empty());
        let empty: Vec<_> = empty.map(|suite| &suite.title).collect();
        assert!(empty.is_empty(), "{path}: no test below {empty:?}");
    }
}

#[test]
fn the_tests_of_the_examples_pass() {
    let examples = std::fs::read_dir(repo_root().join("examples")).expect("the examples");
    for example in examples {
        let path = example.expect("an example").path();
        let (wrong, count) = played(&path);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(count > 0, "{} has no tests", path.display());
    }
}

#[test]
fn a_literate_file_is_cut_by_its_headings() {
    let text = "# T\n```flow\nshared\n```\n## One\nwords\n```toml\n[project]\n```\n\
                ```flow\nfirst é\n```\n```text\nnothing\n```\n## Empty\n## Two\n```flow\nsecond\n```\n";
    let sections = literate::sections(text);
    let titles: Vec<&str> = sections
        .iter()
        .map(|section| section.title.as_str())
        .collect();
    assert_eq!(
        titles,
        ["One", "Two"],
        "a section without a program is none"
    );
    for section in &sections {
        assert_eq!(section.program.len(), text.len());
        assert_eq!(section.program.lines().count(), text.lines().count());
    }
    let [one, two] = sections.as_slice() else {
        panic!("two sections");
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&one.program), "shared first é");
    assert_eq!(words(&two.program), "shared second");
    assert_eq!(one.program.find("first"), text.find("first"), "places stay");
    assert_eq!(
        one.manifest.as_deref().map(words).as_deref(),
        Some("[project]")
    );
    assert_eq!(two.manifest, None);
}
