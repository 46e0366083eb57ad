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
    /// equal bytes. Older versions of workflows stand behind all else: where
    /// there is none, nothing does.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let written = self.pack_written();
        if self.pinned.is_empty() {
            return written;
        }
        let pinned = self.pinned.iter().map(|id| self.sources.get(*id));
        let pinned: Vec<(&str, &str)> = pinned.map(|text| (text.name(), text.text())).collect();
        // Writing to memory does not fail.
        postcard::to_extend(&pinned, written).unwrap_or_default()
    }

    /// Adds an older version of a workflow.
    pub fn pin(&mut self, name: &str, text: &str) {
        self.pinned.push(self.sources.add(name, text));
    }

    /// The same without older versions: what its authors have written.
    #[must_use]
    pub fn pack_written(&self) -> Vec<u8> {
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
    let (pack, rest): (Pack, &[u8]) = postcard::take_from_bytes(bytes).ok()?;
    let pinned: Vec<(String, String)> = match rest {
        [] => Vec::new(),
        rest => postcard::from_bytes(rest).ok()?,
    };
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
    let mut project = Project {
        root: root.to_owned(),
        store: root.join(read.store),
        settings: read.settings,
        outside: read.outside,
        sources,
        manifest,
        files,
        pinned: Vec::new(),
        findings: Findings::default(),
    };
    for (name, text) in &pinned {
        project.pin(name, text);
    }
    Some(project)
}
