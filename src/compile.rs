//! The driver: sources → compilation. One line per pass.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::base::{SourceId, Sources, Span};
use crate::diagnostic::Findings;
use crate::model::Settings;
use crate::plan::Program;
use crate::semantic::Older;
use crate::syntax::{Parsed, ast};
use crate::{lint, plan, semantic, syntax};

/// What compiling has come to.
#[derive(Debug)]
pub struct Compilation {
    /// All findings, sorted by place.
    pub findings: Findings,
    /// The program, if the language has nothing against it. A finding may be
    /// an error all the same, where the project denies it.
    pub program: Option<Program>,
}

/// The files of a program.
#[derive(Debug, Clone, Copy)]
pub struct Files<'f> {
    /// What declares it.
    pub declaring: &'f [SourceId],
    /// Older versions of its workflows, one in each (V3). They declare nothing
    /// for others, and nobody is warned of them.
    pub pinned: &'f [SourceId],
}

/// Compiles the given files of the sources. It never fails: what is wrong
/// becomes findings. The same texts in the same order give the same
/// compilation; meaning and versions do not depend on the order. What the packages
/// declare that the settings name belongs to it.
#[must_use]
pub fn compile(sources: &Sources, files: &[SourceId], settings: &Settings) -> Compilation {
    let files = Files {
        declaring: files,
        pinned: &[],
    };
    compile_all(sources, files, settings)
}

/// Compiles a program with older versions of its workflows. That a version does
/// not go with what is declared now is an error in its file.
#[must_use]
pub fn compile_all(sources: &Sources, files: Files<'_>, settings: &Settings) -> Compilation {
    let packages = settings.packages.iter().map(|package| package.source);
    let packages: Vec<SourceId> = packages.collect();
    let (trees, complete, syntax) = parse(sources, &[&packages, files.declaring].concat());
    let (pinned, whole, other) = parse(sources, files.pinned);
    let pinned = older(sources, files.pinned, pinned);
    let mut syntax = syntax;
    syntax.append(other);
    let checked = semantic::analyse_all((&trees, &pinned), complete && whole, settings);
    let (valid, semantic) = checked.into_valid(&syntax);
    let program = valid.map(|valid| plan::lower(&valid, sources));
    let lint = program.as_ref().map(lint::check).unwrap_or_default();
    let mut findings = syntax;
    findings.append(semantic);
    findings.append(lint);
    let unwarned = [&packages, files.pinned].concat();
    let allows = trees.iter().flat_map(|tree| &tree.allows);
    let findings = findings.silenced(allows, program.is_some());
    let findings = lint::levelled(findings.without_warnings(&unwarned), settings);
    let wholes = wholes(trees.iter().chain(pinned.iter().map(|older| &older.file)));
    Compilation {
        findings: findings.sorted().told_once(&wholes),
        program,
    }
}

/// Where declarations stand, in order.
fn wholes<'f>(files: impl Iterator<Item = &'f ast::File>) -> Vec<Span> {
    let declarations = files.flat_map(|file| &file.declarations);
    let mut wholes: Vec<Span> = declarations.filter_map(ast::Declaration::span).collect();
    wholes.sort();
    wholes
}

/// Older versions, each with what its file is called by: `NAME@VERSION.flow`.
fn older(sources: &Sources, ids: &[SourceId], files: Vec<ast::File>) -> Vec<Older> {
    let older = ids.iter().zip(files).map(|(id, file)| {
        let name = sources.get(*id).name();
        let name = name.strip_suffix(".flow").unwrap_or(name);
        let version = name.rsplit('@').next().unwrap_or(name).to_owned();
        Older { version, file }
    });
    older.collect()
}

/// Parses all files, in parallel; the result is in the order of the files.
fn parse(sources: &Sources, files: &[SourceId]) -> (Vec<ast::File>, bool, Findings) {
    let parsed: Vec<Parsed> = files
        .par_iter()
        .map(|id| syntax::parse(*id, sources.get(*id).text()))
        .collect();
    let (mut trees, mut complete, mut findings) =
        (Vec::with_capacity(parsed.len()), true, Findings::default());
    for file in parsed {
        trees.push(file.file);
        complete &= file.complete;
        findings.append(file.findings);
    }
    (trees, complete, findings)
}
