//! `flow show`: what comes with flow.

use super::args::{PackageArguments, ShowCommand};
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::base::nearest;
use crate::model::{PACKAGES, Package};
use crate::project;

/// Shows one thing.
pub(super) fn run(command: &ShowCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        ShowCommand::Package(arguments) => package(arguments, output),
        ShowCommand::Schema(_) => {
            output.data(&project::schema())?;
            Ok(Exit::Fine)
        }
    }
}

/// Prints the source of a package, or a line for each.
fn package(arguments: &PackageArguments, output: &Output) -> Result<Exit, Failure> {
    let text = match &arguments.name {
        Some(name) => find(name)?.text.to_owned(),
        None => PACKAGES.iter().map(line).collect(),
    };
    output.data(&text)?;
    Ok(Exit::Fine)
}

fn find(name: &str) -> Result<&'static Package, Failure> {
    Package::find(name).ok_or_else(|| {
        let names = PACKAGES.iter().map(|package| package.name);
        let message = format!("there is no package `{name}`");
        let meant = nearest(name, names);
        Failure::unknown(message, meant, "`flow show package` lists all packages")
    })
}

fn line(package: &Package) -> String {
    format!("{:5}  {}\n", package.name, package.about())
}
