//! The tables of rows that did not go in, one for each import. Which rows
//! these are is decided elsewhere.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Imported;
use crate::connector::csv::write as write_sheet;
use crate::host::store::{Failure, Store};

/// How each table begins; by this it is known as one of a run.
const HEAD: &[u8] = b"line,reason";

/// Writes the rejects of each import into a file of its name, and removes
/// those of earlier runs.
pub(super) fn write(store: &Store, imports: &mut [Imported]) -> Result<(), Failure> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut files: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
    for import in imports {
        if import.rejects.is_empty() {
            continue;
        }
        let name = match names.get(&import.name) {
            Some(name) => name.clone(),
            None => free(store, &import.name, names.values())?,
        };
        names.insert(import.name.clone(), name.clone());
        let path = file(store, &name);
        let bytes = files.entry(path.clone()).or_default();
        bytes.extend(write_sheet(&rows(import)));
        import.file = Some(path);
    }
    let kept: Vec<PathBuf> = files.keys().cloned().collect();
    store.forget_rejects(&kept, HEAD)?;
    files
        .iter()
        .try_for_each(|(path, bytes)| store.put(path, bytes))
}

fn rows(import: &Imported) -> Vec<Vec<String>> {
    let head = ["line".to_owned(), "reason".to_owned()];
    let head = head.into_iter().chain(import.headers.iter().cloned());
    let rows = import.rejects.iter().map(|reject| {
        let head = [reject.number.to_string(), reject.reason.clone()];
        let cells = reject.cells.iter().cloned();
        head.into_iter().chain(cells).collect()
    });
    std::iter::once(head.collect()).chain(rows).collect()
}

/// The file of a name.
pub(in crate::host) fn file(store: &Store, name: &str) -> PathBuf {
    store.rejects().join(format!("{name}.csv"))
}

/// A name for the file of an import that no other has, and no file that is not
/// of a run.
pub(in crate::host) fn free<'t>(
    store: &Store,
    import: &str,
    taken: impl Iterator<Item = &'t String> + Clone,
) -> Result<String, Failure> {
    let plain = sanitized(import);
    let mut name = plain.clone();
    let mut number = 1;
    while taken.clone().any(|other| *other == name)
        || store.is_foreign(&file(store, &name), HEAD)?
    {
        number += 1;
        name = format!("{plain}-{number}");
    }
    Ok(name)
}

/// A name that any system takes for a file.
fn sanitized(name: &str) -> String {
    let letter = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let plain: String = name.chars().map(letter).take(100).collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() {
        "import".into()
    } else {
        plain.to_lowercase()
    }
}
