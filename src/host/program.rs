//! A program as the host runs it: compiled, with its texts, and packed so that
//! it can be compiled again. Where the pack is kept is not known here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::look::Places;
use super::older::{Older, Unfit};
use crate::base::Uid;
use crate::compile::{Files, compile_all};
use crate::diagnostic::{Code, Findings};
use crate::engine::Prepared;
use crate::engine::retries::{Retries, origin};
use crate::engine::retry::RetryPolicy;
use crate::plan::Program;
use crate::project::{self, Connection, ConnectionKind, Outside, Project};

/// A program that can run.
#[derive(Debug)]
pub struct Loaded {
    /// The hash of its texts.
    pub hash: Uid,
    /// The same without older versions of workflows (V3): by it a program is
    /// told from the one of a folder.
    pub written: Uid,
    /// Its texts as one piece.
    pub packed: Vec<u8>,
    /// What the engine runs.
    pub prepared: Arc<Prepared>,
    /// The texts that the history points at.
    pub places: Arc<Places>,
    root: PathBuf,
}

impl Loaded {
    /// Compiles a project.
    ///
    /// # Errors
    /// What is wrong with it. Its warnings are returned beside the program.
    pub fn compile(project: &Project) -> Result<(Self, Findings), Findings> {
        let (program, findings) = compiled(project)?;
        let packed = project.pack();
        let prepared = Prepared::new(program).with_retries(retries(&project.outside));
        let loaded = Loaded {
            hash: hash(&packed),
            written: hash(&project.pack_written()),
            packed,
            prepared: Arc::new(prepared),
            places: Arc::new(Places::new(project.sources.clone(), &project.root)),
            root: project.root.clone(),
        };
        Ok((loaded, findings))
    }

    /// Compiles a project that is to run under the clock of the machine.
    ///
    /// # Errors
    /// What is wrong with it, and what it does that is not carried out.
    pub fn compile_live(project: &Project) -> Result<Self, Findings> {
        let (loaded, _) = Loaded::compile(project)?;
        let not_carried = loaded.prepared.program.not_carried();
        match not_carried.is_empty() {
            true => Ok(loaded),
            false => Err(not_carried),
        }
    }

    /// The program together with older versions of its workflows.
    ///
    /// # Errors
    /// If one of them does not go with it.
    pub fn with(self, older: &[Older]) -> Result<Self, Unfit> {
        if older.is_empty() {
            return Ok(self);
        }
        let project = project::unpack(&self.root, &self.packed);
        let mut project = project.ok_or_else(|| Unfit::unread(older))?;
        for version in older {
            project.pin(&version.source, &version.text);
        }
        match Loaded::compile(&project) {
            Ok((loaded, _)) => Ok(loaded),
            Err(findings) => Err(Unfit::of(&project, older, &findings)),
        }
    }

    /// Compiles what was packed. `None` where the bytes are no such thing, or
    /// this release no longer takes what stands in them.
    #[must_use]
    pub fn unpack(root: &Path, packed: &[u8]) -> Option<Self> {
        let project = project::unpack(root, packed)?;
        Loaded::compile(&project).ok().map(|(loaded, _)| loaded)
    }
}

/// The program of a project that runs, older versions of its workflows among it,
/// with its warnings; else what is wrong.
pub(super) fn compiled(project: &Project) -> Result<(Program, Findings), Findings> {
    let files = Files {
        declaring: &project.files,
        pinned: &project.pinned,
    };
    let compilation = compile_all(&project.sources, files, &project.settings);
    let mut findings = project.findings.clone();
    findings.append(compilation.findings);
    if let Some(program) = &compilation.program {
        // It says more of a placeholder than the warning does.
        findings.retain(|finding| finding.code != Code::Placeholder);
        findings.append(program.placeholders());
    }
    match compilation.program {
        Some(program) if !findings.has_errors() => Ok((program, findings)),
        _ => Err(findings),
    }
}

/// The numbers of A3 that the connections of a project say.
pub(super) fn retries(outside: &Outside) -> Retries {
    let mut retries = Retries::default();
    for connection in &outside.connections {
        let policy = policy(connection);
        match connection.kind {
            ConnectionKind::Smtp => retries.mail = policy,
            ConnectionKind::Http => {
                let to = origin(&connection.url);
                retries.origins.extend(to.map(|to| (to, policy)));
                retries.named.push((connection.name.clone(), policy));
            }
        }
    }
    retries
}

fn policy(connection: &Connection) -> RetryPolicy {
    let usual = RetryPolicy::default();
    let (first, most, total) = connection.retry;
    RetryPolicy {
        first: first.unwrap_or(usual.first),
        most: most.unwrap_or(usual.most),
        total: total.unwrap_or(usual.total),
    }
}

/// The hash of a program that was packed.
#[must_use]
pub fn hash(packed: &[u8]) -> Uid {
    Uid::of(&[b"program", packed])
}
