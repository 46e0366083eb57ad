//! A project on disk: finds `flow.toml` and the sources, and reads them. It knows nothing of what
//! stands in a source, and prints nothing.

mod discover;
mod edit;
mod error;
mod manifest;
mod outside;
mod pack;
mod text;

use std::path::{Path, PathBuf};

pub use self::error::Error;
pub use self::outside::{Connection, ConnectionKind, Outside, Secret};
pub use self::pack::unpack;
use self::text::Text;
use crate::base::{SourceId, Sources};
use crate::diagnostic::Findings;
use crate::model::Settings;

/// The file that makes a folder a project.
const MANIFEST: &str = "flow.toml";

/// A project as it stands on disk.
#[derive(Debug)]
pub struct Project {
    /// The folder of `flow.toml`, relative to the current directory if it was
    /// asked for so.
    pub root: PathBuf,
    /// The folder of the store.
    pub store: PathBuf,
    /// What `flow.toml` decides.
    pub settings: Settings,
    /// What it says of the world outside.
    pub outside: Outside,
    /// `flow.toml` and all texts of the program.
    pub sources: Sources,
    /// `flow.toml`.
    pub manifest: SourceId,
    /// The texts of the program, by path.
    pub files: Vec<SourceId>,
    /// Older versions of its workflows, one in each text (V3): what is read from
    /// disk has none.
    pub pinned: Vec<SourceId>,
    /// What is wrong with `flow.toml`, and with sources that are no text.
    pub findings: Findings,
}

/// Reads the project of a folder: its own `flow.toml` or the nearest one above
/// it. The path of a `flow.toml` will do as well.
///
/// # Errors
/// If there is no project, or if a file or a folder of it cannot be read.
pub fn load(dir: &Path) -> Result<Project, Error> {
    let root = discover::root(dir)?;
    let mut sources = Sources::default();
    let mut findings = Findings::default();
    let path = root.join(MANIFEST);
    let (id, usable) = Text::read(&path)?.register(&path, &mut sources, &mut findings);
    let folder = discover::folder_name(&root);
    let manifest = manifest::read(id, sources.get(id).text(), &folder);
    if usable {
        findings.append(manifest.findings);
    }
    let mut files = Vec::new();
    for path in discover::sources(&root)? {
        let (id, usable) = Text::read(&path)?.register(&path, &mut sources, &mut findings);
        files.extend(usable.then_some(id));
    }
    Ok(Project {
        store: root.join(manifest.store),
        settings: manifest.settings,
        outside: manifest.outside,
        root,
        sources,
        manifest: id,
        files,
        pinned: Vec::new(),
        findings,
    })
}
