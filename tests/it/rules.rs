//! Each rule of docs/semantics.md has what proves it: sections of the literate
//! specs, and tests in Rust that name it: `// proves: E3`; and it has faults
//! that these find. The table of all is docs/rules.md; `FLOW_UPDATE=1` writes it
//! anew.

use std::collections::{BTreeMap, BTreeSet};

use flow::host::test::literate;

use crate::faults::Fault;
use crate::support::{files, read, repo_root, rust_files};

/// The rules, by letter, and how many there are of each.
const RULES: &[(&str, usize)] = &[
    ("I", 9),
    ("E", 17),
    ("N", 5),
    ("D", 4),
    ("W", 5),
    ("B", 3),
    ("L", 6),
    ("A", 10),
    ("V", 7),
    ("H", 4),
];

/// Rules that nothing proves yet, and why. The list may only shrink: a rule in
/// it that something proves fails the test.
pub(crate) const OPEN: &[(&str, &str)] = &[
    ("V4", "`flow plan` is not built yet"),
    ("H2", "retention is not built yet"),
];

/// Rules that have no section in tests/specs yet, and why. It may only shrink
/// too.
const WITHOUT_SPEC: &[(&str, &str)] = &[
    ("V1", "versions are not seen by a test"),
    ("V4", "`flow plan` is not built yet"),
    ("V5", "a test has no watch"),
    ("V7", "a refusal is no event of a test"),
    ("H2", "retention is not built yet"),
];

/// All rules, in order.
fn rules() -> Vec<String> {
    let numbered = RULES.iter();
    numbered
        .flat_map(|(letter, count)| (1..=*count).map(move |number| format!("{letter}{number}")))
        .collect()
}

/// The Rust files that name each rule.
fn by_tests() -> BTreeMap<String, BTreeSet<String>> {
    let mut rules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in rust_files(&["tests/it", "src"]) {
        for line in file.text.lines().map(str::trim_start) {
            let comment = line
                .strip_prefix("//")
                .map(|line| line.trim_start_matches('/'));
            let Some(named) = comment.and_then(|line| line.trim().strip_prefix("proves: ")) else {
                continue;
            };
            let names = named.split([',', ' ', '.']).filter(|name| !name.is_empty());
            for name in names {
                let files = rules.entry(name.to_owned()).or_default();
                files.insert(file.path.clone());
            }
        }
    }
    rules
}

/// The sections of the specs that name each rule in their headings.
fn by_specs() -> BTreeMap<String, BTreeSet<String>> {
    let mut rules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files("tests/specs") {
        for section in literate::sections(&read(&path)) {
            let named = section.title.split(" · ").next().unwrap_or_default();
            for name in named.split(", ") {
                let paths = rules.entry(name.to_owned()).or_default();
                paths.insert(path.clone());
            }
        }
    }
    rules
}

/// The faults that break each rule, as links.
fn by_faults() -> BTreeMap<String, Vec<String>> {
    let mut rules: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Fault { name, rule, .. } in Fault::all() {
        let word = name.split_once('-').map_or(&*name, |(_, word)| word);
        let link = format!("[{word}](../tests/faults/{name}.fault)");
        rules.entry(rule).or_default().push(link);
    }
    rules
}

/// Fails for rules without proof that are not listed, and for listed ones that
/// have it.
pub(crate) fn held(what: &str, open: &[(&str, &str)], proven: impl Fn(&str) -> bool) {
    let listed = |rule: &str| open.iter().any(|(name, _)| *name == rule);
    let rules = rules();
    let missing: Vec<&String> = rules
        .iter()
        .filter(|rule| !proven(rule) && !listed(rule))
        .collect();
    assert!(missing.is_empty(), "{what}: nothing for {missing:?}");
    let done: Vec<&&str> = open
        .iter()
        .map(|(rule, _)| rule)
        .filter(|rule| proven(rule) || !rules.iter().any(|known| known == **rule))
        .collect();
    assert!(done.is_empty(), "{what}: take {done:?} out of the list");
}

#[test]
fn every_rule_has_what_proves_it() {
    let (tests, specs) = (by_tests(), by_specs());
    held("proof", OPEN, |rule| {
        tests.contains_key(rule) || specs.contains_key(rule)
    });
    held("spec", WITHOUT_SPEC, |rule| specs.contains_key(rule));
    let known = rules();
    let strange: Vec<&String> = specs.keys().filter(|rule| !known.contains(rule)).collect();
    assert!(
        strange.is_empty(),
        "headings that name no rule: {strange:?}"
    );
}

#[test]
fn the_table_of_rules_is_what_the_tests_say() {
    let (tests, specs, faults) = (by_tests(), by_specs(), by_faults());
    let mut table = String::from(
        "# What proves each rule\n\n\
         The rules are those of [semantics.md](semantics.md). A section of a literate spec says a rule in words and\n\
         proves it by tests in the language, which `flow test FILE` plays; a test in Rust names the rules that it\n\
         proves. A fault is a change of one place of the sources that breaks the rule: it is planted into a copy, and\n\
         the section, the test or the property test that it names must find it. `FLOW_UPDATE=1 cargo test rules`\n\
         writes this table anew.\n\n\
         | rule | specs | tests | faults |\n|---|---|---|---|\n",
    );
    for rule in rules() {
        let listed = |of: &BTreeMap<String, BTreeSet<String>>| {
            let paths = of.get(&rule).into_iter().flatten();
            let links = paths.map(|path| {
                let name = path.trim_start_matches("tests/specs/");
                let name = name.trim_start_matches("tests/it/");
                format!("[{name}](../{path})")
            });
            links.collect::<Vec<String>>().join(", ")
        };
        let reason = |open: &[(&'static str, &'static str)]| {
            let found = open.iter().find(|(name, _)| *name == rule);
            found.map(|(_, why)| format!("open: {why}"))
        };
        let own = |list: String, open: &[(&'static str, &'static str)]| match list.is_empty() {
            true => reason(open).unwrap_or_default(),
            false => list,
        };
        let line = format!(
            "| {rule} | {} | {} | {} |\n",
            own(listed(&specs), WITHOUT_SPEC),
            own(listed(&tests), OPEN),
            own(
                faults
                    .get(&rule)
                    .map(|all| all.join(", "))
                    .unwrap_or_default(),
                OPEN
            )
        );
        table.push_str(&line);
    }
    let path = repo_root().join("docs/rules.md");
    if std::env::var_os("FLOW_UPDATE").is_some() {
        std::fs::write(&path, &table).expect("the table is written");
    }
    assert_eq!(
        read("docs/rules.md"),
        table,
        "write it anew: FLOW_UPDATE=1 cargo test rules"
    );
}
