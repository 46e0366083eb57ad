//! Waits for events and conditions, loops, and splits.

use std::fmt::Result;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Strategy, prop_oneof};
use proptest::sample::select;

use super::program::{Step, Writer, condition};

/// What goes other ways than straight on.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// `wait until COND` and how long, with blocks or without.
    Until(String, &'static str, Blocks),
    /// `wait for EVENT` and how long.
    For(&'static str, &'static str, Blocks),
    /// `wait for first` of events and conditions.
    First(Vec<(Case, Vec<Step>)>, &'static str, Option<Vec<Step>>),
    /// Some rounds: a wait, and what follows it.
    Loop(&'static str, Vec<Step>),
    /// Steps that a condition leads past.
    Past(String, Vec<Step>),
    /// By lot, with shares.
    Split(Vec<(u8, Vec<Step>)>),
}

type Blocks = Option<(Vec<Step>, Vec<Step>)>;

#[derive(Debug, Clone)]
pub(super) enum Case {
    Event(&'static str),
    When(String),
}

const AWAITED: &[&str] = &[
    "ping",
    "ping",
    "ping where n > 1",
    "ping where n > score",
    "ping where (key == \"a\" and flag)",
    "pong",
    "changed score",
    "changed stage to mql",
    "changed n where (this.score > 2)",
    "changed due",
    "joined hot",
    "left hot",
    "joined late",
    "left fresh",
    "joined picked",
    "action_failed",
];

const MOST: &[&str] = &["5 hours", "1 day", "3 days", "2 weeks"];

const ROUND: &[&str] = &[
    "wait 12 hours",
    "wait until due",
    "wait until 09:00",
    "wait until mon, thu at 10:30",
    "wait until 03-29 at 02:30",
    "wait until score > 2 max 2 days",
    "wait until due < now max 2 days",
    "wait for pong max 1 day",
    "wait for ping where n > 1 max 12 hours",
];

/// One of them, around the steps of inner blocks.
pub(super) fn way(inner: BoxedStrategy<Step>) -> BoxedStrategy<Way> {
    let block = || vec(inner.clone(), 0..3).boxed();
    let blocks = || option::of((block(), block()));
    let case = prop_oneof![
        select(AWAITED).prop_map(Case::Event),
        condition().prop_map(Case::When),
    ];
    let cases = vec((case, block()), 1..4);
    prop_oneof![
        4 => (condition(), select(MOST), blocks())
            .prop_map(|(condition, most, blocks)| Way::Until(condition, most, blocks)),
        4 => (select(AWAITED), select(MOST), blocks())
            .prop_map(|(event, most, blocks)| Way::For(event, most, blocks)),
        3 => (cases, select(MOST), option::weighted(0.8, block()))
            .prop_map(|(cases, most, timeout)| Way::First(cases, most, timeout)),
        2 => (select(ROUND), block()).prop_map(|(wait, steps)| Way::Loop(wait, steps)),
        1 => (condition(), block()).prop_map(|(condition, steps)| Way::Past(condition, steps)),
        2 => vec((1..4_u8, block()), 2..4).prop_map(Way::Split),
    ]
    .boxed()
}

impl Way {
    /// Whether it waits for an instant.
    pub(super) fn is_slow(&self) -> bool {
        match self {
            Way::Past(_, steps) => steps.iter().any(Step::is_slow),
            Way::Split(cases) => cases
                .iter()
                .any(|(_, steps)| steps.iter().any(Step::is_slow)),
            _ => true,
        }
    }
}

impl Writer<'_, '_> {
    // size: one arm for each way on
    pub(super) fn way(&mut self, way: &Way) -> Result {
        match way {
            Way::Until(condition, most, blocks) => {
                let for_ever = blocks.is_none() && *most == "1 day";
                let most = if for_ever {
                    "forever"
                } else {
                    &format!("max {most}")
                };
                self.ends(&format!("wait until {condition} {most}"), blocks, None)
            }
            Way::For(event, most, blocks) => {
                let bound = event.starts_with("ping") && !self.keyed;
                let name = bound.then(|| self.name("v"));
                let named = name
                    .as_ref()
                    .map_or(String::new(), |name| format!(" as {name}"));
                let head = format!("wait for {event}{named} max {most}");
                self.ends(&head, blocks, name)
            }
            Way::First(cases, most, timeout) => {
                writeln!(self.f, "wait for first {{")?;
                for (case, steps) in cases {
                    let case = match case {
                        Case::Event(event) => (*event).to_owned(),
                        Case::When(condition) => format!("when {condition}"),
                    };
                    self.block(&format!("case {case}"), steps)?;
                }
                match timeout {
                    Some(steps) => self.block(&format!("timeout {most}"), steps)?,
                    None => writeln!(self.f, "forever")?,
                }
                writeln!(self.f, "}}")
            }
            Way::Loop(wait, steps) => {
                let name = self.name("x");
                writeln!(self.f, "{name}: {wait}\nset rounds += 1")?;
                steps.iter().try_for_each(|step| self.step(step))?;
                writeln!(
                    self.f,
                    "branch {{ case when rounds < 7 {{ goto {name} }} }}"
                )
            }
            Way::Past(condition, steps) => {
                let name = self.name("x");
                writeln!(
                    self.f,
                    "branch {{ case when {condition} {{ goto {name} }} }}"
                )?;
                steps.iter().try_for_each(|step| self.step(step))?;
                writeln!(self.f, "{name}: set score += 1")
            }
            Way::Split(cases) => {
                writeln!(self.f, "split {{")?;
                for (at, (share, steps)) in cases.iter().enumerate() {
                    self.block(&format!("case \"arm {at}\" {share}"), steps)?;
                }
                writeln!(self.f, "}}")
            }
        }
    }

    fn ends(&mut self, head: &str, blocks: &Blocks, bound: Option<String>) -> Result {
        let Some((met, timeout)) = blocks else {
            return writeln!(self.f, "{head}");
        };
        writeln!(self.f, "{head} {{\nmet {{")?;
        if let Some(name) = bound {
            writeln!(self.f, "set n = {name}.n")?;
        }
        met.iter().try_for_each(|step| self.step(step))?;
        writeln!(self.f, "}}")?;
        self.block("timeout", timeout)?;
        writeln!(self.f, "}}")
    }

    fn name(&mut self, letter: &str) -> String {
        self.names += 1;
        format!("{letter}{}", self.names)
    }
}
