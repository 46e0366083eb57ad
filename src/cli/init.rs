//! `flow init`: a small project that runs, to begin with.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::args::{InitArguments, Place};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::run::wrong;

/// The files of the project.
const FILES: [(&str, &str); 5] = [
    ("flow.toml", include_str!("init/template/flow.toml")),
    ("objects.flow", include_str!("init/template/objects.flow")),
    ("welcome.flow", include_str!("init/template/welcome.flow")),
    (
        "first-days.jsonl",
        include_str!("init/template/first-days.jsonl"),
    ),
    (".gitignore", "# What runs leave behind.\n.flow/\n"),
];

/// Writes the project.
pub(super) fn run(arguments: &InitArguments, output: &Output) -> Result<Exit, Failure> {
    let dir = &arguments.dir;
    free(dir)?;
    fs::create_dir_all(dir).map_err(failed(dir))?;
    for (name, text) in FILES {
        let path = dir.join(name);
        // Somebody has written that one.
        if name == ".gitignore" && path.exists() {
            continue;
        }
        fs::write(&path, text).map_err(failed(&path))?;
    }
    output.talk(format!("a project is in `{}`; now type", dir.display()));
    let place = Place { dir, env: None };
    let (of, replay) = (place.behind(), dir.join("first-days.jsonl"));
    let replay = replay.strip_prefix(".").unwrap_or(&replay);
    output.data(&format!(
        "flow check{of}\nflow run{of} --replay {} --until 2026-03-05\nflow records{of}\n",
        replay.display()
    ))?;
    Ok(Exit::Fine)
}

/// Refuses a folder that holds a project, or a file that would be written.
fn free(dir: &Path) -> Result<(), Failure> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed(dir))?,
    };
    for entry in entries {
        let path = entry.map_err(failed(dir))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ours = FILES
            .iter()
            .any(|(own, _)| *own == name && name != ".gitignore");
        if ours || path.extension().is_some_and(|ending| ending == "flow") {
            let message = format!("`{}` is there already", path.display());
            return Err(wrong(message, "name a new folder: `flow init DIR`"));
        }
    }
    Ok(())
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Failure {
    let path = path.to_owned();
    move |error| Failure {
        exit: Exit::Environment,
        message: format!("cannot write `{}`: {error}", path.display()),
        help: None,
    }
}
