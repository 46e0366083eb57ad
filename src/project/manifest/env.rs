//! `[env.NAME]`: tables that are laid over the others where an environment is asked for. All are
//! read, so that a mistake in one is found whichever is asked for.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::Reader;
use super::entry::Entry;
use super::keys::{ENV, Table, tables};
use crate::diagnostic::Finding;

/// The tables that are laid over, by the name of the environment.
pub(super) fn layers<'r, 'i>(
    root: &'r DeTable<'i>,
) -> impl Iterator<Item = (&'r str, &'r DeTable<'i>)> {
    let environments = root.get(ENV).and_then(|value| inner(value));
    environments
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| {
            let name: &str = key.get_ref();
            Some((name, inner(value)?))
        })
}

/// What `flow.toml` says with tables laid over it. A table is laid over by its keys, anything else
/// as a whole.
pub(super) fn laid_over<'i>(root: &DeTable<'i>, layer: &DeTable<'i>) -> DeTable<'i> {
    let mut whole = root.clone();
    for (key, value) in layer {
        // What is no table is told where the environments are read.
        if Table::of(key.get_ref()).is_some() {
            lay(&mut whole, key, value);
        }
    }
    whole
}

fn lay<'i>(under: &mut DeTable<'i>, key: &Spanned<DeString<'i>>, value: &Spanned<DeValue<'i>>) {
    let name: &str = key.get_ref();
    let below = under.get_mut(name).map(Spanned::get_mut);
    if let (Some(DeValue::Table(below)), DeValue::Table(above)) = (below, value.get_ref()) {
        for (key, value) in above {
            lay(below, key, value);
        }
        return;
    }
    // The place of the key is that of the layer.
    under.remove(name);
    under.insert(key.clone(), value.clone());
}

fn inner<'r, 'i>(value: &'r Spanned<DeValue<'i>>) -> Option<&'r DeTable<'i>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

impl Reader<'_> {
    /// The names of environments, and which tables they lay over. What stands in the tables is
    /// read when they are laid over.
    pub(super) fn environments(&mut self, whole: &Entry<'_>) -> Result<(), Box<Finding>> {
        for environment in whole.entries(ENV)? {
            let read = self.environment(&environment);
            self.sound(read);
        }
        Ok(())
    }

    fn environment(&mut self, entry: &Entry<'_>) -> Result<(), Box<Finding>> {
        let name = entry.named()?;
        let table = format!("{ENV}.{name}");
        let layers = entry.entries(&table)?;
        self.manifest.environments.push(name.to_owned());
        for layer in &layers {
            if Table::of(layer.name).is_none() {
                let known = tables().filter(|table| *table != ENV);
                let finding = layer.unknown(known);
                self.push(match finding.help {
                    Some(_) => finding,
                    None => finding.help(format!("write tables below it: `[{table}.store]`")),
                });
            }
        }
        Ok(())
    }
}
