//! Instances of templates: each is the workflow that it would be if it were
//! written out, and older versions of it are there again.

use flow::base::Sources;
use flow::compile::compile;
use flow::diagnostic::render;
use flow::model::Settings;
use flow::plan::{Program, Workflow};

use crate::desk::{Desk, PROGRAM};
use crate::findings::findings;
use crate::pinned::{enters, reopened, versions};

const COMMON: &str = "
object contact {
  email: email unique required
  city: string
  score: number default 0
  stage: enum(subscriber, lead, customer) default subscriber
  renewal: date
  deals: many deal
}
object deal { amount: number }
event form_submitted on contact { form: string, place: string }
event page_viewed on contact { url: url }
message welcome on contact { subject: \"Hi\", text: \"You asked.\" }
message invite(place: string required) on contact { subject: \"Hi\", text: \"In {place}.\" }
segment vip on contact static
segment big on deal static
const DELAY = 3 hours
workflow other on contact { steps {} }
";

const TEMPLATE: &str = "
/// Follows up.
template follow(
  trigger: event,
  form_name: string,
  delay: duration,
  mail: message,
  mark: contact.stage,
  step: number,
  day: date,
  who: segment,
  next: workflow,
) on contact {
  title \"Follow\"
  enroll on trigger where form == form_name at least 2 times
  only when stage != mark or unknown
  suppress when in segment who
  goal when score > step
  steps {
    wait delay
    do send_email { to: email, message: mail, place: \"Oslo\" } as sent
    branch {
      case \"Sent\" when sent is known and city != form_name { set stage = mark }
      else { add to who }
    }
    match score {
      case step { set score += step }
      case 0..2 { set renewal = day + 1 week }
      else { stop }
    }
    wait until day - 2 days at 09:00 if past stop
    greet: enroll in next
  }
}
";

const INSTANCE: &str = "
workflow w = follow(
  trigger: form_submitted, form_name: \"dublin\", delay: DELAY, mail: invite, mark: lead,
  step: 5, day: 2026-12-01, who: vip, next: other,
) {
  title \"Dublin\"
  campaign \"spring\"
  suppress when unlikely
  suppress when score < 0
  existing enroll
}
";

const WRITTEN: &str = "
/// Follows up.
workflow w on contact {
  title \"Dublin\"
  enroll on form_submitted where form == \"dublin\" at least 2 times
  only when stage != lead or unknown
  suppress when unlikely
  suppress when score < 0
  goal when score > 5
  campaign \"spring\"
  existing enroll
  steps {
    wait DELAY
    do send_email { to: email, message: invite, place: \"Oslo\" } as sent
    branch {
      case \"Sent\" when sent is known and city != \"dublin\" { set stage = lead }
      else { add to vip }
    }
    match score {
      case 5 { set score += 5 }
      case 0..2 { set renewal = 2026-12-01 + 1 week }
      else { stop }
    }
    wait until 2026-12-01 - 2 days at 09:00 if past stop
    greet: enroll in other
  }
}
";

fn program(parts: &[&str]) -> Program {
    let mut sources = Sources::default();
    let text = parts.concat().replace("unlikely", "city == \"Bergen\"");
    let id = sources.add("test.flow", text);
    let compiled = compile(&sources, &[id], &Settings::default());
    let shown = render::concise::render(&compiled.findings, &sources);
    assert!(!compiled.findings.has_errors(), "{shown}");
    compiled.program.expect("no findings, so a program")
}

/// A workflow without its text, places and versions.
fn bare(program: &Program) -> String {
    let mut plans = program.workflows().iter();
    let mut plan: Workflow = plans
        .find(|plan| *plan.name() == *"w")
        .expect("it is there")
        .clone();
    plan.made = None;
    plan.clauses.clear();
    let shown = format!("{plan:#?}");
    let kept = shown.lines().filter(|line| {
        let line = line.trim_start();
        let words = [
            "text: ",
            "whole: ",
            "version: ",
            "source: ",
            "start: ",
            "end: ",
        ];
        !words.iter().any(|word| line.starts_with(word)) && !is_text(line)
    });
    kept.collect::<Vec<_>>().join("\n")
}

/// A fingerprint on lines of its own.
fn is_text(line: &str) -> bool {
    line.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b',')
}

#[test]
fn an_instance_is_the_workflow_written_out() {
    let instance = program(&[COMMON, TEMPLATE, INSTANCE]);
    let written = program(&[COMMON, WRITTEN]);
    assert_eq!(bare(&instance), bare(&written));
    assert!(bare(&instance).contains("dublin"));
}

fn version(program: &Program) -> String {
    let mut plans = program.workflows().iter();
    let plan = plans.find(|plan| *plan.name() == *"w").expect("there");
    plan.version.to_string()
}

/// proves: V1
#[test]
fn the_version_of_an_instance_covers_its_template_and_itself() {
    let first = version(&program(&[COMMON, TEMPLATE, INSTANCE]));
    let other_step = TEMPLATE.replace("score += step", "score -= step");
    let other_value = INSTANCE.replace("step: 5", "step: 6");
    let other_message = COMMON.replace("In {place}.", "At {place}.");
    let other_comment = TEMPLATE.replace("Follows", "Goes");
    for (parts, same) in [
        ([COMMON, &other_step, INSTANCE], false),
        ([COMMON, TEMPLATE, &other_value], false),
        ([&other_message, TEMPLATE, INSTANCE], false),
        ([COMMON, &other_comment, INSTANCE], true),
    ] {
        let now = version(&program(&parts));
        assert_eq!(now == first, same, "{parts:?}");
    }
}

#[test]
fn a_mistake_is_told_once_or_with_the_instances_in_which_it_holds() {
    let text = "object contact { email: email unique required, city: string }
object deal { amount: number }
message hello on contact { subject: \"Hi\" }
message offer on deal { subject: \"Hi\" }
template t(mail: message, n: number) on contact {
  steps {
    set city = citty
    do send_email { to: email, message: mail }
    set city = \"{10 / n}\"
  }
}
workflow a = t(mail: hello, n: 1)
workflow b = t(mail: offer, n: 2)
workflow c = t(mail: offer, n: 3)
workflow d = t(mail: offer, n: 3)
workflow e = t(mail: offer, n: 3)
";
    let (found, sources) = findings(text);
    let said: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "`contact` has no property `citty`",
            "`offer` is written for a deal, this workflow takes a contact",
        ]
    );
    let places: Vec<(&str, &str)> = found
        .iter()
        .flat_map(|one| &one.others)
        .map(|label| (sources.slice(label.span), label.text.as_str()))
        .collect();
    let here = "in this instance, by this argument";
    let more = "in this instance, by this argument, and in 1 more";
    assert_eq!(places, [("offer", here), ("offer", here), ("offer", more)]);
}

#[test]
fn a_doubt_is_told_once_or_with_the_instances_in_which_it_holds() {
    let text = "object contact {
  email: email unique required
  city: string
  stage: enum(lead, mql) default lead
}
event opened on contact { kind: enum(a, b, c), place: string }
event closed on contact { kind: enum(a, b), place: string }
template t(trigger: event, mark: contact.stage) on contact {
  let one = this.city
  let other = this.city
  enroll on trigger
  only when city != \"Oslo\"
  steps {
    match event.kind { case a { stop } case b {} }
    wait for trigger as seen max 1 day
    branch { case when one is known { stop } }
    set stage = mark
  }
}
workflow a = t(trigger: opened, mark: mql)
workflow b = t(trigger: closed, mark: mql) { let one = \"x\" }
workflow c = t(trigger: opened, mark: lead) { reenroll on changed stage only when other is known }
";
    let (found, sources) = findings(text);
    let place = |span| sources.slice(span);
    type Said<'s> = (&'s str, Vec<(&'s str, &'s str)>, usize);
    let said: Vec<Said<'_>> = found
        .iter()
        .map(|one| {
            let others = one.others.iter();
            let others = others.map(|label| (place(label.span), label.text.as_str()));
            (place(one.primary.span), others.collect(), one.fixes.len())
        })
        .collect();
    let here = "in this instance";
    let listens = ("reenroll on changed stage", "this listens to it");
    assert_eq!(
        said,
        [
            // `b` and `c` replace the clauses that read `other`, or read it themselves.
            ("city != \"Oslo\"", vec![("a", here), ("b", here)], 0),
            ("event.kind", vec![("a", here), ("c", here)], 0),
            ("seen", vec![], 1),
            ("set", vec![listens, ("c", here)], 0),
        ]
    );
}

/// The program of the desk, whose workflow `once` is an instance that pins.
fn pinning(steps: &str, place: &str) -> String {
    let program = PROGRAM
        .replace(
            "workflow once on contact {",
            "template once_in(place: string) on contact {",
        )
        .replace("enroll on visited\n", "enroll on visited\n  on edit pin\n")
        .replace("city == \"Oslo\"", "city == place")
        .replace("wait 1 day", steps);
    format!("{program}\nworkflow once = once_in(place: \"{place}\")\n")
}

/// proves: V3
#[test]
fn those_inside_an_instance_finish_on_it_and_its_template() {
    let mut desk = Desk::new(&pinning("wait 1 day", "Oslo"));
    enters(&mut desk, "ada");
    // The template is edited, then the argument, then both are gone.
    desk.load(&pinning("wait 2 days", "Oslo"));
    enters(&mut desk, "bob");
    desk.load(&pinning("wait 2 days", "Bergen"));
    enters(&mut desk, "cid");
    assert_eq!(versions(&mut desk), [1, 1, 1]);
    let mut desk = reopened(desk);
    let written = PROGRAM.replace("enroll on visited\n", "enroll on visited\n  on edit pin\n");
    desk.load(&written);
    assert_eq!(versions(&mut desk), [0, 1, 1, 1]);
    let mut desk = reopened(desk);
    desk.hours(25);
    assert_eq!(desk.kept.durable.core().pending().len(), 1);
    desk.hours(24);
    assert_eq!(desk.kept.durable.core().pending().len(), 3);
}
