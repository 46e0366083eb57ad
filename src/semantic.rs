//! Tree → meaning: names are resolved across all files, types are checked,
//! the shape of every declaration is. It knows nothing of pest, of the layout
//! of text or of graphs.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod check;
pub mod hir;
mod lost;
mod resolve;
mod types;

use crate::diagnostic::Findings;
use crate::model::Settings;
use crate::syntax::ast;

/// What is understood of a program, with the findings of understanding it.
#[derive(Debug)]
pub struct Checked {
    program: hir::Program,
    /// All findings.
    pub findings: Findings,
}

/// A program without errors. Only `Checked` makes one, so what takes a
/// `Valid` never sees a broken part.
#[derive(Debug, Clone)]
pub struct Valid<T>(T);

impl<T> Valid<T> {
    /// The program.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.0
    }
}

impl Checked {
    /// The program, if neither its text nor its meaning has an error.
    #[must_use]
    pub fn into_valid(self, syntax: &Findings) -> (Option<Valid<hir::Program>>, Findings) {
        let sound = !syntax.has_errors() && !self.findings.has_errors();
        (sound.then_some(Valid(self.program)), self.findings)
    }
}

/// An older version of a workflow (V3).
#[derive(Debug)]
pub struct Older {
    /// By which version its declarations are told from others of their names.
    pub version: String,
    /// The workflow, with what is kept with it.
    pub file: ast::File,
}

/// Finds the meaning of all files together. The order of files does not
/// matter. `complete` says whether each declaration is there, at least by its
/// name; if not, names that are missing are not reported.
#[must_use]
pub fn analyse(files: &[ast::File], complete: bool, settings: &Settings) -> Checked {
    analyse_all((files, &[]), complete, settings)
}

/// The same with older versions of workflows (V3). What they declare is for
/// themselves alone; what else they name is what the files declare.
#[must_use]
pub fn analyse_all(
    (files, pinned): (&[ast::File], &[Older]),
    complete: bool,
    settings: &Settings,
) -> Checked {
    let resolved = resolve::resolve((files, pinned), complete, settings);
    check::check((resolved, pinned), settings, complete)
}
