//! Recovery where the text ends too early or the mistake hides what follows
//! on its line, which the corpus cannot show.

use flow::base::Span;
use flow::diagnostic::Code;

use crate::findings::{findings, fixed};
use crate::support::{files, read};

const OBJECT: &str = "object contact {\n  email: email\n  score: number\n  city: string\n}\n";

/// The codes and the underlined texts of a program with the object `contact`.
fn found(program: &str) -> Vec<(Code, String)> {
    let text = format!("{OBJECT}{program}");
    let (findings, sources) = findings(&text);
    let underlined = |span: Span| sources.get(span.source).slice(span).to_owned();
    findings
        .iter()
        .map(|finding| (finding.code, underlined(finding.primary.span)))
        .collect()
}

/// The program with all first fixes carried out.
fn mended(program: &str) -> String {
    let text = format!("{OBJECT}{program}");
    let (findings, _) = findings(&text);
    fixed(&text, &findings)
        .strip_prefix(OBJECT)
        .map(str::to_owned)
        .unwrap_or_default()
}

fn is(found: &[(Code, String)], expected: &[(Code, &str)]) -> bool {
    found
        .iter()
        .map(|(code, text)| (*code, text.as_str()))
        .eq(expected.iter().copied())
}

#[track_caller]
fn check(program: &str, expected: &[(Code, &str)]) {
    let found = found(program);
    assert!(is(&found, expected), "{program}\n{found:?}");
}

#[test]
fn a_file_cut_off_is_one_finding() {
    let whole = "workflow w on contact {\n  enroll on created\n  steps {\n    branch {\n      case when score > 3 {\n        set city = \"a\"\n";
    check(whole, &[(Code::Unclosed, "{")]);
    let ends = [
        "        set city =",
        "        set",
        "        set city = (score + ",
    ];
    for end in ends {
        let found = found(&format!("{whole}{end}"));
        assert_eq!(found.len(), 1, "{end}: {found:?}");
        assert_eq!(found[0].0, Code::Unclosed, "{end}");
    }
    let text = mended(whole);
    assert!(found(&text).is_empty(), "{text}");
    assert!(text.ends_with("\n      }\n    }\n  }\n}\n"), "{text}");
}

/// What a file is looked at again for, which finds nothing in the rest of it.
const HABIT: &str = "\nconst ZZ = 1;\n";

#[test]
fn a_habit_makes_nothing_of_what_is_right() {
    let mut wrong = Vec::new();
    for path in files("tests/corpus/good") {
        let (found, sources) = findings(&format!("{}{HABIT}", read(&path)));
        if found.len() != 1 {
            let shown = flow::diagnostic::render::concise::render(&found, &sources);
            wrong.push(format!("{path}:\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_quantifier_ends_with_its_line() {
    let program = "workflow w on contact {\n  exclusive with all\n  let recent = score + 3\n\
                   \x20 only when recent > 3\n  steps {\n    unenroll from all\n\
                   \x20   set city = \"Oslo\"\n  }\n}";
    let found = found(&format!("{program}{HABIT}"));
    assert_eq!(found, [(Code::ForeignSyntax, ";".to_owned())]);
}

#[test]
fn a_brace_too_many_is_one_finding() {
    check(
        "workflow w on contact {\n  enroll on created\n  steps {\n    set score = 1\n    }\n  }\n}\nworkflow v on contact {\n  enroll on created\n  steps { }\n}\n",
        &[(Code::Unclosed, "}")],
    );
}

#[test]
fn an_open_text_is_reported_at_its_quote() {
    let step = |line: &str| {
        format!(
            "workflow w on contact {{\n  enroll on created\n  steps {{\n    branch {{\n      {line}\n        stop\n      }}\n    }}\n    set scor = 1\n  }}\n}}\n"
        )
    };
    check(
        &step("case \"Hot when score > 3 {"),
        &[(Code::Unclosed, "\""), (Code::UnknownProperty, "scor")],
    );
    check(
        "workflow w on contact {\n  title \"a\n  enroll on created\n  steps { do log { text: \"abc } }\n}\n",
        &[(Code::Unclosed, "\""), (Code::Unclosed, "\"")],
    );
    check(
        "segment s on contact when city == \"a\n",
        &[(Code::Unclosed, "\"")],
    );
    check(
        "message m on contact {\n  subject: \"a\"\n  text: \"\"\"\n  Hello\n}\n",
        &[(Code::Unclosed, "\"\"\"")],
    );
}

#[test]
fn a_chain_of_operators_is_one_finding() {
    let chain = "score + ".repeat(2000);
    let found = found(&format!("segment s on contact when {chain}1 > 0\n"));
    let codes: Vec<Code> = found.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, [Code::NestedTooDeeply]);
}

#[test]
fn fixes_give_the_text_that_was_meant() {
    let step = |step: &str| {
        format!("workflow w on contact {{\n  enroll on created\n  steps {{\n    {step}\n  }}\n}}\n")
    };
    for (wrong, right) in [
        ("set score to 10", "set score = 10"),
        ("set score 3", "set score = 3"),
        ("set score++", "set score += 1"),
        ("set city = null", "clear city"),
        ("score = 3", "set score = 3"),
        ("log { text: \"a\" }", "do log { text: \"a\" }"),
        ("log(text: \"a\")", "do log { text: \"a\" }"),
        ("do log(text: \"a\")", "do log { text: \"a\" }"),
        (
            "if score > 3 { stop }",
            "branch { case when score > 3 { stop } }",
        ),
        (
            "branch { case score > 3 { stop } }",
            "branch { case when score > 3 { stop } }",
        ),
        (
            "branch { elseif score > 3 { stop } }",
            "branch { case when score > 3 { stop } }",
        ),
        (
            "match city { default { stop } }",
            "match city { else { stop } }",
        ),
        (
            "set score = 1; set city = \"a\"",
            "set score = 1 set city = \"a\"",
        ),
        ("set city = 'it\\'s \"{x'", "set city = \"it's \\\"\\{x\""),
        ("set score = 1.000,50", "set score = 1000.50"),
    ] {
        assert_eq!(
            mended(&step(wrong)).split_whitespace().collect::<String>(),
            step(right).split_whitespace().collect::<String>()
        );
    }
    for (wrong, right) in [
        ("city == null", "city is unknown"),
        ("city != null and score > 3", "city is known and score > 3"),
        ("score => 50", "score >= 50"),
        ("city in [\"a\", \"b\"]", "city in (\"a\", \"b\")"),
        ("city includes \"a\"", "city contains \"a\""),
        ("city.includes(\"a\")", "city contains (\"a\")"),
        ("(score > 3", "(score > 3)"),
    ] {
        let segment = |condition: &str| format!("segment s on contact when {condition}\n");
        assert_eq!(mended(&segment(wrong)), segment(right));
    }
}

#[test]
fn a_doc_comment_at_the_end_belongs_to_nothing() {
    check(
        "/// Nothing follows.\n",
        &[(Code::StrayDocComment, "/// Nothing follows.")],
    );
}

#[test]
fn a_clause_that_begins_with_a_unit_stands_below_a_number() {
    check(
        "workflow w on contact {\n  enroll when score > 50\n  hours mon-fri 09:00-17:00\n  steps {\n    set score = 0\n  }\n}\n",
        &[],
    );
}

/// A rule without words would be silent where it alone was expected.
#[test]
fn each_rule_of_the_grammar_has_words_or_parts_that_have_them() {
    let texts = [
        read("src/syntax/build/describe.rs"),
        read("src/syntax/build/describe/parts.rs"),
    ];
    let texts = texts.concat();
    let told: std::collections::BTreeSet<&str> = texts
        .split("Rule::")
        .skip(1)
        .filter_map(|rest| {
            rest.split(|c: char| !(c.is_alphanumeric() || "_#".contains(c)))
                .next()
        })
        .map(|rule| rule.trim_start_matches("r#"))
        .collect();
    let grammar = read("grammar/flow.pest");
    let rules = grammar.lines().filter_map(|line| line.split_once('='));
    let rules = rules.filter(|(rule, _)| !rule.starts_with(['/', ' ']));
    let rules = rules.map(|(rule, _)| rule.trim_end());
    let rules: Vec<&str> = rules.filter(|rule| !rule.starts_with("kw_")).collect();
    assert!(rules.len() > 300, "{}", rules.len());
    let forgotten: Vec<&&str> = rules.iter().filter(|rule| !told.contains(*rule)).collect();
    assert!(forgotten.is_empty(), "{forgotten:?}");
}
