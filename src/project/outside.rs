//! What `flow.toml` says of the world outside: secrets, connections, and how long what has happened
//! is kept.
//! No secret is looked up here, and no connection is made.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::base::{Duration as Amount, Unit};

/// How many days the log is kept, unless `flow.toml` says so.
const LOG_DAYS: u32 = 30;

/// How long the history is kept in full, unless `flow.toml` says so.
const DETAIL: Amount = Amount {
    count: 180,
    unit: Unit::Day,
    business: false,
};

/// How long it is kept in headlines.
const HEADLINE: Amount = Amount {
    count: 2,
    unit: Unit::Year,
    business: false,
};

/// What a project knows of the outside. Of a project without errors all of it is sound: names are
/// well formed, addresses fit their kinds, and secrets that are named exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// Where the values of secrets come from, by name.
    pub secrets: BTreeMap<String, Secret>,
    /// The connections, by name.
    pub connections: Vec<Connection>,
    /// How many days the log is kept, at least one.
    pub log_days: u32,
    /// How long the history is kept in full, and then in headlines (H2).
    pub history: (Amount, Amount),
}

/// Where the value of a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// The environment variable of this name.
    Env(String),
}

/// Where built-in actions send. What is `None` was not said, and a default holds (A3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its name.
    pub name: String,
    /// What it speaks.
    pub kind: ConnectionKind,
    /// Where it leads. There is no password in it.
    pub url: String,
    /// Whom mails are from; of `smtp` alone.
    pub from: Option<String>,
    /// The name of its secret, which is one of [`Outside::secrets`].
    pub secret: Option<String>,
    /// How long connecting may take.
    pub connect: Option<Duration>,
    /// How long an attempt may take in all.
    pub timeout: Option<Duration>,
    /// How many requests may begin within a second, from 1 to 1000.
    pub per_second: Option<u32>,
    /// The first wait between attempts, the longest one, and how long it is
    /// tried in all.
    pub retry: (Option<Duration>, Option<Duration>, Option<Duration>),
}

/// What a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionKind {
    /// Mails.
    Smtp,
    /// Requests.
    Http,
}

impl Default for Outside {
    fn default() -> Self {
        Outside {
            secrets: BTreeMap::new(),
            connections: Vec::new(),
            log_days: LOG_DAYS,
            history: (DETAIL, HEADLINE),
        }
    }
}

impl ConnectionKind {
    /// All of them.
    pub const ALL: [ConnectionKind; 2] = [ConnectionKind::Smtp, ConnectionKind::Http];

    /// The word in `flow.toml`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ConnectionKind::Smtp => "smtp",
            ConnectionKind::Http => "http",
        }
    }

    /// How its addresses begin, the usual way first.
    #[must_use]
    pub fn schemes(self) -> [&'static str; 2] {
        match self {
            ConnectionKind::Smtp => ["smtp://", "smtps://"],
            ConnectionKind::Http => ["https://", "http://"],
        }
    }
}
