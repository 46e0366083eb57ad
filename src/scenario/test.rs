//! A test of a program, played on an engine of its own in virtual time: the
//! world before, what happens, and what is expected between. Where a test
//! stands and how its end is shown is not known here.

mod act;
mod claim;
mod draw;
mod edition;
mod explore;
mod literal;
mod log;
mod miss;
mod mock;
mod near;
mod outside;
mod range;
mod reached;
mod sent;
mod world;

pub use self::edition::{Asked, Edition, Editions};
pub use self::explore::{Counterexample, attempt};
pub use self::log::Told;
pub use self::reached::Reached;

use std::sync::Arc;

use self::claim::Seen;
use self::outside::Outside;
use super::Scenario;
use crate::base::{Sources, Span, Time, Timestamp, instant};
use crate::engine::cast::Role;
use crate::engine::{Engine, InputBody, Order, Prepared, State};
use crate::model::Value;
use crate::plan::test::{Act, Input, Placed, Test};

/// What has come of a test.
pub struct Played {
    /// How it ended.
    pub verdict: Verdict,
    /// All that was told, in order.
    pub told: Vec<Told>,
    /// Its records.
    pub roles: Vec<Role>,
    /// What it has come through.
    pub reached: Reached,
    engine: Engine,
}

impl Played {
    /// The state in which it ended.
    #[must_use]
    pub fn state(&self) -> &State {
        self.engine.state()
    }
}

/// How a test has ended.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// All that it expects held.
    Passed,
    /// Something did not.
    Failed(Box<Failure>),
}

/// Why a test has failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The statement.
    pub span: Span,
    /// What is wrong with it, in one sentence.
    pub message: String,
    /// What was found instead.
    pub found: Vec<String>,
    /// The records that it speaks of, by place.
    pub about: Vec<usize>,
    /// When.
    pub at: Timestamp,
}

/// How playing goes on: not at all after a failure.
type Going = Result<(), Box<Failure>>;

/// Plays a test of a program, which may be edited on the way.
#[must_use]
pub fn play(program: &Arc<Prepared>, test: &Test, editions: &dyn Editions) -> Played {
    let mut stage = Stage::new(program, test, editions);
    let verdict = match stage.play() {
        Ok(()) => Verdict::Passed,
        Err(mut failure) => {
            // An edited program reads the test from a text of its own.
            failure.span.source = test.span.source;
            Verdict::Failed(failure)
        }
    };
    let (engine, outside) = stage.scenario.into_parts();
    Played {
        verdict,
        reached: Reached::of(&outside.log.told),
        told: outside.log.told,
        roles: outside.roles,
        engine,
    }
}

/// A test under way.
struct Stage<'t> {
    /// The test as it reads the program that runs.
    test: Arc<Test>,
    /// The test as it began.
    first: Arc<Test>,
    editions: &'t dyn Editions,
    /// The texts of the program that runs, where it was edited.
    sources: Option<Arc<Sources>>,
    scenario: Scenario<Engine, Outside>,
}

impl<'t> Stage<'t> {
    fn new(program: &Arc<Prepared>, test: &Test, editions: &'t dyn Editions) -> Self {
        let engine = Engine::new(program.clone(), "test", Order::Sent);
        let test = Arc::new(test.clone());
        Stage {
            scenario: Scenario::new(engine, Outside::new(test.clone()), Vec::new()),
            first: test.clone(),
            test,
            editions,
            sources: None,
        }
    }

    fn play(&mut self) -> Going {
        self.begin()?;
        self.moment_holds()?;
        let (mut test, mut next) = (self.test.clone(), 0);
        while let Some(act) = test.acts.get(next) {
            next += 1;
            self.carry(act)?;
            self.moment_holds()?;
            if let Act::Input(Input::Program(_)) = &act.what {
                // The rest is that of the test as the edited program reads it.
                let later = |other: &Placed<Act>| other.span.start > act.span.start;
                let rest = self.test.acts.iter().position(later);
                next = rest.unwrap_or(usize::MAX);
                test = self.test.clone();
            }
        }
        Ok(())
    }

    /// The world is made, and the workflows are turned on.
    fn begin(&mut self) -> Going {
        let (test, begins) = (self.test.clone(), self.begins());
        self.scenario.stop_at(begins);
        for given in &test.world {
            self.given(given)?;
        }
        // From here on what must hold at every moment does.
        self.scenario.carrier_mut().begun = true;
        self.input(InputBody::Publish.into());
        Ok(())
    }

    fn begins(&self) -> Timestamp {
        let at = self.seen().cast.value(&self.test.begins);
        at.and_then(|at| self.moment(&at)).unwrap_or_default()
    }

    /// A moment; of a day it is its start.
    fn moment(&self, value: &Value) -> Option<Timestamp> {
        match value {
            Value::Datetime(at) => Some(*at),
            Value::Date(day) => {
                let zone = self.state().prepared().zone();
                instant(day.to_datetime(Time::midnight()), zone)
            }
            _ => None,
        }
    }

    fn state(&self) -> &State {
        self.scenario.machine().state()
    }

    fn seen(&self) -> Seen<'_> {
        self.scenario.carrier().seen(self.state())
    }

    /// One thing that is done.
    fn carry(&mut self, act: &Placed<Act>) -> Going {
        match &act.what {
            Act::Mock(mock) => {
                let catalog = &self.state().prepared().program.catalog;
                let action = catalog.actions[mock.action].name.clone();
                self.scenario
                    .carrier_mut()
                    .mocks
                    .add(action, mock, act.span);
            }
            Act::Input(Input::Program(folder)) => self.edit(folder, act)?,
            Act::Input(input) => self.happens(input, act)?,
            Act::AdvanceBy(amount) => self.advance_by(*amount, act)?,
            Act::AdvanceTo(moment) => self.advance_to(moment, act)?,
            Act::Expect(claim) => self.expect(claim, act)?,
        }
        Ok(())
    }

    /// All that must hold at every moment has held.
    fn moment_holds(&mut self) -> Going {
        let now = self.seen().broken();
        match self.scenario.carrier_mut().broken.take().or(now) {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// A failure of a statement, at the present instant.
    fn fails<T>(
        &self,
        at: &Placed<T>,
        (message, found): (String, Vec<String>),
        about: Vec<usize>,
    ) -> Box<Failure> {
        Box::new(Failure {
            span: at.span,
            message,
            found,
            about,
            at: self.scenario.now(),
        })
    }
}
