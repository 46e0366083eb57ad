//! A project as one piece of bytes, so that what was published can be compiled
//! again. Where the piece is kept is not known here.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{MANIFEST, Project, discover, manifest};
use crate::base::{SourceId, Sources, Span};
use crate::diagnostic::Findings;
use crate::model::{Profile, UsedPackage};

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

/// Older versions of workflows: what each is called, and its text. They stand
/// behind the texts of the project; where nothing follows them, no empty list
/// does.
type Pinned<'t> = Vec<(&'t str, &'t str)>;

/// What a project is made of besides its own texts. It stands behind all else;
/// of a project that has nothing of it, nothing does.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Besides {
    /// The packages that it uses, with the texts that they had: a later release
    /// compiles these, not its own.
    packages: Vec<(String, String)>,
    /// The environment in which it was read.
    env: Option<String>,
}

impl Project {
    /// The texts of the project as one piece; equal texts at equal paths give
    /// equal bytes. Older versions of workflows stand behind all else: where
    /// there is none, nothing does.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let pinned = self.pinned.iter().map(|id| self.sources.get(*id));
        let pinned = pinned.map(|text| (text.name(), text.text())).collect();
        self.pack_with(&pinned)
    }

    /// Adds an older version of a workflow.
    pub fn pin(&mut self, name: &str, text: &str) {
        self.pinned.push(self.sources.add(name, text));
    }

    /// The same without older versions: what its authors have written, and the
    /// packages that it uses.
    #[must_use]
    pub fn pack_written(&self) -> Vec<u8> {
        self.pack_with(&Vec::new())
    }

    fn pack_with(&self, pinned: &Pinned<'_>) -> Vec<u8> {
        let besides = self.besides();
        let none = besides == Besides::default();
        let texts = self.texts();
        // Writing to memory does not fail.
        let packed = match (pinned.is_empty(), none) {
            (true, true) => postcard::to_allocvec(&texts),
            (false, true) => postcard::to_allocvec(&(texts, pinned)),
            (_, false) => postcard::to_allocvec(&(texts, pinned, besides)),
        };
        packed.unwrap_or_default()
    }

    fn texts(&self) -> Pack {
        let root = discover::shown(&self.root);
        let within = |id: SourceId| {
            let name = self.sources.get(id).name();
            let inner = name.strip_prefix(&root).unwrap_or(name);
            inner.trim_start_matches('/').to_owned()
        };
        let files = self.files.iter();
        Pack {
            folder: self.settings.name.clone(),
            manifest: self.text(self.manifest),
            sources: files.map(|id| (within(*id), self.text(*id))).collect(),
        }
    }

    fn besides(&self) -> Besides {
        let packages = self.settings.packages.iter();
        let packages = packages.map(|used| (used.name.to_string(), self.text(used.source)));
        Besides {
            packages: packages.collect(),
            env: self.env.clone(),
        }
    }

    fn text(&self, id: SourceId) -> String {
        self.sources.get(id).text().to_owned()
    }
}

/// A project that was packed, as if it stood in a folder; `None` where the
/// bytes are no such thing.
#[must_use]
pub fn unpack(root: &Path, bytes: &[u8]) -> Option<Project> {
    let (pack, rest): (Pack, &[u8]) = postcard::take_from_bytes(bytes).ok()?;
    let (pinned, rest): (Pinned<'_>, &[u8]) = match rest {
        [] => Default::default(),
        rest => postcard::take_from_bytes(rest).ok()?,
    };
    let besides: Besides = match rest {
        [] => Besides::default(),
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
    let env = besides.env.as_deref();
    let read = manifest::read(manifest, &pack.manifest, &pack.folder, env);
    let mut settings = read.settings;
    let packages = besides.packages.iter().map(|(name, text)| UsedPackage {
        name: name.as_str().into(),
        used: Span::new(manifest, 0, 0),
        source: sources.add(UsedPackage::source_name(name), text.as_str()),
    });
    settings.packages = packages.collect();
    // A program that was published holds, whatever rules and limits a later
    // release has, and whichever names it looks up.
    settings.limits = Profile::None.into();
    settings.lints.clear();
    settings.outside = None;
    let mut project = Project {
        root: root.to_owned(),
        store: root.join(read.store),
        env: besides.env,
        settings,
        outside: read.outside,
        sources,
        manifest,
        files,
        pinned: Vec::new(),
        findings: Findings::default(),
        unheeded: Findings::default(),
    };
    for (name, text) in pinned {
        project.pin(name, text);
    }
    Some(project)
}
