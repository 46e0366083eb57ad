//! What actions are carried out with: secrets, the mail server, limits. Where
//! they are read is not known here.

use std::path::PathBuf;

use super::request::Secrets;
use crate::base::Name;
use crate::connector::http::Limits;
use crate::connector::outbox::Outbox;
use crate::connector::smtp::Smtp;
use crate::engine::retries::origin;

/// How many attempts may be on their way at once.
pub(super) const MOST: usize = 64;

/// How many programs of the project may run at once.
pub(super) const PROGRAMS: usize = 8;

/// What actions are carried out with.
pub struct Means {
    /// The values of secrets.
    pub secrets: Secrets,
    /// Where mail goes; into files without one.
    pub smtp: Option<Smtp>,
    /// What the connections of requests allow themselves (A3).
    pub connections: Vec<Allowed>,
    /// Where files go.
    pub outbox: Outbox,
    /// Where the programs of the project run: in its folder.
    pub dir: PathBuf,
    /// The environment of the programs of the project, but for what their actions say.
    pub env: Vec<(String, String)>,
}

/// What a connection of requests allows itself.
pub struct Allowed {
    /// Its name.
    pub name: String,
    /// The server that it leads to.
    pub origin: Option<String>,
    /// The numbers.
    pub limits: Limits,
}

impl Means {
    /// The connection by which a request goes: the one that its action names, else the one that
    /// leads to its server.
    pub(super) fn connection(&self, named: Option<&Name>, url: &str) -> Option<&str> {
        let to = origin(url).filter(|_| named.is_none());
        let goes = |one: &&Allowed| match named {
            Some(name) => one.name == name.as_str(),
            None => to.is_some() && one.origin == to,
        };
        self.connections.iter().find(goes).map(|one| &*one.name)
    }

    /// A text with the names of secrets where their values stood.
    pub(super) fn without_secrets(&self, text: String) -> String {
        let secrets = self.secrets.iter().filter(|(_, value)| !value.is_empty());
        secrets.fold(text, |text, (name, value)| {
            text.replace(value.as_str(), &format!("secret({name})"))
        })
    }
}
