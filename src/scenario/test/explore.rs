//! Generated histories of a test: what must hold at every moment is asked after
//! each of random acts, and a history that breaks it is made as short as it
//! can be. Where chance comes from is a seed.

use std::sync::Arc;

use super::draw::{Dice, Drawing};
use super::edition::Editions;
use super::{Failure, Going, Stage};
use crate::engine::frozen::v1::state;
use crate::engine::{Engine, Order, Prepared};
use crate::plan::test::{Act, Given, Input, Placed, Test};

/// The fewest and the most steps of a history.
const STEPS: (u64, u64) = (3, 30);

/// A step of a history.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Something is done that is drawn then: of the program that runs, with a
    /// seed of its own, so that it stays the same where others are taken away.
    Drawn(u64),
    /// The program is edited, as the act of this place says.
    Edit(usize),
    /// The state is written down, and another process goes on with it.
    Restart,
}

/// A history in which something did not hold that must at every moment.
#[derive(Debug, Clone)]
pub struct Counterexample {
    /// The seed that it comes from.
    pub seed: u64,
    /// What did not hold.
    pub failure: Failure,
    /// A test to paste, which fails by it.
    pub text: String,
}

/// What histories are played with.
#[derive(Clone, Copy)]
struct Play<'a> {
    program: &'a Arc<Prepared>,
    test: &'a Test,
    editions: &'a dyn Editions,
}

/// Tries one history of a test; what breaks in it, in the shortest history that
/// was found.
#[must_use]
pub fn attempt(
    program: &Arc<Prepared>,
    test: &Test,
    (editions, seed): (&dyn Editions, u64),
) -> Option<Counterexample> {
    let play = Play {
        program,
        test,
        editions,
    };
    let steps = steps(test, seed);
    let (failure, _) = play.broken(&steps)?;
    let (mut failure, done) = play.shrunk((steps, failure))?;
    failure.span.source = test.span.source;
    Some(Counterexample {
        seed,
        text: play.pasted(&done, &failure),
        failure,
    })
}

/// The steps of a history by its seed.
fn steps(test: &Test, seed: u64) -> Vec<Step> {
    let mut dice = Dice::new(seed);
    let edits = test.acts.iter().enumerate();
    let edits = edits.filter(|(_, act)| matches!(act.what, Act::Input(Input::Program(_))));
    let edits: Vec<usize> = edits.map(|(place, _)| place).collect();
    let length = STEPS.0 + dice.below(STEPS.1 - STEPS.0);
    let drawn = (0..length).map(|_| match dice.below(100) {
        0..=3 => Step::Restart,
        4..=9 if !edits.is_empty() => {
            let place = usize::try_from(dice.below(edits.len() as u64)).unwrap_or_default();
            edits
                .get(place)
                .map_or(Step::Restart, |act| Step::Edit(*act))
        }
        _ => Step::Drawn(dice.next()),
    });
    drawn.collect()
}

impl Play<'_> {
    /// What breaks in a history, and what was done until then.
    fn broken(&self, steps: &[Step]) -> Option<(Failure, Vec<String>)> {
        let mut stage = Stage::new(self.program, self.test, self.editions);
        // A world that cannot be is told by the test itself.
        stage.begin().ok()?;
        let mut done = Vec::new();
        for step in steps {
            let (text, going) = stage.step(*step);
            done.extend(text);
            match going.and_then(|()| stage.moment_holds()) {
                Err(failure) if is_invariant(self.test, &failure) => return Some((*failure, done)),
                // What cannot happen now has not happened.
                Ok(()) | Err(_) => {}
            }
        }
        None
    }

    /// The history without steps that it breaks without too: first long
    /// stretches, then single ones. What broke then, and what was done.
    fn shrunk(&self, (mut steps, _): (Vec<Step>, Failure)) -> Option<(Failure, Vec<String>)> {
        let mut length = steps.len().div_ceil(2);
        while length > 0 {
            let mut at = 0;
            while at < steps.len() {
                let mut fewer = steps.clone();
                fewer.drain(at..(at + length).min(steps.len()));
                match self.broken(&fewer) {
                    Some(_) => steps = fewer,
                    None => at += length,
                }
            }
            length /= 2;
        }
        self.broken(&steps)
    }

    /// The history as a test.
    fn pasted(&self, done: &[String], failure: &Failure) -> String {
        let begins = Stage::new(self.program, self.test, self.editions).begins();
        let begins = begins.to_zoned(self.program.zone().clone());
        let begins = begins.strftime("%Y-%m-%dT%H:%M").to_string();
        let mut invariants = self.test.invariants.iter().map(|(claim, _)| claim);
        let invariant = invariants.find(|claim| claim.span.start == failure.span.start);
        let invariant = invariant.map_or_else(String::new, |claim| claim.text.clone());
        let used = [done.join("\n"), invariant.clone()].join("\n");
        let world = self.test.world.iter();
        let world = world.filter(|given| is_used(self.test, given, &used));
        let mut lines = vec![format!("at {begins}")];
        lines.extend(world.map(|given| given.text.clone()));
        lines.extend(done.iter().cloned());
        lines.push(invariant);
        let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
        format!("test \"{}, broken\" {{\n{lines}}}\n", self.test.name)
    }
}

/// Whether it is what must hold at every moment that did not, or the state that
/// cannot be read again, which is about the whole test.
fn is_invariant(test: &Test, failure: &Failure) -> bool {
    let own = failure.span.start == test.span.start;
    let mut invariants = test.invariants.iter();
    own || invariants.any(|(claim, _)| claim.span.start == failure.span.start)
}

/// Whether what is given is still spoken of: a record whose name stands nowhere
/// else may go.
fn is_used(test: &Test, given: &Placed<Given>, used: &str) -> bool {
    let Given::Record(place, _) = &given.what else {
        return true;
    };
    let Some(role) = test.records.get(*place) else {
        return true;
    };
    let others = test.world.iter().filter(|other| other.span != given.span);
    let mut texts = others.map(|other| other.text.as_str()).chain([used]);
    texts.any(|text| {
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|word| word == role.name.as_str())
    })
}

impl Stage<'_> {
    /// A step of a history, and how it is written.
    fn step(&mut self, step: Step) -> (Option<String>, Going) {
        let act = match step {
            Step::Restart => {
                let text = "// the process begins anew here".to_owned();
                return (Some(text), self.restart());
            }
            Step::Edit(place) => self.first.acts.get(place).cloned(),
            Step::Drawn(seed) => {
                let test = self.test.clone();
                let program = &self.state().prepared().program;
                Drawing::new(program, &test, (seed, self.begins())).act()
            }
        };
        match act {
            Some(act) => (Some(act.text.clone()), self.carry(&act)),
            None => (None, Ok(())),
        }
    }

    /// The state is written down in its frozen form and read again.
    fn restart(&mut self) -> Going {
        self.scenario.settle();
        let Some(image) = self.scenario.machine().image() else {
            return Ok(());
        };
        let Ok(frozen) = state::freeze(&image) else {
            return Ok(());
        };
        let image = state::thaw(image.prepared(), &frozen).map_err(|error| Failure {
            span: self.test.span,
            message: "the state cannot be read again".to_owned(),
            found: vec![error.to_string()],
            about: Vec::new(),
            at: self.scenario.now(),
        })?;
        *self.scenario.machine_mut() = Engine::from_image(image, "test", Order::Sent);
        Ok(())
    }
}
