//! What `docs/coverage.md` says: each fact of the documentation that the language was made after
//! stands there once, and what is named as its proof exists.

use crate::support::{read, repo_root};

/// How many facts each part has.
const FACTS: [(&str, usize); 5] = [("S1", 44), ("S2", 37), ("S3", 39), ("S4", 16), ("S5", 31)];

/// The rows of the tables: fact, what it says, what became of it, proof.
fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .filter(|line| line.starts_with("| S"))
        .map(|line| line.trim_matches('|').split(" | ").map(trimmed).collect())
        .collect()
}

fn trimmed(cell: &str) -> String {
    cell.trim().to_owned()
}

/// What is wrong with a document.
fn wrong(text: &str) -> Vec<String> {
    let rows = rows(text);
    let facts = FACTS.iter();
    let facts = facts.flat_map(|(part, count)| (1..=*count).map(move |at| format!("{part}.{at}")));
    let facts: Vec<String> = facts.collect();
    let stand: Vec<&String> = rows.iter().filter_map(|row| row.first()).collect();
    let mut wrong = Vec::new();
    if stand != facts.iter().collect::<Vec<_>>() {
        wrong.push(format!(
            "the facts are not each there once, in order: {stand:?}"
        ));
    }
    for row in &rows {
        wrong.extend(of_row(row));
    }
    wrong
}

fn of_row(row: &[String]) -> Vec<String> {
    let [fact, _, became, proof] = row else {
        return vec![format!("no four columns: {row:?}")];
    };
    let proofs: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
    let built = became.starts_with("runs") || became.starts_with("checked");
    let mut wrong: Vec<String> = Vec::new();
    if built && proofs.is_empty() {
        wrong.push(format!("{fact}: nothing proves it"));
    }
    let missing = proofs.iter().filter(|proof| !exists(proof));
    wrong.extend(missing.map(|proof| format!("{fact}: there is no `{proof}`")));
    wrong
}

/// Whether there is such a program or such a test.
fn exists(proof: &str) -> bool {
    if let Some(path) = proof.strip_prefix("corpus:") {
        return repo_root().join("tests/corpus").join(path).exists();
    }
    let Some((file, name)) = proof.split_once("::") else {
        return false;
    };
    let path = format!("tests/it/{file}.rs");
    repo_root().join(&path).exists() && read(&path).contains(&format!("fn {name}("))
}

#[test]
fn each_fact_stands_once_with_what_proves_it() {
    let wrong = wrong(&read("docs/coverage.md"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_gap_and_a_proof_that_is_none_are_found() {
    let text = read("docs/coverage.md");
    let without: String = text
        .lines()
        .filter(|line| !line.starts_with("| S3.7 "))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(wrong(&without).len(), 1);
    let other = text.replacen("engine/", "engines/", 1);
    assert_eq!(wrong(&other).len(), 1, "{:?}", wrong(&other));
}
