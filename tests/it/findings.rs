//! Broken programs with the expected findings beside the source: `//~ CODE
//! TEXT` on the line that it speaks of, where TEXT is what is underlined.
//! Several are joined by ` ~ `; `-` stands for an empty place.

use flow::base::Sources;
use flow::compile::compile;
use flow::diagnostic::{Code, Finding, Findings, Level};
use flow::model::Settings;

use crate::support::{files, read};

/// What a file expects, or what the compiler finds: line, code, underlined.
pub(crate) type Expected = (usize, String, String);

pub(crate) fn expected(text: &str) -> Vec<Expected> {
    let mut all = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let Some((_, notes)) = line.split_once("//~ ") else {
            continue;
        };
        for note in notes.split(" ~ ") {
            let (code, place) = note.trim().split_once(' ').unwrap_or((note.trim(), ""));
            all.push((number + 1, code.to_owned(), place.trim().to_owned()));
        }
    }
    all.sort();
    all
}

/// Compiles one text alone.
pub(crate) fn findings(text: &str) -> (Findings, Sources) {
    let mut sources = Sources::default();
    let id = sources.add("test.flow", text);
    (
        compile(&sources, &[id], &Settings::default()).findings,
        sources,
    )
}

pub(crate) fn found(text: &str) -> Vec<Expected> {
    let (findings, sources) = findings(text);
    let mut all: Vec<Expected> = findings
        .iter()
        .map(|finding| row(finding, &sources))
        .collect();
    all.sort();
    all
}

fn row(finding: &Finding, sources: &Sources) -> Expected {
    let span = finding.primary.span;
    let source = sources.get(span.source);
    let text = source
        .slice(span)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let place = if text.is_empty() {
        "-".to_owned()
    } else {
        text
    };
    (
        source.position(span.start).line,
        finding.code.to_string(),
        place,
    )
}

#[test]
fn broken_programs_give_the_expected_findings() {
    let mut wrong = Vec::new();
    let paths = files("tests/corpus/findings");
    assert!(!paths.is_empty());
    for path in paths {
        let text = read(&path);
        let (expected, found) = (expected(&text), found(&text));
        let missing = expected.iter().filter(|row| !found.contains(row));
        wrong.extend(
            missing.map(|(line, code, place)| format!("{path}:{line}: missing {code} {place}")),
        );
        let surplus = found.iter().filter(|row| !expected.contains(row));
        wrong.extend(
            surplus.map(|(line, code, place)| format!("{path}:{line}: surplus {code} {place}")),
        );
        if expected.len() != found.len() {
            wrong.push(format!(
                "{path}: {} expected, {} found",
                expected.len(),
                found.len()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Carries the first fix of each finding out, the last in the text first.
pub(crate) fn fixed(text: &str, findings: &Findings) -> String {
    let fixes = findings.iter().filter_map(|finding| finding.fixes.first());
    let mut edits: Vec<_> = fixes.flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

/// What nothing names.
const UNUSED: [Code; 3] = [Code::UnusedSegment, Code::UnusedEvent, Code::UnusedMessage];

#[test]
fn what_nothing_reads_is_taken_out_with_its_line() {
    let head = "object contact { email: email unique required, city: string }
event seen on contact { place: string }
workflow w on contact {
";
    let text = format!(
        "{head}  /// Where.
  /// In words.
  let place = this.city
  let other = \"x\" // of no use
  enroll on seen
  steps {{
    do create_task {{ subject: \"Call\" }} as task
    do create_task {{ subject: \"Call\" }}
      // Nobody reads it.
      as second
    wait for seen as third max 1 day
    wait for seen
      as fourth max 1 day
  }}
}}
"
    );
    let (found, _) = findings(&text);
    let expected = "  // of no use
  enroll on seen
  steps {
    do create_task { subject: \"Call\" }
    do create_task { subject: \"Call\" }
      // Nobody reads it.
    wait for seen max 1 day
    wait for seen
      max 1 day
  }
}
";
    let mended = fixed(&text, &found);
    assert_eq!(mended, format!("{head}{expected}"));
    assert!(findings(&mended).0.is_empty());
}

#[test]
fn fixes_mend_what_they_are_offered_for() {
    for path in [
        "tests/corpus/findings/habits.flow",
        "tests/corpus/findings/misspelt.flow",
    ] {
        let text = read(path);
        let (first, _) = findings(&text);
        let unfixed: Vec<&Finding> = first
            .iter()
            .filter(|finding| finding.fixes.is_empty())
            .collect();
        assert!(unfixed.is_empty(), "{path}: {unfixed:?}");
        let mended = fixed(&text, &first);
        let (mut second, sources) = findings(&mended);
        // The files show parts of programs, of which nothing else makes use.
        second.retain(|finding| !UNUSED.contains(&finding.code));
        let left = flow::diagnostic::render::concise::render(&second, &sources);
        assert!(second.is_empty(), "{path}:\n{left}\n{mended}");
    }
}

#[test]
fn what_is_declared_nowhere_is_told_once_and_counted() {
    let text = "object contact { email: email unique }
segment one on contact when shoe_size > 1 and shoe_size < 9
segment two on contact when shoe_size == 5 or emial is known
segment three on contact when emial is known
";
    let (found, _) = findings(text);
    let messages = found.iter().filter(|finding| finding.level == Level::Error);
    let messages: Vec<&str> = messages.map(|finding| finding.message.as_str()).collect();
    let misspelt = "`contact` has no property `emial`";
    let missing = "`contact` has no property `shoe_size`, here and at 2 more places";
    // What is misspelt is mended at each place.
    assert_eq!(messages, [missing, misspelt, misspelt]);
}
