//! Faults, each a change of one place of the sources that breaks a rule: what
//! it names must find it, a section of a literate spec, a test or the property
//! test. Building and playing takes minutes, so the short form only asks
//! whether the faults still fit, and whether each rule has one.

mod plant;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Instant;

use flow::host::test::literate;

use crate::rules::{OPEN, held};
use crate::support::{files, is_long, read, repo_root, rust_files};

const PROPERTY: &str = "property::the_engine_agrees_with_the_model";

/// What must find a fault.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Finder {
    /// The section of the rule in this spec.
    Spec(String),
    /// This test.
    Test(String),
    /// The property test.
    Property,
}

impl fmt::Display for Finder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finder::Spec(name) => f.write_str(name),
            Finder::Test(name) => write!(f, "the test {name}"),
            Finder::Property => f.write_str("the property test"),
        }
    }
}

impl Finder {
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("found by ")?;
        Some(match text.strip_prefix("the test ") {
            Some(name) => Finder::Test(name.to_owned()),
            None if text == "the property test" => Finder::Property,
            None => Finder::Spec(text.to_owned()),
        })
    }

    /// Plays it on the copy, with a fault or with none.
    fn plays(&self, fault: &str) -> Output {
        let mut command = match self {
            Finder::Spec(name) => {
                let mut flow = Command::new(target().join("debug/flow"));
                flow.arg("test").arg(format!("tests/specs/{name}"));
                flow
            }
            Finder::Test(name) => cargo(&["--quiet", "--", "--exact", name]),
            Finder::Property => cargo(&["--quiet", "--", "--exact", PROPERTY]),
        };
        let cases = if fault.is_empty() { "400" } else { "5000" };
        command
            .current_dir(target().join("tree"))
            .env("FLOW_FAULT", fault)
            .env("FLOW_CASES", cases)
            .output()
            .expect("it starts")
    }

    /// Whether it holds without a fault.
    fn is_sound(&self) -> bool {
        let output = self.plays("");
        let said = String::from_utf8_lossy(&output.stdout);
        let has_run = matches!(self, Finder::Spec(_)) || said.contains("1 passed");
        output.status.success() && has_run
    }

    fn finds(&self, fault: &Fault) -> bool {
        let output = self.plays(&fault.name);
        let said = String::from_utf8_lossy(&output.stdout);
        match self {
            Finder::Spec(_) => said.lines().any(|line| {
                let failed = line.strip_prefix("  failed   ");
                failed.is_some_and(|title| rules_of(title).any(|rule| rule == fault.rule))
            }),
            Finder::Test(name) => said.contains(&format!("---- {name} stdout")),
            Finder::Property => said.contains("minimal failing input"),
        }
    }
}

/// A fault: what it breaks, what finds it, where it is, and how.
pub(crate) struct Fault {
    /// The rule, and a word.
    pub(crate) name: String,
    pub(crate) rule: String,
    finder: Finder,
    path: String,
    old: String,
    new: String,
}

impl Fault {
    fn parse(name: &str, text: &str) -> Self {
        let parts = || {
            let (head, rest) = text.split_once("\n--- as it is\n")?;
            let mut head = head.lines();
            let (rule, _) = head.next()?.split_once(": ")?;
            let (finder, path) = (Finder::parse(head.next()?)?, head.next()?);
            let (old, new) = rest.split_once("\n--- the fault\n")?;
            Some(Fault {
                name: name.to_owned(),
                rule: rule.to_owned(),
                finder,
                path: path.to_owned(),
                old: old.to_owned(),
                new: new.strip_suffix('\n')?.to_owned(),
            })
        };
        parts().unwrap_or_else(|| panic!("{name} is no fault"))
    }

    pub(crate) fn all() -> Vec<Fault> {
        let files = files("tests/faults").into_iter();
        let named = files.filter_map(|path| {
            let name = path.strip_prefix("tests/faults/")?;
            Some(Fault::parse(name.strip_suffix(".fault")?, &read(&path)))
        });
        named.collect()
    }
}

/// The rules that a heading names.
fn rules_of(title: &str) -> impl Iterator<Item = &str> {
    title.split(" · ").next().unwrap_or_default().split(", ")
}

#[test]
fn the_faults_fit_the_sources() {
    for fault in Fault::all() {
        let name = &fault.name;
        let source = read(&fault.path);
        let found = source.matches(&fault.old).count();
        assert_eq!(found, 1, "{name} does not fit {}", fault.path);
        assert_ne!(fault.old, fault.new, "{name}");
        assert!(name.starts_with(&format!("{}-", fault.rule)), "{name}");
        let body = plant::body(&source, &fault);
        assert!(body.is_some(), "{name} stands in no function");
    }
}

#[test]
fn what_finds_a_fault_is_there() {
    let tests = rust_files(&["tests/it"]);
    for fault in Fault::all() {
        let is_there = match &fault.finder {
            Finder::Spec(spec) => {
                let sections = literate::sections(&read(&format!("tests/specs/{spec}")));
                let mut titles = sections.iter().map(|section| section.title.as_str());
                titles.any(|title| rules_of(title).any(|rule| rule == fault.rule))
            }
            Finder::Test(test) => {
                let (file, name) = test.rsplit_once("::").expect("a path");
                let path = format!("tests/it/{}.rs", file.replace("::", "/"));
                let mut of_path = tests.iter().filter(|test| test.path == path);
                of_path.any(|file| file.text.contains(&format!("fn {name}()")))
            }
            Finder::Property => true,
        };
        assert!(is_there, "{}: {} is not there", fault.name, fault.finder);
    }
}

#[test]
fn every_rule_has_a_fault() {
    let faults = Fault::all();
    let rules: BTreeSet<&str> = faults.iter().map(|fault| fault.rule.as_str()).collect();
    held("fault", OPEN, |rule| rules.contains(rule));
}

fn target() -> PathBuf {
    repo_root().join("target/faults")
}

fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["test", "--test", "it"])
        .args(arguments)
        .current_dir(target().join("tree"))
        .env("CARGO_TARGET_DIR", target())
        .env("RUST_BACKTRACE", "0")
        .env_remove("FLOW_LONG");
    cargo
}

/// The faults whose names begin with `FLOW_FAULTS`, those that one thing finds
/// together.
fn chosen(all: &[Fault]) -> Vec<&Fault> {
    let wanted = std::env::var("FLOW_FAULTS").unwrap_or_default();
    let chosen = all.iter().filter(|fault| fault.name.starts_with(&wanted));
    let mut chosen: Vec<&Fault> = chosen.collect();
    chosen.sort_by_key(|fault| &fault.finder);
    chosen
}

/// Prints what came of each fault, and how long it took.
#[test]
fn each_fault_is_found() {
    if !is_long() {
        return;
    }
    let all = Fault::all();
    plant::tree(&target().join("tree"), &all);
    let built = cargo(&["--no-run"]).output().expect("cargo starts");
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
    let chosen = chosen(&all);
    let finders: BTreeSet<&Finder> = chosen.iter().map(|fault| &fault.finder).collect();
    for finder in finders {
        assert!(finder.is_sound(), "{finder} fails without a fault");
    }
    let mut missed = Vec::new();
    for fault in chosen {
        let begun = Instant::now();
        let found = fault.finder.finds(fault);
        let (word, seconds) = (if found { "found " } else { "MISSED" }, begun.elapsed());
        println!(
            "{word} {:5.1} s  {:16} by {}",
            seconds.as_secs_f32(),
            fault.name,
            fault.finder
        );
        missed.extend((!found).then_some(&fault.name));
    }
    assert!(missed.is_empty(), "missed: {missed:?}");
}
