//! Generated histories of a test: what must hold at every moment is asked after
//! each of random acts, and a history that breaks it is made as short as it
//! can be. Where chance comes from is a seed.

use std::sync::Arc;

use super::draw::Drawing;
use super::edition::{Asked, Edition, Editions};
use super::{Failure, Going, Stage};
use crate::engine::frozen::v1::state;
use crate::engine::{Engine, Order, Prepared};
use crate::plan::test::{Act, Given, Placed, Test};

/// The fewest and the most steps of a history.
const STEPS: (u64, u64) = (3, 30);

/// A step of a history.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Something is done.
    Act(Box<Placed<Act>>),
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

/// Tries one history of a test; what breaks in it, in the shortest history that
/// was found.
#[must_use]
pub fn attempt(program: &Arc<Prepared>, test: &Test, seed: u64) -> Option<Counterexample> {
    let mut drawing = Drawing::new(&program.program, test, seed);
    let length = STEPS.0 + drawing.below(STEPS.1 - STEPS.0);
    let steps: Vec<Step> = (0..length).filter_map(|_| drawing.step()).collect();
    let bare = Test {
        acts: Vec::new(),
        ..test.clone()
    };
    let broken = broken(program, &bare, &steps)?;
    let (steps, failure) = shrunk(program, &bare, (steps, broken));
    Some(Counterexample {
        seed,
        text: pasted(program, &bare, (&steps, &failure)),
        failure,
    })
}

/// What breaks in a history.
fn broken(program: &Arc<Prepared>, test: &Test, steps: &[Step]) -> Option<Failure> {
    let mut stage = Stage::new(program, test, &NoEditions);
    // A world that cannot be is told by the test itself.
    stage.begin().ok()?;
    for step in steps {
        match step {
            Step::Act(act) => match stage.carry(act) {
                Err(failure) if is_invariant(test, &failure) => return Some(*failure),
                // What cannot happen now has not happened.
                Ok(()) | Err(_) => {}
            },
            Step::Restart => {
                if let Err(failure) = stage.restart() {
                    return Some(*failure);
                }
            }
        }
        if let Err(failure) = stage.moment_holds() {
            return Some(*failure);
        }
    }
    None
}

/// Whether it is what must hold at every moment that did not.
fn is_invariant(test: &Test, failure: &Failure) -> bool {
    let mut invariants = test.invariants.iter();
    invariants.any(|(claim, _)| claim.span == failure.span)
}

/// The history without steps that it breaks without too: first long stretches,
/// then single ones.
fn shrunk(
    program: &Arc<Prepared>,
    test: &Test,
    (mut steps, mut failure): (Vec<Step>, Failure),
) -> (Vec<Step>, Failure) {
    let mut length = steps.len().div_ceil(2);
    while length > 0 {
        let mut at = 0;
        while at < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + length).min(steps.len()));
            match broken(program, test, &fewer) {
                Some(other) => (steps, failure) = (fewer, other),
                None => at += length,
            }
        }
        length /= 2;
    }
    (steps, failure)
}

/// The history as a test.
fn pasted(program: &Arc<Prepared>, test: &Test, (steps, failure): (&[Step], &Failure)) -> String {
    let begins = Stage::new(program, test, &NoEditions).begins();
    let zone = program.zone();
    let begins = begins
        .to_zoned(zone.clone())
        .strftime("%Y-%m-%dT%H:%M")
        .to_string();
    let done = steps.iter().map(|step| match step {
        Step::Act(act) => act.text.clone(),
        Step::Restart => "// the process begins anew here".to_owned(),
    });
    let done: Vec<String> = done.collect();
    let mut invariants = test.invariants.iter().map(|(claim, _)| claim);
    let invariant = invariants.find(|claim| claim.span == failure.span);
    let invariant = invariant.map_or_else(String::new, |claim| claim.text.clone());
    let used = [done.join("\n"), invariant.clone()].join("\n");
    let world = test
        .world
        .iter()
        .filter(|given| is_used(test, given, &used));
    let world: Vec<&str> = world.map(|given| given.text.as_str()).collect();
    let mut lines = vec![format!("at {begins}")];
    lines.extend(world.into_iter().map(str::to_owned));
    lines.extend(done);
    lines.push(invariant);
    let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    format!("test \"{}, broken\" {{\n{lines}}}\n", test.name)
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

/// Nobody edits the program.
struct NoEditions;

impl Editions for NoEditions {
    fn edition(&self, _: Asked<'_>) -> Result<Edition, String> {
        Err("no history has an edited program".to_owned())
    }
}

impl Stage<'_> {
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
