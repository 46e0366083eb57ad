//! `flow man`: the manual, made of the help of the commands.

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;

use super::args::{Arguments, ManArguments};
use super::check::count;
use super::exit::{Exit, Failure};
use super::output::Output;

/// Prints the first page, or writes all into a folder.
pub(super) fn run(arguments: &ManArguments, output: &Output) -> Result<Exit, Failure> {
    let Some(dir) = &arguments.dir else {
        let mut page = Vec::new();
        let man = Man::new(Arguments::command());
        man.render(&mut page)
            .map_err(|error| failed(&error, None))?;
        output.data(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Fine);
    };
    let written = fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), dir))
        .and_then(|()| pages(dir));
    let pages = written.map_err(|error| failed(&error, Some(dir)))?;
    output.talk(format!(
        "wrote {} into `{}`",
        count(pages, "page"),
        dir.display()
    ));
    Ok(Exit::Fine)
}

/// How many of our pages a folder holds.
fn pages(dir: &Path) -> io::Result<usize> {
    let mut pages = 0;
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        pages += usize::from(name.starts_with("flow") && name.ends_with(".1"));
    }
    Ok(pages)
}

fn failed(error: &io::Error, dir: Option<&Path>) -> Failure {
    let message = match dir {
        Some(dir) => format!("cannot write into `{}`: {error}", dir.display()),
        None => format!("cannot write the manual: {error}"),
    };
    Failure {
        exit: Exit::Environment,
        message,
        help: None,
    }
}
