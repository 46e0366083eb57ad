//! How findings are drawn: the lines that are shown, what fits the width, and that the work does
//! not grow with the place in the file.

use std::time::{Duration, Instant};

use flow::base::{SourceId, Sources, Span};
use flow::diagnostic::render::pretty::{self, Style};
use flow::diagnostic::render::{concise, json};
use flow::diagnostic::{Code, Finding, Findings};
use proptest::prelude::{prop, prop_assert, proptest};

const TEXT: &str = "\
object contact {
  email: string
  sum: number
}

event bought on contact {
  size: number
}

workflow greet on contact {
  enroll on bought where sum > \"3\" and a_long_name == another_long_name

  steps {
    stop
  }
";

const PLAIN: Style = Style {
    color: false,
    unicode: true,
    width: 60,
};

fn sources() -> (Sources, SourceId) {
    let mut sources = Sources::default();
    let id = sources.add("main.flow", TEXT);
    (sources, id)
}

/// The first place of a word in [`TEXT`].
#[expect(clippy::unwrap_used, reason = "the tests know their text")]
fn at(id: SourceId, word: &str) -> Span {
    let start = TEXT.find(word).unwrap();
    Span::new(id, start as u32, (start + word.len()) as u32)
}

fn draw(sources: &Sources, finding: Finding, style: Style) -> String {
    let mut findings = Findings::default();
    findings.push(finding);
    pretty::render(&findings, sources, style)
}

#[test]
fn a_finding_has_its_lines_its_labels_and_its_help() {
    let (sources, id) = sources();
    let finding = Finding::new(
        Code::MismatchedTypes,
        at(id, "\"3\""),
        "a number is compared with a string",
    )
    .label("this is a string")
    .also(at(id, "sum >"), "this is a number")
    .also(at(id, "email"), "unlike this")
    .help("numbers have no quotes")
    .fix("remove the quotes", at(id, "\"3\""), "3");
    let expected = "\
error[F0301] mismatched-types

  × a number is compared with a string
    ╭─[main.flow:11:32]
 10 │ workflow greet on contact {
 11 │   enroll on bought where sum > \"3\" and a_long_name ==…
    ·                          ──┬── ─┬─
    ·                            │    ╰── this is a string
    ·                            ╰── this is a number
    ╰────
  ☞ unlike this
   ╭─[main.flow:2:3]
 1 │ object contact {
 2 │   email: string
   ·   ─────
 3 │   sum: number
   ╰────
  help: numbers have no quotes
        fix: remove the quotes
";
    assert_eq!(draw(&sources, finding, PLAIN), expected);
}

#[test]
fn a_fix_that_the_help_names_is_not_said_twice() {
    let (sources, id) = sources();
    let place = at(id, "email");
    let finding = Finding::new(Code::UnknownName, place, "x").did_you_mean(Some("city"), place);
    let drawn = draw(&sources, finding, PLAIN);
    assert!(drawn.ends_with("  help: did you mean `city`?\n"), "{drawn}");
}

#[test]
fn a_long_line_makes_room_for_its_label() {
    let (sources, id) = sources();
    let finding = Finding::new(Code::UnknownName, at(id, "a_long_name"), "no such name")
        .label("it is declared nowhere in the whole project, not even in another file");
    let expected = "\
error[F0210] unknown-name

  x no such name
    ,-[main.flow:11:40]
 10 | ...
 11 | ...> \"3\" and a_long_name == another_long_name
    :              ^^^^^|^^^^^
    :                   `-| it is declared nowhere in the
    :                     | whole project, not even in
    :                     | another file
    `----
";
    let style = Style {
        unicode: false,
        ..PLAIN
    };
    let drawn = draw(&sources, finding, style);
    assert!(drawn.lines().all(|line| line.len() <= 60), "{drawn}");
    assert_eq!(drawn, expected);
}

#[test]
fn the_end_of_a_file_is_a_place() {
    let (mut sources, id) = sources();
    let end = TEXT.len() as u32;
    let finding = Finding::new(Code::Unclosed, Span::new(id, end, end), "not closed").label("here");
    let expected = "\
error[F0102] unclosed

  × not closed
    ╭─[main.flow:16:1]
 15 │   }
 16 │
    · ▲
    · ╰── here
    ╰────
";
    assert_eq!(draw(&sources, finding, PLAIN), expected);
    let id = sources.add("open.flow", "segment s {");
    let finding = Finding::new(Code::Unclosed, Span::new(id, 11, 11), "not closed");
    let expected = "\
error[F0102] unclosed

  × not closed
   ╭─[open.flow:1:12]
 1 │ segment s {
   ·            ▲
   ╰────
";
    assert_eq!(draw(&sources, finding, PLAIN), expected);
}

#[test]
fn a_place_of_several_lines_has_a_bracket() {
    let (sources, id) = sources();
    let place = at(id, "event bought on contact {\n  size: number\n}");
    let drawn = draw(
        &sources,
        Finding::new(Code::OtherObject, place, "x").label("this"),
        PLAIN,
    );
    assert!(drawn.contains(" 6 │ ╭─▶ event bought"), "{drawn}");
    assert!(drawn.contains("   · ╰──── this\n"), "{drawn}");
    let whole = Span::new(id, 0, TEXT.len() as u32);
    let drawn = draw(&sources, Finding::new(Code::OtherObject, whole, "x"), PLAIN);
    assert!(drawn.contains("   · ────────────────\n 2 │"), "{drawn}");
}

#[test]
fn a_source_cannot_speak_to_the_terminal() {
    let mut sources = Sources::default();
    let id = sources.add("a\nb.flow", "\tset \u{1b}[31mred = \u{202e}x\r\n");
    let place = Span::new(id, 5, 10);
    let finding =
        Finding::new(Code::UnexpectedText, place, "what is `\u{1b}[31m`\nhere").label("a\u{7}b");
    let mut findings = Findings::default();
    findings.push(finding);
    let drawn = pretty::render(&findings, &sources, PLAIN) + &concise::render(&findings, &sources);
    let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!drawn.contains(obeyed), "{drawn:?}");
    assert_eq!(concise::render(&findings, &sources).lines().count(), 1);
}

#[test]
fn spans_that_do_not_fit_do_no_harm() {
    let mut sources = Sources::default();
    let empty = sources.add("empty.flow", "");
    let wide = sources.add("wide.flow", "// ä世\n");
    let spans = [
        Span::new(empty, 0, 0),
        Span::new(empty, 3, 9),
        Span::new(wide, 4, 5),
        Span::new(wide, 9, 2),
        Span::new(wide, 0, 900),
    ];
    for span in spans {
        let mut findings = Findings::default();
        findings.push(
            Finding::new(Code::UnknownName, span, "x")
                .label("y")
                .also(span, "z"),
        );
        for width in [0, 40, 60, 10_000] {
            let drawn = pretty::render(&findings, &sources, Style { width, ..PLAIN });
            assert!(drawn.starts_with("error[F0210]"), "{drawn}");
        }
        assert_eq!(concise::render(&findings, &sources).lines().count(), 1);
        assert!(json::render(&findings, &sources).ends_with("}\n"));
    }
}

proptest! {
    #[test]
    fn whatever_is_found_can_be_drawn(
        text in "([ a-z{}\"äß世\t]{0,90}(\r?\n){0,2}){0,12}",
        spans in prop::collection::vec((0_u32..900, 0_u32..200), 1..5),
        (width, label) in (0_usize..120, "[a-zä ]{0,50}"),
    ) {
        let mut sources = Sources::default();
        let id = sources.add("main.flow", text);
        let mut places = spans.iter().map(|(start, length)| Span::new(id, *start, start + length));
        let first = places.next().unwrap_or(Span::new(id, 0, 0));
        let finding = Finding::new(Code::UnknownName, first, "x").label(&label);
        let finding = places.fold(finding, |finding, place| finding.also(place, &label));
        for unicode in [true, false] {
            let drawn = draw(&sources, finding.clone(), Style { color: true, unicode, width });
            prop_assert!(drawn.contains("main.flow:"), "{}", drawn);
        }
    }
}

/// The least time of three to draw a finding on each line of a file.
#[expect(clippy::unwrap_used, reason = "the tests know their text")]
fn time(lines: u32) -> Duration {
    let line = "    set emial = \"Oslo\"\n";
    let mut sources = Sources::default();
    let id = sources.add("main.flow", line.repeat(lines as usize));
    let mut findings = Findings::default();
    for at in 0..lines {
        let start = at * line.len() as u32 + 8;
        findings.push(Finding::new(
            Code::UnknownProperty,
            Span::new(id, start, start + 5),
            "no `emial`",
        ));
    }
    let once = || {
        let start = Instant::now();
        assert!(!pretty::render(&findings, &sources, PLAIN).is_empty());
        start.elapsed()
    };
    (0..3).map(|_| once()).min().unwrap()
}

#[test]
fn the_time_for_a_finding_does_not_depend_on_its_place() {
    // Ten times the findings: reading each from the start of the file would
    // take a hundred times as long.
    let (few, many) = (time(500), time(5_000));
    assert!(
        many < few * 30,
        "500 findings in {few:?}, 5,000 in {many:?}"
    );
}
