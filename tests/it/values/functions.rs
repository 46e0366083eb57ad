//! Every function, in one table.

use flow::model::compute::call;
use flow::model::{Value, function, functions};

use super::{guess, oslo, shown};

/// Calls as `name | argument | argument`; `?` is unknown, `'…'` a text.
const CALLS: &[(&str, &str)] = &[
    ("lower | 'ÅSE'", "åse"),
    ("upper | 'åse'", "ÅSE"),
    ("trim | ' a b '", "a b"),
    ("capitalize | 'ada lovelace'", "Ada lovelace"),
    ("capitalize | ''", ""),
    ("concat | 'a' | 1.50 | 2026-11-21", "a1.52026-11-21"),
    ("concat | 'a' | ? | 'b'", "ab"),
    ("concat | ? | ?", "unknown"),
    ("join | ', ' | 'a' | ? | 'b'", "a, b"),
    ("join | ', ' | '' | 'b'", ", b"),
    ("join | ', ' | ?", "unknown"),
    ("join | ? | 'a'", "unknown"),
    ("length | 'Åse'", "3"),
    ("replace | 'a-b-c' | '-' | '+'", "a+b+c"),
    ("replace | 'abc' | '' | 'x'", "abc"),
    ("cut | 'Åse Lund' | 1 | 3", "Åse"),
    ("cut | 'abc' | 2 | 10", "bc"),
    ("cut | 'abc' | -5 | 2", "ab"),
    ("cut | 'abc' | 9 | 2", ""),
    ("cut | 'abc' | 1 | -1", ""),
    ("split | 'a;b;c' | ';' | 2", "b"),
    ("split | 'a;b;c' | ';' | 4", "UNREADABLE"),
    ("split | 'a;b;c' | ';' | 0", "UNREADABLE"),
    ("split | 'abc' | '' | 1", "abc"),
    ("email_domain | 'ada@Example.COM'", "example.com"),
    ("email_domain | 'ada'", "UNREADABLE"),
    (
        "url_host | 'https://me:pw@Shop.example:8080/a'",
        "shop.example",
    ),
    ("url_host | 'http://[::1]:80/'", "::1"),
    ("url_host | 'https://a.example?u=b@c'", "a.example"),
    ("url_host | 'shop.example/a'", "UNREADABLE"),
    ("url_path | 'https://a.example/b/c?d=e#f'", "/b/c"),
    ("url_path | 'https://a.example?d=/e'", "/"),
    ("url_path | '/b'", "UNREADABLE"),
    ("abs | -1.5", "1.5"),
    ("round | 2.5", "3"),
    ("round | -2.5", "-3"),
    ("round | 1.005 | 2", "1.01"),
    ("round | 1250 | -2", "1300"),
    ("round | 1249.99 | -2", "1200"),
    ("round | 1 | -99", "0"),
    ("floor | -1.5", "-2"),
    ("ceil | -0.5", "0"),
    ("ceil | 1.2", "2"),
    ("min | 3 | 1.0 | 2", "1"),
    ("max | 2026-11-21 | 2026-11-22", "2026-11-22"),
    ("max | 1 | ?", "unknown"),
    ("min | 1 month | 30 days", "UNREADABLE"),
    ("parse_number | ' -12.50 '", "-12.5"),
    ("parse_number | '1_000'", "UNREADABLE"),
    ("parse_number | '1e3'", "UNREADABLE"),
    ("parse_number | '1-2'", "UNREADABLE"),
    ("parse_number | ''", "UNREADABLE"),
    ("format_number | 1234.50", "1234.5"),
    ("format_number | 1234.5 | 2", "1234.50"),
    ("format_number | 1234.5 | 0", "1235"),
    ("year | 2026-12-31T23:30:00Z", "2027"),
    ("month | 2026-12-31T23:30:00Z", "1"),
    ("day | 2026-11-21", "21"),
    ("weekday | 2026-11-21", "5"),
    ("hour | 2026-11-21T23:30:00Z", "0"),
    ("start_of | 'month' | 2026-11-21", "2026-11-01"),
    ("end_of | 'quarter' | 2026-11-21", "2026-12-31"),
    (
        "start_of | 'week' | 2026-11-21T12:00:00Z",
        "2026-11-15T23:00:00Z",
    ),
    (
        "end_of | 'day' | 2026-11-21T12:00:00Z",
        "2026-11-21T22:59:59.999999Z",
    ),
    ("days_between | 2026-11-21 | 2026-11-24", "3"),
    ("days_between | 2026-11-24 | 2026-11-21", "-3"),
    (
        "days_between | 2026-11-21T22:59:00Z | 2026-11-21T23:01:00Z",
        "1",
    ),
    (
        "minutes_between | 2026-11-21T08:00:00Z | 2026-11-21T08:01:59Z",
        "1",
    ),
    (
        "minutes_between | 2026-11-21T08:01:59Z | 2026-11-21T08:00:00Z",
        "-1",
    ),
    ("minutes_between | 2026-03-29 | 2026-03-30", "1380"),
    ("minutes | 90", "90 minutes"),
    ("minutes | 0.5", "30 seconds"),
    ("hours | 1.5", "90 minutes"),
    ("days | 1.5", "36 hours"),
    ("days | -2", "-2 days"),
    ("hours | 0.0001", "UNREADABLE"),
    ("days | 9999999999999999999999", "OVERFLOW"),
    (
        "parse_datetime | '2026-11-21T09:00+01:00'",
        "2026-11-21T08:00:00Z",
    ),
    (
        "parse_datetime | '2026-11-21 09:00'",
        "2026-11-21T08:00:00Z",
    ),
    ("parse_datetime | '2026-11-21'", "2026-11-20T23:00:00Z"),
    (
        "parse_datetime | '2026-03-29T02:30'",
        "2026-03-29T01:00:00Z",
    ),
    (
        "parse_datetime | '21.11.2026 09:00' | '%d.%m.%Y %H:%M'",
        "2026-11-21T08:00:00Z",
    ),
    (
        "parse_datetime | '21.11.2026' | '%d.%m.%Y'",
        "2026-11-20T23:00:00Z",
    ),
    (
        "parse_datetime | '21.11.2026 09:00 -0500' | '%d.%m.%Y %H:%M %z'",
        "2026-11-21T14:00:00Z",
    ),
    ("parse_datetime | 'soon'", "UNREADABLE"),
    ("parse_datetime | 'soon' | '%d'", "UNREADABLE"),
    ("unix_timestamp | 2026-11-21T08:00:00.5Z", "1795248000"),
    ("unix_timestamp | 1969-12-31T23:59:59.5Z", "-1"),
    (
        "format_datetime | 2026-11-21T08:00:00Z | '%d.%m.%Y %H:%M'",
        "21.11.2026 09:00",
    ),
    ("format_datetime | 2026-11-21 | '%j'", "325"),
    ("format_datetime | 2026-11-21 | '%'", "UNREADABLE"),
    ("date | 2026-11-21T23:30:00Z", "2026-11-22"),
    ("time | 2026-11-21T23:30:00Z", "00:30"),
    ("if | true | 1 | 2", "unknown"),
    ("coalesce | ? | 1", "unknown"),
    // Test vectors of the hash: the first 53 bits of the SHA-256.
    ("hash | ''", "8011147086339971"),
    ("hash | 'abc'", "6560798095827001"),
    ("hash | ?", "unknown"),
];

fn argument(text: &str) -> Option<Value> {
    if text == "?" {
        return None;
    }
    let quoted = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    Some(quoted.map_or_else(|| guess(text), |text| Value::Text(text.into())))
}

#[test]
fn functions_do_what_the_reference_says() {
    // proves: N4
    for (written, expected) in CALLS {
        let mut parts = written.split(" | ");
        let name = parts.next().expect("a name");
        let arguments: Vec<Option<Value>> = parts.map(argument).collect();
        let function = function(name).unwrap_or_else(|| panic!("{name}"));
        let found = call(function, &arguments, &oslo());
        assert_eq!(shown(&found), *expected, "{written}");
    }
}

#[test]
fn every_function_is_in_the_table_and_unknown_of_the_unknown() {
    for function in functions() {
        let head = format!("{} | ", function.name);
        assert!(
            CALLS.iter().any(|(call, _)| call.starts_with(&head)),
            "{head}"
        );
        let nothing = vec![None; function.parameters.len()];
        assert_eq!(call(function, &nothing, &oslo()), Ok(None), "{head}");
    }
}
