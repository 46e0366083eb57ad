//! Literate tests: Markdown whose blocks of `flow` are programs with tests. The
//! blocks of a section, below one heading `##`, are one project together with
//! those that stand before the first such heading; a block of `toml` is its
//! `flow.toml`. What stands in a block is not known here.

use std::path::Path;

use super::Suite;
use crate::project::{self, Project};

/// The `flow.toml` of a section that has none.
const MANIFEST: &str = "[project]\nname = \"spec\"\nedition = 1\n";

/// A section of a literate file. Its texts are the whole file with all blanked
/// out that is not theirs, so that every place is that of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Its program.
    pub program: String,
    /// Its `flow.toml`, where it has one.
    pub manifest: Option<String>,
}

/// The suites of a literate file.
///
/// # Errors
/// If it cannot be read.
pub fn suites(path: &Path) -> Result<Vec<Suite>, project::Error> {
    let text = std::fs::read_to_string(path).map_err(|source| project::Error::Environment {
        path: path.to_owned(),
        source,
    })?;
    let name = path.to_string_lossy();
    let name = name.replace(std::path::MAIN_SEPARATOR, "/");
    let sections = sections(&text).into_iter();
    let suites = sections.map(|section| {
        let manifest = match &section.manifest {
            Some(manifest) => (name.as_str(), manifest.as_str()),
            None => ("flow.toml", MANIFEST),
        };
        let project = Project::of_texts(manifest, &[(name.as_str(), section.program.as_str())]);
        Suite::new(Some(section.title), project, None)
    });
    Ok(suites.collect())
}

/// Which blocks a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Program,
    Manifest,
    Other,
}

/// The sections of a text that hold a program, in order.
#[must_use]
pub fn sections(text: &str) -> Vec<Section> {
    let mut all: Vec<Draft> = vec![Draft::default()];
    let mut block: Option<Block> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let fence = line.trim_end().strip_prefix("```");
        block = match (block, fence) {
            (None, Some(word)) => Some(match word.split(' ').next() {
                Some("flow") => Block::Program,
                Some("toml") => Block::Manifest,
                _ => Block::Other,
            }),
            (Some(_), Some("")) => None,
            (Some(inside), _) => {
                if let Some(draft) = all.last_mut() {
                    draft.take(inside, range);
                }
                Some(inside)
            }
            (None, None) => {
                if let Some(title) = line.strip_prefix("## ") {
                    all.push(Draft::of(title.trim()));
                }
                None
            }
        };
    }
    finish(text, all)
}

/// A section being read: where its lines stand.
#[derive(Default, Clone)]
struct Draft {
    title: String,
    program: Vec<std::ops::Range<usize>>,
    manifest: Vec<std::ops::Range<usize>>,
}

impl Draft {
    fn of(title: &str) -> Self {
        Draft {
            title: title.to_owned(),
            ..Draft::default()
        }
    }

    fn take(&mut self, block: Block, line: std::ops::Range<usize>) {
        match block {
            Block::Program => self.program.push(line),
            Block::Manifest => self.manifest.push(line),
            Block::Other => {}
        }
    }
}

/// The sections, each with what stands before all of them.
fn finish(text: &str, all: Vec<Draft>) -> Vec<Section> {
    let mut drafts = all.into_iter();
    let before = drafts.next().unwrap_or_default();
    let own = drafts.filter(|draft| !draft.program.is_empty());
    let sections = own.map(|draft| {
        let program = [before.program.as_slice(), &draft.program].concat();
        let manifest = match draft.manifest.is_empty() {
            true => &before.manifest,
            false => &draft.manifest,
        };
        Section {
            title: draft.title,
            program: blanked(text, &program),
            manifest: (!manifest.is_empty()).then(|| blanked(text, manifest)),
        }
    });
    sections.collect()
}

/// The text with blanks in place of all other lines.
fn blanked(text: &str, kept: &[std::ops::Range<usize>]) -> String {
    let mut blanked = String::with_capacity(text.len());
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if kept.iter().any(|range| range.start == at) {
            blanked.push_str(line);
        } else {
            let blank = line.bytes().map(|byte| match byte {
                b'\n' => '\n',
                _ => ' ',
            });
            blanked.extend(blank);
        }
        at += line.len();
    }
    blanked
}
