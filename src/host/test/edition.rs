//! Edited programs that tests name by their folders, with the rest of the test
//! compiled among them. What becomes of those inside is decided by the engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Suite;
use crate::diagnostic::render::concise;
use crate::diagnostic::{Findings, Level};
use crate::engine::Prepared;
use crate::host::older::needed;
use crate::host::program::{compiled, retries};
use crate::plan::Program;
use crate::plan::test::{Act, Input, Test};
use crate::project::{self, MANIFEST, Project};
use crate::scenario::test::{Asked, Edition, Editions};

impl Editions for Suite {
    fn edition(&self, asked: Asked<'_>) -> Result<Edition, String> {
        let mut project = self.edited(asked)?;
        let text = self.rest(asked);
        let file = project.sources.add(self.file(asked.test), text);
        project.files.push(file);
        let program = program_of(&project)?;
        let texts = asked.sources.unwrap_or(&self.project.sources);
        let prepared = Prepared::new(program);
        let older = needed(asked.state, texts, &prepared);
        for older in &older {
            project.pin(&older.source, &older.text);
        }
        let prepared = match older.is_empty() {
            true => prepared,
            false => Prepared::new(program_of(&project)?),
        };
        let mut tests = prepared.program.tests().iter();
        let test = tests.find(|test| test.span.source == file).cloned();
        let test = test.ok_or_else(|| "the test cannot be read with it".to_owned())?;
        Ok(Edition {
            program: Arc::new(prepared.with_retries(retries(&project.outside))),
            test: Arc::new(test),
            sources: Arc::new(project.sources),
        })
    }
}

impl Suite {
    /// The project of a folder, relative to the file of the test.
    fn edited(&self, asked: Asked<'_>) -> Result<Project, String> {
        let file = PathBuf::from(self.file(asked.test));
        let folder = file.parent().unwrap_or(Path::new("")).join(asked.folder);
        if !folder.join(MANIFEST).is_file() {
            return Err(format!("`{}` has no `{MANIFEST}`", folder.display()));
        }
        let env = self.project.env.as_deref();
        project::load_in(&folder, env).map_err(|error| error.to_string())
    }

    /// The test without what is over, every other place as it is: so that the
    /// edited program is not asked for what only the one before had. It gets
    /// another name, as the folder may hold it too.
    fn rest(&self, asked: Asked<'_>) -> String {
        let source = self.project.sources.get(asked.test.span.source);
        let span = asked.test.span;
        let over = over(asked.test, asked.from.start);
        let name = name_of(source.text(), span.start as usize);
        let bytes = source.text().bytes().enumerate();
        let bytes = bytes.map(|(at, byte)| match byte {
            b'\n' => b'\n',
            _ if at < span.start as usize || at >= span.end as usize => b' ',
            _ if over.iter().any(|over| over.contains(&at)) => b' ',
            _ if name.contains(&at) => b'~',
            byte => byte,
        });
        String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
    }
}

/// Where the name of a test stands, without its quotes.
fn name_of(text: &str, start: usize) -> std::ops::Range<usize> {
    let rest = text.get(start..).unwrap_or_default();
    let open = rest.find('"').map_or(0, |open| open + 1);
    let inner = rest.get(open..).unwrap_or_default();
    let length = inner.find('"').unwrap_or_default();
    start + open..start + open + length
}

/// The statements before a place that declare no record and mock nothing.
fn over(test: &Test, before: u32) -> Vec<std::ops::Range<usize>> {
    let acts = test.acts.iter().filter(|act| act.span.start < before);
    let over = acts.filter(|act| {
        !matches!(
            &act.what,
            Act::Mock(_) | Act::Input(Input::Create(..) | Input::Program(_))
        )
    });
    over.map(|act| act.span.start as usize..act.span.end as usize)
        .collect()
}

/// The program of a project that runs; else what is wrong with it, in lines.
fn program_of(project: &Project) -> Result<Program, String> {
    let lines = |mut findings: Findings| {
        findings.retain(|finding| finding.level == Level::Error);
        let lines = concise::render(&findings, &project.sources);
        lines.trim_end().to_owned()
    };
    compiled(project).map(|(program, _)| program).map_err(lines)
}
