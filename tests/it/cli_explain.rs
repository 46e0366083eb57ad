//! What `flow explain` says. What the pages themselves must hold is not tested here.

use serde_json::Value;

use crate::cli_support::Folder;

#[test]
fn codes_are_explained_by_number_and_by_name() {
    let folder = Folder::new(&[]);
    let page = folder.flow(&["explain", "F0202"]);
    assert_eq!(page.code, Some(0));
    assert!(page.out.starts_with("# F0202"), "{}", page.out);
    for code in ["f0202", "unknown-property", "Unknown-Property"] {
        assert_eq!(folder.flow(&["explain", code]).out, page.out);
    }
    let json = folder.flow(&["explain", "F0202", "--format", "json"]).out;
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["codes"][0]["page"], page.out);
}

#[test]
fn all_codes_are_listed() {
    let list = Folder::new(&[]).flow(&["explain"]).out;
    assert_eq!(list.lines().count(), flow::diagnostic::Code::ALL.len());
    assert!(list.contains("F0202  unknown-property"), "{list}");
}

#[test]
fn an_unknown_code_has_a_near_name() {
    let folder = Folder::new(&[]);
    let run = folder.flow(&["explain", "unknown-propety"]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    let said =
        "error: there is no finding `unknown-propety`\nhelp: did you mean `unknown-property`?\n";
    assert_eq!(run.err, said);
    assert!(
        folder
            .flow(&["explain", "nonsense"])
            .err
            .contains("`flow explain` lists all findings")
    );
}
