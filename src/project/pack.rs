//! A project as one piece of bytes, so that what was published can be compiled
//! again. Where the piece is kept is not known here.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{MANIFEST, Project, discover, manifest};
use crate::base::{SourceId, Sources};
use crate::diagnostic::Findings;

/// The texts of a project: `flow.toml`, then the sources, by their paths
/// within it.
#[derive(Debug, Serialize, Deserialize)]
struct Pack {
    /// The folder of the project, whose name is the project's where it has
    /// none.
    folder: String,
    manifest: String,
    sources: Vec<(String, String)>,
}

impl Project {
    /// The texts of the project as one piece; equal texts at equal paths give
    /// equal bytes.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let root = discover::shown(&self.root);
        let within = |id: SourceId| {
            let name = self.sources.get(id).name();
            let inner = name.strip_prefix(&root).unwrap_or(name);
            inner.trim_start_matches('/').to_owned()
        };
        let text = |id: SourceId| self.sources.get(id).text().to_owned();
        let pack = Pack {
            folder: self.settings.name.clone(),
            manifest: text(self.manifest),
            sources: self
                .files
                .iter()
                .map(|id| (within(*id), text(*id)))
                .collect(),
        };
        // Writing to memory does not fail.
        postcard::to_allocvec(&pack).unwrap_or_default()
    }
}

/// A project that was packed, as if it stood in a folder; `None` where the
/// bytes are no such thing.
#[must_use]
pub fn unpack(root: &Path, bytes: &[u8]) -> Option<Project> {
    let pack: Pack = postcard::from_bytes(bytes).ok()?;
    let mut sources = Sources::default();
    let mut add = |path: &str, text: &str| {
        let path: PathBuf = root.join(path);
        sources.add(discover::shown(&path), text)
    };
    let manifest = add(MANIFEST, &pack.manifest);
    let files: Vec<SourceId> = pack
        .sources
        .iter()
        .map(|(path, text)| add(path, text))
        .collect();
    let read = manifest::read(manifest, &pack.manifest, &pack.folder);
    Some(Project {
        root: root.to_owned(),
        store: root.join(read.store),
        settings: read.settings,
        outside: read.outside,
        sources,
        manifest,
        files,
        findings: Findings::default(),
    })
}
