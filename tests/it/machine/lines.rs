//! Random sequences: what happens, one line each, and the programs that are
//! published between. A sequence prints as it is kept, and is read again.

use std::fmt;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::draft::{Draft, Edit, edit, flow};

/// A program, and what happens to it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) program: String,
    pub(super) ops: Vec<Op>,
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Op {
    /// A line of words.
    Line(String),
    /// Another program is published.
    Edit(String),
}

/// The same before workflows have names.
#[derive(Debug, Clone)]
enum Raw {
    Line(String),
    /// A line about a workflow, whose name stands for `&`.
    Of(String, usize),
    Edit(Edit),
}

/// What every sequence begins with: a small world, and its publication.
const WORLD: &[&str] = &[
    "create user u0 email=u0@example.com name=kim",
    "create user u1 email=u1@example.com",
    "create company k0 domain=k0.example tier=silver size=1",
    "create company k1 domain=k1.example",
    "create contact c0 email=c0@example.com score=1 place=Europe/Berlin",
    "create contact c1 email=c1@example.com city=Oslo",
    "link c0 companies k0 a",
    "link c0 owner u0",
];

/// Sequences of at most so many operations.
pub(super) fn sequence(most: usize) -> impl Strategy<Value = Sequence> {
    let before = vec(happens(), 0..3);
    let flows = vec(flow(), 1..5);
    (flows, before, vec(happens(), 3..most)).prop_map(|(flows, before, after)| {
        let mut draft = Draft::of(flows);
        let program = draft.to_string();
        let world = WORLD.iter().map(|line| Raw::Line((*line).to_owned()));
        let publish = [Raw::Line("publish".to_owned())];
        let raw = world.chain(before).chain(publish).chain(after);
        let ops = raw.filter_map(|raw| match raw {
            Raw::Line(line) => Some(Op::Line(line)),
            Raw::Of(line, at) => Some(Op::Line(line.replace('&', draft.name(at)))),
            Raw::Edit(edit) => {
                draft.edit(edit)?;
                Some(Op::Edit(draft.to_string()))
            }
        });
        let ops = ops.collect();
        Sequence { program, ops }
    })
}

fn happens() -> impl Strategy<Value = Raw> {
    let line = Raw::Line;
    prop_oneof![
        3 => created().prop_map(line),
        14 => set().prop_map(line),
        5 => linked().prop_map(line),
        14 => occurred().prop_map(line),
        14 => passing().prop_map(line),
        8 => answered().prop_map(line),
        4 => gone().prop_map(line),
        2 => select(&["join c0 picked", "leave c0 picked", "join k0 golden", "leave k0 golden"][..])
            .prop_map(|of| Raw::Line(of.to_owned())),
        6 => (select(&["pause &", "resume &", "resume &", "off &", "on &", "on &"][..]), any::<usize>())
            .prop_map(|(of, at)| Raw::Of(of.to_owned(), at)),
        8 => (select(&["enroll", "enroll", "enroll", "unenroll"][..]), record(), any::<usize>())
            .prop_map(|(does, of, at)| Raw::Of(format!("{does} {of} &"), at)),
        5 => Just(line("restart".to_owned())),
        7 => edit().prop_map(Raw::Edit),
    ]
}

fn record() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => select(&["c0", "c0", "c0", "c1", "c1", "c2"][..]).prop_map(str::to_owned),
        3 => select(&["email:c0@example.com", "email:same@example.com", "email:C1@Example.com"][..])
            .prop_map(str::to_owned),
        1 => Just("nobody".to_owned()),
    ]
}

/// Values by name; without one it is unknown.
fn values() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        6 => (-2..9_i64).prop_map(|n| format!("score={n}")),
        4 => (0..5_i64).prop_map(|n| format!("n={n}")),
        3 => select(&["lead", "mql", "customer", ""][..]).prop_map(|of| format!("stage={of}")),
        3 => select(&["Dublin", "Oslo", ""][..]).prop_map(|of| format!("city={of}")),
        3 => any::<bool>().prop_map(|of| format!("flag={of}")),
        2 => select(&["red", "red;blue", "green", ""][..]).prop_map(|of| format!("tags={of}")),
        4 => (-120..240_i64).prop_map(|hours| format!("due={hours}h")),
        2 => select(&["2026-03-21", "2025-03-29", "2026-04-10", "2024-02-29", ""][..])
            .prop_map(|of| format!("day={of}")),
        1 => select(&["c0@example.com", "c9@example.com", "C8@example.com"][..])
            .prop_map(|of| format!("email={of}")),
        1 => select(&["x", "y", ""][..]).prop_map(|of| format!("code={of}")),
        1 => select(&["Asia/Tokyo", "nowhere", ""][..]).prop_map(|of| format!("place={of}")),
    ];
    vec(value, 1..3).prop_map(|all| all.join(" "))
}

fn created() -> impl Strategy<Value = String> {
    let which = || select(&["c1", "c2", "c2", "c3"][..]);
    prop_oneof![
        3 => (which(), values()).prop_map(|(of, values)| {
            format!("create contact {of} email={of}@example.com {values}")
        }),
        2 => (which(), values(), 0..3_u8).prop_map(|(of, values, id)| {
            format!("import fair contact i{id} email={of}@example.com {values}")
        }),
        1 => (0..9_i64).prop_map(|amount| format!("create deal d{} amount={amount}", amount % 3)),
    ]
}

fn set() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (record(), values()).prop_map(|(of, values)| format!("set {of} {values}")),
        3 => (select(&["k0", "k1"][..]), select(&["tier=gold", "tier=silver", "tier=", "size=0", "size=5"][..]))
            .prop_map(|(of, value)| format!("set {of} {value}")),
        2 => (0..4_u8, select(&["stage=won", "stage=lost", "amount=3", "close=2026-03-27", "close="][..]))
            .prop_map(|(at, value)| format!("set deal:{at} {value}")),
        1 => select(&["set u0 name=kim", "set u0 name=lee", "set u1 name=kim"][..]).prop_map(str::to_owned),
    ]
}

fn linked() -> impl Strategy<Value = String> {
    let does = || select(&["link", "link", "link", "unlink"][..]);
    let label = option::of(select(&["a", "b"][..]));
    prop_oneof![
        4 => (does(), record(), select(&["k0", "k1"][..]), label).prop_map(|(does, of, with, label)| {
            let label = label.map(|label| format!(" {label}")).unwrap_or_default();
            format!("{does} {of} companies {with}{label}")
        }),
        2 => (does(), record(), select(&["u0", "u1"][..]))
            .prop_map(|(does, of, with)| format!("{does} {of} owner {with}")),
        2 => (does(), record(), 0..4_u8).prop_map(|(does, of, at)| format!("{does} {of} deals deal:{at}")),
        1 => (does(), 0..4_u8, record()).prop_map(|(does, at, with)| format!("{does} deal:{at} contact {with}")),
        1 => (does(), select(&["k0", "k1"][..]), record())
            .prop_map(|(does, of, with)| format!("{does} {of} employees {with}")),
    ]
}

/// What occurs: now, long ago, ahead, or again.
fn occurred() -> impl Strategy<Value = String> {
    let ago = prop_oneof![
        6 => Just(String::new()),
        2 => (1..600_000_i64).prop_map(|seconds| format!(" ago={seconds}")),
        1 => (1..400_i64).prop_map(|seconds| format!(" ago=-{seconds}")),
    ];
    let id = prop_oneof![
        5 => Just(String::new()),
        1 => (0..3_u8).prop_map(|id| format!(" id=e{id}")),
    ];
    let what = prop_oneof![
        6 => (0..5_i64, select(&["", " key=a", " key=b"][..])).prop_map(|(n, key)| format!("ping n={n}{key}")),
        1 => Just("ping".to_owned()),
        4 => Just("pong".to_owned()),
    ];
    let hook = (
        select(&["c0@example.com", "c1@example.com", "nobody@example.com", ""][..]),
        0..900_i64,
    );
    prop_oneof![
        8 => (record(), what, ago, id).prop_map(|(of, what, ago, id)| format!("event {of} {what}{ago}{id}")),
        1 => hook.prop_map(|(email, total)| format!("webhook paid {email} {total}")),
    ]
}

fn passing() -> impl Strategy<Value = String> {
    let seconds = || {
        prop_oneof![
            2 => 1..7_200_u64,
            4 => (1..30_u64).prop_map(|hours| hours * 3_600),
            3 => (1..6_u64).prop_map(|days| days * 86_400),
            1 => (1..3_u64).prop_map(|weeks| weeks * 604_800),
        ]
    };
    prop_oneof![
        6 => seconds().prop_map(|seconds| format!("wait {seconds}")),
        2 => seconds().prop_map(|seconds| format!("sleep {seconds}")),
        2 => seconds().prop_map(|seconds| format!("stall {seconds}")),
        3 => Just("next".to_owned()),
    ]
}

fn answered() -> impl Strategy<Value = String> {
    let came = select(&["done", "done", "busy", "never", "after"][..]);
    let at = || 0..6_u8;
    prop_oneof![
        4 => at().prop_map(|at| format!("attempt {at}")),
        6 => (at(), came).prop_map(|(at, came)| format!("result {at} {came}")),
        1 => at().prop_map(|at| format!("again {at}")),
        2 => at().prop_map(|at| format!("retry {at}")),
        3 => Just("answer".to_owned()),
    ]
}

fn gone() -> impl Strategy<Value = String> {
    let any = || {
        prop_oneof![
            4 => select(&["c0", "c0", "c1", "c1", "k0", "u0"][..]).prop_map(str::to_owned),
            1 => (0..4_u8).prop_map(|at| format!("deal:{at}")),
        ]
    };
    prop_oneof![
        2 => any().prop_map(|of| format!("delete {of}")),
        3 => any().prop_map(|of| format!("restore {of}")),
        2 => select(&["c0 c1", "c1 c0", "c2 c0", "k0 k1", "k1 k0", "deal:0 deal:1"][..])
            .prop_map(|of| format!("merge {of}")),
    ]
}

fn quoted(f: &mut fmt::Formatter<'_>, head: &str, text: &str) -> fmt::Result {
    writeln!(f, "{head}")?;
    text.lines().try_for_each(|line| writeln!(f, "| {line}"))
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        quoted(f, "program", &self.program)?;
        self.ops.iter().try_for_each(|op| match op {
            Op::Line(line) => writeln!(f, "{line}"),
            Op::Edit(text) => quoted(f, "edit", text),
        })
    }
}

/// A failure shows it as it is kept.
impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl Sequence {
    /// Reads what was kept; lines that begin with `//` are remarks.
    pub(super) fn read(text: &str) -> Self {
        let mut ops: Vec<Op> = Vec::new();
        for line in text.lines() {
            match (line, line.strip_prefix('|'), ops.last_mut()) {
                (_, Some(quoted), Some(Op::Edit(text))) => {
                    text.push_str(quoted.strip_prefix(' ').unwrap_or(quoted));
                    text.push('\n');
                }
                ("", ..) => {}
                (line, ..) if line.starts_with("//") => {}
                ("program" | "edit", ..) => ops.push(Op::Edit(String::new())),
                (line, ..) => ops.push(Op::Line(line.to_owned())),
            }
        }
        match ops.remove(0) {
            Op::Edit(program) => Sequence { program, ops },
            Op::Line(line) => panic!("a sequence begins with its program, not with `{line}`"),
        }
    }
}
