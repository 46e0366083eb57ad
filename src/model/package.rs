//! The bundled packages: declarations that a project may use, as texts in the language. What stands
//! in one is not known here.

use crate::base::{SourceId, Span};

/// A bundled package.
#[derive(Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// A package that a project uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedPackage {
    /// Its name.
    pub name: Box<str>,
    /// Where `flow.toml` names it.
    pub used: Span,
    /// Its text.
    pub source: SourceId,
}

/// Declares the packages by their files in `std/`.
macro_rules! packages {
    ($($name:literal)*) => {
        /// All of them.
        pub const PACKAGES: &[Package] = &[$(Package {
            name: $name,
            text: include_str!(concat!("../../std/", $name, ".flow")),
        }),*];
    };
}

packages! { "crm" "web" "email" "ads" "zoom" }

impl Package {
    /// The package of a name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Package> {
        PACKAGES.iter().find(|package| package.name == name)
    }

    /// What it holds, in one line: the first of its text.
    #[must_use]
    pub fn about(&self) -> &'static str {
        let first = self.text.lines().next().unwrap_or_default();
        first.trim_start_matches("//").trim()
    }

    /// The package that declares something, by the words before its name.
    #[must_use]
    pub fn declaring(words: &str, name: &str) -> Option<&'static Package> {
        let declares = |line: &str| {
            let rest = line.strip_prefix(words);
            let rest = rest.and_then(|rest| rest.trim_start().strip_prefix(name));
            rest.is_some_and(|rest| rest.starts_with([' ', '(']))
        };
        PACKAGES
            .iter()
            .find(|package| package.text.lines().any(declares))
    }
}

impl UsedPackage {
    /// What its text is called in findings: the words that show it.
    #[must_use]
    pub fn source_name(name: &str) -> String {
        format!("package {name}")
    }
}
