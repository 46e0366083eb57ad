//! A project on disk: finds `flow.toml` and the sources, and reads them. It knows nothing of what
//! stands in a source, and prints nothing.

mod discover;
mod edit;
mod edited;
mod error;
mod manifest;
mod outside;
mod pack;
mod text;

use std::path::{Path, PathBuf};

pub use self::error::Error;
use self::manifest::Manifest;
pub use self::manifest::schema;
pub use self::outside::{Connection, ConnectionKind, Outside, Secret};
pub use self::pack::unpack;
use self::text::Text;
use crate::base::{SourceId, Sources, Span};
use crate::diagnostic::Findings;
use crate::model::{Package, Settings, UsedPackage};

/// The file that makes a folder a project.
pub const MANIFEST: &str = "flow.toml";

/// A project as it stands on disk.
#[derive(Debug)]
pub struct Project {
    /// The folder of `flow.toml`, relative to the current directory if it was
    /// asked for so.
    pub root: PathBuf,
    /// The folder of the store.
    pub store: PathBuf,
    /// The environment that it was read for, if for one: what `[env.NAME]` lays over is laid over.
    pub env: Option<String>,
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
    /// What `flow.toml` says and this version does not heed: with an error in it a program does not
    /// run. Of a program that was published nothing is said.
    pub unheeded: Findings,
}

/// Reads the project of a folder: its own `flow.toml` or the nearest one above
/// it. The path of a `flow.toml` will do as well.
///
/// # Errors
/// If there is no project, or if a file or a folder of it cannot be read.
pub fn load(dir: &Path) -> Result<Project, Error> {
    load_in(dir, None)
}

/// The same in an environment, whose tables are laid over the others.
///
/// # Errors
/// If there is no project, or no such environment, or if a file or a folder of it cannot be read.
pub fn load_in(dir: &Path, env: Option<&str>) -> Result<Project, Error> {
    let root = discover::root(dir)?;
    let mut sources = Sources::default();
    let mut findings = Findings::default();
    let path = root.join(MANIFEST);
    let (id, usable) = Text::read(&path)?.register(&path, &mut sources, &mut findings);
    let folder = discover::folder_name(&root);
    let manifest = manifest::read(id, sources.get(id).text(), &folder, env);
    known(env, &manifest)?;
    if usable {
        findings.append(manifest.findings);
    }
    let mut settings = manifest.settings;
    settings.packages = packages(&manifest.uses, &[], &mut sources);
    let mut files = Vec::new();
    for path in discover::sources(&root)? {
        let (id, usable) = Text::read(&path)?.register(&path, &mut sources, &mut findings);
        files.extend(usable.then_some(id));
    }
    Ok(Project {
        store: root.join(manifest.store),
        settings,
        outside: manifest.outside,
        unheeded: manifest.unheeded,
        env: env.map(str::to_owned),
        root,
        sources,
        manifest: id,
        files,
        pinned: Vec::new(),
        findings,
    })
}

impl Project {
    /// A project that stands in no folder: its `flow.toml` and its sources,
    /// each with its name.
    #[must_use]
    pub fn of_texts((name, text): (&str, &str), texts: &[(&str, &str)]) -> Self {
        let mut sources = Sources::default();
        let id = sources.add(name, text);
        let manifest = manifest::read(id, text, "flow", None);
        let mut settings = manifest.settings;
        settings.packages = packages(&manifest.uses, &[], &mut sources);
        let files = texts.iter();
        let files = files
            .map(|(name, text)| sources.add(*name, *text))
            .collect();
        Project {
            root: PathBuf::new(),
            store: PathBuf::from(manifest.store),
            settings,
            outside: manifest.outside,
            unheeded: manifest.unheeded,
            env: None,
            sources,
            manifest: id,
            files,
            pinned: Vec::new(),
            findings: manifest.findings,
        }
    }
}

/// Whether there is such an environment. Of a `flow.toml` that is no TOML nobody knows; that is told.
fn known(env: Option<&str>, manifest: &Manifest) -> Result<(), Error> {
    let known = &manifest.environments;
    let missing = env.filter(|env| !known.iter().any(|known| known == env));
    match missing {
        Some(env) if !manifest.findings.has_errors() => Err(Error::NoEnvironment {
            env: env.to_owned(),
            known: known.clone(),
        }),
        _ => Ok(()),
    }
}

/// The packages that are used. The texts of those that were not known before are added to the
/// sources.
fn packages(
    uses: &[(&Package, Span)],
    before: &[UsedPackage],
    sources: &mut Sources,
) -> Vec<UsedPackage> {
    let used = uses.iter().map(|(package, used)| {
        let known = before.iter().find(|known| *known.name == *package.name);
        let name = || UsedPackage::source_name(package.name);
        UsedPackage {
            name: package.name.into(),
            used: *used,
            source: match known {
                Some(known) => known.source,
                None => sources.add(name(), package.text),
            },
        }
    });
    used.collect()
}
