//! The tables and keys that a `flow.toml` may have, and which of them are read. What they mean is
//! not known here.

/// The tables of which something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Project,
    Limits,
    Store,
    Secrets,
    Connections,
    Retention,
}

/// All tables, for suggestions.
pub(super) const TABLES: &[&str] = &[
    "project",
    "limits",
    "store",
    "lint",
    "secrets",
    "connections",
    "caps",
    "retention",
    "env",
];

/// The tables that are not read yet.
pub(super) const LATER: &[&str] = &["lint", "caps", "env"];

/// The limits that are not read yet.
pub(super) const LIMITS_LATER: &[&str] = &[
    "filters_per_workflow",
    "enroll_at_most",
    "refinements_per_trigger",
    "refinement_on_not_happened",
    "webhook_alone",
    "branch_cases",
    "match_cases",
    "nesting",
    "webhooks",
    "properties_per_event",
    "property_name_length",
    "labels_per_association",
    "data_sources_per_workflow",
    "events_by_import",
];

/// What is kept how long, and not read yet.
pub(super) const RETENTION_LATER: &[&str] = &["detail", "headline", "history"];

/// The keys of a secret.
pub(super) const SECRET: &[&str] = &["env"];

/// The keys of a connection.
pub(super) const CONNECTION: &[&str] = &[
    "kind",
    "url",
    "from",
    "secret",
    "connect",
    "timeout",
    "per_second",
    "retry_first",
    "retry_most",
    "retry_total",
];

impl Table {
    /// All of them.
    pub(super) const ALL: [Table; 6] = [
        Table::Project,
        Table::Limits,
        Table::Store,
        Table::Secrets,
        Table::Connections,
        Table::Retention,
    ];

    /// The table of a name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Table::ALL.into_iter().find(|table| table.word() == name)
    }

    /// The name in `flow.toml`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Table::Project => "project",
            Table::Limits => "limits",
            Table::Store => "store",
            Table::Secrets => "secrets",
            Table::Connections => "connections",
            Table::Retention => "retention",
        }
    }

    /// The header that its keys stand below.
    pub(super) fn header(self) -> &'static str {
        match self {
            Table::Connections => "connections.NAME",
            _ => self.word(),
        }
    }

    /// All keys below the header; secrets have names of their own.
    pub(super) fn keys(self) -> impl Iterator<Item = &'static str> {
        let (read, later): (&[&str], &[&str]) = match self {
            Table::Project => (&["name", "edition", "timezone", "use"], &[]),
            Table::Limits => (&["profile"], LIMITS_LATER),
            Table::Store => (&["path"], &[]),
            Table::Secrets => (&[], &[]),
            Table::Connections => (CONNECTION, &[]),
            Table::Retention => (&["log"], RETENTION_LATER),
        };
        read.iter().chain(later).copied()
    }
}
