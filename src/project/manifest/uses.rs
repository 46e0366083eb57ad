//! `use` of `[project]`: the packages that a project uses. What stands in them is not known here.

use super::Reader;
use super::entry::Entry;
use crate::base::nearest;
use crate::diagnostic::Finding;
use crate::model::{PACKAGES, Package};

impl Reader<'_> {
    /// The packages of a list. One that is wrong leaves the others as they are.
    pub(super) fn uses(&mut self, entry: &Entry<'_>) -> Result<(), Box<Finding>> {
        if entry.is_string() {
            let word = entry.words()?;
            let list = format!("[\"{word}\"]");
            let finding = entry.wrong("`use` must be a list, found a string".to_owned());
            return Err(finding
                .fix(format!("write `{list}`"), entry.span, list)
                .into());
        }
        for item in entry.items()? {
            if let Some(package) = self.sound(package(&item)) {
                let before = self.manifest.uses.iter().find(|(used, _)| *used == package);
                match before {
                    Some((_, first)) => {
                        let message = format!("package `{}` stands here twice", package.name);
                        let finding = item.wrong(message).also(*first, "the first");
                        self.push(finding);
                    }
                    None => self.manifest.uses.push((package, item.span)),
                }
            }
        }
        Ok(())
    }
}

fn package(item: &Entry<'_>) -> Result<&'static Package, Box<Finding>> {
    let name = item.words()?;
    if let Some(package) = Package::find(name) {
        return Ok(package);
    }
    let finding = item.wrong(format!("there is no package `{name}`"));
    let names = PACKAGES.iter().map(|package| package.name);
    Err(match nearest(name, names.clone()) {
        Some(meant) => item.mean(finding, meant),
        None => {
            let names: Vec<&str> = names.collect();
            finding.help(format!("the packages are `{}`", names.join("`, `")))
        }
    }
    .into())
}
