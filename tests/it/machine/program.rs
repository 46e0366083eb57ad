//! Programs as the engines of a sequence run them.

use std::sync::Arc;

use flow::base::{Duration, SourceId, Sources, Span, Unit};
use flow::compile::{Files, compile_all};
use flow::diagnostic::render;
use flow::engine::{Prepared, State};
use flow::host::older;
use flow::model::{Cap, Settings};

use crate::engine::world::oslo;

/// At most so many mails reach a record in two days.
pub(crate) const MAILS: (u32, i64) = (2, 2);

/// A program, with and without its index of triggers, and its texts.
pub(crate) struct Program {
    pub(crate) plain: Arc<Prepared>,
    pub(crate) naive: Arc<Prepared>,
    pub(crate) texts: Sources,
}

/// The settings of random programs: mails and tasks are capped (A9).
pub(crate) fn settings() -> Settings {
    let cap = |action: &str, (most, days): (u32, i64)| Cap {
        action: action.into(),
        place: Span::new(Sources::default().add("flow.toml", ""), 0, 0),
        most,
        within: Duration {
            count: days,
            unit: Unit::Day,
            business: false,
        },
    };
    Settings {
        caps: vec![cap("send_email", MAILS), cap("create_task", (2, 3))],
        ..oslo()
    }
}

impl Program {
    /// Compiles a text, with older versions of its workflows.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn of(text: &str, older: &[String]) -> Result<Self, String> {
        let mut texts = Sources::default();
        let declaring = [texts.add("main.flow", text)];
        let older = older.iter().enumerate();
        let older = older.map(|(at, text)| texts.add(format!("{at}.flow"), text.as_str()));
        let pinned: Vec<SourceId> = older.collect();
        let files = Files {
            declaring: &declaring,
            pinned: &pinned,
        };
        let compiled = compile_all(&texts, files, &settings());
        let wrong = || render::concise::render(&compiled.findings, &texts);
        let program = compiled.program.ok_or_else(wrong)?;
        Ok(Program {
            plain: Arc::new(Prepared::new(program.clone())),
            naive: Arc::new(Prepared::new(program).naive()),
            texts,
        })
    }

    /// The program that follows this one, with the versions on which those
    /// inside finish (V3).
    ///
    /// # Errors
    ///
    /// What is wrong with it; an older version may not go with it.
    pub(crate) fn next(&self, state: &State, text: &str) -> Result<Self, String> {
        let next = Program::of(text, &[])?;
        let needed = older::needed(state, &self.texts, &next.plain).into_iter();
        let needed: Vec<String> = needed.map(|one| one.text).collect();
        match needed.is_empty() {
            true => Ok(next),
            false => Program::of(text, &needed),
        }
    }
}
