//! Good programs with one token cut off, deleted, doubled or swapped with the
//! next: what is found stays small, near the place, and in the text.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use flow::base::{SourceId, Sources};
use flow::compile::compile;
use flow::diagnostic::{Code, Findings, Level, render};
use flow::model::Settings;
use flow::project;

use crate::support::{assert_none, files, is_long, read, repo_root};

/// What is done to a text at one of its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    /// The text ends before the token.
    Cut,
    Delete,
    Double,
    /// The token and the next change places.
    Swap,
}

const KINDS: [Damage; 4] = [Damage::Cut, Damage::Delete, Damage::Double, Damage::Swap];

/// What follows the damage in the same file, with one mistake of its own.
const PLANTED: &str = "\n\nobject planted_object {\n  planted_name: string\n}\n\n\
    segment planted_segment on planted_object when planted_name > 5\n";

/// Files that are compiled together, one of which is damaged.
struct Program {
    sources: Sources,
    files: Vec<SourceId>,
    settings: Settings,
}

impl Program {
    fn alone(path: &str) -> Self {
        let mut sources = Sources::default();
        let files = vec![sources.add(path, read(path))];
        let settings = Settings::default();
        Program {
            sources,
            files,
            settings,
        }
    }

    fn project(folder: &str) -> Self {
        let project = project::load(&repo_root().join(folder)).expect("a project");
        Program {
            sources: project.sources,
            files: project.files,
            settings: project.settings,
        }
    }

    /// Compiles it with another text in the place of one of its files.
    fn with(&self, file: SourceId, text: &str) -> (Findings, Sources, SourceId) {
        let mut sources = self.sources.clone();
        let instead = sources.add(self.sources.get(file).name(), text);
        let files = self.files.iter();
        let files: Vec<SourceId> = files
            .map(|own| if *own == file { instead } else { *own })
            .collect();
        let compiled = compile(&sources, &files, &self.settings);
        (compiled.findings, sources, instead)
    }
}

fn programs() -> Vec<Program> {
    let alone = files("tests/corpus/good");
    let alone = alone.iter().map(|path| Program::alone(path));
    let projects = ["tests/corpus/language", "examples/webinar"];
    alone.chain(projects.map(Program::project)).collect()
}

/// Words, numbers, texts in quotes and single signs; no comments.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let length = match rest.chars().next() {
            Some(_) if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            Some('"') => quoted(rest),
            Some(_) if word > 0 => word,
            Some(sign) => sign.len_utf8(),
            None => break,
        };
        if !rest.starts_with(char::is_whitespace) && !rest.starts_with("//") {
            found.push(at..at + length);
        }
        at += length;
    }
    found
}

fn quoted(rest: &str) -> usize {
    if let Some(text) = rest.strip_prefix("\"\"\"") {
        return text.find("\"\"\"").map_or(rest.len(), |end| end + 6);
    }
    let mut escaped = false;
    let end = rest[1..].find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |end| end + 2)
}

/// The text with the damage, and the part of it that is the damaged
/// declaration.
fn damaged(text: &str, tokens: &[Range<usize>], place: usize, kind: Damage) -> Option<Broken> {
    let token = tokens.get(place)?.clone();
    let next = tokens.get(place + 1).cloned();
    let (range, instead) = match (kind, next) {
        (Damage::Cut, _) => (token.start..text.len(), String::new()),
        (Damage::Delete, _) => (token.clone(), String::new()),
        (Damage::Double, _) => (token.clone(), format!("{0} {0}", &text[token.clone()])),
        (Damage::Swap, Some(next)) => {
            let (one, other) = (&text[token.clone()], &text[next.clone()]);
            let between = &text[token.end..next.start];
            let (head, tail) = (&text[..token.start], &text[next.end..]);
            let (before, after) = (gap(head, other), gap(one, tail));
            let swapped = format!("{before}{other}{}{between}{one}{after}", gap(other, one));
            (token.start..next.end, swapped)
        }
        (Damage::Swap, None) => return None,
    };
    let starts = declarations(text);
    let begin = starts.iter().rev().find(|start| **start <= token.start);
    let end = starts
        .iter()
        .find(|start| **start >= range.end && **start > token.start);
    let behind = range.end..end.copied().unwrap_or(text.len());
    let head = format!("{}{instead}", &text[..range.start]);
    let whole = begin.copied().unwrap_or(0)..head.len() + behind.len();
    Some(Broken {
        text: format!("{head}{}{PLANTED}", &text[range.end..]),
        declaration: whole,
        kind,
        what: format!("{kind:?} `{}`", &text[token]),
    })
}

/// What keeps two words apart that were not neighbours before.
fn gap(before: &str, after: &str) -> &'static str {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    match before.ends_with(is_word) && after.starts_with(is_word) {
        true => " ",
        false => "",
    }
}

struct Broken {
    text: String,
    declaration: Range<usize>,
    what: String,
    kind: Damage,
}

/// Where declarations begin: at words without indentation.
fn declarations(text: &str) -> Vec<usize> {
    let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    lines
        .filter(|at| text[*at..].starts_with(|c: char| c.is_ascii_alphabetic()))
        .collect()
}

/// How many errors a damage gives in its declaration, and how many elsewhere.
struct Outcome {
    inside: usize,
    elsewhere: usize,
    /// Whether the mistake that follows is found.
    planted: bool,
}

fn outcome((findings, file): (&Findings, SourceId), broken: &Broken) -> Outcome {
    let after = broken.text.len() - PLANTED.len();
    let (mut inside, mut elsewhere, mut planted) = (0, 0, false);
    let errors = findings
        .iter()
        .filter(|finding| finding.level == Level::Error);
    for finding in errors {
        let span = finding.primary.span;
        let start = span.start as usize;
        let here = span.source == file;
        if here && start > after && finding.code == Code::MismatchedTypes {
            planted = true;
        } else if broken.kind == Damage::Cut && finding.code.code().starts_with("F02") {
            // What stood behind a cut is missing elsewhere.
        } else if here && (broken.declaration.contains(&start) || start >= after) {
            inside += 1;
        } else {
            elsewhere += 1;
        }
    }
    Outcome {
        inside,
        elsewhere,
        planted,
    }
}

/// Each place that a finding speaks of, or mends, lies in its text.
fn spans_fit(findings: &Findings, sources: &Sources) -> bool {
    findings.iter().all(|finding| {
        let labels = finding.others.iter().chain([&finding.primary]);
        let edits = finding.fixes.iter().flat_map(|fix| &fix.edits);
        let spans = labels
            .map(|label| label.span)
            .chain(edits.map(|edit| edit.span));
        spans.into_iter().all(|span| {
            let text = sources.get(span.source).text();
            text.get(span.start as usize..span.end as usize).is_some()
        })
    })
}

/// What is wrong with the findings of one damage.
fn objection(program: &Program, file: SourceId, broken: &Broken) -> Option<String> {
    let tried = catch_unwind(AssertUnwindSafe(|| program.with(file, &broken.text)));
    let Ok((findings, sources, id)) = tried else {
        return Some(format!("{} panics", broken.what));
    };
    let found = outcome((&findings, id), broken);
    let fits = spans_fit(&findings, &sources);
    let fine =
        fits && found.planted && found.inside <= MOST_INSIDE && found.elsewhere <= MOST_ELSEWHERE;
    let shown = render::concise::render(&findings, &sources);
    (!fine).then(|| {
        let (inside, elsewhere) = (found.inside, found.elsewhere);
        let mut wrong = format!("{}: {inside} inside, {elsewhere} elsewhere", broken.what);
        if !found.planted {
            wrong.push_str(", what follows is not checked");
        }
        if !fits {
            wrong.push_str(", places outside of the text");
        }
        format!("{wrong}\n{shown}")
    })
}

/// Every so many damages are tried, but for the long form, which tries all.
const STRIDE: usize = 61;

/// At most so many errors stand in a declaration with one damage.
const MOST_INSIDE: usize = 6;

/// At most so many follow from it in others.
const MOST_ELSEWHERE: usize = 5;

#[test]
fn one_damage_is_told_where_it_is_and_hides_nothing() {
    let asked = std::env::var("FLOW_DAMAGE").ok();
    let asked = asked.and_then(|text| text.parse().ok());
    let stride = asked.unwrap_or(if is_long() { 1 } else { STRIDE });
    let (mut number, mut wrong) = (0, Vec::new());
    for program in programs() {
        for file in &program.files {
            let source = program.sources.get(*file);
            let tokens = tokens(source.text());
            for (place, kind) in (0..tokens.len()).flat_map(|at| KINDS.map(|kind| (at, kind))) {
                number += 1;
                let Some(broken) =
                    damaged(source.text(), &tokens, place, kind).filter(|_| number % stride == 0)
                else {
                    continue;
                };
                if let Some(objection) = objection(&program, *file, &broken) {
                    let at = source.position(tokens[place].start as u32);
                    wrong.push(format!("{}:{} {objection}", source.name(), at.line));
                }
            }
        }
    }
    assert!(number > 40_000, "{number}");
    assert_none("one damage gives few findings, near it", &wrong);
}
