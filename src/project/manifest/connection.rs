//! `[connections.NAME]`: where built-in actions send, and with what patience. No connection is made
//! here.

use url::Url;

use super::Reader;
use super::amount::length;
use super::entry::Entry;
use super::keys::{self, PER_SECOND, Table};
use super::secret::lacks;
use crate::base::nearest;
use crate::connector::smtp::SmtpServer;
use crate::diagnostic::{Code, Finding};
use crate::model::{Type, form_of};
use crate::project::outside::{Connection, ConnectionKind};

impl Reader<'_> {
    /// One connection. It is taken where it has a kind and an address.
    pub(super) fn connection(&mut self, entry: &Entry<'_>) -> Result<(), Box<Finding>> {
        if !entry.is_table() && Table::Connections.keys().contains(&entry.name) {
            let help = format!("`{}` stands below `[connections.NAME]`", entry.name);
            return Err(entry.unknown([]).help(help).into());
        }
        let name = entry.named()?;
        let table = format!("connections.{name}");
        let entries = entry
            .entries(&table)
            .map_err(|finding| finding.help(format!("write `[{table}]`, and its keys below")))?;
        self.required(entry, &entries);
        let find = |key: &str| entries.iter().find(|entry| entry.name == key);
        let kind = find("kind").and_then(|entry| self.sound(kind(entry)));
        let url = match (kind, find("url")) {
            (Some(kind), Some(url)) => self.sound(address(kind, url)),
            _ => None,
        };
        let mut connection = Connection {
            name: name.to_owned(),
            kind: kind.unwrap_or(ConnectionKind::Smtp),
            url: url.clone().unwrap_or_default(),
            from: None,
            secret: None,
            connect: None,
            timeout: None,
            per_second: None,
            retry: (None, None, None),
        };
        for inner in &entries {
            let read = self.key(&mut connection, inner);
            self.sound(read);
        }
        if kind.is_some() && url.is_some() {
            let fit = fits(&connection, &entries);
            self.sound(fit);
            self.manifest.outside.connections.push(connection);
        }
        Ok(())
    }

    /// One key of a connection, but for its kind and address.
    fn key(&self, to: &mut Connection, entry: &Entry<'_>) -> Result<(), Box<Finding>> {
        match entry.name {
            "kind" | "url" => {}
            "from" => to.from = Some(sender(entry)?),
            "secret" => to.secret = Some(self.known_secret(entry)?),
            "connect" => to.connect = Some(length(entry)?),
            "timeout" => to.timeout = Some(length(entry)?),
            "per_second" => to.per_second = Some(per_second(entry)?),
            "retry_first" => to.retry.0 = Some(length(entry)?),
            "retry_most" => to.retry.1 = Some(length(entry)?),
            "retry_total" => to.retry.2 = Some(length(entry)?),
            _ => return Err(entry.unknown(keys::names(&keys::connection())).into()),
        }
        Ok(())
    }

    /// Every connection has a kind and an address.
    fn required(&mut self, whole: &Entry<'_>, entries: &[Entry<'_>]) {
        let text = |key: &str| {
            let entry = entries.iter().find(|entry| entry.name == key);
            entry.and_then(|entry| entry.words().ok())
        };
        let kinds = ConnectionKind::ALL;
        let meant = kinds.into_iter().find(|kind| {
            text("kind") == Some(kind.word()) || text("url").is_some_and(|url| speaks(*kind, url))
        });
        let url = match meant {
            Some(ConnectionKind::Http) => "https://api.example.com",
            _ => "smtp://127.0.0.1:2525",
        };
        let word = meant.unwrap_or(ConnectionKind::Smtp).word();
        for (key, value) in [("kind", word), ("url", url)] {
            if lacks(entries, key) {
                let message = format!("the connection `{}` has no `{key}`", whole.name);
                let finding = Finding::new(Code::WrongSetting, whole.key, message);
                let line = format!("{key} = \"{value}\"");
                self.push(self.add(finding, whole.key, &line));
            }
        }
    }
}

fn kind(entry: &Entry<'_>) -> Result<ConnectionKind, Box<Finding>> {
    let word = entry.words()?;
    let kinds = ConnectionKind::ALL;
    if let Some(kind) = kinds.into_iter().find(|kind| kind.word() == word) {
        return Ok(kind);
    }
    let finding = entry.wrong(format!("there is no kind of connection `{word}`"));
    let words = kinds.map(ConnectionKind::word);
    Err(match nearest(word, words) {
        Some(meant) => entry.mean(finding, meant),
        None => finding.help(format!("it is one of `{}`", words.join("`, `"))),
    }
    .into())
}

/// Whether an address begins as those of a kind do.
fn speaks(kind: ConnectionKind, url: &str) -> bool {
    let url = url.trim().to_ascii_lowercase();
    kind.schemes().iter().any(|scheme| url.starts_with(scheme))
}

/// An address of a kind. A wrong one is not repeated: it may have a password in
/// it.
fn address(kind: ConnectionKind, entry: &Entry<'_>) -> Result<String, Box<Finding>> {
    let text = entry.words()?;
    if speaks(kind, text) {
        sound(kind, text).map_err(|words| entry.wrong(words))?;
        return Ok(text.trim().to_owned());
    }
    let [first, second] = kind.schemes();
    let finding = entry.wrong(format!(
        "the `url` of a connection of kind `{}` begins with `{first}` or `{second}`",
        kind.word()
    ));
    let whole = format!("{first}{}", text.trim());
    let bare = !text.contains("://") && !text.contains(['"', '\\']) && sound(kind, &whole).is_ok();
    Err(match bare {
        true => entry.mean(finding, &whole),
        false => finding,
    }
    .into())
}

/// Says why an address leads nowhere.
fn sound(kind: ConnectionKind, text: &str) -> Result<(), String> {
    if kind == ConnectionKind::Smtp {
        return SmtpServer::parse(text).map(|_| ());
    }
    let url = Url::parse(text.trim()).ok().filter(Url::has_host);
    let Some(url) = url else {
        return Err(
            "`url` is no address of the web: write it as `https://api.example.com`".to_owned(),
        );
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a user or a password never stands in `url`: name it by `secret`".to_owned());
    }
    Ok(())
}

/// What must go together: a user and a password, and mails and who they are
/// from.
fn fits(connection: &Connection, entries: &[Entry<'_>]) -> Result<(), Box<Finding>> {
    let find = |key: &str| entries.iter().find(|entry| entry.name == key);
    if connection.kind == ConnectionKind::Http {
        return match find("from") {
            Some(from) => Err(Finding::new(
                Code::WrongSetting,
                from.key,
                "a connection of kind `http` has no `from`",
            )
            .help("mails go out by connections of kind `smtp`")
            .into()),
            None => Ok(()),
        };
    }
    let server = SmtpServer::parse(&connection.url).ok();
    let user = server.and_then(|server| server.user);
    match (user, find("secret"), find("url")) {
        (Some(user), None, Some(url)) => Err(url
            .wrong(format!("the user `{user}` has no password"))
            .help("name one by `secret`")
            .into()),
        (None, Some(secret), Some(url)) => Err(secret
            .wrong("`secret` is a password without a user".to_owned())
            .also(url.span, "no user stands here")
            .help("write `url` as `smtps://user@mail.example.com`")
            .into()),
        _ => Ok(()),
    }
}

/// Whom mails are from.
fn sender(entry: &Entry<'_>) -> Result<String, Box<Finding>> {
    let text = entry.words()?.trim();
    match form_of(&Type::Email, text) {
        Ok(()) => Ok(text.to_owned()),
        Err(misfit) => Err(entry
            .wrong(misfit.to_string())
            .help("write it like `hello@example.com`")
            .into()),
    }
}

fn per_second(entry: &Entry<'_>) -> Result<u32, Box<Finding>> {
    let number = entry.integer()?;
    let allowed = u32::try_from(number).ok();
    allowed
        .filter(|_| PER_SECOND.contains(&number))
        .ok_or_else(|| {
            let (least, most) = (PER_SECOND.start(), PER_SECOND.end());
            entry
                .wrong(format!(
                    "`per_second` must be from {least} to {most}, found {number}"
                ))
                .into()
        })
}
