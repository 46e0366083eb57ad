//! Every snapshot is called for by an input or by a test, and none waits to be
//! accepted. What a snapshot says is not known here.

use crate::support::{assert_none, files, rust_files};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use syn::Lit;

#[test]
fn every_snapshot_is_called_for() {
    let known = Known::in_repository();
    let violations: Vec<String> = ["snapshots", "src", "tests"]
        .iter()
        .flat_map(|folder| files(folder))
        .filter_map(|path| known.objection(&path))
        .collect();
    assert_none(
        "a snapshot `snapshots/STAGE/NAME.snap` has an input `tests/corpus/STAGE/NAME`, \
         `tests/corpus/NAME` or `examples/NAME`, or a test in tests/it that says \"NAME\"",
        &violations,
    );
}

/// What may call for a snapshot.
struct Known {
    /// Examples and corpus files.
    inputs: Vec<String>,
    /// The string literals of the tests.
    names: BTreeSet<String>,
}

impl Known {
    fn in_repository() -> Self {
        let mut names = BTreeSet::new();
        for file in rust_files(&["tests/it"]) {
            // What does not read fails to compile before it gets here.
            literals(file.text.parse().unwrap_or_default(), &mut names);
        }
        let folders = ["tests/corpus", "examples"];
        Self {
            inputs: folders.iter().flat_map(|folder| files(folder)).collect(),
            names,
        }
    }

    /// What is wrong with a file, if it is a snapshot.
    fn objection(&self, path: &str) -> Option<String> {
        if path.ends_with(".snap.new") || path.ends_with(".pending-snap") {
            return Some(format!("{path}:1: nobody has accepted it"));
        }
        let inner = path.strip_suffix(".snap")?;
        let Some((stage, name)) = inner
            .strip_prefix("snapshots/")
            .and_then(|inner| inner.split_once('/'))
        else {
            return Some(format!("{path}:1: it stands in no stage of snapshots/"));
        };
        (!self.calls_for(stage, name)).then(|| format!("{path}:1: nothing calls for it"))
    }

    fn calls_for(&self, stage: &str, name: &str) -> bool {
        let own = format!("tests/corpus/{stage}");
        let folders = [own.as_str(), "tests/corpus", "examples"];
        self.names.contains(name)
            || self
                .inputs
                .iter()
                .any(|input| folders.iter().any(|folder| is_named(input, folder, name)))
    }
}

/// Whether a path leads to the file `folder/name.*` or through `folder/name`.
fn is_named(path: &str, folder: &str, name: &str) -> bool {
    path.strip_prefix(folder)
        .and_then(|rest| rest.strip_prefix('/'))
        .and_then(|rest| rest.strip_prefix(name))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
}

/// Gathers the string literals, those inside macros too.
fn literals(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => literals(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Lit::Str(text) = Lit::new(literal) {
                    found.insert(text.value());
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, literals};
    use std::collections::BTreeSet;

    /// The names are not those of real snapshots, which they would call for.
    fn known() -> Known {
        let inputs = [
            "examples/self_test_folder/flow.toml",
            "tests/corpus/graph/self_test_own.flow",
            "tests/corpus/self_test_shared.flow",
        ];
        Known {
            inputs: Vec::from(inputs.map(str::to_owned)),
            names: BTreeSet::from(["self_test_said".to_owned()]),
        }
    }

    #[test]
    fn what_is_called_for_may_stay() {
        for path in [
            "snapshots/graph/self_test_folder.snap",
            "snapshots/graph/self_test_own.snap",
            "snapshots/tree/self_test_shared.snap",
            "snapshots/tree/self_test_said.snap",
            "snapshots/README.md",
        ] {
            assert_eq!(known().objection(path), None);
        }
    }

    #[test]
    fn what_nothing_calls_for_is_found() {
        for path in [
            "snapshots/tree/self_test_own.snap",
            "snapshots/graph/self_test.snap",
            "snapshots/graph/self_test_other.snap",
        ] {
            let expected = format!("{path}:1: nothing calls for it");
            assert_eq!(known().objection(path), Some(expected));
        }
    }

    #[test]
    fn what_stands_wrong_or_waits_is_found() {
        for path in [
            "snapshots/self_test_said.snap",
            "tests/it/snapshots/self_test_said.snap",
            "snapshots/graph/self_test_said.snap.new",
            "tests/it/.walls.rs.pending-snap",
        ] {
            assert!(known().objection(path).is_some(), "{path}");
        }
    }

    #[test]
    fn literals_inside_macros_are_gathered() {
        let mut found = BTreeSet::new();
        let source = "fn f() { check!(a, [\"self_test_b\", r\"self_test_c\"], 1, 'd') } // \"e\"";
        literals(source.parse().unwrap(), &mut found);
        assert_eq!(Vec::from_iter(found), ["self_test_b", "self_test_c"]);
    }
}
