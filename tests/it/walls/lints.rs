//! The wall of lints: the head of each pure module denies what `clippy.toml`
//! forbids, and nothing below takes it back. What is forbidden is not known here.

use super::order::top_module;
use crate::support::SourceFile;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{AttrStyle, Attribute, Meta, Token};

/// The modules that have no clock, no disk, no environment and no chance.
const PURE: &[&str] = &[
    "base",
    "diagnostic",
    "model",
    "syntax",
    "semantic",
    "plan",
    "lint",
    "compile",
    "ide",
    "engine",
    "scenario",
];

const WALL: &[&str] = &["clippy::disallowed_methods", "clippy::disallowed_types"];

/// Whether a top module is one of the pure ones.
pub(crate) fn is_pure(module: &str) -> bool {
    PURE.contains(&module)
}

/// What the head of a pure module lacks.
pub(crate) fn head(file: &SourceFile) -> Vec<String> {
    let tree = match syn::parse_file(&file.text) {
        Ok(tree) => tree,
        Err(error) => return vec![unreadable(file, &error)],
    };
    let denied: Vec<String> = tree
        .attrs
        .iter()
        .filter(|attribute| matches!(attribute.style, AttrStyle::Inner(_)))
        .filter(|attribute| attribute.path().is_ident("deny"))
        .flat_map(lints_of)
        .collect();
    WALL.iter()
        .filter(|lint| !denied.iter().any(|denied| denied == *lint))
        .map(|lint| format!("{}:1: the head lacks `#![deny({lint})]`", file.path))
        .collect()
}

/// Where a pure module takes the wall back.
pub(crate) fn loosened(file: &SourceFile) -> Vec<String> {
    if !top_module(&file.path).is_some_and(is_pure) {
        return Vec::new();
    }
    let tree = match syn::parse_file(&file.text) {
        Ok(tree) => tree,
        Err(error) => return vec![unreadable(file, &error)],
    };
    let mut levels = Levels::default();
    levels.visit_file(&tree);
    levels
        .found
        .iter()
        .map(|(line, lint)| format!("{}:{line}: `{lint}` is allowed", file.path))
        .collect()
}

/// The attributes that set a lint of the wall to `allow` or `warn`.
#[derive(Default)]
struct Levels {
    found: Vec<(usize, String)>,
}

impl<'ast> Visit<'ast> for Levels {
    fn visit_attribute(&mut self, node: &'ast Attribute) {
        if node.path().is_ident("allow") || node.path().is_ident("warn") {
            let line = node.span().start().line;
            let lints = lints_of(node).into_iter();
            let walled = lints.filter(|lint| WALL.contains(&lint.as_str()));
            self.found.extend(walled.map(|lint| (line, lint)));
        }
        visit::visit_attribute(self, node);
    }
}

/// The lints that an attribute names; its reason is none.
fn lints_of(attribute: &Attribute) -> Vec<String> {
    attribute
        .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
        .into_iter()
        .flatten()
        .filter_map(|meta| match meta {
            Meta::Path(path) => Some(spelled(&path)),
            _ => None,
        })
        .collect()
}

fn spelled(path: &syn::Path) -> String {
    let segments = path.segments.iter();
    let names: Vec<String> = segments.map(|segment| segment.ident.to_string()).collect();
    names.join("::")
}

fn unreadable(file: &SourceFile, error: &syn::Error) -> String {
    format!("{}:{}: {error}", file.path, error.span().start().line)
}

#[cfg(test)]
mod tests {
    use super::{head, loosened};
    use crate::support::SourceFile;

    const WALLED: &str = "//! x\n#![deny(clippy::disallowed_methods, clippy::disallowed_types)]\n";

    fn base(text: &str) -> SourceFile {
        SourceFile::in_memory("src/base.rs", text)
    }

    #[test]
    fn both_lints_must_be_denied() {
        assert!(head(&base(WALLED)).is_empty());
        assert_eq!(
            head(&base("//! x\n#![deny(clippy::disallowed_types)]\nmod a;")),
            ["src/base.rs:1: the head lacks `#![deny(clippy::disallowed_methods)]`"]
        );
        assert_eq!(head(&base("//! x\nmod a;")).len(), 2);
    }

    #[test]
    fn an_item_is_not_the_head() {
        let text = "#[deny(clippy::disallowed_methods, clippy::disallowed_types)]\nmod a {}";
        assert_eq!(head(&base(text)).len(), 2);
    }

    #[test]
    fn the_wall_is_not_taken_back() {
        let text = "fn f() {}\n#[allow(clippy::disallowed_types, reason = \"x\")]\nfn g() {}";
        assert_eq!(
            loosened(&base(text)),
            ["src/base.rs:2: `clippy::disallowed_types` is allowed"]
        );
        let expected = "#[expect(clippy::disallowed_types, reason = \"x\")]\nfn g() {}";
        assert!(loosened(&base(expected)).is_empty());
        assert!(loosened(&SourceFile::in_memory("src/cli/run.rs", text)).is_empty());
    }
}
