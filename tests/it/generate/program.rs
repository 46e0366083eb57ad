//! Random programs as text.

use std::fmt;

use flow::base::Sources;
use flow::semantic::hir::Program;
use flow::semantic::{Valid, analyse};
use flow::syntax::parse;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::timely::{SEGMENTS, clauses, timely};
use super::waits::{Way, way};
use crate::generate::{past, records};
use crate::machine::program::settings;

const SCHEMA: &str = r#"
object contact {
  email: email unique required
  score: number default 0
  stage: enum(lead, mql "Qualified", customer)
  city: string
  flag: bool default false
  n: number
  tags: set(red, green, blue)
  due: datetime
  day: date
  rounds: number default 0
  place: string
  shown: string computed "{city} {score}"
  companies: many company inverse employees labels (a, b)
  owner: one user
  backup: one user
}
object company { tier: enum(bronze, silver, gold), size: number, name: string }
object user { email: email unique required, name: string }
event ping on contact { n: number, key: string }
event pong on contact {}
segment hot on contact when score > 4
segment near on contact when any companies where (tier == gold)
segment picked on contact static
"#;

/// A program before it is text.
#[derive(Debug, Clone)]
pub(crate) struct Sketch(Vec<Workflow>);

#[derive(Debug, Clone)]
struct Workflow {
    triggers: Vec<String>,
    clauses: Vec<String>,
    once: Vec<Option<String>>,
    /// With a key: only `+=` is written.
    keyed: bool,
    steps: Vec<Step>,
    days: u8,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Line(&'static str),
    /// Adds, which no order changes.
    Add(&'static str),
    /// Waits for an instant, or for an action.
    Slow(&'static str),
    Enroll(usize),
    /// A failing action with what is done then.
    Failing(Vec<Step>),
    /// An action whose answer is asked for.
    Asked(&'static str, Vec<Step>),
    Branch(Vec<(String, Vec<Step>)>, Option<Vec<Step>>),
    Match(&'static str, Vec<Step>, Vec<Step>),
    Stop,
    Way(Box<Way>),
}

/// The program of a text, checked; or what is wrong with it.
pub(crate) fn compiled(text: &str) -> Result<Valid<Program>, String> {
    let mut sources = Sources::default();
    let id = sources.add("random.flow", text);
    let parsed = parse(id, text);
    let checked = analyse(&[parsed.file], parsed.complete, &settings());
    let (valid, mut findings) = checked.into_valid(&parsed.findings);
    findings.append(parsed.findings);
    valid.ok_or_else(|| flow::diagnostic::render::concise::render(&findings, &sources))
}

/// Two to six workflows.
pub(crate) fn sketch() -> impl Strategy<Value = Sketch> {
    vec(workflow(), 2..7).prop_map(Sketch)
}

fn workflow() -> impl Strategy<Value = Workflow> {
    let keyed = any::<u8>().prop_map(|chance| chance < 40);
    let once = (
        option::weighted(
            0.2,
            condition().prop_map(|when| format!("only when {when}")),
        ),
        option::weighted(0.6, Just("reenroll always".to_owned())),
        option::weighted(0.25, Just("existing enroll".to_owned())),
        option::weighted(
            0.2,
            condition().prop_map(|when| format!("goal when {when}")),
        ),
        option::weighted(0.03, Just("off".to_owned())),
        option::weighted(0.05, Just("only when due within next 7 days".to_owned())),
        records::on_merge(),
        (records::exclusive(), clauses()),
    );
    let once = once.prop_map(|(only, always, existing, goal, off, soon, merge, more)| {
        let only = only.or(soon);
        let (alone, timed) = more;
        let mut once = vec![only, always, existing, goal, off, merge, alone];
        once.extend(timed.into_iter().map(Some));
        once
    });
    (
        vec(trigger(), 1..5),
        vec(clause(), 0..4),
        once,
        keyed,
        vec(step(), 1..7),
        1..4_u8,
    )
        .prop_map(|(triggers, clauses, once, keyed, steps, days)| Workflow {
            triggers,
            clauses,
            once,
            keyed,
            steps,
            days,
        })
}

const EVENTS: &[&str] = &[
    "ping",
    "ping",
    "pong",
    "changed score",
    "changed n",
    "changed n",
    "ping where n > 1",
    "ping where key == \"a\"",
    "ping where (this.score > 2)",
    "pong",
    "created",
    "changed score",
    "changed score from 0",
    "changed stage to mql",
    "changed stage from lead to customer",
    "changed n where (event.new > 2)",
    "changed shown",
    "changed due",
    "joined hot",
    "left hot",
    "joined picked",
    "left picked",
    "joined near",
    "joined late",
    "left late",
    "joined fresh",
    "action_failed",
    "action_failed where (event.status == 400)",
];

const REFINED: &[&str] = &[
    "ping at least 2 times",
    "ping where (n > 1) at least 2 times",
    "pong exactly 2 times",
    "pong at most 2 times",
    "ping within last 3 days",
    "ping where (n < 3) within last 5 hours",
    "changed score at least 2 times",
    "pong within this month",
];

fn trigger() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => select(EVENTS).prop_map(|event| format!("enroll on {event}")),
        2 => select(REFINED).prop_map(|event| format!("enroll on {event}")),
        5 => condition().prop_map(|when| format!("enroll when {when}")),
    ]
}

fn clause() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(EVENTS).prop_map(|event| format!("reenroll on {event}")),
        2 => condition().prop_map(|when| format!("reenroll when {when}")),
        2 => condition().prop_map(|when| format!("suppress when {when}")),
        2 => condition().prop_map(|when| format!("unenroll when {when}")),
        2 => select(EVENTS).prop_map(|event| format!("unenroll on {event}")),
        1 => Just("unenroll on leaving".to_owned()),
    ]
}

const CONDITIONS: &[&str] = &[
    "score > 2",
    "score < 3",
    "flag",
    "not flag",
    "n > 1",
    "any companies where (size > 1)",
    "score > 3",
    "score >= 5",
    "score < 0",
    "stage == lead",
    "stage != lead",
    "stage in (mql, customer)",
    "stage > lead",
    "city == \"Dublin\"",
    "city != \"Dublin\" or unknown",
    "city is unknown",
    "flag",
    "n between 1 and 3",
    "n > 2",
    "n is known",
    "tags contains red",
    "tags contains any (red, blue)",
    "tags == ()",
    "email == \"C8@Example.com\"",
    "any companies where (tier == gold)",
    "any companies[a] where (tier == gold and size > 1)",
    "all companies where (size > 2)",
    "no companies where (tier == silver)",
    "any companies where (any employees where (score > 5))",
    "count(companies) > 1",
    "count(companies[b]) == 0",
    "count(companies where tier == gold) >= 1",
    "sum(companies.size) > 5",
    "max(companies.size) > n",
    "owner.name == \"kim\"",
    "owner is known",
    "owner.name == backup.name",
    "in segment picked",
    "in segment hot",
    "shown contains \"oslo\"",
];

pub(super) fn condition() -> BoxedStrategy<String> {
    let simple = prop_oneof![5 => select(CONDITIONS), 1 => select(records::CONDITIONS), 1 => select(past::CONDITIONS)];
    let simple = simple.prop_map(|condition| format!("({condition})"));
    let simple = prop_oneof![5 => simple, 1 => timely()].boxed();
    prop_oneof![
        5 => simple.clone(),
        1 => simple.clone().prop_map(|one| format!("not {one}")),
        1 => (simple.clone(), simple.clone()).prop_map(|(one, other)| format!("({one} and {other})")),
        1 => (simple.clone(), simple).prop_map(|(one, other)| format!("({one} or {other})")),
    ]
    .boxed()
}

const LINES: &[&str] = &[
    "set score = 7",
    "set score = 0",
    "set n = score + 1",
    "set n -= 1",
    "set n = 10 / score",
    "set city = \"Oslo\"",
    "set city = \"{n}\"",
    "set city = \"{stage ?? \"none\"} {owner.name}\"",
    "set stage = mql",
    "set stage = customer",
    "set flag = true",
    "set flag = not flag",
    "set tags -= (red, blue)",
    "set companies.tier = gold",
    "set companies[a].tier = silver",
    "set owner.name = \"kim\"",
    "set owner.name = city",
    "set owner = backup",
    "set backup = owner",
    "set email = \"same@example.com\"",
    "set email = \"{city}\"",
    "set due = now + 2 days",
    "set due = due + 12 hours",
    "clear city",
    "clear score",
    "clear owner",
    "clear stage",
    "clear due",
    "add to picked",
    "remove from picked",
];

const ADDS: &[&str] = &[
    "set score += 1",
    "set n += 2",
    "set tags += (red)",
    "set tags += (green, blue)",
    "set companies.size += 1",
];

const WAITS: &[&str] = &[
    "wait 6 hours",
    "wait 1 day",
    "wait 5 days",
    "wait 2 weeks",
    "wait 1 month",
    "wait 2 business days",
    "wait 5 business hours",
    "wait 90 business minutes",
];

const SLOW: &[&str] = &[
    "wait until due",
    "wait until due if past skip",
    "wait until due - 1 day if past stop if unknown stop",
    "wait until due at 09:00",
    "wait until 09:00",
    "wait until mon, thu at 10:30",
    "wait until day",
    "wait until day at 06:00 if past skip",
    "wait until 03-29 at 02:30",
    "do log { text: \"hi {city}\" }",
    "do log { text: city }",
    "do create_task { subject: city ?? \"none\", due: now + 1 day }",
    "do log { text: \"fail {score}\" }",
    "do log { text: \"fail {score}\" } retry 2 times over 8 hours",
    "do create_task { subject: \"call\", to: owner, priority: high }",
];

const DOS: &[&str] = &[
    "do log { text: \"{city} asked\" }",
    "do create_task { subject: \"fail\", body: city }",
];

fn step() -> BoxedStrategy<Step> {
    let leaf = prop_oneof![
        8 => select(LINES).prop_map(Step::Line),
        4 => select(records::LINES).prop_map(Step::Line),
        5 => select(ADDS).prop_map(Step::Add),
        4 => select(WAITS).prop_map(Step::Slow),
        5 => select(SLOW).prop_map(Step::Slow),
        2 => any::<usize>().prop_map(|at| Step::Enroll(at % 6)),
        1 => Just(Step::Stop),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        let block = || vec(inner.clone(), 0..3);
        let cases = vec((case(), block()), 1..3);
        prop_oneof![
            2 => (cases, option::of(block())).prop_map(|(cases, other)| Step::Branch(cases, other)),
            1 => (select(&["stage", "score"][..]), block(), block())
                .prop_map(|(value, one, other)| Step::Match(value, one, other)),
            1 => block().prop_map(Step::Failing),
            1 => (select(DOS), block()).prop_map(|(doing, steps)| Step::Asked(doing, steps)),
            3 => way(inner.clone().boxed()).prop_map(|way| Step::Way(Box::new(way))),
        ]
    })
    .boxed()
}

/// In a branch, conditions may look at the time.
fn case() -> impl Strategy<Value = String> {
    let timed = [
        "due > now",
        "due < 3 days ago",
        "due within last 7 days",
        "updated_at > 1 hour ago",
    ];
    prop_oneof![5 => condition(), 1 => select(timed.to_vec()).prop_map(str::to_owned)]
}

impl Step {
    pub(super) fn is_slow(&self) -> bool {
        match self {
            Step::Slow(_) | Step::Failing(_) | Step::Asked(..) => true,
            Step::Branch(cases, other) => {
                let blocks = cases.iter().map(|(_, steps)| steps).chain(other);
                blocks.flatten().any(Step::is_slow)
            }
            Step::Match(_, one, other) => one.iter().chain(other).any(Step::is_slow),
            Step::Way(way) => way.is_slow(),
            _ => false,
        }
    }
}

/// Writes steps; `names` counts the names that are bound.
pub(super) struct Writer<'w, 'f> {
    pub(super) f: &'w mut fmt::Formatter<'f>,
    workflows: usize,
    pub(super) keyed: bool,
    pub(super) names: usize,
}

impl Writer<'_, '_> {
    pub(super) fn block(&mut self, head: &str, steps: &[Step]) -> fmt::Result {
        writeln!(self.f, "{head} {{")?;
        steps.iter().try_for_each(|step| self.step(step))?;
        writeln!(self.f, "}}")
    }

    pub(super) fn step(&mut self, step: &Step) -> fmt::Result {
        match step {
            Step::Line(line) if self.keyed && line.starts_with("set") => {
                writeln!(self.f, "{}", ADDS[line.len() % ADDS.len()])
            }
            Step::Line(line) if self.keyed && !line.ends_with("picked") => Ok(()),
            Step::Line(line) if line.contains("NAME") => {
                self.names += 1;
                writeln!(
                    self.f,
                    "{}",
                    line.replace("NAME", &format!("r{}", self.names))
                )
            }
            Step::Line(line) | Step::Add(line) | Step::Slow(line) => writeln!(self.f, "{line}"),
            Step::Enroll(at) => writeln!(self.f, "enroll in w{}", at % self.workflows),
            Step::Failing(steps) => self.block("do log { text: \"fail\" } on error", steps),
            Step::Asked(doing, steps) => {
                self.names += 1;
                let name = format!("r{}", self.names);
                writeln!(self.f, "{doing} as {name}")?;
                self.branch(&[(format!("{name} is known"), steps.clone())], None)
            }
            Step::Branch(cases, other) => self.branch(cases, other.as_deref()),
            Step::Match(value, one, other) => {
                writeln!(self.f, "match {value} {{")?;
                let cases = if *value == "stage" {
                    "lead, mql"
                } else {
                    "1..4, 7"
                };
                self.block(&format!("case {cases}"), one)?;
                self.block("case unknown", other)?;
                writeln!(self.f, "}}")
            }
            Step::Stop => writeln!(self.f, "stop"),
            Step::Way(way) => self.way(way),
        }
    }

    fn branch(&mut self, cases: &[(String, Vec<Step>)], other: Option<&[Step]>) -> fmt::Result {
        writeln!(self.f, "branch {{")?;
        for (condition, steps) in cases {
            self.block(&format!("case when {condition}"), steps)?;
        }
        if let Some(steps) = other {
            self.block("else", steps)?;
        }
        writeln!(self.f, "}}")
    }
}

/// Whether a clause lets a record in again.
fn comes_again(clause: &str) -> bool {
    let again = ["reenroll", "enroll every", "enroll cron"];
    again.iter().any(|word| clause.starts_with(word)) || clause.ends_with("every year")
}

impl Workflow {
    fn write(&self, at: usize, workflows: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "workflow w{at} on contact {{")?;
        for trigger in &self.triggers {
            let per = self.keyed && trigger.starts_with("enroll on ping");
            writeln!(f, "{trigger}{}", if per { " per event.key" } else { "" })?;
        }
        let filters = self
            .triggers
            .iter()
            .any(|trigger| trigger.starts_with("enroll when"));
        let mut leaving = false;
        for clause in &self.clauses {
            if clause == "unenroll on leaving" {
                if !filters || leaving {
                    continue;
                }
                leaving = true;
            }
            writeln!(f, "{clause}")?;
        }
        let own = format!("exclusive with w{at}");
        for clause in self.once.iter().flatten().filter(|clause| **clause != own) {
            writeln!(f, "{clause}")?;
        }
        let clauses = self.clauses.iter().chain(self.once.iter().flatten());
        let again = self.keyed || clauses.into_iter().any(|clause| comes_again(clause));
        writeln!(f, "steps {{")?;
        if again && self.steps.iter().any(Step::is_slow) {
            writeln!(f, "wait {} days", self.days)?;
        }
        let mut writer = Writer {
            f,
            workflows,
            keyed: self.keyed,
            names: 0,
        };
        self.steps.iter().try_for_each(|step| writer.step(step))?;
        writeln!(f, "}}\n}}")
    }
}

impl fmt::Display for Sketch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SCHEMA)?;
        f.write_str(SEGMENTS)?;
        f.write_str(records::SCHEMA)?;
        let mut workflows = self.0.iter().enumerate();
        workflows.try_for_each(|(at, workflow)| workflow.write(at, self.0.len(), f))
    }
}
