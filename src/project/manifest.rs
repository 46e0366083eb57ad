//! What `flow.toml` says. Nothing is left unsaid: what is unknown, wrong or not read yet becomes a
//! finding, and a default takes its place. The texts of a program are not known here.

mod amount;
mod caps;
mod connection;
mod entry;
mod env;
mod keys;
mod limits;
mod lint;
mod schema;
mod secret;
mod uses;

use std::collections::BTreeSet;

use toml::de::{DeTable, Error as TomlError};

use self::entry::Entry;
use self::keys::{ENV, PROFILE, Table, tables};
pub use self::schema::schema;
use super::outside::{ConnectionKind, Outside};
use crate::base::{SourceId, Span, TimeZone, nearest, zone};
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{OutsideNames, Package, Settings};

/// The one edition that there is.
const EDITION: i64 = 1;

/// The folder of the store, unless `flow.toml` names another.
const STORE: &str = ".flow";

/// What stands in `flow.toml`.
pub(super) struct Manifest {
    pub(super) settings: Settings,
    pub(super) outside: Outside,
    /// The folder of the store, relative to the project.
    pub(super) store: String,
    /// The packages that it uses, and where it names them.
    pub(super) uses: Vec<(&'static Package, Span)>,
    /// The environments that it has.
    pub(super) environments: Vec<String>,
    /// What is read, and has no effect in this version.
    pub(super) unheeded: Findings,
    pub(super) findings: Findings,
}

/// Reads the text of `flow.toml` as it is in an environment, if one is named and is there. The name
/// of its folder is offered where the project has none.
pub(super) fn read(id: SourceId, text: &str, folder: &str, env: Option<&str>) -> Manifest {
    let (root, errors) = DeTable::parse_recoverable(text);
    let root = root.get_ref();
    let reader = || Reader::new(id, text, folder);
    let mut read = reader().document(root);
    if !errors.is_empty() {
        // What is left of a broken text would be called unknown or missing.
        read.findings = broken(id, text, &errors);
        read.settings.outside = None;
        return read;
    }
    let mut findings = std::mem::take(&mut read.findings);
    for (name, layer) in env::layers(root) {
        let mut laid = reader().document(&env::laid_over(root, layer));
        findings.append(std::mem::take(&mut laid.findings));
        if env == Some(name) {
            read = laid;
        }
    }
    // What is wrong below all environments is wrong in each of them.
    read.findings = findings.sorted();
    read
}

/// Reads one document into a manifest.
struct Reader<'a> {
    id: SourceId,
    text: &'a str,
    folder: &'a str,
    /// The names below `[secrets]`, whatever is wrong with them.
    secrets: Vec<String>,
    manifest: Manifest,
}

impl<'a> Reader<'a> {
    fn new(id: SourceId, text: &'a str, folder: &'a str) -> Self {
        let settings = Settings {
            name: folder.to_owned(),
            ..Settings::default()
        };
        Reader {
            id,
            text,
            folder,
            secrets: Vec::new(),
            manifest: Manifest {
                settings,
                outside: Outside::default(),
                store: STORE.to_owned(),
                uses: Vec::new(),
                environments: Vec::new(),
                unheeded: Findings::default(),
                findings: Findings::default(),
            },
        }
    }

    /// What a program may name.
    fn outside(&self) -> OutsideNames {
        let connections = self.manifest.outside.connections.iter();
        let connections = connections.filter(|one| one.kind == ConnectionKind::Http);
        OutsideNames {
            secrets: self.secrets.clone(),
            connections: connections.map(|one| one.name.clone()).collect(),
        }
    }

    fn document(mut self, root: &DeTable<'_>) -> Manifest {
        if !root.contains_key("project") {
            self.no_project();
        }
        self.secrets = secret::names(root);
        for (key, value) in root {
            let entry = Entry::new(self.id, None, key, value);
            match Table::of(entry.name) {
                Some(table) => self.table(table, &entry),
                None if entry.name == ENV => {
                    let read = self.environments(&entry);
                    self.sound(read);
                }
                None => self.push(self.stray(&entry)),
            }
        }
        self.manifest.settings.outside = Some(self.outside());
        self.manifest
    }

    fn table(&mut self, table: Table, whole: &Entry<'_>) {
        let entries = match whole.table() {
            Ok(entries) => entries,
            Err(finding) => return self.push(*finding),
        };
        if table == Table::Project && !entries.contains_key("name") {
            self.no_name(whole.key);
        }
        let mut entries: Vec<_> = entries.iter().collect();
        // Single limits change those of the profile, wherever it stands.
        entries.sort_by_key(|(key, _)| key.get_ref() != PROFILE);
        for (key, value) in entries {
            let entry = Entry::new(self.id, Some(table.word()), key, value);
            if let Err(finding) = self.setting(table, &entry) {
                self.push(*finding);
            } else {
                self.unheeded(table, &entry);
            }
        }
    }

    /// Notes what is read and has no effect.
    fn unheeded(&mut self, table: Table, entry: &Entry<'_>) {
        if let (Table::Retention, "detail" | "headline") | (Table::Limits, "enroll_at_most") =
            (table, entry.name)
        {
            self.manifest.unheeded.push(entry.unheeded());
        }
    }

    fn setting(&mut self, table: Table, entry: &Entry<'_>) -> Result<(), Box<Finding>> {
        match (table, entry.name) {
            (Table::Project, "name") => self.manifest.settings.name = entry.words()?.to_owned(),
            (Table::Project, "edition") => edition(entry)?,
            (Table::Project, "timezone") => {
                let (name, zone) = timezone(entry)?;
                self.manifest.settings.timezone = name;
                self.manifest.settings.zone = zone;
            }
            (Table::Store, "path") => self.manifest.store = entry.words()?.to_owned(),
            (Table::Limits, _) => limits::read(&mut self.manifest.settings.limits, entry)?,
            (Table::Lint, _) => {
                let (rule, level) = lint::read(entry)?;
                let rule = rule.map(|rule| (rule, level));
                self.manifest.settings.lints.extend(rule);
            }
            (Table::Caps, _) => self.cap(entry)?,
            (Table::Retention, "log") => self.manifest.outside.log_days = amount::days(entry)?,
            (Table::Retention, "detail") => self.manifest.outside.history.0 = amount::long(entry)?,
            (Table::Retention, "headline") => {
                self.manifest.outside.history.1 = amount::long(entry)?;
            }
            (Table::Secrets, _) => self.secret(entry)?,
            (Table::Connections, _) => self.connection(entry)?,
            (Table::Project, "catch_up") => {
                let length = amount::length(entry)?.as_secs();
                self.manifest.settings.catch_up = i64::try_from(length).unwrap_or(i64::MAX);
            }
            (Table::Project, "use") => self.uses(entry)?,
            _ => self.push(entry.unknown(table.keys())),
        }
        Ok(())
    }

    /// What was read; a mistake becomes a finding.
    fn sound<T>(&mut self, read: Result<T, Box<Finding>>) -> Option<T> {
        read.map_err(|finding| self.push(*finding)).ok()
    }

    fn push(&mut self, finding: Finding) {
        self.manifest.findings.push(finding);
    }

    /// A table or key that no `flow.toml` has at its top.
    fn stray(&self, entry: &Entry<'_>) -> Finding {
        let home = Table::ALL
            .iter()
            .find(|table| table.keys().contains(&entry.name));
        match home {
            Some(table) => entry.unknown([]).help(format!(
                "`{}` stands below `[{}]`",
                entry.name,
                table.header()
            )),
            None => entry.unknown(tables()),
        }
    }

    fn no_project(&mut self) {
        let start = Span::new(self.id, 0, 0);
        let text = format!(
            "[project]\nname = {:?}\nedition = {EDITION}\n\n",
            self.folder
        );
        let finding = Finding::new(Code::WrongSetting, start, "`[project]` is missing")
            .help("every project has a name")
            .fix("add `[project]` with the name of the folder", start, text);
        self.push(finding);
    }

    fn no_name(&mut self, header: Span) {
        let line = format!("name = {:?}", self.folder);
        let finding = Finding::new(Code::WrongSetting, header, "`[project]` has no `name`");
        self.push(self.add(finding, header, &line));
    }

    /// A finding with the line that is missing below a header, to be added where
    /// there is a header.
    fn add(&self, finding: Finding, header: Span, line: &str) -> Finding {
        let finding = finding.help(format!("add `{line}`"));
        let rest = self.text.get(header.end as usize..).unwrap_or_default();
        if !rest.starts_with(']') {
            return finding;
        }
        let end = header.end + rest.find('\n').unwrap_or(rest.len()) as u32;
        let place = Span::new(self.id, end, end);
        finding.fix(format!("add `{line}`"), place, format!("\n{line}"))
    }
}

/// One finding for each line that is no TOML: what follows the first
/// mistake of a line is seldom another.
fn broken(id: SourceId, text: &str, errors: &[TomlError]) -> Findings {
    let (mut told, mut findings) = (BTreeSet::new(), Findings::default());
    let mut errors: Vec<_> = errors
        .iter()
        .map(|error| (error.span().unwrap_or_default(), error))
        .collect();
    errors.sort_by_key(|(range, _)| range.start);
    for (range, error) in errors {
        let before = text.get(..range.start).unwrap_or_default();
        if told.insert(before.matches('\n').count()) {
            let span = Span::new(id, range.start as u32, range.end as u32);
            let message = entry::lower(error.message());
            let finding = Finding::new(Code::UnexpectedText, span, message);
            let form = "`flow.toml` is TOML: `key = \"value\"` below `[table]`";
            findings.push(finding.help(form));
        }
    }
    findings
}

fn edition(entry: &Entry<'_>) -> Result<(), Box<Finding>> {
    match entry.integer()? {
        EDITION => Ok(()),
        other => Err(entry
            .wrong(format!("there is no edition {other}"))
            .help(format!("the language has edition {EDITION}"))
            .fix(
                format!("write `{EDITION}`"),
                entry.span,
                EDITION.to_string(),
            )
            .into()),
    }
}

fn timezone(entry: &Entry<'_>) -> Result<(String, TimeZone), Box<Finding>> {
    let name = entry.words()?;
    if let Some(zone) = zone(name) {
        return Ok((zone.iana_name().unwrap_or(name).to_owned(), zone));
    }
    let finding = entry.wrong(format!("there is no time zone `{name}`"));
    let known: Vec<String> = jiff::tz::db()
        .available()
        .map(|zone| zone.to_string())
        .collect();
    Err(match nearest(name, known.iter().map(String::as_str)) {
        Some(meant) => entry.mean(finding, meant),
        None => finding.help("it takes an IANA name, like `Europe/Oslo`"),
    }
    .into())
}
