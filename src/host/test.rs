//! Tests of projects and of literate files: which there are, and playing them
//! all, in parallel. How what came of it is shown is not known here.

pub mod coverage;
mod edition;
pub mod literate;
pub mod trace;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::look::Places;
use super::program::retries;
use crate::compile::compile;
use crate::diagnostic::Findings;
use crate::engine::Prepared;
use crate::plan::test::Test;
use crate::project::{self, Project};
use crate::scenario::test::{Counterexample, Played, attempt, play};

/// What the name of a literate file ends in.
const LITERATE: &str = "md";

/// The tests of one program.
pub struct Suite {
    /// The heading that it stands below, in a literate file.
    pub title: Option<String>,
    /// Its texts.
    pub project: Project,
    /// What is wrong with them; with an error among it there is no program.
    pub findings: Findings,
    /// What the tests run on.
    pub program: Option<Arc<Prepared>>,
    /// What the program holds and this version does not run: then its tests
    /// are not played.
    pub unrun: Findings,
    /// How places of its texts are called.
    pub places: Places,
    /// Only tests below this path are asked for.
    only: Option<PathBuf>,
}

/// A test of a suite, and what came of it; `None` where the program cannot run.
pub struct Outcome<'s> {
    /// Where it belongs.
    pub suite: &'s Suite,
    /// The test.
    pub test: &'s Test,
    /// What came of it.
    pub played: Option<Played>,
}

impl Suite {
    /// The tests of a project.
    #[must_use]
    pub fn new(title: Option<String>, project: Project, only: Option<PathBuf>) -> Self {
        let compilation = compile(&project.sources, &project.files, &project.settings);
        let mut findings = project.findings.clone();
        findings.append(compilation.findings);
        let program = compilation.program.filter(|_| !findings.has_errors());
        let unrun = program.as_ref().map(crate::plan::Program::placeholders);
        let retries = || retries(&project.outside);
        let program = program.map(|program| Prepared::for_tests(program).with_retries(retries()));
        Suite {
            title,
            findings: findings.sorted(),
            program: program.map(Arc::new),
            unrun: unrun.unwrap_or_default(),
            places: Places::new(project.sources.clone(), &project.root),
            only,
            project,
        }
    }

    /// Its tests, in the order of files and places.
    #[must_use]
    pub fn tests(&self) -> Vec<&Test> {
        let program = self.program.as_ref();
        let tests = program.map(|program| program.program.tests());
        let mut tests: Vec<&Test> = tests.unwrap_or_default().iter().collect();
        tests.retain(|test| {
            let file = Path::new(self.file(test));
            self.only.as_ref().is_none_or(|only| file.starts_with(only))
        });
        tests.sort_by_key(|test| (test.span.source, test.span.start));
        tests
    }

    /// The file that a test stands in.
    #[must_use]
    pub fn file(&self, test: &Test) -> &str {
        self.project.sources.get(test.span.source).name()
    }

    /// What a test is called, with the heading that it stands below.
    #[must_use]
    pub fn name(&self, test: &Test) -> String {
        match &self.title {
            Some(title) => format!("{title}: {}", test.name),
            None => test.name.to_string(),
        }
    }

    fn play(&self, test: &Test) -> Option<Played> {
        let program = self.program.as_ref().filter(|_| self.unrun.is_empty())?;
        Some(play(program, test, self))
    }
}

/// The suites of a path: a project or a folder or a file of it, or a literate
/// file.
///
/// # Errors
/// If there is no project, or a file cannot be read.
pub fn suites(path: &Path, env: Option<&str>) -> Result<Vec<Suite>, project::Error> {
    if path.is_dir() || !path.exists() {
        let project = project::load_in(path, env)?;
        // The folder of the project itself, or one in it.
        let only = (path.canonicalize().ok() != whole(&project.root)).then(|| path.to_owned());
        return Ok(vec![Suite::new(
            None,
            project,
            only.map(|only| tidy(&only)),
        )]);
    }
    if path.extension().is_some_and(|ending| ending == LITERATE) {
        return literate::suites(path);
    }
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let project = project::load_in(folder.unwrap_or(Path::new(".")), env)?;
    Ok(vec![Suite::new(None, project, Some(tidy(path)))])
}

fn whole(root: &Path) -> Option<PathBuf> {
    root.join(".").canonicalize().ok()
}

/// The path as the names of sources begin.
fn tidy(path: &Path) -> PathBuf {
    let parts = path.components();
    parts
        .filter(|part| *part != std::path::Component::CurDir)
        .collect()
}

/// Tries generated histories of a test, in parallel; the first that breaks what
/// must hold at every moment. Each has a seed of its own, from that of all.
#[must_use]
pub fn explore(
    (suite, test): (&Suite, &Test),
    (histories, seed): (u64, u64),
) -> Option<Counterexample> {
    let program = suite.program.as_ref().filter(|_| suite.unrun.is_empty())?;
    let seeds = (0..histories).into_par_iter().map(|n| seed.wrapping_add(n));
    seeds.find_map_first(|seed| attempt(program, test, (suite, seed)))
}

/// Plays tests in parallel; what comes of them is in their order.
#[must_use]
pub fn play_all<'s>(tests: &[(&'s Suite, &'s Test)]) -> Vec<Outcome<'s>> {
    let played = tests.par_iter().map(|(suite, test)| Outcome {
        suite,
        test,
        played: suite.play(test),
    });
    played.collect()
}
