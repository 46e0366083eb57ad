//! `[secrets]`: names, and where the values come from. Values are not known here, and what stands
//! in place of one is not repeated.

use toml::de::{DeTable, DeValue};

use super::Reader;
use super::entry::{Entry, is_name};
use super::keys::{self, Table};
use crate::base::nearest;
use crate::diagnostic::{Code, Finding};
use crate::project::outside::Secret;

/// The names below `[secrets]`.
pub(super) fn names(root: &DeTable<'_>) -> Vec<String> {
    let secrets = root.get(Table::Secrets.word());
    match secrets.map(|value| value.get_ref()) {
        Some(DeValue::Table(table)) => table.keys().map(|key| key.get_ref().to_string()).collect(),
        _ => Vec::new(),
    }
}

impl Reader<'_> {
    /// One secret.
    pub(super) fn secret(&mut self, entry: &Entry<'_>) -> Result<(), Box<Finding>> {
        let name = entry.named()?;
        if entry.is_string() {
            return Err(value_told(entry).into());
        }
        let table = format!("secrets.{name}");
        let entries = entry
            .entries(&table)
            .map_err(|finding| finding.help(format!("write `{}`", form(name))))?;
        for inner in &entries {
            if inner.name != "env" {
                self.push(inner.unknown(keys::names(&keys::secret())));
            } else if let Some(variable) = self.sound(variable(inner)) {
                let secrets = &mut self.manifest.outside.secrets;
                secrets.insert(name.to_owned(), Secret::Env(variable));
            }
        }
        if lacks(&entries, "env") {
            let message = format!("the secret `{name}` has no `env`");
            let finding = Finding::new(Code::WrongSetting, entry.key, message);
            let line = format!("env = \"{}\"", name.to_uppercase());
            self.push(self.add(finding, entry.key, &line));
        }
        Ok(())
    }

    /// The name of a secret that there is.
    pub(super) fn known_secret(&self, entry: &Entry<'_>) -> Result<String, Box<Finding>> {
        let name = entry
            .words()
            .map_err(|finding| finding.help("it is a name below `[secrets]`"))?;
        if self.secrets.iter().any(|known| known == name) {
            return Ok(name.to_owned());
        }
        if let Some(meant) = nearest(name, self.secrets.iter().map(String::as_str)) {
            let finding = entry.wrong(format!("there is no secret `{name}`"));
            return Err(entry.mean(finding, meant).into());
        }
        // What is no name may be the value itself.
        let known = is_name(name);
        let finding = match known {
            true => entry
                .wrong(format!("there is no secret `{name}`"))
                .help(format!("add `{name} = {}` below `[secrets]`", form(name))),
            false => entry
                .wrong("`secret` is no name of a secret".to_owned())
                .help("it is a name below `[secrets]`; values never stand in `flow.toml`"),
        };
        Err(finding.into())
    }
}

/// Whether a key is missing that no other is a slip of.
pub(super) fn lacks(entries: &[Entry<'_>], key: &str) -> bool {
    !entries
        .iter()
        .any(|entry| entry.name == key || nearest(entry.name, [key]).is_some())
}

/// Where a secret usually comes from.
fn form(name: &str) -> String {
    format!("{{ env = \"{}\" }}", name.to_uppercase())
}

fn value_told(entry: &Entry<'_>) -> Finding {
    let form = form(entry.name);
    entry
        .wrong(format!(
            "the value of the secret `{}` stands in `flow.toml`",
            entry.name
        ))
        .help("values never stand in the project: name the environment variable that has it")
        .fix(format!("write `{form}`"), entry.span, form)
}

/// The name of an environment variable.
fn variable(entry: &Entry<'_>) -> Result<String, Box<Finding>> {
    let text = entry.words()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.chars().all(plain) && !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(entry
        .wrong("`env` names no environment variable".to_owned())
        .help("a name has letters, digits and `_`, like `SHOP_WEBHOOK_SECRET`")
        .into())
}
