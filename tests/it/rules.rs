//! Each rule that the engine keeps has a test that names it: `// proves: E3`.

use std::collections::BTreeSet;

use crate::support::rust_files;

/// The rules of docs/semantics.md that this version keeps, wholly or as far as
/// its constructs reach.
const KEPT: &[&str] = &[
    "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "E1", "E2", "E3", "E4", "E5", "E6", "E7",
    "E8", "E9", "E10", "E13", "E14", "E16", "E17", "N1", "N2", "N3", "N4", "N5", "D1", "D2", "D3",
    "W1", "W4", "B1", "B2", "B3", "L1", "L2", "L3", "L5", "L6", "A1", "A2", "A4", "A6", "A10",
    "H1", "V1", "V2",
];

fn proven() -> BTreeSet<String> {
    let mut rules = BTreeSet::new();
    for file in rust_files(&["tests/it"]) {
        for line in file.text.lines() {
            let Some((_, named)) = line.split_once("proves: ") else {
                continue;
            };
            let names = named.split([',', ' ', '.']).filter(|name| !name.is_empty());
            rules.extend(names.map(str::to_owned));
        }
    }
    rules
}

#[test]
fn every_rule_that_is_kept_has_a_test() {
    let proven = proven();
    let missing: Vec<&&str> = KEPT
        .iter()
        .filter(|rule| !proven.contains(**rule))
        .collect();
    assert!(missing.is_empty(), "no test proves {missing:?}");
}
