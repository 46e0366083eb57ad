//! What `flow.toml` decides for the language and for the program.

use std::collections::BTreeMap;

use super::{Limits, UsedPackage};
use crate::base::{Duration, Span, TimeZone, zone};
use crate::diagnostic::Code;

/// The settings of a project, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name of the project.
    pub name: String,
    /// The IANA name of the project's zone.
    pub timezone: String,
    /// The project's zone (D1).
    pub zone: TimeZone,
    /// The limits on programs.
    pub limits: Limits,
    /// The levels of rules that `[lint]` sets. Each code is a rule: a warning, unless set so.
    pub lints: BTreeMap<Code, LintLevel>,
    /// The names of what `flow.toml` declares of the world outside; `None` where
    /// there is no such file, or it cannot be read.
    pub outside: Option<OutsideNames>,
    /// How many seconds old a time of a schedule or a date trigger may be that
    /// was missed, to be made up for (I8).
    pub catch_up: i64,
    /// How often actions may reach a record (A9), in the order of their names.
    pub caps: Vec<Cap>,
    /// The packages that it uses.
    pub packages: Vec<UsedPackage>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            name: "flow".into(),
            timezone: "UTC".into(),
            zone: zone("UTC").unwrap_or(TimeZone::UTC),
            limits: Limits::default(),
            lints: BTreeMap::new(),
            outside: None,
            catch_up: 86_400,
            caps: Vec::new(),
            packages: Vec::new(),
        }
    }
}

impl Settings {
    /// The package that a place stands in.
    #[must_use]
    pub fn package_at(&self, place: Span) -> Option<&UsedPackage> {
        let mut packages = self.packages.iter();
        packages.find(|package| package.source == place.source)
    }
}

/// How often an action may reach a record, across workflows (A9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// The name of the action.
    pub action: Box<str>,
    /// Where `flow.toml` names it.
    pub place: Span,
    /// So often,
    pub most: u32,
    /// within so much time, looking back from now.
    pub within: Duration,
}

/// What `[lint]` makes of the findings of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LintLevel {
    /// They are not given.
    Allow,
    /// They are warnings.
    Warn,
    /// They are errors.
    Deny,
}

impl LintLevel {
    /// All levels.
    pub const ALL: [LintLevel; 3] = [LintLevel::Allow, LintLevel::Warn, LintLevel::Deny];

    /// The word in `flow.toml`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            LintLevel::Allow => "allow",
            LintLevel::Warn => "warn",
            LintLevel::Deny => "deny",
        }
    }
}

/// Names that a program may use of the world outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutsideNames {
    /// The secrets.
    pub secrets: Vec<String>,
    /// The connections of the kind `http`.
    pub connections: Vec<String>,
}
