//! A program with what the engine needs of it, worked out once: the values of
//! constants, which workflows a change concerns, what records let each other
//! know, which triggers count.

mod bucket;
mod concerns;
mod constants;
mod guard;
mod interest;
mod made;
mod name;
mod reads;
mod refined;
mod things;
mod timely;
mod timetables;
mod traces;
mod watch;

pub(super) use bucket::Sight;
pub(super) use concerns::Concerns;
pub(super) use guard::Source;
pub(super) use interest::Interest;
pub(super) use refined::{Bound, Refined};
pub(super) use things::Touched;
pub(super) use timely::Part;
pub(super) use traces::{Counted, Trace};

use std::collections::{BTreeMap, BTreeSet};

use self::guard::Guards;
use self::interest::Interests;
use self::reads::{Segments, Sources};
use self::timely::Timely;
use self::timetables::Timetables;
use self::traces::Traces;
use self::watch::Watches;
use super::retries::Retries;
use crate::base::{Name, TimeZone};
use crate::model::{
    ActionId, AssociationId, Cap, ObjectId, PropertyId, SegmentId, Timetable, Value, WorkflowId,
    is_kept,
};
use crate::plan::{Condition, Expression, ObjectPlan, Program, Segment, Workflow};

/// A program, ready to run.
#[derive(Debug)]
pub struct Prepared {
    /// The program.
    pub program: Program,
    /// The values of constants.
    pub constants: Vec<Option<Value>>,
    /// Which workflows a change concerns.
    pub(super) concerns: Concerns,
    /// The triggers that count, by their place here (E14).
    pub(super) refined: Vec<Refined>,
    /// What conditions read of the past.
    pub(super) traces: Traces,
    interests: Interests,
    timetables: Timetables,
    /// What is read of records that steps make.
    made: made::ReadOfMade,
    /// What waits watch (W3, W5).
    pub(super) watches: Watches,
    timely: Timely,
    segments: Segments,
    unique: Vec<Vec<PropertyId>>,
    /// When failed actions are tried again (A3).
    pub(super) retries: Retries,
    /// How often actions may reach a record (A9).
    pub(super) caps: BTreeMap<ActionId, Cap>,
}

impl Prepared {
    /// Works out what running a program needs.
    #[must_use]
    pub fn new(program: Program) -> Self {
        Prepared::build(program, false)
    }

    /// The same for the tests of the program: records keep what those ask of
    /// the past too.
    #[must_use]
    pub fn for_tests(program: Program) -> Self {
        Prepared::build(program, true)
    }

    fn build(program: Program, tests: bool) -> Self {
        let segments = program
            .segments
            .iter()
            .map(|segment: &Segment| (segment.segment, segment.condition.clone()));
        let segments = segments.collect();
        let unique = program.catalog.objects.iter().map(|(_, object)| {
            let properties = object.properties.iter();
            properties
                .filter(|(_, property)| property.unique && !property.builtin)
                .map(|(id, _)| id)
                .collect()
        });
        let unique = unique.collect();
        let caps = program.settings.caps.iter().filter_map(|cap| {
            let action = program.catalog.action(&Name::new(&cap.action))?;
            Some((action, cap.clone()))
        });
        let caps = caps.collect();
        let mut prepared = Prepared {
            constants: vec![None; program.constants.len()],
            concerns: Concerns::default(),
            made: made::read(&program),
            refined: refined::of(&program),
            traces: Traces::default(),
            interests: Interests::default(),
            timely: Timely::default(),
            watches: Watches::default(),
            timetables: Timetables::of(&program),
            segments,
            unique,
            retries: Retries::default(),
            caps,
            program,
        };
        constants::settle(&mut prepared);
        let program = &prepared.program;
        prepared.traces = Traces::of((program, tests), &prepared.constants);
        let sources = Sources {
            program,
            traces: &prepared.traces,
            segments: &prepared.segments,
        };
        prepared.interests = Interests::of(sources);
        prepared.watches = Watches::of(sources);
        prepared.timely = Timely::of(sources);
        let guards = Guards {
            sources,
            constants: &prepared.constants,
        };
        prepared.concerns = Concerns::of(guards, &prepared.refined);
        prepared
    }

    /// The same without its index of triggers and without what is told by stored
    /// values alone: each input is held against all workflows of its object, and
    /// each condition is evaluated as a whole. It decides the same, and serves comparisons.
    #[must_use]
    pub fn naive(self) -> Self {
        Prepared {
            concerns: self.concerns.naive(),
            ..self
        }
    }

    /// The same with the retries of the project's connections.
    #[must_use]
    pub fn with_retries(self, retries: Retries) -> Self {
        Prepared { retries, ..self }
    }

    fn sources(&self) -> Sources<'_> {
        Sources {
            program: &self.program,
            traces: &self.traces,
            segments: &self.segments,
        }
    }

    /// A workflow of the program, or an older version of one (V3).
    #[must_use]
    pub fn workflow(&self, id: WorkflowId) -> Option<&Workflow> {
        self.program.plan(id)
    }

    /// The condition of a segment; `None` for a static one.
    #[must_use]
    pub fn segment(&self, id: SegmentId) -> Option<&Condition> {
        self.segments.get(&id)
    }

    /// All segments that follow a condition.
    pub fn active_segments(&self) -> impl Iterator<Item = (SegmentId, &Condition)> {
        self.segments.iter().map(|(id, condition)| (*id, condition))
    }

    /// The unique properties of an object.
    #[must_use]
    pub fn unique(&self, object: ObjectId) -> &[PropertyId] {
        self.unique.get(object.index()).map_or(&[], Vec::as_slice)
    }

    /// What records of an object read through one of their associations.
    #[must_use]
    pub(super) fn interest(
        &self,
        object: ObjectId,
        association: AssociationId,
    ) -> Option<&Interest> {
        self.interests.of_association(object, association)
    }

    /// Whether records keep of their past just what another program reads.
    #[must_use]
    pub fn keeps_all_of(&self, other: &Prepared) -> bool {
        self.traces.same(&other.traces)
    }

    /// Whether anything of the past is read through links.
    #[must_use]
    pub(super) fn hears_past(&self) -> bool {
        self.interests.hear_past()
    }

    /// Whether records know all that another program reads through links. All
    /// that it names must have the same place in both.
    #[must_use]
    pub fn hears_all_of(&self, other: &Prepared) -> bool {
        self.interests.cover(&other.interests)
    }

    /// What a workflow reads of the record that one of its steps makes.
    #[must_use]
    pub(super) fn read_of_made(&self, workflow: WorkflowId, step: usize) -> &BTreeSet<PropertyId> {
        static NOTHING: BTreeSet<PropertyId> = BTreeSet::new();
        self.made.get(&(workflow, step)).unwrap_or(&NOTHING)
    }

    /// How a computed property is computed.
    #[must_use]
    pub fn computed(&self, object: ObjectId, property: PropertyId) -> Option<&Expression> {
        let list = &self.object(object)?.computed;
        find(list, property)
    }

    /// The default of a property.
    #[must_use]
    pub fn default(&self, object: ObjectId, property: PropertyId) -> Option<&Expression> {
        let list = &self.object(object)?.defaults;
        find(list, property)
    }

    /// The derived parts of an object.
    #[must_use]
    pub fn object(&self, object: ObjectId) -> Option<&ObjectPlan> {
        self.program.objects.get(object.index())
    }

    /// The timetable of what belongs to no workflow: the project's zone, and the
    /// usual hours of business.
    #[must_use]
    pub fn usual(&self) -> &Timetable {
        self.timetables.usual()
    }

    /// The timetable of a workflow: its zone, and its hours of business (D1, D4).
    #[must_use]
    pub(super) fn timetable(&self, workflow: WorkflowId) -> &Timetable {
        self.timetables.of_workflow(workflow)
    }

    /// When the actions of a workflow may run, and the property of the record
    /// that holds the zone; `None`: always.
    #[must_use]
    pub(super) fn action_hours(
        &self,
        workflow: WorkflowId,
    ) -> Option<(&Timetable, Option<PropertyId>)> {
        self.timetables.of_actions(workflow)
    }

    /// The project's zone (D1).
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.program.settings.zone
    }

    /// The action as the published program has it, for one that is kept with an
    /// older version (V3); any other is itself.
    pub(super) fn published(&self, action: ActionId) -> ActionId {
        let actions = &self.program.catalog.actions;
        if !is_kept(&actions[action].name) {
            return action;
        }
        let called = Name::new(actions[action].called());
        self.program.catalog.action(&called).unwrap_or(action)
    }
}

fn find(list: &[(PropertyId, Expression)], property: PropertyId) -> Option<&Expression> {
    list.iter()
        .find(|(id, _)| *id == property)
        .map(|(_, expression)| expression)
}
