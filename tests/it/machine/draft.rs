//! Programs of random sequences before they are text, and what is edited in
//! them.

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::pool::{
    BLOCKS, CLAUSES, CONDITIONS, EDITS, EVENTS, LEAVES, REFINED, SCHEMA, TIMES, WAITS,
};

/// A piece of steps.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    text: &'static str,
    inner: Vec<Piece>,
    /// What tells its names from those of other pieces; it stays with it.
    number: usize,
}

/// A workflow.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    name: String,
    was: Option<String>,
    head: Vec<String>,
    steps: Vec<Piece>,
    pins: bool,
    off: bool,
}

/// A program.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    flows: Vec<Flow>,
    schema: usize,
    named: usize,
}

/// A change of a program. Workflows and steps are meant by a number, of which
/// the rest counts.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    Add(Flow),
    Remove(usize),
    Rename(usize),
    Head(usize, Vec<String>),
    Insert(usize, usize, Piece),
    Drop(usize, usize),
    Swap(usize, usize),
    Pin(usize),
    Off(usize),
    Schema(usize),
    Order,
}

pub(super) fn condition() -> impl Strategy<Value = String> {
    let simple = || select(CONDITIONS).prop_map(|one| format!("({one})"));
    prop_oneof![
        6 => simple(),
        1 => (simple(), simple()).prop_map(|(one, other)| format!("({one} and {other})")),
        1 => (simple(), simple()).prop_map(|(one, other)| format!("({one} or not {other})")),
    ]
}

fn head() -> impl Strategy<Value = Vec<String>> {
    let event = || select(EVENTS).prop_map(str::to_owned);
    let trigger = prop_oneof![
        5 => event().prop_map(|of| format!("enroll on {of}")),
        2 => select(REFINED).prop_map(|of| format!("enroll on {of}")),
        1 => Just("enroll on ping per event.key".to_owned()),
        4 => condition().prop_map(|when| format!("enroll when {when}")),
        2 => select(TIMES).prop_map(str::to_owned),
    ];
    let clause = prop_oneof![
        2 => condition().prop_map(|when| format!("suppress when {when}")),
        2 => condition().prop_map(|when| format!("unenroll when {when}")),
        1 => condition().prop_map(|when| format!("goal when {when}")),
        1 => condition().prop_map(|when| format!("only when {when}")),
        2 => event().prop_map(|of| format!("reenroll on {of}")),
        1 => condition().prop_map(|when| format!("reenroll when {when}")),
        2 => Just("reenroll always".to_owned()),
        6 => select(CLAUSES).prop_map(str::to_owned),
    ];
    (vec(trigger, 1..4), vec(clause, 0..5)).prop_map(|(mut all, clauses)| {
        all.extend(clauses);
        all
    })
}

fn piece() -> BoxedStrategy<Piece> {
    let leaf = |text| Piece {
        text,
        inner: Vec::new(),
        number: 0,
    };
    let leaves = prop_oneof![5 => select(LEAVES).prop_map(leaf), 3 => select(WAITS).prop_map(leaf)];
    leaves
        .prop_recursive(2, 8, 3, |inner| {
            (select(BLOCKS), vec(inner, 0..4)).prop_map(|(text, inner)| Piece {
                text,
                inner,
                number: 0,
            })
        })
        .boxed()
}

pub(super) fn flow() -> impl Strategy<Value = Flow> {
    let (pins, off) = (option::weighted(0.25, any::<bool>()), 0..30_u8);
    (head(), vec(piece(), 1..6), pins, off).prop_map(|(head, steps, pins, off)| Flow {
        name: String::new(),
        was: None,
        head,
        steps,
        pins: pins.is_some(),
        off: off == 29,
    })
}

pub(super) fn edit() -> impl Strategy<Value = Edit> {
    let at = || any::<u8>().prop_map(usize::from);
    prop_oneof![
        2 => flow().prop_map(Edit::Add),
        2 => at().prop_map(Edit::Remove),
        2 => at().prop_map(Edit::Rename),
        3 => (at(), head()).prop_map(|(of, head)| Edit::Head(of, head)),
        5 => (at(), at(), piece()).prop_map(|(of, at, piece)| Edit::Insert(of, at, piece)),
        5 => (at(), at()).prop_map(|(of, at)| Edit::Drop(of, at)),
        2 => (at(), at()).prop_map(|(of, at)| Edit::Swap(of, at)),
        2 => at().prop_map(Edit::Pin),
        1 => at().prop_map(Edit::Off),
        4 => at().prop_map(Edit::Schema),
        1 => any::<bool>().prop_map(|_| Edit::Order),
    ]
}

impl Piece {
    fn numbered(mut self, next: &mut usize) -> Self {
        *next += 1;
        self.number = *next;
        let inner = self.inner.into_iter();
        self.inner = inner.map(|piece| piece.numbered(next)).collect();
        self
    }

    fn write(&self, out: &mut String) {
        let places = self.text.matches('$').count().max(1);
        for (at, part) in self.text.split('$').enumerate() {
            if at > 0 {
                let inner = self.inner.iter().enumerate();
                let own = inner.filter(|(place, _)| place % places == at - 1);
                own.for_each(|(_, piece)| piece.write(out));
            }
            out.push_str(&part.replace('#', &self.number.to_string()));
            out.push('\n');
        }
    }
}

impl Flow {
    /// Clauses of the same first words stand once, those of triggers as often
    /// as they are there.
    fn clauses(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let all = self.head.iter().map(String::as_str);
        let filters = all.clone().any(|one| one.starts_with("enroll when"));
        let (hours, always) = ("hours", "reenroll always");
        let again = all.clone().any(|one| one == always);
        let kept = all.filter(|clause| {
            let mut words = clause.split(' ');
            let kind = (words.next().unwrap_or(""), words.next().unwrap_or(""));
            let many = matches!(
                kind,
                ("enroll", "on" | "when" | "every" | "at" | "cron" | "once")
                    | ("reenroll" | "unenroll" | "suppress", _)
            );
            match *clause {
                clause if clause.starts_with("enroll at most") => seen.insert("breaker"),
                "unenroll on leaving" if !filters => false,
                // A workflow's own zone is that of its hours.
                clause if clause.starts_with("timezone") => seen.insert(hours),
                clause if clause.starts_with("reenroll") && again => {
                    clause == always && seen.insert(always)
                }
                clause if many => seen.insert(clause),
                _ => seen.insert(kind.0),
            }
        });
        kept.collect()
    }

    fn again(&self) -> bool {
        self.head
            .iter()
            .any(|clause| clause.starts_with("reenroll") || clause.contains(" per "))
    }

    fn write(&self, out: &mut String) {
        let _ = writeln!(out, "workflow {} on contact {{", self.name);
        if let Some(was) = &self.was {
            let _ = writeln!(out, "renamed from {was}");
        }
        for clause in self.clauses() {
            let _ = writeln!(out, "{clause}");
        }
        for (is, clause) in [(self.pins, "on edit pin"), (self.off, "off")] {
            if is {
                let _ = writeln!(out, "{clause}");
            }
        }
        out.push_str("steps {\n");
        // Nothing goes round at one instant.
        if self.again() {
            out.push_str("wait 1 day\n");
        }
        self.steps.iter().for_each(|piece| piece.write(out));
        out.push_str("}\n}\n");
    }
}

impl Draft {
    /// A program of some workflows.
    pub(super) fn of(flows: Vec<Flow>) -> Self {
        let mut draft = Draft::default();
        flows.into_iter().for_each(|flow| draft.add(flow));
        draft
    }

    fn add(&mut self, flow: Flow) {
        let name = format!("w{}", self.named);
        self.named += 1;
        let mut next = self.named * 1_000;
        let steps = flow.steps.into_iter();
        let steps = steps.map(|piece| piece.numbered(&mut next)).collect();
        self.flows.push(Flow {
            name,
            steps,
            ..flow
        });
    }

    /// The workflow that a number means.
    pub(super) fn name(&self, at: usize) -> &str {
        match self.flows.len() {
            0 => "base",
            count => &self.flows[at % count].name,
        }
    }

    fn flow(&mut self, at: usize) -> Option<&mut Flow> {
        let count = self.flows.len();
        (count > 0).then(|| &mut self.flows[at % count])
    }

    /// Makes a change; whether there was something to be changed.
    pub(super) fn edit(&mut self, edit: Edit) -> Option<()> {
        self.named += 1;
        let mut next = self.named * 1_000;
        match edit {
            Edit::Add(flow) => self.add(flow),
            Edit::Remove(at) => {
                let count = self.flows.len();
                (count > 1).then(|| drop(self.flows.remove(at % count)))?;
            }
            Edit::Rename(at) => {
                let name = format!("w{}", self.named);
                let flow = self.flow(at)?;
                flow.was = Some(std::mem::replace(&mut flow.name, name));
            }
            Edit::Head(at, head) => self.flow(at)?.head = head,
            Edit::Insert(of, at, piece) => {
                let steps = &mut self.flow(of)?.steps;
                steps.insert(at % (steps.len() + 1), piece.numbered(&mut next));
            }
            Edit::Drop(of, at) => {
                let steps = &mut self.flow(of)?.steps;
                let count = steps.len();
                (count > 0).then(|| drop(steps.remove(at % count)))?;
            }
            Edit::Swap(of, at) => {
                let steps = &mut self.flow(of)?.steps;
                let count = steps.len();
                (count > 1).then(|| steps.swap(at % count, (at + 1) % count))?;
            }
            Edit::Pin(at) => self.flow(at).map(|flow| flow.pins = !flow.pins)?,
            Edit::Off(at) => self.flow(at).map(|flow| flow.off = !flow.off)?,
            Edit::Schema(at) => self.schema = at % EDITS.len(),
            Edit::Order => self.flows.reverse(),
        }
        Some(())
    }
}

/// The text of it.
impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = EDITS[self.schema];
        match from {
            "" => f.write_str(SCHEMA)?,
            from => f.write_str(&SCHEMA.replacen(from, to, 1))?,
        }
        for (at, flow) in self.flows.iter().enumerate() {
            let mut text = String::new();
            flow.write(&mut text);
            for (mark, by) in [("&0", at + 1), ("&1", at + 2)] {
                let other = self.name(by);
                let other = if other == flow.name { "base" } else { other };
                text = text.replace(mark, other);
            }
            f.write_str(&text)?;
        }
        Ok(())
    }
}

/// Each text of the pool, many in one program; also each edit of what is
/// declared.
pub(super) fn each() -> Vec<String> {
    let whens = CONDITIONS.iter().flat_map(|condition| {
        ["enroll", "reenroll", "suppress", "goal", "only"]
            .map(|word| format!("{word} when {condition}"))
    });
    let ons = EVENTS.iter().flat_map(|event| {
        ["enroll", "reenroll", "unenroll"].map(|word| format!("{word} on {event}"))
    });
    let refined = REFINED.iter().map(|event| format!("enroll on {event}"));
    let others = TIMES.iter().chain(CLAUSES).map(|text| (*text).to_owned());
    let heads = whens.chain(ons).chain(refined).chain(others);
    let heads = heads.map(|clause| (vec![clause, "enroll when score > 90".into()], None));
    let pieces = LEAVES.iter().chain(WAITS).chain(BLOCKS);
    let pieces = pieces.map(|text| (vec!["enroll on ping".into()], Some(*text)));
    let flows = heads.chain(pieces).map(|(head, text)| {
        let (inner, number) = (Vec::new(), 0);
        let steps = text.map(|text| Piece {
            text,
            inner,
            number,
        });
        let (name, was, pins, off) = (String::new(), None, false, false);
        let steps = steps.into_iter().collect();
        Flow {
            name,
            was,
            head,
            steps,
            pins,
            off,
        }
    });
    let flows: Vec<Flow> = flows.collect();
    let programs = flows.chunks(25).map(|flows| Draft::of(flows.to_vec()));
    let schemas = (0..EDITS.len()).map(|schema| Draft {
        schema,
        ..Draft::default()
    });
    programs
        .chain(schemas)
        .map(|draft| draft.to_string())
        .collect()
}
