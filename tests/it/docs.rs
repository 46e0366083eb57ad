//! What the documents say is true: their programs compile, their commands
//! run, every code has a page, an example and a test.

use std::process::Command;

use flow::base::{SourceId, Sources};
use flow::compile::compile;
use flow::diagnostic::{Code, Findings, render};
use flow::model::{Limits, Settings};

use tempfile::TempDir;

use crate::cli_support::{Folder, copy};
use crate::support::{files, read, repo_root};

/// The blocks of a document: language, text, line.
fn blocks(text: &str) -> Vec<(String, String, usize)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some((language.trim().to_owned(), String::new(), number + 1))
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((_, block, _)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

fn findings(text: &str) -> (Findings, String) {
    findings_under(Limits::default(), text)
}

fn findings_under(limits: Limits, text: &str) -> (Findings, String) {
    let mut sources = Sources::default();
    let id: SourceId = sources.add("block.flow", text);
    let settings = Settings {
        limits,
        ..Settings::default()
    };
    let findings = compile(&sources, &[id], &settings).findings;
    let shown = render::concise::render(&findings, &sources);
    (findings, shown)
}

#[test]
fn programs_in_documents_compile() {
    let mut count = 0;
    for path in [
        "README.md",
        "docs/language.md",
        "docs/semantics.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
    ] {
        for (language, text, line) in blocks(&read(path)) {
            if language == "flow" {
                let (findings, shown) = findings(&text);
                assert!(!findings.has_errors(), "{path}:{line}:\n{shown}");
                count += 1;
            }
        }
    }
    assert!(count >= 5, "{count} programs");
}

/// The limits that the head of a block sets: `flow cases_per_branch=2`. What a
/// profile lets through would fill a page.
fn limits(head: &str) -> Limits {
    let mut limits = Limits::default();
    for (key, most) in head.split(' ').filter_map(|word| word.split_once('=')) {
        let count = Limits::COUNTS.iter().find(|count| count.key == key);
        let most = most.parse().expect("a number");
        (count.expect("a limit").set)(&mut limits, Some(most));
    }
    limits
}

/// The blocks after a heading of a page: head, text.
fn section(page: &str, heading: &str) -> Vec<(String, String)> {
    let rest = page.split_once(&format!("\n## {heading}\n"));
    let rest = rest.and_then(|(_, rest)| rest.split("\n## ").next());
    blocks(rest.unwrap_or_default())
        .into_iter()
        .map(|(language, text, _)| (language, text))
        .collect()
}

/// The findings of the blocks of a section: a program, or a `flow.toml` and one.
/// `None` for anything else.
fn found_in(blocks: &[(String, String)]) -> Option<(Findings, String)> {
    let is_program = |head: &str| head.split(' ').next() == Some("flow");
    match blocks {
        [(head, program), ..] if is_program(head) => Some(findings_under(limits(head), program)),
        [(language, manifest), (head, program), ..] if language == "toml" && is_program(head) => {
            let files = [
                ("flow.toml", manifest.as_str()),
                ("main.flow", program.as_str()),
            ];
            let folder = Folder::new(&files);
            let project = flow::project::load(folder.path()).expect("a project");
            let compilation = compile(&project.sources, &project.files, &project.settings);
            let mut found = project.findings;
            found.append(compilation.findings);
            let shown = render::concise::render(&found, &project.sources);
            Some((found, shown))
        }
        _ => None,
    }
}

/// Whether the program of a page holds one step that is not carried out yet.
fn refused(blocks: &[(String, String)]) -> bool {
    let [(_, manifest), (_, program), ..] = blocks else {
        panic!("a manifest and a program");
    };
    let folder = Folder::new(&[("flow.toml", manifest), ("main.flow", program)]);
    let project = flow::project::load(folder.path()).expect("a project");
    let compiled = compile(&project.sources, &project.files, &project.settings);
    let program = compiled.program.expect("it compiles");
    program.not_carried().len() == 1
}

#[test]
fn every_page_says_what_it_should() {
    for code in Code::ALL {
        let page = code.page();
        let head = format!("# {} {}\n", code.code(), code.name());
        assert!(
            page.starts_with(&head),
            "{code}: the head is not `{}`",
            head.trim()
        );
        for heading in ["What it does", "Why", "Example", "Use instead"] {
            assert!(
                page.contains(&format!("\n## {heading}\n")),
                "{code}: no section `{heading}`"
            );
        }
        let (bad, good) = (section(page, "Example"), section(page, "Use instead"));
        assert!(!bad.is_empty() && !good.is_empty(), "{code}: no blocks");
        let (Some((found, shown)), Some(instead)) = (found_in(&bad), found_in(&good)) else {
            // Settings and what cannot be shown have tests of their own.
            assert!(
                code.code().starts_with("F06")
                    || code.code().starts_with("F07")
                    || *code == Code::NestedTooDeeply,
                "{code}: blocks that are no program"
            );
            continue;
        };
        if *code == Code::NotYet {
            // What is not run yet is checked all the same.
            assert!(found.is_empty() && refused(&bad) && !refused(&good));
            continue;
        }
        let codes: Vec<Code> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [*code], "{code}: the example gives\n{shown}");
        let (found, shown) = instead;
        assert!(
            found.is_empty(),
            "{code}: what to use instead gives\n{shown}"
        );
    }
}

#[test]
fn the_table_of_codes_is_that_of_the_declaration() {
    let mut table = String::from("# Findings\n");
    table.push_str("\n| code | name | level | what it means |\n| --- | --- | --- | --- |\n");
    for code in Code::ALL {
        let (number, name, level) = (code.code(), code.name(), code.level().word());
        table.push_str(&format!(
            "| [{number}]({number}.md) | {name} | {level} | {} |\n",
            code.summary()
        ));
    }
    let path = repo_root().join("docs/diagnostics/README.md");
    if std::env::var_os("FLOW_UPDATE").is_some() {
        std::fs::write(&path, &table).expect("the table is written");
    }
    assert_eq!(
        read("docs/diagnostics/README.md"),
        table,
        "write it anew: FLOW_UPDATE=1 cargo test docs"
    );
}

#[test]
fn every_code_has_a_test_that_names_the_place() {
    let corpus: String = files("tests/corpus/findings")
        .iter()
        .map(|path| read(path))
        .collect();
    let tests: String = [
        "clauses",
        "cli_manifest",
        "cli_project",
        "flow_test",
        "later_steps",
        "limits",
        "packages",
        "robust",
        "recovery",
        "replay",
    ]
    .iter()
    .map(|name| read(&format!("tests/it/{name}.rs")))
    .collect();
    let noted = |code: &Code| corpus.contains(&format!("~ {} ", code.code()));
    let variant =
        |code: &Code| tests.contains(&format!("Code::{code:?}")) || tests.contains(code.code());
    let missing: Vec<&Code> = Code::ALL
        .iter()
        .filter(|code| !noted(code) && !variant(code))
        .collect();
    assert!(missing.is_empty(), "no test names {missing:?}");
}

/// What `flow graph` prints of a workflow of the example.
fn graph(workflow: &str, format: &str) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_flow"))
        .args([
            "graph",
            "examples/webinar",
            "--workflow",
            workflow,
            "--format",
            format,
        ])
        .current_dir(repo_root())
        .output()
        .expect("flow runs");
    String::from_utf8(run.stdout).expect("text")
}

#[test]
fn the_graphs_of_the_readme_are_what_is_printed() {
    let shown = blocks(&read("README.md"));
    let block = |start: &str| {
        shown
            .iter()
            .find(|(_, text, _)| text.starts_with(start))
            .expect(start)
            .1
            .clone()
    };
    assert_eq!(
        block("workflow introduce").trim_end(),
        graph("introduce", "text").trim_end()
    );
    assert_eq!(
        block("---\ntitle: introduce").trim_end(),
        graph("introduce", "mermaid").trim_end()
    );
}

#[test]
fn the_commands_of_the_documents_run() {
    let mut count = 0;
    // What the commands leave behind does not belong into the repository.
    let folder = TempDir::new().expect("a folder");
    copy(
        &repo_root().join("examples"),
        &folder.path().join("examples"),
    );
    let documents = [
        "README.md",
        "examples/webinar/README.md",
        "docs/running.md",
        "docs/testing.md",
    ];
    let found = documents.map(|path| blocks(&read(path)).into_iter().map(move |b| (path, b)));
    for (path, (language, text, line)) in found.into_iter().flatten() {
        if language != "sh" {
            continue;
        }
        for command in text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let words = command
                .strip_prefix("cargo run --release -- ")
                .or_else(|| command.strip_prefix("flow "));
            let Some(words) = words else {
                let known = [
                    "cargo test",
                    "cargo bench --bench compile",
                    "cargo install --path .",
                ];
                assert!(
                    known.contains(&command),
                    "{path}:{line}: `{command}` is not run by this test"
                );
                continue;
            };
            let words = words.split(" > ").next().unwrap_or_default();
            let run = Command::new(env!("CARGO_BIN_EXE_flow"))
                .args(words.split_whitespace())
                .current_dir(folder.path())
                .output()
                .expect("flow runs");
            let said = String::from_utf8_lossy(&run.stderr).into_owned();
            assert_eq!(
                run.status.code(),
                Some(0),
                "{path}:{line}: `{command}`: {said}"
            );
            count += 1;
        }
    }
    assert!(count >= 3, "{count} commands");
}
