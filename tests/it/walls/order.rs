//! The order wall: which module may use which. The order is that of the `mod`
//! lines of `src/lib.rs`; nothing else is known of any module.

use super::paths::{WrittenPath, each_path};
use crate::support::SourceFile;
use syn::Item;

/// The modules that `src/lib.rs` declares, in order; none if it does not parse.
pub(crate) fn modules(lib: &SourceFile) -> Vec<String> {
    let Ok(tree) = syn::parse_file(&lib.text) else {
        return Vec::new();
    };
    tree.items
        .iter()
        .filter_map(|item| match item {
            Item::Mod(module) => Some(module.ident.to_string()),
            _ => None,
        })
        .collect()
}

/// What in a file goes against the order.
pub(crate) fn violations(modules: &[String], file: &SourceFile) -> Vec<String> {
    let Some(place) = Place::of(&file.path) else {
        return Vec::new();
    };
    let Some(rank) = rank(modules, place.top) else {
        let what = format!("`{}` is no `mod` line of src/lib.rs", place.top);
        return vec![format!("{}:1: {what}", file.path)];
    };
    each_path(file, |path| {
        place
            .left_by(path)
            .or_else(|| beyond(modules, rank, path).map(|what| format!("`{}` {what}", place.top)))
    })
}

/// The top module that a file of `src/` belongs to; `None` for the two roots.
pub(crate) fn top_module(path: &str) -> Option<&str> {
    Place::of(path).map(|place| place.top)
}

/// Where a file stands.
struct Place<'a> {
    top: &'a str,
    /// How many modules down from the top module.
    depth: usize,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let inner = path.strip_prefix("src/")?.strip_suffix(".rs")?;
        if matches!(inner, "lib" | "main") {
            return None;
        }
        Some(Self {
            top: inner.split('/').next()?,
            depth: inner.matches('/').count(),
        })
    }

    /// Says so if a chain of `super` goes further up than the top module. A
    /// lone `super` is a visibility and reaches nothing.
    fn left_by(&self, path: &WrittenPath) -> Option<String> {
        let supers = path
            .segments
            .iter()
            .skip_while(|segment| *segment == "self")
            .take_while(|segment| *segment == "super")
            .count();
        (path.segments.len() > 1 && supers > self.depth + path.inline)
            .then(|| format!("`super` leaves the module `{}`", self.top))
    }
}

/// Says so if a path from the root of the crate leads below the user's rank.
fn beyond(modules: &[String], user: usize, path: &WrittenPath) -> Option<String> {
    let named = match path.segments.as_slice() {
        [root, named, ..] if root == "crate" => named,
        _ => return None,
    };
    match rank(modules, named) {
        Some(used) if used <= user => None,
        Some(_) => Some(format!(
            "uses `{named}`, which stands below it in src/lib.rs"
        )),
        None => Some(format!(
            "uses `crate::{named}`, which is no module of src/lib.rs"
        )),
    }
}

fn rank(modules: &[String], name: &str) -> Option<usize> {
    modules.iter().position(|module| module == name)
}

#[cfg(test)]
mod tests {
    use super::{modules, violations};
    use crate::support::SourceFile;

    const LIB: &str = "//! x\npub mod base;\nmod syntax;\n#[cfg(feature = \"cli\")]\npub mod cli;";

    fn judge(path: &str, text: &str) -> Vec<String> {
        let modules = modules(&SourceFile::in_memory("src/lib.rs", LIB));
        violations(&modules, &SourceFile::in_memory(path, text))
    }

    #[test]
    fn the_order_is_that_of_the_mod_lines() {
        let lib = SourceFile::in_memory("src/lib.rs", LIB);
        assert_eq!(modules(&lib), ["base", "syntax", "cli"]);
    }

    #[test]
    fn what_stands_above_may_be_used() {
        let text = "use crate::base::Span;\nuse crate::syntax::{ast, parse};\nuse super::super::ast;\npub(super) fn f() {}";
        assert!(judge("src/syntax/build/step.rs", text).is_empty());
        assert!(judge("src/base.rs", "pub(super) fn f() {} // crate::cli::run()").is_empty());
        assert!(judge("src/main.rs", "fn main() { flow::cli::main() }").is_empty());
    }

    #[test]
    fn what_stands_below_may_not() {
        let text = "use crate::{\n  base::Span,\n  cli::run,\n};\nfn f() { println!(\"{}\", crate::cli::x()) }";
        assert_eq!(
            judge("src/syntax/ast.rs", text),
            [
                "src/syntax/ast.rs:3: `syntax` uses `cli`, which stands below it in src/lib.rs",
                "src/syntax/ast.rs:5: `syntax` uses `cli`, which stands below it in src/lib.rs",
            ]
        );
    }

    #[test]
    fn super_does_not_leave_the_top_module() {
        assert_eq!(
            judge("src/base.rs", "use super::cli;"),
            ["src/base.rs:1: `super` leaves the module `base`"]
        );
        assert_eq!(
            judge("src/base/name.rs", "use super::x;\nuse super::super::cli;"),
            ["src/base/name.rs:2: `super` leaves the module `base`"]
        );
    }

    #[test]
    fn an_inline_module_is_one_further_down() {
        let text = "mod tests { use super::x; }\nmod more { use super::super::cli; }";
        assert_eq!(
            judge("src/base.rs", text),
            ["src/base.rs:2: `super` leaves the module `base`"]
        );
    }

    #[test]
    fn what_is_no_module_is_said() {
        assert_eq!(
            judge("src/cli.rs", "use crate::*;"),
            ["src/cli.rs:1: `cli` uses `crate::*`, which is no module of src/lib.rs"]
        );
        assert_eq!(
            judge("src/stray.rs", ""),
            ["src/stray.rs:1: `stray` is no `mod` line of src/lib.rs"]
        );
    }

    #[test]
    fn a_file_that_does_not_read_is_said() {
        assert_eq!(judge("src/base.rs", "fn f( {").len(), 1);
    }
}
