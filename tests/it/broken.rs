//! Broken programs as beginners write them, `tests/corpus/broken`: each gives
//! exactly the findings that stand beside it, and the fixes that are offered
//! mend it where it says so. `poor/` holds those whose finding is not yet what
//! the person needs.
//!
//! The first line says what the person is to be told, the second whether fixes
//! mend the file. `//~ CODE TEXT` on a line is a finding, as in
//! `tests/corpus/findings`; it is cut off before the file is compiled, so that
//! it may stand in a text that is not closed.

use flow::diagnostic::Findings;

use crate::findings::{expected, findings, found};
use crate::support::{assert_none, files, read};

const FOLDER: &str = "tests/corpus/broken";

/// At least this many files are mended by their fixes alone.
const MENDED: usize = 389;

/// What is wrong with the findings of the files in `poor/`.
const POOR: &[(&str, &str)] = &[];

/// The program as it was typed.
fn typed(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once("//~ ") {
        Some((written, _)) => written.trim_end(),
        None => line,
    });
    lines.map(|line| format!("{line}\n")).collect()
}

fn mends(text: &str) -> bool {
    text.lines().nth(1) == Some("// fixed: yes")
}

/// Carries out the first fix of each finding, but for those that overlap.
fn carried_out(text: &str, findings: &Findings) -> String {
    let fixes = findings.iter().filter_map(|finding| finding.fixes.first());
    let mut edits: Vec<_> = fixes.flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
    let (mut text, mut before) = (text.to_owned(), text.len());
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        if end <= before {
            text.replace_range(start..end, &edit.text);
            before = start;
        }
    }
    text
}

/// The text after up to three rounds of fixes, and whether it is free of errors.
fn mended(text: &str) -> (String, bool) {
    let mut text = text.to_owned();
    for _ in 0..3 {
        let (found, _) = findings(&text);
        if !found.has_errors() {
            return (text, true);
        }
        text = carried_out(&text, &found);
    }
    let sound = !findings(&text).0.has_errors();
    (text, sound)
}

/// What is expected and not found, and what is found and not expected.
fn differences(text: &str) -> Vec<String> {
    let (mut expected, mut found) = (expected(text), found(&typed(text)));
    let missing =
        |(line, code, place): &(usize, String, String)| format!("{line}: missing {code} `{place}`");
    let surplus =
        |(line, code, place): &(usize, String, String)| format!("{line}: surplus {code} `{place}`");
    expected.retain(|row| match found.iter().position(|other| other == row) {
        Some(place) => {
            found.remove(place);
            false
        }
        None => true,
    });
    let missing = expected.iter().map(missing);
    missing.chain(found.iter().map(surplus)).collect()
}

fn is_poor(path: &str) -> bool {
    path.contains("/poor/")
}

#[test]
fn each_gives_what_the_person_needs_and_no_more() {
    let mut wrong = Vec::new();
    for path in files(FOLDER).iter().filter(|path| !is_poor(path)) {
        let text = read(path);
        let differences = differences(&text);
        wrong.extend(differences.iter().map(|line| format!("{path}:{line}")));
    }
    assert_none("broken programs give their findings", &wrong);
}

#[test]
fn each_says_what_is_wanted() {
    let mut wrong = Vec::new();
    let paths = files(FOLDER);
    assert!(paths.len() >= 160, "{}", paths.len());
    for path in &paths {
        let text = read(path);
        let mut lines = text.lines();
        let wants = lines.next().unwrap_or_default();
        let fixed = lines.next().unwrap_or_default();
        let said = wants
            .strip_prefix("// wants: ")
            .is_some_and(|wants| !wants.is_empty());
        if !said || !matches!(fixed, "// fixed: yes" | "// fixed: no") {
            wrong.push(format!("{path}: {wants} / {fixed}"));
        }
        if expected(&text).is_empty() {
            wrong.push(format!("{path}: expects nothing"));
        }
    }
    assert_none("a broken program begins with `wants` and `fixed`", &wrong);
}

#[test]
fn fixes_mend_what_they_are_offered_for() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for path in files(FOLDER).iter().filter(|path| !is_poor(path)) {
        let text = read(path);
        let typed = typed(&text);
        let (mended, sound) = mended(&typed);
        count += usize::from(sound && typed != mended);
        if mends(&text) && !sound {
            wrong.push(format!("{path}: the fixes leave\n{mended}"));
        }
    }
    assert_none("fixes mend the files that say so", &wrong);
    assert!(count >= MENDED, "only {count} are mended");
}

/// What has become good moves to the folder of its topic.
#[test]
fn poor_ones_are_listed_and_not_yet_good() {
    let folder = format!("{FOLDER}/poor");
    let listed = |name: &str| {
        POOR.iter()
            .any(|(poor, why)| *poor == name && !why.is_empty())
    };
    let mut wrong = Vec::new();
    for path in files(&folder) {
        let text = read(&path);
        let name = path.strip_prefix(&format!("{folder}/")).unwrap_or(&path);
        let name = name.strip_suffix(".flow").unwrap_or(name);
        if !listed(name) {
            wrong.push(format!("{path}: not listed in POOR"));
        }
        if differences(&text).is_empty() && mended(&typed(&text)).1 == mends(&text) {
            wrong.push(format!("{path}: is good now; it belongs to its topic"));
        }
    }
    let gone = POOR
        .iter()
        .filter(|(name, _)| !files(&folder).contains(&format!("{folder}/{name}.flow")));
    wrong.extend(gone.map(|(name, _)| format!("{name}: is listed, and is not there")));
    assert_none("poor answers are listed", &wrong);
}
