//! The habits that source text can be asked for: where a dependency may be
//! named, who prints, how modules are laid out. The order of the modules is
//! not known here.

use super::paths::{WrittenPath, each_path};
use crate::support::SourceFile;

/// Crates that are known in few places. A place is a module with all below it.
struct Home {
    crates: &'static [&'static str],
    places: &'static [&'static str],
}

const HOMES: &[Home] = &[
    Home {
        crates: &["miette"],
        places: &["src/diagnostic/render/pretty"],
    },
    Home {
        crates: &["pest", "pest_derive"],
        places: &["src/syntax"],
    },
    Home {
        crates: &["petgraph"],
        places: &["src/plan"],
    },
    // Wire types stand apart from the types of the domain.
    Home {
        crates: &["serde", "serde_json"],
        places: &[
            "src/plan",
            "src/engine/frozen",
            "src/project",
            "src/cli/output",
            "src/diagnostic/render/json",
            "src/diagnostic/render/sarif",
            "src/connector/http/wire",
            "src/connector/outbox/wire",
            "src/host/desk/wire",
            "src/host/durable/wire",
            "src/host/replay",
        ],
    },
    Home {
        crates: &["clap", "clap_complete", "clap_mangen"],
        places: &["src/cli"],
    },
    Home {
        crates: &["mimalloc"],
        places: &["src/main"],
    },
    Home {
        crates: &["similar"],
        places: &["src/cli/check/diff"],
    },
    Home {
        crates: &["indicatif"],
        places: &["src/cli/run/progress"],
    },
    Home {
        crates: &["csv"],
        places: &["src/connector/csv"],
    },
    Home {
        crates: &["lettre"],
        places: &["src/connector/outbox", "src/connector/smtp"],
    },
    Home {
        crates: &["reqwest", "rustls"],
        places: &["src/connector/http"],
    },
    Home {
        crates: &["tokio"],
        places: &["src/connector/http", "src/connector/smtp", "src/host/live"],
    },
    Home {
        crates: &["zstd"],
        places: &["src/store/archive"],
    },
    // The history of a store, and tables that go out.
    Home {
        crates: &["rusqlite"],
        places: &["src/store/archive", "src/connector/sqlite"],
    },
];

const PRINTING: &[&str] = &["print", "println", "eprint", "eprintln"];

impl Home {
    fn holds(&self, path: &str) -> bool {
        self.places.iter().any(|place| stands_in(path, place))
    }

    /// Says so if a path that stands elsewhere names one of the crates.
    fn missed_by(&self, file: &SourceFile, path: &WrittenPath) -> Option<String> {
        let mut named = path.segments.iter().enumerate();
        let (place, stray) = named.find(|(_, name)| self.crates.contains(&name.as_str()))?;
        if self.is_module(file, path.segments.get(..=place)?) {
            return None;
        }
        Some(format!(
            "`{stray}` is known to {} alone",
            self.places.join(", ")
        ))
    }

    /// Whether a path in a file leads to our own module that a crate is at home
    /// in, and that bears the crate's name.
    fn is_module(&self, file: &SourceFile, segments: &[String]) -> bool {
        let module = match segments {
            [name] => format!("{}/{name}", file.path.trim_end_matches(".rs")),
            [root, inner @ ..] if root == "crate" => format!("src/{}", inner.join("/")),
            _ => return false,
        };
        self.places.contains(&module.as_str())
    }
}

/// Where a file names a crate that it may not know.
pub(crate) fn misplaced(file: &SourceFile) -> Vec<String> {
    let away: Vec<&Home> = HOMES
        .iter()
        .filter(|home| !home.holds(&file.path))
        .collect();
    each_path(file, |path| {
        away.iter().find_map(|home| home.missed_by(file, path))
    })
}

/// Where a file prints that may not.
pub(crate) fn printing(file: &SourceFile) -> Vec<String> {
    if file.path == "src/main.rs" || stands_in(&file.path, "src/cli") {
        return Vec::new();
    }
    each_path(file, |path| {
        let name = path.segments.last()?;
        (path.call && PRINTING.contains(&name.as_str()))
            .then(|| format!("`{name}!` stands outside the command line"))
    })
}

/// Where a file takes in all that stands around it.
pub(crate) fn preludes(file: &SourceFile) -> Vec<String> {
    each_path(file, |path| {
        is_prelude(path).then(|| format!("`use {}`", path.segments.join("::")))
    })
}

/// The file itself, if it is named `mod.rs`.
pub(crate) fn named_mod(file: &SourceFile) -> Vec<String> {
    let what = format!("{}:1: a module's file bears its name", file.path);
    Vec::from_iter(file.path.ends_with("/mod.rs").then_some(what))
}

/// The file itself, if it does not open by saying what it owns.
pub(crate) fn headless(file: &SourceFile) -> Vec<String> {
    let what = format!("{}:1: the file does not open with `//!`", file.path);
    Vec::from_iter((!file.text.starts_with("//!")).then_some(what))
}

fn is_prelude(path: &WrittenPath) -> bool {
    match path.segments.as_slice() {
        [around @ .., last] => {
            last == "*" && !around.is_empty() && around.iter().all(|segment| segment == "super")
        }
        [] => false,
    }
}

/// Whether a file is a module or stands below it.
fn stands_in(path: &str, module: &str) -> bool {
    path.strip_prefix(module)
        .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{headless, misplaced, named_mod, preludes, printing};
    use crate::support::SourceFile;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile::in_memory(path, text)
    }

    #[test]
    fn a_crate_away_from_home_is_found() {
        let text = "//! pest\nuse std::fmt;\n#[derive(serde::Serialize)]\nstruct A;\nuse petgraph::{a, b};";
        assert_eq!(
            misplaced(&file("src/plan_b.rs", text)),
            [
                "src/plan_b.rs:3: `serde` is known to src/plan, src/engine/frozen, src/project, src/cli/output, \
                 src/diagnostic/render/json, src/diagnostic/render/sarif, \
                 src/connector/http/wire, src/connector/outbox/wire, src/host/desk/wire, \
                 src/host/durable/wire, src/host/replay alone",
                "src/plan_b.rs:5: `petgraph` is known to src/plan alone",
            ]
        );
        assert!(misplaced(&file("src/plan.rs", text)).is_empty());
        assert!(misplaced(&file("src/plan/graph.rs", text)).is_empty());
    }

    #[test]
    fn every_crate_has_a_home() {
        for text in [
            "use miette::A;",
            "use ::pest::A;",
            "use clap::{A, B};",
            "use csv::A;",
            "use indicatif::A;",
            "use lettre::A;",
        ] {
            assert_eq!(misplaced(&file("src/model.rs", text)).len(), 1, "{text}");
        }
        assert!(misplaced(&file("src/diagnostic/render/pretty.rs", "use miette::A;")).is_empty());
    }

    #[test]
    fn a_module_may_bear_the_name_of_its_crate() {
        let text = "use crate::connector::csv::read;\nuse csv::Reader;\nuse crate::csv::A;";
        assert_eq!(
            misplaced(&file("src/host.rs", text)),
            [
                "src/host.rs:2: `csv` is known to src/connector/csv alone",
                "src/host.rs:3: `csv` is known to src/connector/csv alone",
            ]
        );
    }

    #[test]
    fn the_module_around_declares_it() {
        assert!(misplaced(&file("src/connector.rs", "pub mod csv;")).is_empty());
        assert_eq!(misplaced(&file("src/host.rs", "pub mod csv;")).len(), 1);
    }

    #[test]
    fn printing_is_found() {
        let text = "fn f(print: u8) {\n  println!(\"{print}\");\n  std::eprint!(\"\");\n}";
        assert_eq!(
            printing(&file("src/plan.rs", text)),
            [
                "src/plan.rs:2: `println!` stands outside the command line",
                "src/plan.rs:3: `eprint!` stands outside the command line",
            ]
        );
        assert!(printing(&file("src/cli/check.rs", text)).is_empty());
        assert!(printing(&file("src/main.rs", text)).is_empty());
    }

    #[test]
    fn preludes_are_found() {
        let text = "use super::{a, *};\nuse super::Rule::*;\nuse super::super::*;";
        assert_eq!(
            preludes(&file("src/a/b.rs", text)),
            [
                "src/a/b.rs:1: `use super::*`",
                "src/a/b.rs:3: `use super::super::*`"
            ]
        );
    }

    #[test]
    fn names_and_heads_are_found() {
        assert_eq!(named_mod(&file("src/a/mod.rs", "")).len(), 1);
        assert!(named_mod(&file("src/a/model.rs", "")).is_empty());
        assert_eq!(headless(&file("src/a.rs", "// x\n//! y")).len(), 1);
        assert!(headless(&file("src/a.rs", "//! y\n")).is_empty());
    }
}
