//! What is read of a project: where it is, and which sources it has. What its `flow.toml` says is
//! tested in `cli_manifest`.

use std::fs;

use crate::cli_support::{Folder, MANIFEST, PROGRAM};

/// A program of its own beside that of `main.flow`.
const OTHER: &str = "object company {\n  name: string\n}\n";

/// How many files a check of a folder's project reads.
fn checked(folder: &Folder, dir: &str) -> String {
    let run = folder.flow(&["check", dir]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    run.err.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn a_source_that_is_not_utf8_does_not_hide_the_others() {
    let folder = Folder::project(PROGRAM);
    folder.write(
        "latin.flow",
        b"// caf\xe9\nobject company {\n  name: string\n}\n",
    );
    folder.write("wide.flow", b"\xff\xfeo\0b\0");
    folder.write("binary.flow", b"\x7fELF\0\xff\0");
    folder.write(
        "marked.flow",
        b"\xef\xbb\xbfobject user {\n  name: string\n}\n",
    );
    assert_eq!(
        folder.findings(),
        [
            "binary.flow:1:1: error[F0603]: the file is no text",
            "latin.flow:1:7: error[F0603]: the file is not UTF-8",
            "wide.flow:1:1: error[F0603]: the file is UTF-16, not UTF-8",
        ]
    );
}

#[test]
fn a_source_has_a_largest_size() {
    let folder = Folder::project(PROGRAM);
    let large = fs::File::create(folder.path().join("large.flow")).unwrap();
    large
        .set_len(flow::base::Sources::MAX_BYTES as u64 + 1)
        .unwrap();
    assert_eq!(
        folder.findings(),
        ["large.flow:1:1: error[F0603]: the file is larger than 64 MiB"]
    );
}

#[test]
fn hidden_ignored_and_foreign_sources_are_left_out() {
    let wrong = "nonsense";
    let folder = Folder::new(&[
        ("flow.toml", MANIFEST),
        (".gitignore", "build/\nold_*.flow\n"),
        ("main.flow", PROGRAM),
        ("more/deep/company.flow", OTHER),
        (".hidden/a.flow", wrong),
        (".hidden.flow", wrong),
        ("build/a.flow", wrong),
        ("more/old_a.flow", wrong),
        ("notes.txt", wrong),
        ("nested/flow.toml", wrong),
        ("nested/a.flow", wrong),
        ("nested/deep/a.flow", wrong),
        (
            "folder.flow/user.flow",
            "object user {\n  name: string\n}\n",
        ),
    ]);
    assert_eq!(
        checked(&folder, "."),
        "checked 3 files, 1 workflow: no findings"
    );
}

#[test]
fn only_a_repository_is_told_what_to_ignore_from_above() {
    let folder = Folder::new(&[
        (".gitignore", "*.flow\n"),
        ("project/flow.toml", MANIFEST),
        ("project/main.flow", PROGRAM),
    ]);
    assert_eq!(
        checked(&folder, "project"),
        "checked 1 file, 1 workflow: no findings"
    );
    folder.write(".git/HEAD", b"ref: refs/heads/main\n");
    assert_eq!(
        checked(&folder, "project"),
        "checked 0 files, 0 workflows: no findings"
    );
}

#[cfg(unix)]
#[test]
fn links_to_files_are_read_and_links_to_folders_are_not() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[("a/flow.toml", MANIFEST), ("main.flow", PROGRAM)]);
    symlink("../main.flow", folder.path().join("a/main.flow")).unwrap();
    symlink("..", folder.path().join("a/circle")).unwrap();
    symlink("..", folder.path().join("a/circle.flow")).unwrap();
    assert_eq!(
        checked(&folder, "a"),
        "checked 1 file, 1 workflow: no findings"
    );
}

#[test]
fn a_project_is_found_from_below_and_by_its_manifest() {
    let folder = Folder::project(PROGRAM);
    folder.write("more/deep/notes.txt", b"");
    for dir in [
        ".",
        "flow.toml",
        "./flow.toml",
        "more",
        "more/deep/",
        "more/../more",
    ] {
        assert_eq!(
            checked(&folder, dir),
            "checked 1 file, 1 workflow: no findings",
            "{dir}"
        );
    }
}

#[test]
fn sources_are_named_as_they_would_be_typed() {
    let folder = Folder::new(&[
        ("a/flow.toml", "[project]\nname = 1\n"),
        ("a/b/notes.txt", ""),
    ]);
    let whole = folder.path().join("a");
    let names = [
        (".", "a", "a/flow.toml"),
        (".", "./a/", "a/flow.toml"),
        (".", "a/b", "a/flow.toml"),
        ("a", ".", "flow.toml"),
        ("a", "./flow.toml", "flow.toml"),
        ("a/b", ".", "../flow.toml"),
        ("a/b", "..", "../flow.toml"),
    ];
    for (from, dir, name) in names {
        let mut command = folder.command(&["check", "--format", "concise", dir]);
        command.current_dir(folder.path().join(from));
        let out = crate::cli_support::run(command).out;
        assert!(
            out.starts_with(&format!("{name}:2:8: ")),
            "{dir} in {from}: {out}"
        );
    }
    let out = folder
        .flow(&["check", "--format", "concise", whole.to_str().unwrap()])
        .out;
    assert!(
        out.starts_with(whole.join("flow.toml").to_str().unwrap()),
        "{out}"
    );
}

#[test]
fn a_project_may_have_no_source() {
    let run = Folder::new(&[("flow.toml", MANIFEST)]).flow(&["check"]);
    assert_eq!(run.code, Some(0));
    assert!(
        run.err
            .starts_with("note: the project has no `.flow` file\n"),
        "{}",
        run.err
    );
}

/// A test that goes on with an edited program.
const EDITED: &str = "
test \"an edited program goes on\" {
  at 2026-01-05T09:00
  given contact ada { email: \"ada@example.com\" }
  when program is \"edited\"
}
";

#[test]
fn an_edited_program_has_a_folder() {
    let folder = Folder::project(PROGRAM);
    folder.write("tests/edits.flow", EDITED.as_bytes());
    assert_eq!(
        folder.findings(),
        ["tests/edits.flow:5:3: error[F0607]: there is no folder `edited` beside this file"]
    );
    folder.write("tests/edited/flow.toml", MANIFEST.as_bytes());
    folder.write("tests/edited/main.flow", PROGRAM.as_bytes());
    assert_eq!(folder.findings(), [""; 0]);
}
