//! The world from outside. An input that is refused changes nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow::base::{Timestamp, shift};
use flow::model::{ObjectId, PropertyId, Value, form_of};
use flow::semantic::hir::{Program, StepKind, Workflow};

use crate::acts::{Ids, Trace, What, outcome};
use crate::reference::caused::Caused;
use crate::reference::late::Late;
use crate::reference::wakes::Time;
use crate::reference::{Delivery, Enrolment, Model, Occurrence, Record, State};

pub(crate) type Changes = Vec<(PropertyId, Option<Value>)>;

/// A value, the default for an unknown one (N5), or why there can be none.
type Fit = Result<Option<Value>, &'static str>;

impl<'p> Model<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        Model {
            program,
            now: Timestamp::UNIX_EPOCH,
            records: BTreeMap::new(),
            gone: BTreeMap::new(),
            led: Vec::new(),
            merging: BTreeSet::new(),
            enrolments: BTreeMap::new(),
            ever: BTreeSet::new(),
            published: false,
            off: BTreeSet::new(),
            paused: BTreeSet::new(),
            started: BTreeSet::new(),
            seen: BTreeSet::new(),
            counters: BTreeMap::new(),
            chain: 0,
            root: 0,
            caused: Caused::default(),
            queue: VecDeque::new(),
            under_way: BTreeMap::new(),
            begun: 0,
            actions: VecDeque::new(),
            sent: BTreeMap::new(),
            went: Vec::new(),
            time: Time::of(program),
            late: Late::default(),
            since: None,
            looks: None,
            enrolled: Vec::new(),
            ids: Ids::default(),
            trace: Vec::new(),
        }
    }

    /// Stops at all that comes due at or before an instant, in order (I8).
    pub(crate) fn advance(&mut self, to: Timestamp) {
        loop {
            let timer = self.next_timer().map(|(due, _)| due);
            let timer = timer.filter(|due| *due <= to);
            let until = timer.unwrap_or(to);
            let turn = self.next_change(until).into_iter();
            let turn = turn.chain(self.next_schedule(until)).min();
            let Some(due) = turn.or(timer) else {
                break;
            };
            if let Some(turn) = turn {
                self.wake(turn);
            }
            self.pass(due);
            self.settle();
        }
        self.pass(to);
    }

    pub(crate) fn workflow(&self, at: usize) -> &'p Workflow {
        &self.program.workflows[at]
    }

    pub(crate) fn is_off(&self, workflow: usize) -> bool {
        self.workflow(workflow).off || self.off.contains(&workflow)
    }

    /// The next enrolment that is due, and when: of those at one instant by record,
    /// workflow and key (I2).
    pub(super) fn next_timer(&self) -> Option<(Timestamp, u64)> {
        let going = self.enrolments.iter();
        let going = going.filter(|(_, inside)| !self.paused.contains(&inside.workflow));
        let timers = going.filter_map(|(id, inside)| Some((inside.due()?, *id, inside)));
        let timers: Vec<_> = timers.collect();
        let first = timers.iter().map(|(due, ..)| *due).min()?;
        let first = timers.into_iter().filter(|(due, ..)| *due == first);
        let order = |of: &Enrolment| (self.uid(&of.record), of.workflow, of.key.clone());
        let next = first.min_by_key(|(_, id, inside)| (order(inside), *id));
        next.map(|(due, id, _)| (due, id))
    }

    /// Delivers all messages and fires what is due, then tries the first action.
    pub(crate) fn settle(&mut self) {
        loop {
            if let Some(message) = self.queue.pop_front() {
                self.deliver(message);
                (self.chain, self.root) = (0, 0);
            } else if let Some(record) = self.time.woken.pop_front() {
                self.look_at(&record, self.now);
            } else if let Some(called) = self.time.called.pop_front() {
                self.call_up(called);
            } else if self.sees_to_next() {
                // It is under way.
            } else if let Some((id, action)) = self.actions.pop_front() {
                self.attempt(id, action);
            } else {
                return;
            }
        }
    }

    /// Carries an action out, judged again before (A8). Every failure is final.
    fn attempt(&mut self, id: u64, action: Trace) {
        let What::Action { step, arguments } = &action.what else {
            unreachable!("only actions are carried out");
        };
        let result = outcome("", arguments);
        let is_over = self.enrolments.contains_key(&id) && self.is_capped(id, result.is_ok());
        let inside = self.enrolments.get_mut(&id);
        let told = match (&inside, &result) {
            _ if is_over => "withdrawn",
            (None, _) => "withdrawn",
            (_, Ok(())) => "ok",
            (_, Err((_, error))) => error,
        };
        let (what, record) = (What::result(step, told), action.record.clone());
        self.trace.push(Trace { what, ..action });
        if let Some(inside) = inside {
            let step = inside.step.map(|step| &step.kind);
            if let (false, Ok(()), Some(StepKind::Do(doing))) = (is_over, &result, step) {
                let binding = doing.binding.iter();
                inside.bound.extend(binding.map(|binding| binding.place));
            }
            inside.failure = result.err().filter(|_| !is_over);
            self.send(&record, move |_, at| at.asker = Some(id));
            self.goes_back(&record);
        }
    }

    /// Whether an action would be one too many for its record; one that is not
    /// and succeeds counts (A9).
    fn is_capped(&mut self, id: u64, succeeds: bool) -> bool {
        let (inside, settings) = (&self.enrolments[&id], &self.program.settings);
        let Some(StepKind::Do(doing)) = inside.step.map(|step| &step.kind) else {
            panic!("it is in an action");
        };
        let name = self.program.catalog.actions[doing.action].name.as_str();
        let Some(cap) = settings.caps.iter().find(|cap| *cap.action == *name) else {
            return false;
        };
        let since = shift(self.now, cap.within, true, &settings.zone);
        let of = (name.to_owned(), inside.record.clone());
        let sent = self.sent.entry(of).or_default();
        let count = sent.iter().filter(|at| Some(**at) > since).count();
        let is_over = u32::try_from(count).is_ok_and(|count| count >= cap.most);
        sent.extend((!is_over && succeeds).then_some(self.now));
        is_over
    }

    pub(crate) fn publish(&mut self) {
        self.published = true;
        for at in 0..self.program.workflows.len() {
            if !self.off.contains(&at) {
                self.on(at);
            }
        }
    }

    pub(crate) fn input(&mut self, to: &str, body: impl FnOnce(&mut Self, &mut Delivery) + 'p) {
        if self.records.contains_key(to) {
            self.send(to, body);
        }
    }

    /// At the first turn-on those who match may enrol (E9).
    pub(crate) fn on(&mut self, at: usize) {
        let workflow = self.workflow(at);
        self.off.remove(&at);
        if !self.published || workflow.off || !self.started.insert(at) || !workflow.existing {
            return;
        }
        let records = self.records.values();
        let records = records.filter(|record| record.object == workflow.object);
        let mut handles: Vec<String> = records.map(|record| record.handle.clone()).collect();
        handles.sort_by_key(|handle| (self.uid(handle).partition(1024), self.uid(handle)));
        for handle in handles {
            self.send(&handle, move |model, to| model.existing(at, to));
        }
    }

    /// A row of an import is for who has its unique value, or for a new record.
    pub(crate) fn import(&mut self, import: &str, handle: &str, of: (ObjectId, Changes)) {
        let (object, values) = of;
        let own = &self.program.catalog.objects[object].properties;
        let mut keys = values.iter().filter(|(id, _)| own[*id].unique);
        let holder = keys.find_map(|(id, value)| self.holder(object, *id, value.as_ref()?));
        match holder {
            Some(to) if self.gone.contains_key(&to) => {}
            Some(to) => self.change(&to, values, Some(import)),
            None => self.create(handle, (object, &values), Some(import)),
        }
    }

    pub(crate) fn create(
        &mut self,
        handle: &str,
        (object, given): (ObjectId, &Changes),
        import: Option<&str>,
    ) {
        let mut record = self.new_record(handle, object, given);
        record.iter_mut().for_each(|record| record.came_by(import));
        if let (Ok(record), false) = (record, self.gone.contains_key(handle))
            && !self.records.contains_key(handle)
        {
            let to = handle.to_owned();
            self.send(handle, |model, _| _ = model.records.insert(to, record));
        }
    }

    /// A record with its first values; or why it can be none.
    pub(super) fn new_record(
        &self,
        handle: &str,
        object: ObjectId,
        given: &Changes,
    ) -> Result<Record, &'static str> {
        let (id, now) = (self.uid(handle).to_string(), Value::Datetime(self.now));
        let builtin = [Value::Text(id.into()), now.clone(), now];
        let mut record = Record {
            handle: handle.to_owned(),
            object,
            values: (0..).map(PropertyId::at).zip(builtin).collect(),
            written: BTreeMap::new(),
            ends: Vec::new(),
            ever: BTreeSet::new(),
            past: Vec::new(),
            segments: BTreeSet::new(),
            went: BTreeSet::new(),
        };
        for (id, property) in self.program.catalog.objects[object].properties.iter() {
            let given = given.iter().find(|(given, _)| *given == id);
            if given.is_some() || !property.builtin && !property.computed {
                match self.fitting(&record, id, given.and_then(|(_, value)| value.clone())) {
                    Ok(value) => {
                        let written = given.filter(|(_, given)| given.is_some());
                        record.written.extend(written.map(|_| (id, self.now)));
                        record.values.extend(value.map(|value| (id, value)));
                    }
                    Err(why) => return Err(why),
                }
            }
        }
        Ok(record)
    }

    /// Values from outside: all fit, or none is taken.
    pub(crate) fn change(&mut self, to: &str, changes: Changes, import: Option<&str>) {
        let import = import.map(str::to_owned);
        let changes = changes.into_iter().map(|(id, value)| {
            let value = self.fitting(&self.records[to], id, value);
            value.map(|value| (id, value))
        });
        if let Ok(changes) = changes.collect::<Result<Changes, _>>() {
            self.input(to, move |model, at| {
                for (id, value) in changes {
                    model.put(&at.to, id, value);
                }
                model.record(&at.to).came_by(import.as_deref());
            });
        }
    }

    pub(crate) fn fitting(&self, record: &Record, id: PropertyId, value: Option<Value>) -> Fit {
        let property = &self.program.catalog.objects[record.object].properties[id];
        let mut defaults = self.program.objects[record.object.index()].defaults.iter();
        let default = defaults.find(|(of, _)| *of == id);
        let value = value.or_else(|| self.env(record).eval(&default?.1));
        match &value {
            _ if property.builtin || property.computed => Err("derived"),
            None if property.required => Err("required"),
            Some(Value::Text(text)) if form_of(&property.ty, text).is_err() => Err("wrong_form"),
            Some(held) if property.unique && self.is_taken(record, id, held) => Err("not_unique"),
            _ => Ok(value),
        }
    }

    /// An event at most five minutes ahead; only the first of its name and id.
    pub(crate) fn event(&mut self, to: &str, event: Occurrence, id: Option<(String, String)>) {
        let ahead = event.occurred.as_second() - self.now.as_second();
        if ahead <= 5 * 60 && id.is_none_or(|id| self.seen.insert(id)) {
            self.input(to, |_, at| at.event = Some(event));
        }
    }
}

impl Enrolment<'_> {
    fn due(&self) -> Option<Timestamp> {
        match self.state {
            State::Waiting(due, ..) | State::Held(due) => Some(due),
            State::Awaiting(_, due) => due,
            _ => None,
        }
    }

    pub(crate) fn step_name(&self) -> String {
        self.step
            .map_or_else(String::new, |step| step.id.to_string())
    }
}
