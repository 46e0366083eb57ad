//! The limits of the profile `hubspot`: each lets through what it should, bites one further on,
//! names the key that raises it, and is off under the profile `none`.

use flow::base::Sources;
use flow::compile::compile;
use flow::diagnostic::Code;
use flow::model::{Limits, Profile, Settings};

const HEAD: &str = "\
object contact {
  email: email unique required
  score: number default 0
}
event page_viewed on contact { url: url }
";

/// The errors of a program under some limits: code, underlined text, help.
fn errors(text: &str, limits: Limits) -> Vec<(Code, String, String)> {
    let mut sources = Sources::default();
    let id = sources.add("test.flow", text);
    let settings = Settings {
        limits,
        ..Settings::default()
    };
    let findings = compile(&sources, &[id], &settings).findings;
    let errors = findings
        .iter()
        .filter(|finding| finding.code.level() == flow::diagnostic::Level::Error);
    let row = errors.map(|finding| {
        let place = sources.slice(finding.primary.span).to_owned();
        (
            finding.code,
            place,
            finding.help.clone().unwrap_or_default(),
        )
    });
    row.collect()
}

/// Puts a limit that counts to the test, by programs with as many things as asked for.
fn counts(key: &str, code: Code, program: impl Fn(usize) -> (String, String)) {
    let hubspot = Limits::from(Profile::Hubspot);
    let count = Limits::COUNTS
        .iter()
        .find(|count| count.key == key)
        .expect(key);
    let most = count.usual.expect("it has a number") as usize;
    assert_eq!(
        errors(&program(most).0, hubspot),
        [],
        "{key}: {most} are too many"
    );
    let (text, over) = program(most + 1);
    let found = errors(&text, hubspot);
    let [(found, place, help)] = found.as_slice() else {
        panic!("{key}: {found:?}");
    };
    assert_eq!((*found, place.as_str()), (code, over.as_str()), "{key}");
    assert!(
        help.contains(&format!("`{key}` under `[limits]`")),
        "{key}: {help}"
    );
    let mut raised = hubspot;
    (count.set)(&mut raised, Some(most as u32 + 1));
    assert_eq!(errors(&text, raised), [], "{key}: raised");
    assert_eq!(
        errors(&text, Profile::None.into()),
        [],
        "{key}: without limits"
    );
    let mut least = hubspot;
    (count.set)(&mut least, Some(count.least));
    let found = errors(&program(count.least as usize + 1).0, least);
    assert_eq!(found.len(), 1, "{key}: at its least {found:?}");
}

/// A text for each number from 1.
fn each(number: usize, of: impl Fn(usize) -> String) -> String {
    (1..=number).map(of).collect()
}

#[test]
fn filters_are_counted_over_all_triggers() {
    counts("filters_per_workflow", Code::TooManyFilters, |number| {
        let clauses = each(number, |n| {
            format!("  enroll on page_viewed where url == \"/{n}\"\n")
        });
        let text = format!("{HEAD}workflow w on contact {{\n{clauses}  steps {{}}\n}}\n");
        (text, format!("url == \"/{number}\""))
    });
    counts("filters_per_workflow", Code::TooManyFilters, |number| {
        let rest = each(number - 1, |n| format!(" or score == {n}"));
        let text = format!(
            "{HEAD}workflow w on contact {{\n  enroll when score == 0{rest}\n  only when score > 1 and score > 2\n  steps {{}}\n}}\n"
        );
        (text, format!("score == {}", number - 1))
    });
}

#[test]
fn cases_are_counted() {
    counts("cases_per_branch", Code::TooManyCases, |number| {
        let cases = each(number, |n| format!("case when score > {n} {{ stop }}\n"));
        let text = format!(
            "{HEAD}workflow w on contact {{ steps {{ branch {{ {cases} else {{ stop }} }} }} }}\n"
        );
        (text, format!("case when score > {number}"))
    });
    counts("cases_per_match", Code::TooManyMatchCases, |number| {
        let cases = each(number, |n| format!("case {n} {{ stop }}\n"));
        let text = format!(
            "{HEAD}workflow w on contact {{ steps {{ match score {{ {cases} else {{ stop }} }} }} }}\n"
        );
        (text, format!("case {number}"))
    });
}

#[test]
fn levels_are_counted() {
    counts("nesting", Code::TooManyLevels, |number| {
        let open = each(number, |n| format!("branch {{ case when score > {n} {{\n"));
        let close = " } }".repeat(number);
        let text =
            format!("{HEAD}workflow w on contact {{ steps {{ {open} set score = 1{close} }} }}\n");
        (text, "set score = 1".to_owned())
    });
}

#[test]
fn deep_nesting_is_a_warning_before() {
    let program = |number: usize| {
        let open = each(number, |n| format!("branch {{ case when score > {n} {{\n"));
        let close = " } }".repeat(number);
        format!(
            "{HEAD}workflow w on contact {{\n  enroll on page_viewed\n  steps {{ {open} set score = 1{close} }} }}\n"
        )
    };
    let warned = |number: usize, limits: Limits| {
        let mut sources = Sources::default();
        let id = sources.add("test.flow", program(number));
        let settings = Settings {
            limits,
            ..Settings::default()
        };
        let findings = compile(&sources, &[id], &settings).findings;
        let found: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
        found
    };
    let hubspot = Limits::from(Profile::Hubspot);
    assert_eq!(warned(10, hubspot), []);
    assert_eq!(warned(11, hubspot), [Code::DeepNesting]);
    assert_eq!(warned(11, Profile::None.into()), []);
    let raised = Limits {
        nesting_warning: Some(12),
        ..hubspot
    };
    assert_eq!(warned(12, raised), []);
}

#[test]
fn declarations_are_counted() {
    counts("webhooks", Code::TooManyWebhooks, |number| {
        let webhooks = each(number, |n| {
            format!("webhook order_{n} on contact {{ match email from \"$.email\" verify none }}\n")
        });
        (format!("{HEAD}{webhooks}"), format!("order_{number}"))
    });
    counts("properties_per_event", Code::TooManyProperties, |number| {
        let properties = each(number, |n| format!("  p_{n}: string\n"));
        let text = format!("{HEAD}event visited on contact {{\n{properties}}}\n");
        (text, format!("p_{number}"))
    });
    counts("properties_per_event", Code::TooManyProperties, |number| {
        let fields = each(number, |n| format!("  p_{n}: string from \"$.p\"\n"));
        let text = format!(
            "{HEAD}webhook visited on contact {{\n  match email from \"$.email\"\n{fields}  verify none\n}}\n"
        );
        (text, format!("p_{number}"))
    });
    counts("labels_per_association", Code::TooManyLabels, |number| {
        let labels: Vec<String> = (1..=number).map(|n| format!("label_{n}")).collect();
        let text = format!(
            "{HEAD}object company {{ people: many contact labels ({}) }}\n",
            labels.join(", ")
        );
        (text, format!("label_{number}"))
    });
    counts("sources_per_workflow", Code::TooManySources, |number| {
        let sources: String = (1..=number)
            .map(|n| format!("  let source_{n} = score + {n}\n"))
            .collect();
        let text = format!("{HEAD}workflow main on contact {{\n{sources}  steps {{}}\n}}\n");
        (text, format!("source_{number}"))
    });
}

#[test]
fn names_of_properties_have_a_length() {
    let limits = Limits {
        property_name_length: Some(10),
        ..Limits::default()
    };
    let text = "object contact { ten_letter: string, eleven_here: string }
event seen on contact { eleven_here: string }
";
    let found: Vec<(Code, String)> = errors(text, limits)
        .into_iter()
        .map(|(code, place, _)| (code, place))
        .collect();
    let expected = (Code::LongPropertyName, "eleven_here".to_owned());
    assert_eq!(found, [expected.clone(), expected]);
    assert_eq!(errors(text, Limits::default()), []);
    let long = |length| format!("object contact {{ {}: string }}", "n".repeat(length));
    let codes = |length, limits| -> Vec<Code> {
        let found = errors(&long(length), limits).into_iter();
        found.map(|(code, ..)| code).collect()
    };
    let most = Limits {
        property_name_length: Some(100),
        ..Limits::default()
    };
    assert_eq!(codes(51, Limits::default()), [Code::LongPropertyName]);
    assert_eq!(codes(100, most), []);
    assert_eq!(codes(100, Profile::None.into()), []);
    assert_eq!(codes(101, Profile::None.into()), [Code::NameForm]);
}

#[test]
fn what_reenrols_is_eligible() {
    let text = "\
object contact {
  email: email unique required
  first_name: string
  greeting: string computed \"Dear {first_name}\"
  consent: enum(approved, declined) default declined
  calls: many call
  items: many line_item
  owner: one contact
}
object call activity { minutes: number }
object line_item { discount: number }
event consent_changed on contact { to: string }
event seen on contact { on: string }
workflow w on contact {
  reenroll when greeting == \"Dear Ada\"
  reenroll when first_name is known and any calls where (minutes > 3)
  reenroll when count(calls) > 3
  reenroll when sum(items.discount) > 10
  reenroll when owner.consent == approved
  reenroll on changed greeting
  reenroll on changed first_name
  reenroll on consent_changed
  reenroll on seen where greeting is known
  reenroll on seen
  reenroll when first_name == \"Ada\"
  steps {}
}
";
    let found = errors(text, Limits::default());
    assert!(
        found.iter().all(|(code, ..)| *code == Code::ReenrollSource),
        "{found:?}"
    );
    let places: Vec<&str> = found.iter().map(|(_, place, _)| place.as_str()).collect();
    let expected = [
        "greeting",
        "any calls where (minutes > 3)",
        "count(calls)",
        "sum(items.discount)",
        "owner.consent",
        "reenroll on changed greeting",
        "reenroll on consent_changed",
        "greeting",
    ];
    assert_eq!(places, expected);
    assert!(
        found
            .iter()
            .all(|(_, _, help)| help.contains("`reenroll_eligibility = false`"))
    );
    assert_eq!(errors(text, Profile::None.into()), []);
}

#[test]
fn refinements_and_webhooks_name_their_keys() {
    let text = format!(
        "{HEAD}webhook order on contact {{ match email from \"$.email\" verify none }}
workflow refined on contact {{
  enroll on page_viewed where (url contains \"x\") at least 3 times within last 7 days
  steps {{}}
}}
workflow beside on contact {{
  enroll on order
  enroll on page_viewed
  steps {{}}
}}
"
    );
    let found = errors(&text, Limits::default());
    let codes: Vec<Code> = found.iter().map(|(code, ..)| *code).collect();
    assert_eq!(codes, [Code::OneRefinement, Code::WebhookAlone]);
    let helps: String = found.iter().map(|(_, _, help)| help.as_str()).collect();
    assert!(
        helps.contains("`refinements_per_trigger` under `[limits]`"),
        "{helps}"
    );
    assert!(
        helps.contains("`webhook_alone = false` under `[limits]`"),
        "{helps}"
    );
    let raised = Limits {
        refinements_per_trigger: Some(2),
        webhook_alone: false,
        ..Limits::default()
    };
    assert_eq!(errors(&text, raised), []);
}
