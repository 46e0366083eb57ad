//! The command line as its users meet it: help, exit codes, what goes where, and how it looks.
//! What is read of a project is tested in `cli_project`, what is explained in `cli_explain`.

use std::process::Stdio;

use serde_json::Value;

use crate::cli_support::{Folder, MANIFEST, PROGRAM, run};

/// A program with one finding, at 10:9.
fn misspelt() -> Folder {
    Folder::project(&PROGRAM.replace("set city", "set emial"))
}

#[test]
fn each_command_has_examples_and_exit_codes_in_its_help() {
    let folder = Folder::new(&[]);
    for command in [
        &["--help"] as &[&str],
        &["check", "--help"],
        &["graph", "--help"],
        &["run", "--help"],
        &["history", "--help"],
        &["records", "--help"],
        &["explain", "--help"],
        &["init", "--help"],
        &["import", "--help"],
        &["send", "--help"],
        &["create", "--help"],
        &["set", "--help"],
        &["enroll", "--help"],
        &["unenroll", "--help"],
        &["pause", "--help"],
        &["resume", "--help"],
        &["status", "--help"],
        &["failures", "--help"],
        &["retry", "--help"],
        &["store", "--help"],
        &["store", "verify", "--help"],
        &["store", "backup", "--help"],
        &["store", "restore", "--help"],
        &["store", "export", "--help"],
        &["completions", "--help"],
        &["man", "--help"],
    ] {
        let run = folder.flow(command);
        assert_eq!(run.code, Some(0), "{command:?}");
        for part in ["Usage: flow", "Examples:\n  flow ", "Exit codes:\n  0  "] {
            assert!(
                run.out.contains(part),
                "{command:?} without {part:?}:\n{}",
                run.out
            );
        }
    }
}

#[test]
fn the_version_is_that_of_the_crate() {
    let run = Folder::new(&[]).flow(&["--version"]);
    assert_eq!(run.out, format!("flow {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_clean_project_ends_with_0() {
    let run = Folder::project(PROGRAM).flow(&["check"]);
    assert_eq!((run.code, run.out.as_str()), (Some(0), ""));
    assert_eq!(run.err, "checked 1 file, 1 workflow: no findings\n");
}

#[test]
fn warnings_alone_end_with_0() {
    let program = format!("{PROGRAM}\nevent seen on contact {{}}\n");
    let run = Folder::project(&program).flow(&["check"]);
    assert_eq!(run.code, Some(0));
    assert_eq!(run.err, "checked 1 file, 1 workflow: 1 warning\n");
}

#[test]
fn errors_end_with_1() {
    let run = misspelt().flow(&["check"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.err, "checked 1 file: 1 error\n");
}

#[test]
fn wrong_usage_and_a_missing_project_end_with_2() {
    let folder = Folder::new(&[("notes.flow", PROGRAM)]);
    let wrong: &[(&[&str], &str)] = &[
        (&[], "Usage: flow"),
        (&["chekc"], "similar subcommand exists: 'check'"),
        (&["check", "--format", "xml"], "pretty, concise, json"),
        (
            &["check"],
            "there is no `flow.toml` in this folder or above it",
        ),
        (
            &["check", "."],
            "there is no `flow.toml` in this folder or above it",
        ),
        (&["check", "nowhere"], "there is no `nowhere`"),
        (&["check", "notes.flow"], "`notes.flow` is no folder"),
    ];
    for (arguments, said) in wrong {
        let run = folder.flow(arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.err.contains(said), "{arguments:?} said:\n{}", run.err);
    }
}

#[cfg(unix)]
#[test]
fn a_source_that_cannot_be_read_ends_with_3() {
    let folder = Folder::project(PROGRAM);
    std::os::unix::fs::symlink("nowhere", folder.path().join("lost.flow")).unwrap();
    let run = folder.flow(&["check"]);
    assert_eq!((run.code, run.out.as_str()), (Some(3), ""));
    assert!(
        run.err.starts_with("error: `lost.flow` cannot be read: "),
        "{}",
        run.err
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_with_3() {
    let folder = Folder::new(&[]);
    let mut command = folder.command(&["explain"]);
    command.stdout(std::fs::File::create("/dev/full").unwrap());
    let run = run(command);
    assert_eq!(run.code, Some(3));
    assert!(
        run.err
            .starts_with("error: cannot write to standard output: "),
        "{}",
        run.err
    );
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = misspelt();
    for arguments in [&["explain"] as &[&str], &["check"], &["check", "--help"]] {
        let mut command = folder.command(arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code().is_some_and(|code| code < 2),
            "{arguments:?}: {err}"
        );
        assert!(
            !err.contains("pipe") && !err.contains("panicked"),
            "{arguments:?}: {err}"
        );
    }
}

#[test]
fn concise_is_one_line_for_each_finding() {
    let run = misspelt().flow(&["check", "--format", "concise"]);
    assert_eq!(run.out.lines().count(), 1);
    assert!(
        run.out.starts_with("main.flow:10:9: error[F0202]: "),
        "{}",
        run.out
    );
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let run = misspelt().flow(&["check", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    let document: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(
        document["summary"],
        serde_json::json!({ "errors": 1, "warnings": 0 })
    );
    let finding = &document["findings"][0];
    assert_eq!(finding["code"], "F0202");
    assert_eq!(finding["name"], "unknown-property");
    assert_eq!(finding["level"], "error");
    assert_eq!(finding["path"], "main.flow");
    let offset = PROGRAM.find("city = ").unwrap();
    let place =
        |at: usize| serde_json::json!({ "line": 10, "column": 9 + at, "offset": offset + at });
    assert_eq!(finding["start"], place(0));
    assert_eq!(finding["end"], place(5));
    let edit = &finding["fixes"][0]["edits"][0];
    assert_eq!(
        (&edit["path"], &edit["text"]),
        (&"main.flow".into(), &"email".into())
    );
    assert_eq!(edit["start"], finding["start"]);
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let folder = misspelt();
    let colourful = |arguments: &[&str], no_color: &str| {
        let mut command = folder.command(arguments);
        let run = run(match no_color {
            "" => command,
            _ => {
                command.env("NO_COLOR", no_color);
                command
            }
        });
        run.out.contains('\u{1b}')
    };
    assert!(!colourful(&["check"], ""));
    assert!(!colourful(&["check"], "1"));
    assert!(!colourful(&["check", "--color", "never"], ""));
    assert!(colourful(&["check", "--color", "always"], ""));
    assert!(colourful(&["--color", "always", "check"], "1"));
    assert!(!colourful(
        &["check", "--format", "concise", "--color", "always"],
        ""
    ));
    assert!(!colourful(
        &["check", "--format", "json", "--color", "always"],
        ""
    ));
}

#[test]
fn sixty_columns_are_enough() {
    let long = format!(
        "set city = \"{}\"\n    set emial = \"Oslo\"",
        "very ".repeat(30)
    );
    let folder = Folder::project(&PROGRAM.replace("set city = \"Oslo\"", &long));
    folder.write(
        "flow.toml",
        format!("{MANIFEST}timezone = \"Atlantis\"\nuse = []\n").as_bytes(),
    );
    for locale in ["C", "en_GB.UTF-8"] {
        let mut command = folder.command(&["check"]);
        command.env("COLUMNS", "60").env("LC_ALL", locale);
        let run = run(command);
        let widest = run.out.lines().map(|line| line.chars().count()).max();
        assert!(
            widest.is_some_and(|width| width <= 60),
            "{locale}:\n{}",
            run.out
        );
        assert_eq!(run.out.is_ascii(), locale == "C", "{locale}:\n{}", run.out);
    }
}

#[test]
fn graphs_are_data() {
    let folder = Folder::project(PROGRAM);
    for format in ["text", "dot", "mermaid", "json"] {
        let run = folder.flow(&["graph", "--workflow", "greet", "--format", format]);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{format}");
        assert!(run.out.contains("greet"), "{format}:\n{}", run.out);
    }
    let json = folder.flow(&["graph", "--format", "json"]).out;
    assert!(serde_json::from_str::<Value>(&json).is_ok(), "{json}");
}

#[test]
fn an_unknown_workflow_has_a_near_name() {
    let run = Folder::project(PROGRAM).flow(&["graph", "-w", "gret"]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    assert_eq!(
        run.err,
        "error: there is no workflow `gret`\nhelp: did you mean `greet`?\n"
    );
}

#[test]
fn a_denied_warning_keeps_nothing_from_being_drawn() {
    let folder = Folder::project(&format!("{PROGRAM}\nevent unused on contact {{}}\n"));
    let manifest = format!("{MANIFEST}\n[lint]\nunused-event = \"deny\"\n");
    folder.write("flow.toml", manifest.as_bytes());
    assert_eq!(folder.flow(&["check"]).code, Some(1));
    let run = folder.flow(&["graph"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{}", run.out);
    assert!(
        run.out.starts_with("workflow greet on contact"),
        "{}",
        run.out
    );
}

#[test]
fn a_project_with_errors_has_no_graph() {
    let run = misspelt().flow(&["graph"]);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    assert!(
        run.err.contains("error[F0202] unknown-property"),
        "{}",
        run.err
    );
}
