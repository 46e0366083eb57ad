//! An edited program that takes the place of the one that a test began with
//! (V2, V3). Where it comes from is not known here.

use std::sync::Arc;

use super::{Going, Stage};
use crate::base::{Sources, Span};
use crate::engine::gather::{Gathering, Pasts};
use crate::engine::{InputBody, Prepared, State};
use crate::plan::test::{Act, Placed, Test};

/// A program that takes over, and the rest of the test as it reads it.
pub struct Edition {
    /// The program.
    pub program: Arc<Prepared>,
    /// The test, its places being those of the test as it began.
    pub test: Arc<Test>,
    /// The texts of the program.
    pub sources: Arc<Sources>,
}

/// What is asked for an edited program.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The folder, as the test names it.
    pub folder: &'a str,
    /// The state at which it takes over.
    pub state: &'a State,
    /// The texts of the program that runs, where it is an edited one already.
    pub sources: Option<&'a Sources>,
    /// The test, as it began.
    pub test: &'a Test,
    /// The statement: only what follows it is still to be read.
    pub from: Span,
}

/// Who knows edited programs.
pub trait Editions: Sync {
    /// The edited program of a folder.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn edition(&self, asked: Asked<'_>) -> Result<Edition, String>;
}

impl Stage<'_> {
    /// Another program takes over.
    pub(super) fn edit(&mut self, folder: &str, at: &Placed<Act>) -> Going {
        let asked = Asked {
            folder,
            state: self.state(),
            sources: self.sources.as_deref(),
            test: &self.first,
            from: at.span,
        };
        let edition = self.editions.edition(asked);
        let refused = match edition {
            Ok(edition) => self.take_over(edition),
            Err(why) => Err(why),
        };
        refused.map_err(|why| {
            let message = format!("`{}` cannot happen", at.text);
            self.fails(at, (message, vec![why]), Vec::new())
        })
    }

    /// What the conditions of another program ask of the past that none has asked
    /// yet (V6).
    fn gathered(&self, program: &Arc<Prepared>) -> Pasts {
        let state = self.state();
        let Some(mut gathering) = Gathering::between(state.prepared(), program, state.now()) else {
            return Pasts::new();
        };
        for of in &self.scenario.carrier().bygones {
            gathering.take(of);
        }
        gathering.finish()
    }

    fn take_over(&mut self, edition: Edition) -> Result<(), String> {
        let Edition {
            program,
            test,
            sources,
        } = edition;
        // What time has turned until now, it has turned by the program before (E2).
        self.scenario.stop_at(self.scenario.now());
        let gathered = self.gathered(&program);
        let migrated = self.scenario.machine_mut();
        let migrated = migrated.publish_with(&program, &gathered);
        let migrated = migrated.map_err(|refused| refused.to_string())?;
        self.scenario.carrier_mut().edited(&test, &migrated);
        self.test = test;
        self.sources = Some(sources);
        self.input(InputBody::Publish.into());
        Ok(())
    }
}
