//! Random programs over a small schema, and random histories for them. A
//! program is text: what the model and the engine run is what the compiler
//! makes of it. No workflow goes round at one instant: those that may enrol
//! again and wait for an instant or an action first wait for days.

mod history;
mod past;
mod program;
mod records;
mod timely;
mod waits;

pub(crate) use history::{Moment, history};
pub(crate) use past::without_past;
pub(crate) use program::{compiled, sketch};

use flow::semantic::hir::Program;
use proptest::prelude::proptest;

use crate::acts::Ids;
use crate::chance::seeded;
use crate::reference::Model;

/// A model after a history.
pub(crate) fn run<'p>(program: &'p Program, history: &[Moment], ids: Ids) -> Model<'p> {
    let mut model = Model::new(program);
    model.ids = ids;
    for moment in history {
        model.apply(moment.at, &moment.act);
    }
    if let Some(last) = history.last() {
        model.advance(last.at + std::time::Duration::from_secs(10 * 86_400));
    }
    model
}

proptest! {
    #![proptest_config(seeded(2, 200, 2_000))]

    #[test]
    fn the_model_runs_anything_twice_alike(sketch in sketch(), history in history()) {
        let valid = compiled(&sketch.to_string()).unwrap_or_else(|why| panic!("{why}\n{sketch}"));
        let (one, other) = (run(valid.get(), &history, Ids::default()), run(valid.get(), &history, Ids::default()));
        assert_eq!(one.trace, other.trace);
        assert_eq!(one.values(), other.values());
        assert_eq!(one.links(), other.links());
        assert_eq!(one.inside(), other.inside());
        assert_eq!(one.segments(), other.segments());
    }
}
