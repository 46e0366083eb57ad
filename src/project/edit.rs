//! A project with other texts, and texts written back to where they were read. What is edited, and
//! why, is not known here.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::text::Text;
use super::{Error, Project, manifest, packages};
use crate::base::SourceId;
use crate::diagnostic::Code;

impl Project {
    /// The project as it would be with other texts.
    #[must_use]
    pub fn with_texts(&self, texts: &BTreeMap<SourceId, String>) -> Self {
        let mut sources = self.sources.with_texts(texts);
        let (folder, env) = (&self.settings.name, self.env.as_deref());
        let text = sources.get(self.manifest).text();
        let read = manifest::read(self.manifest, text, folder, env);
        let mut settings = read.settings;
        settings.packages = packages(&read.uses, &self.settings.packages, &mut sources);
        let mut findings = self.findings.clone();
        findings.retain(|finding| finding.code == Code::UnreadableSource);
        findings.append(read.findings);
        Project {
            root: self.root.clone(),
            store: self.root.join(read.store),
            env: self.env.clone(),
            settings,
            outside: read.outside,
            manifest: self.manifest,
            files: self.files.clone(),
            pinned: self.pinned.clone(),
            sources,
            findings,
            unheeded: read.unheeded,
        }
    }

    /// Whether a source is a file of the project that may be written: text that
    /// was read as it stands.
    #[must_use]
    pub fn is_open(&self, id: SourceId) -> bool {
        let own = id == self.manifest || self.files.contains(&id);
        let mut unread = self.findings.iter();
        own && !unread.any(|finding| {
            finding.code == Code::UnreadableSource && finding.primary.span.source == id
        })
    }

    /// Writes the text of a source in the place of the one that was read: whole
    /// or not at all, with the rights that the file had.
    ///
    /// # Errors
    /// If the file cannot be read or written, or holds by now something else
    /// than was read.
    pub fn write(&self, id: SourceId, text: &str) -> Result<(), Error> {
        let source = self.sources.get(id);
        let named = Path::new(source.name());
        let fail = |error| Error::environment(named, error);
        let path = fs::canonicalize(named).map_err(fail)?;
        let (now, marked) = match Text::read(&path)? {
            Text::Clean(now) => (now, Text::is_marked(&path).map_err(fail)?),
            _ => (String::new(), false),
        };
        if now != source.text() {
            return Err(fail(io::Error::other("it was changed meanwhile")));
        }
        replace(&path, text, marked).map_err(fail)
    }
}

/// Writes beside a file, then takes its place.
fn replace(path: &Path, text: &str, marked: bool) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = dir.join(format!(".{name}.{}.new", std::process::id()));
    let written = write(&aside, path, (text, marked)).and_then(|()| fs::rename(&aside, path));
    if written.is_err() {
        // What is left of it is of no use.
        let _ = fs::remove_file(&aside);
    }
    written
}

fn write(aside: &Path, path: &Path, (text, marked): (&str, bool)) -> io::Result<()> {
    let mut file = fs::File::create(aside)?;
    if marked {
        file.write_all(super::text::BYTE_ORDER_MARK.as_bytes())?;
    }
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::metadata(path)?.permissions())?;
    file.sync_all()
}
