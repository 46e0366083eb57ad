//! Plants faults into a copy of the sources, all at once: the body of each
//! function that has some is there once as it is and once for each of them, and
//! `FLOW_FAULT` says which one is taken. So one build serves all.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn};

use super::Fault;
use crate::support::{read, repo_root};

/// What says which fault is on.
const SWITCH: &str = r#"
/// Whether a fault is on.
pub(crate) fn planted(name: &str) -> bool {
    static ON: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| std::env::var("FLOW_FAULT").unwrap_or_default());
    *ON == name
}
"#;

/// What the tests are built from.
const FOLDERS: [&str; 8] = [
    "src",
    "std",
    "tests",
    "docs",
    "grammar",
    "benches",
    "examples",
    "snapshots",
];
const FILES: [&str; 5] = [
    "Cargo.toml",
    "Cargo.lock",
    "clippy.toml",
    "README.md",
    "ARCHITECTURE.md",
];

/// Makes the copy, with all faults.
pub(super) fn tree(tree: &Path, faults: &[Fault]) {
    let mut of_path: BTreeMap<String, Vec<&Fault>> = BTreeMap::new();
    for fault in faults {
        of_path.entry(fault.path.clone()).or_default().push(fault);
    }
    let changed = |path: &str, bytes: Vec<u8>| {
        let own = of_path.get(path).map_or(&[][..], Vec::as_slice);
        if own.is_empty() && path != "src/lib.rs" {
            return bytes;
        }
        let text = String::from_utf8(bytes).expect("a source");
        let switch = if path == "src/lib.rs" { SWITCH } else { "" };
        (with(&text, own) + switch).into_bytes()
    };
    // Files that are gone since would be built.
    let _ = fs::remove_dir_all(tree.join("tests"));
    for path in FOLDERS.into_iter().chain(FILES) {
        copy(path, tree, &changed);
    }
}

/// Copies a file or a folder. What is there already keeps its time, so that it
/// is not built again.
fn copy(path: &str, tree: &Path, changed: &dyn Fn(&str, Vec<u8>) -> Vec<u8>) {
    let (from, to) = (repo_root().join(path), tree.join(path));
    if from.is_dir() {
        fs::create_dir_all(&to).expect("a folder below target");
        for entry in fs::read_dir(from).expect("a folder").flatten() {
            let name = entry.file_name().into_string().expect("a name");
            copy(&format!("{path}/{name}"), tree, changed);
        }
        return;
    }
    let bytes = changed(path, fs::read(from).expect("a file of the repository"));
    if fs::read(&to).ok().as_ref() != Some(&bytes) {
        fs::write(to, bytes).expect("a file below target");
    }
}

/// A source with its faults.
fn with(text: &str, faults: &[&Fault]) -> String {
    let mut of_body: BTreeMap<usize, (Range<usize>, Vec<&Fault>)> = BTreeMap::new();
    for fault in faults {
        let body = body(text, fault).expect("it stands in a function");
        let (_, all) = of_body.entry(body.start).or_insert((body, Vec::new()));
        all.push(fault);
    }
    let mut text = text.to_owned();
    for (body, faults) in of_body.into_values().rev() {
        let own = &text[body.clone()];
        let others = faults.iter().map(|fault| {
            let faulty = own.replacen(&fault.old, &fault.new, 1);
            format!("if crate::planted(\"{}\") {faulty} else ", fault.name)
        });
        let bodies = format!("{{ {}{own} }}", others.collect::<String>());
        text.replace_range(body, &bodies);
    }
    text
}

/// Where the body of the function is in which a fault stands; `None` where it
/// stands in none.
pub(super) fn body(text: &str, fault: &Fault) -> Option<Range<usize>> {
    let start = text.find(&fault.old)?;
    let indent = fault.old.len() - fault.old.trim_start().len();
    let place = start + indent..start + fault.old.len();
    let mut bodies = Bodies::default();
    bodies.visit_file(&syn::parse_file(text).expect("a source"));
    let around = bodies.0.into_iter();
    let around = around.filter(|body| body.start < place.start && place.end <= body.end);
    around.min_by_key(|body| body.len())
}

/// Where the bodies of functions are.
#[derive(Default)]
struct Bodies(Vec<Range<usize>>);

impl Bodies {
    fn add(&mut self, block: &Block) {
        self.0.push(block.brace_token.span.join().byte_range());
    }
}

impl Visit<'_> for Bodies {
    fn visit_item_fn(&mut self, item: &ItemFn) {
        self.add(&item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &ImplItemFn) {
        self.add(&item.block);
        visit::visit_impl_item_fn(self, item);
    }
}

#[test]
fn a_fault_is_one_of_two_bodies() {
    let fault = |name: &str, new: &str| Fault {
        name: name.to_owned(),
        old: "a + 1".to_owned(),
        new: new.to_owned(),
        ..Fault::parse("E1-x", &read("tests/faults/E1-events.fault"))
    };
    let (less, more) = (fault("less", "a"), fault("more", "a + 2"));
    let text = "fn one() { two() } fn two(a: u8) -> u8 { a + 1 }";
    assert_eq!(
        with(text, &[&less, &more]),
        "fn one() { two() } fn two(a: u8) -> u8 { if crate::planted(\"less\") { a } else \
         if crate::planted(\"more\") { a + 2 } else { a + 1 } }"
    );
}
