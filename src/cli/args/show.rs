//! The arguments of `flow show`, with their help.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Args, Command, Error, Subcommand};

use super::help;
use crate::model::PACKAGES;

/// Show what comes with flow.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow show package          list the bundled packages\n  \
       flow show package crm      print what one declares\n  \
       flow show schema           print the JSON schema of flow.toml"
))]
pub(in crate::cli) struct ShowArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: ShowCommand,
}

/// What to show.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ShowCommand {
    Package(PackageArguments),
    Schema(SchemaArguments),
}

/// Print the JSON schema of `flow.toml`, for editors.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow show schema > flow.schema.json    write it where an editor finds it"
))]
pub(in crate::cli) struct SchemaArguments {}

/// Print the source of a bundled package, or list all packages.
///
/// A project uses packages with `use = ["crm", "web"]` below `[project]` in `flow.toml`.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow show package          list the bundled packages\n  \
       flow show package crm      print what one declares"
))]
pub(in crate::cli) struct PackageArguments {
    /// The package
    #[arg(value_parser = PackageName)]
    pub(in crate::cli) name: Option<String>,
}

/// Takes any name, for the command to say which was meant, and tells shells and help which there
/// are.
#[derive(Debug, Clone)]
struct PackageName;

impl TypedValueParser for PackageName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let packages = PACKAGES.iter();
        let values = packages.map(|package| PossibleValue::new(package.name).help(package.about()));
        Some(Box::new(values))
    }
}
