//! How things stand, told in the words of the program.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow::base::Timestamp;
use flow::model::compute::spell;
use flow::semantic::hir::Program;

use crate::acts::Trace;
use crate::reference::{Enrolment, Model};

impl<'p> Model<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        Model {
            program,
            now: Timestamp::UNIX_EPOCH,
            records: BTreeMap::new(),
            enrolments: BTreeMap::new(),
            ever: BTreeSet::new(),
            published: false,
            off: BTreeSet::new(),
            paused: BTreeSet::new(),
            started: BTreeSet::new(),
            seen: BTreeSet::new(),
            queue: VecDeque::new(),
            actions: VecDeque::new(),
            trace: Vec::new(),
        }
    }

    pub(crate) fn trace(&self) -> &[Trace] {
        &self.trace
    }

    /// All properties but `id`, as programs write values.
    pub(crate) fn values(&self) -> BTreeMap<(String, String), Option<String>> {
        let mut values = BTreeMap::new();
        for record in self.records.values() {
            let env = self.env(record);
            let object = &self.program.catalog.objects[record.object];
            for (id, property) in object.properties.iter().skip(1) {
                let value = env.property(record, id);
                let spelled = value.map(|value| spell(&value, &property.ty, env.zone()));
                values.insert((record.handle.clone(), property.name.to_string()), spelled);
            }
        }
        values
    }

    /// Record, association, other record, labels.
    pub(crate) fn links(&self) -> BTreeSet<(String, String, String, Vec<String>)> {
        let mut links = BTreeSet::new();
        for record in self.records.values() {
            for end in record.ends.iter().filter(|end| !end.name.starts_with('<')) {
                let (record, name, other) = (&record.handle, &end.name, &end.other);
                let labels = end.labels.iter().cloned().collect();
                links.insert((record.clone(), name.clone(), other.clone(), labels));
            }
        }
        links
    }

    /// Who is inside, and at which step: record, workflow, key, step.
    pub(crate) fn inside(&self) -> BTreeSet<(String, String, String, String)> {
        let inside = self.enrolments.values().map(|inside| {
            let workflow = self.workflow(inside.workflow).name.to_string();
            let (record, key) = (inside.record.clone(), inside.key.clone());
            (record, workflow, key, inside.step_name())
        });
        inside.collect()
    }

    /// Who is in which segment, static and active: record, segment.
    pub(crate) fn segments(&self) -> BTreeSet<(String, String)> {
        let mut members = BTreeSet::new();
        for (id, segment) in self.program.catalog.segments.iter() {
            for record in self.records.values() {
                if record.object == segment.object && self.env(record).inside(id) {
                    members.insert((record.handle.clone(), segment.name.to_string()));
                }
            }
        }
        members
    }
}

impl Enrolment<'_> {
    pub(super) fn step_name(&self) -> String {
        let step = self.step.map(|step| step.id.to_string());
        step.unwrap_or_default()
    }
}
