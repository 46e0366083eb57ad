//! `flow check` for other programs and for a person in a hurry: SARIF, GitHub, patches, fixes that
//! are carried out, and only the first findings.

use std::fs;

use serde_json::Value;

use crate::cli_support::{Folder, MANIFEST, Run};
use crate::support::read;

/// Three mistakes: two have one fix, one has two.
const WRONG: &str = "\
object contact {
  email: email unique required
  city: string
  born_at: datetime
}

workflow greet on contact {
  enroll when ctiy is known && email is known
  only when now - born_at > 3

  steps {
    set city = \"50 % in Ås\"
  }
}
";

fn folder() -> Folder {
    Folder::project(WRONG)
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.out))
}

fn source(folder: &Folder) -> String {
    fs::read_to_string(folder.path().join("main.flow")).expect("it is there")
}

/// What its schema says against a document.
fn violations(document: &Value) -> Vec<String> {
    let schema = read("tests/fixtures/sarif/sarif-schema-2.1.0.json");
    let schema: Value = serde_json::from_str(&schema).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("it is sound");
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn sarif_is_what_its_schema_says() {
    let run = folder().flow(&["check", "--format", "sarif"]);
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    let mut document = json(&run);
    assert_eq!(violations(&document), Vec::<String>::new());
    let one = &document["runs"][0];
    let results = one["results"].as_array().expect("a list");
    assert_eq!(results.len(), 3, "{}", run.out);
    let first = &results[0];
    assert_eq!(first["ruleId"], "F0202");
    let rule = first["ruleIndex"].as_u64().expect("a place") as usize;
    assert_eq!(one["tool"]["driver"]["rules"][rule]["id"], "F0202");
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "main.flow");
    let region = &place["region"];
    assert_eq!(
        (&region["startLine"], &region["startColumn"]),
        (&8.into(), &15.into())
    );
    let edit = &first["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(edit["insertedContent"]["text"], "city");
    // The schema bites.
    document["runs"][0]["results"][0]["level"] = "fatal".into();
    assert_eq!(violations(&document).len(), 1);
}

#[test]
fn sarif_of_a_sound_project_is_sound() {
    let run = Folder::project("").flow(&["check", "--format", "sarif"]);
    assert_eq!(run.code, Some(0));
    assert_eq!(violations(&json(&run)), Vec::<String>::new());
}

#[test]
fn names_of_files_are_addresses_in_sarif() {
    let folder = Folder::new(&[("flow.toml", MANIFEST), ("a b/å%.flow", "object a {")]);
    let document = json(&folder.flow(&["check", "--format", "sarif"]));
    assert_eq!(violations(&document), Vec::<String>::new());
    let place = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/%C3%A5%25.flow");
}

#[test]
fn github_is_told_in_its_commands() {
    let run = folder().flow(&["check", "--format", "github"]);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", run.out);
    assert_eq!(
        lines[0],
        "::error file=main.flow,line=8,endLine=8,col=15,endColumn=19,title=F0202 unknown-property::\
         `contact` has no property `ctiy`%0Adid you mean `city`?"
    );
    assert_eq!(run.err, "checked 1 file: 3 errors\n");
}

#[test]
fn only_the_first_findings_are_printed_and_all_are_counted() {
    let run = folder().flow(&["check", "--format", "concise", "--max-findings", "1"]);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
    assert_eq!(
        run.err,
        "note: 2 findings more not shown\nchecked 1 file: 3 errors\n"
    );
    assert_eq!(run.code, Some(1));
}

#[test]
fn a_patch_shows_what_would_be_mended_and_changes_nothing() {
    let folder = folder();
    let run = folder.flow(&["check", "--diff"]);
    assert_eq!(
        run.out,
        "\
--- a/main.flow
+++ b/main.flow
@@ -5,7 +5,7 @@
 }
 
 workflow greet on contact {
-  enroll when ctiy is known && email is known
+  enroll when city is known and email is known
   only when now - born_at > 3
 
   steps {
"
    );
    assert_eq!(run.err, "`--fix` would mend 2 findings in 1 file\n");
    assert_eq!(run.code, Some(1));
    assert_eq!(source(&folder), WRONG);
}

#[test]
fn fixes_are_carried_out_where_there_is_one_way_alone() {
    let folder = folder();
    let run = folder.flow(&["check", "--fix", "--format", "concise"]);
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("error[F0311]"), "{}", run.out);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
    assert_eq!(
        run.err,
        "mended 2 findings in 1 file\n\
         note: 1 finding can be mended in more than one way: choose by hand\n\
         checked 1 file: 1 error\n"
    );
    let mended = WRONG.replace("ctiy", "city").replace("&&", "and");
    assert_eq!(source(&folder), mended);
    // A second run finds nothing to do.
    let again = folder.flow(&["check", "--diff"]);
    assert_eq!((again.out.as_str(), again.code), ("", Some(1)));
}

#[test]
fn fixes_reach_the_manifest_and_leave_the_rest_as_it_was() {
    let text = "\u{feff}object contact {\r\n  city: strin\r\n}\r\n";
    let folder = Folder::new(&[
        ("flow.toml", "[project]\nname = \"acme\"\nedtion = 1\n"),
        ("main.flow", text),
    ]);
    let run = folder.flow(&["check", "--fix"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert_eq!(source(&folder), text.replace("strin\r", "string\r"));
    let manifest = fs::read_to_string(folder.path().join("flow.toml")).expect("it is there");
    assert_eq!(manifest, MANIFEST);
    let left = fs::read_dir(folder.path()).expect("it is there").count();
    assert_eq!(left, 2, "nothing else is left behind");
}

#[test]
fn levels_of_the_command_line_hold_after_a_fix() {
    let program = WRONG.replace("  only when now - born_at > 3\n", "");
    let program = program.replace("  steps {", "  suppress when city != \"Oslo\"\n  steps {");
    let folder = Folder::project(&program);
    let rule = "negative-without-unknown";
    let run = folder.flow(&["check", "--fix", "--allow", rule]);
    assert_eq!((run.code, run.out.as_str()), (Some(0), ""), "{}", run.err);
    let run = folder.flow(&["check", "--deny", rule]);
    assert_eq!(run.code, Some(1), "{}", run.err);
}
