//! A sequence on several engines at once: the first is never restarted, the
//! second at random places, the third has no index of triggers. They decide the
//! same, and after each operation the rules hold.

use std::collections::BTreeSet;

use flow::base::{Timestamp, Uid};
use flow::engine::decision::{Action, Answer, Entry};
use flow::engine::enrolment::Stage;
use flow::engine::gather::{Bygone, Gathering, Pasts};
use flow::engine::message::{Again, Outcome};
use flow::engine::put_back::Retry;
use flow::engine::{Effects, Engine, Event, Input, InputBody, Order, State};
use flow::model::{Type, Value, WorkflowId};

use super::input::{Does, does};
use super::judge::judge;
use super::ledger::Ledger;
use super::lines::{Op, Sequence};
use super::log::{Log, again, begin, frozen};
use super::program::Program;

/// Before the clocks of Europe change.
const START: &str = "2026-03-20T08:00:00Z";
/// What goes round more often than this at one instant goes round for ever.
const MOST: usize = 30_000;
/// A sequence that has made so many records is over.
const MANY: usize = 150;

/// The engines of a sequence.
pub(super) struct Driven {
    lead: Engine,
    /// The restarted one and the naive one; none where messages come late.
    others: Vec<Engine>,
    program: Program,
    now: Timestamp,
    /// What is asked for, has begun, has ended, has failed.
    pending: Vec<Action>,
    begun: Vec<Action>,
    ended: Vec<(Action, Outcome)>,
    failed: Vec<Action>,
    bygones: Vec<Bygone>,
    log: Log,
    pub(super) ledger: Ledger,
    /// How many edits were published.
    pub(super) edits: usize,
}

/// Plays a sequence on three engines, then its log.
pub(super) fn play(sequence: &Sequence) -> Driven {
    let mut driven = Driven::new(&sequence.program, Order::Sent);
    driven.all(sequence);
    driven.log.leads_to(&driven.lead);
    driven
}

/// Plays a sequence with messages that come late and in another order.
pub(super) fn play_in(sequence: &Sequence, seed: u64) -> Driven {
    let mut driven = Driven::new(&sequence.program, Order::Seeded(seed));
    driven.all(sequence);
    driven
}

impl Driven {
    fn new(text: &str, order: Order) -> Self {
        let program = Program::of(text, &[]).unwrap_or_else(|why| panic!("{why}\n{text}"));
        let others = match order {
            Order::Sent => vec![
                begin(program.plain.clone(), order),
                begin(program.naive.clone(), order),
            ],
            Order::Seeded(_) => Vec::new(),
        };
        let now = START.parse().expect("an instant");
        let mut driven = Driven {
            lead: begin(program.plain.clone(), order),
            others,
            log: Log::new(program.plain.clone()),
            program,
            now,
            pending: Vec::new(),
            begun: Vec::new(),
            ended: Vec::new(),
            failed: Vec::new(),
            bygones: Vec::new(),
            ledger: Ledger::default(),
            edits: 0,
        };
        driven.take(Event::Clock);
        driven
    }

    fn all(&mut self, sequence: &Sequence) {
        for op in &sequence.ops {
            match op {
                Op::Line(line) => self.line(line),
                Op::Edit(text) => self.publish(text),
            }
            self.settle();
            judge(self.lead.state(), &self.ledger.fresh);
            self.all_are_asked();
            if self.lead.state().records().count() > MANY {
                break;
            }
        }
        for other in &self.others {
            assert!(frozen(other) == frozen(&self.lead), "the states differ");
        }
        self.an_edit_of_nothing();
    }

    fn line(&mut self, line: &str) {
        match does(self.lead.state(), line) {
            Does::Input(input) => self.input(*input),
            Does::Passes(seconds, answers) => self.passes(seconds, answers),
            Does::Stalls(seconds) => self.moves(seconds),
            Does::Next => {
                if let Some(due) = self.lead.next_deadline() {
                    self.now = self.now.max(due);
                    self.take(Event::Clock);
                }
            }
            Does::Attempts(at) => self.attempt(at),
            Does::Comes(at, came) => self.comes(at, &came),
            Does::Again(at) => {
                if let Some((action, outcome)) = nth(&self.ended, at) {
                    self.take(Event::Finished(action.attempt(), outcome));
                }
            }
            Does::Retries(at) => self.retry(at),
            Does::Answers => self.answer(),
            Does::Restarts => {
                self.log.snapshot(&self.lead);
                if let Some(other) = self.others.first_mut() {
                    *other = again(other);
                }
            }
            Does::Nothing => {}
        }
    }

    fn input(&mut self, input: Input) {
        let re_bases = matches!(
            input.body,
            InputBody::Publish
                | InputBody::Merge(..)
                | InputBody::Restore(_)
                | InputBody::Delete(_)
        );
        self.take(Event::Input(Box::new(input)));
        if re_bases {
            self.ledger.rebased();
        }
    }

    /// All engines take what has happened, and decide the same.
    fn take(&mut self, event: Event) -> Option<Answer> {
        let prepared = &self.program.plain;
        let bytes = Log::bytes(prepared, self.now, &event);
        let closed = closed(self.lead.state());
        let mut effects = self.lead.take(self.now, event.clone());
        self.log.note(bytes, effects.hash);
        for other in &mut self.others {
            let same = other.take(self.now, event.clone());
            compare(&effects, &same, &event);
        }
        let answer = effects.answer.take();
        self.follow(effects, &closed);
        for _ in 0..MOST {
            if self.lead.is_settled() {
                break;
            }
            let late = self.lead.settle();
            self.follow(late, &closed);
        }
        answer
    }

    /// `before` says which workflows enrolled nobody before.
    fn follow(&mut self, effects: Effects, before: &BTreeSet<WorkflowId>) {
        let state = self.lead.state();
        let still = &closed(state) & before;
        self.ledger.follow(state, &effects.entries, &still);
        if self.lead.is_settled() {
            self.ledger.agrees(state);
        }
        self.ledger.asked(state, &effects.actions);
        for entry in effects.entries.iter() {
            let object = entry.record.and_then(|id| Some(state.record(id)?.object));
            let bygone = object.and_then(|of| Bygone::of(state.prepared(), of, entry));
            self.bygones.extend(bygone);
        }
        self.pending.extend(effects.actions);
    }

    /// Fires what is due by now.
    fn settle(&mut self) {
        let is_due = |driven: &Driven| {
            let due = driven.lead.next_deadline();
            due.is_some_and(|due| due <= driven.now)
        };
        let mut times = 0;
        while is_due(self) {
            self.take(Event::Clock);
            times += 1;
            assert!(times < MOST, "it goes round for ever");
        }
    }

    fn moves(&mut self, seconds: u64) {
        self.now += std::time::Duration::from_secs(seconds);
        self.take(Event::Clock);
    }

    fn passes(&mut self, seconds: u64, answers: bool) {
        let to = self.now + std::time::Duration::from_secs(seconds);
        while let Some(due) = self.lead.next_deadline()
            && due <= to
        {
            self.now = self.now.max(due);
            self.take(Event::Clock);
            if answers {
                self.answer();
            }
            if self.lead.state().records().count() > MANY {
                return;
            }
        }
        self.now = to;
        self.take(Event::Clock);
    }

    fn attempt(&mut self, at: usize) {
        let Some(action) = taken(&mut self.pending, at) else {
            return;
        };
        if self.take(Event::Attempt(action.attempt())) == Some(Answer::Released) {
            self.ledger.released(self.lead.state(), &action);
            self.begun.push(action);
        }
    }

    fn comes(&mut self, at: usize, came: &str) {
        let Some(action) = taken(&mut self.begun, at) else {
            return;
        };
        let failed = |status, again| Outcome::Failed {
            status: Some(status),
            error: "refused".into(),
            again,
        };
        let outcome = match came {
            "done" => Outcome::Done(self.results(&action)),
            "busy" => failed(503, Again::Usual),
            "after" => failed(429, Again::After(600)),
            _ => failed(422, Again::Never),
        };
        let before = self.ledger.finals;
        self.take(Event::Finished(action.attempt(), outcome.clone()));
        if self.ledger.finals > before {
            self.ledger.failed(&action);
            self.failed.push(action.clone());
        }
        self.ended.push((action, outcome));
    }

    /// What an action answers.
    fn results(&self, action: &Action) -> Vec<Option<Value>> {
        let catalog = &self.program.plain.program.catalog;
        let results = catalog.actions[action.request.action].results.iter();
        let value = |ty: &Type| match ty {
            Type::Number => Some(Value::Number(200.into())),
            Type::String => Some(Value::Text("r".into())),
            Type::Enum(_) => Some(Value::Member(0)),
            _ => None,
        };
        results.map(|result| value(&result.ty)).collect()
    }

    /// Attempts and answers all that is asked for; now and then it fails.
    fn answer(&mut self) {
        for _ in 0..self.pending.len() {
            self.attempt(0);
        }
        for _ in 0..self.begun.len() {
            let chance = self.begun[0].key.bytes()[0];
            let came = match (chance % 5, self.begun[0].attempt % 3) {
                (0, 1 | 2) => "busy",
                (1, 1) => "never",
                _ => "done",
            };
            self.comes(0, came);
        }
    }

    fn retry(&mut self, at: usize) {
        let Some(action) = taken(&mut self.failed, at) else {
            return;
        };
        let retry = Retry {
            asked: action.attempt(),
            request: action.request.clone(),
            per: "".into(),
            by: Some("ops".into()),
        };
        self.take(Event::Retry(Box::new(retry)));
    }

    /// A1, A2: an enrolment that waits for an action has asked for it.
    fn all_are_asked(&self) {
        let asked = self.pending.iter().chain(&self.begun);
        let asked: BTreeSet<(Uid, u32)> = asked.map(|of| (of.key, of.attempt)).collect();
        for of in self
            .lead
            .state()
            .records()
            .flat_map(|cell| &cell.enrolments)
        {
            let (Stage::Acting {
                action,
                attempt,
                retry: None,
                ..
            }
            | Stage::Finishing {
                action, attempt, ..
            }) = &of.stage
            else {
                continue;
            };
            assert!(
                asked.contains(&(*action, *attempt)),
                "nobody was asked: {of:?}"
            );
        }
    }

    /// Publishes another program, if it goes with what is there.
    fn publish(&mut self, text: &str) {
        let state = self.lead.state();
        // An older version may not go with it; the last good one runs on (V5).
        let Ok(next) = self.program.next(state, text) else {
            return;
        };
        let gathering = Gathering::between(state.prepared(), &next.plain, self.now);
        let pasts = gathering.map_or_else(Pasts::new, |mut gathering| {
            self.bygones.iter().for_each(|of| gathering.take(of));
            gathering.finish()
        });
        let would = self.lead.would_publish(&next.plain);
        let migrated = self.lead.publish_with(&next.plain, &pasts);
        let places = [&next.plain, &next.naive];
        for (other, prepared) in self.others.iter_mut().zip(places) {
            let same = other.publish_with(prepared, &pasts);
            assert_eq!(same.is_ok(), migrated.is_ok(), "one of them refuses it");
        }
        let Ok(migrated) = migrated else { return };
        let would = would.expect("it was published");
        assert_eq!(
            (&would.lost, &would.moves, &would.pinned, &would.left),
            (
                &migrated.lost,
                &migrated.moves,
                &migrated.pinned,
                &migrated.left
            ),
            "what was planned is not what was done"
        );
        self.log.load(&next.plain, (self.now, &pasts));
        for actions in [&mut self.pending, &mut self.begun, &mut self.failed] {
            actions.retain_mut(|action| match migrated.action(action) {
                Some(renamed) => {
                    *action = renamed;
                    true
                }
                None => false,
            });
        }
        self.ended
            .retain_mut(|(action, _)| match migrated.action(action) {
                Some(renamed) => {
                    *action = renamed;
                    true
                }
                None => false,
            });
        self.ledger.published(&migrated, self.lead.state());
        self.program = next;
        self.edits += 1;
        self.input(InputBody::Publish.into());
    }

    /// V2, E2: an edit that changes nothing leaves everything as it is.
    fn an_edit_of_nothing(&self) {
        let mut same = again(&self.lead);
        let migrated = same.publish(&self.program.plain).expect("it runs already");
        assert!(!migrated.takes_away(), "{migrated}");
        assert!(migrated.left.is_empty(), "{:?}", migrated.left);
        let pairs = self.lead.state().records().zip(same.state().records());
        for (was, is) in pairs {
            assert_eq!(was, is, "an edit of nothing has changed a record");
        }
        for id in &self.ledger.gone {
            let (was, is) = (self.lead.state().record(*id), same.state().record(*id));
            assert_eq!(
                was, is,
                "an edit of nothing has changed a record that is gone"
            );
        }
        assert!(
            frozen(&same) == frozen(&self.lead),
            "an edit of nothing has changed the state"
        );
    }
}

/// The workflows that enrol nobody (L5, E17, E4).
fn closed(state: &State) -> BTreeSet<WorkflowId> {
    let plans = state.prepared().program.workflows().iter().enumerate();
    let closed = plans.filter(|(place, plan)| {
        let switch = state.switch(WorkflowId::at(*place));
        !state.is_published() || plan.off || switch.off || switch.paused
    });
    closed.map(|(place, _)| WorkflowId::at(place)).collect()
}

fn nth<T: Clone>(of: &[T], at: usize) -> Option<T> {
    of.get(at % of.len().max(1)).cloned()
}

fn taken<T>(of: &mut Vec<T>, at: usize) -> Option<T> {
    (!of.is_empty()).then(|| of.remove(at % of.len()))
}

/// Fails at the first entry in which two engines differ.
fn compare(one: &Effects, other: &Effects, event: &Event) {
    let mut entries = one.entries.iter().zip(other.entries.iter());
    let differ: Option<(&Entry, &Entry)> = entries.find(|(one, other)| one != other);
    assert_eq!(differ, None, "{event:?}");
    assert_eq!(one, other, "{event:?}");
}
