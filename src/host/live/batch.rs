//! One turn of the loop: what has come is taken together, each sender gets its
//! answer, and attempts that may begin are sent out.

use super::courier::Way;
use super::means::MOST;
use super::{BATCH, Happening, Live, News, SNAPSHOT, errand};
use crate::base::{Timestamp, Uid};
use crate::engine::decision::{Action, Answer};
use crate::engine::message::Outcome;
use crate::engine::{Effects, Event, InputBody};
use crate::host::desk::{self, Ask, Reply};
use crate::host::program::Loaded;
use crate::host::store::Failure;
use crate::scenario::Machine;
use crate::store::StoreError;
use std::collections::BTreeMap;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

/// How soon more attempts may be on their way at once, after a beginning.
const GROWS: Duration = Duration::from_secs(1);

/// What came of an event: its effects, or why the log does not take it.
type Taken = Result<Effects, StoreError>;

/// An order that waits for its answer: how many events are its.
struct Order {
    ask: Ask,
    reply: SyncSender<Reply>,
    events: usize,
}

/// What has come, sorted.
#[derive(Default)]
struct Sorted {
    finished: Vec<(Uid, u32, Outcome)>,
    orders: Vec<(Ask, SyncSender<Reply>)>,
    questions: Vec<(Ask, SyncSender<Reply>)>,
    /// What has come of the sources; the latest is the one that counts.
    sources: Option<Happening>,
    stop: bool,
}

impl Sorted {
    fn put(&mut self, happening: Happening) {
        match happening {
            Happening::Ask(ask, reply) if ask.reads() => self.questions.push((ask, reply)),
            Happening::Ask(ask, reply) => self.orders.push((ask, reply)),
            Happening::Finished(key, number, outcome) => {
                self.finished.push((key, number, outcome));
            }
            Happening::Stop => self.stop = true,
            sources => self.sources = Some(sources),
        }
    }
}

impl Live {
    /// Takes what has come; whether the process is asked to end.
    pub(super) fn batch(
        &mut self,
        first: Option<Happening>,
        told: &mut dyn FnMut(News),
    ) -> Result<bool, Failure> {
        let mut sorted = Sorted::default();
        let more = self.coming.try_iter().take(BATCH);
        for happening in first.into_iter().chain(more) {
            sorted.put(happening);
        }
        self.wake()?;
        self.finished(sorted.finished)?;
        self.orders(sorted.orders)?;
        match sorted.sources {
            Some(Happening::Program(program)) => self.load(*program, told)?,
            Some(Happening::Mistakes(mistakes)) => told(News::Mistakes(mistakes)),
            Some(Happening::Unreadable(why)) => told(News::Unreadable(why)),
            _ => {}
        }
        if sorted.questions.iter().any(|(ask, _)| asks_history(ask)) {
            // What was decided last is told with the next commit, and the
            // archive is filled by a thread of its own.
            self.durable.rest()?;
        }
        for (ask, reply) in sorted.questions {
            let answer = desk::read(self.durable.core(), &self.store, self.now(), &ask);
            // Who asked may have gone.
            let _ = reply.send(answer);
        }
        self.send_out()?;
        self.save()?;
        Ok(sorted.stop)
    }

    /// Fires the timers that are due.
    pub(super) fn wake(&mut self) -> Result<(), Failure> {
        while self.until_due().is_some_and(|due| due.is_zero()) {
            let now = self.now();
            self.take(vec![(now, Event::Clock)])?;
        }
        Ok(())
    }

    /// Takes events. An input that is too large for the log is none.
    fn take(&mut self, events: Vec<(Timestamp, Event)>) -> Result<Vec<Taken>, Failure> {
        Ok(self.durable.accept(events)?)
    }

    /// Takes the results of attempts. One of an action that is no longer under
    /// way continues nothing, and is not known by its names any more.
    pub(super) fn finished(&mut self, finished: Vec<(Uid, u32, Outcome)>) -> Result<(), Failure> {
        let now = self.now();
        let mut events = Vec::new();
        for (key, number, outcome) in finished {
            self.ways.remove(&(key, number));
            if let Some(action) = self.durable.core().pending().get(key, number) {
                events.push((now, Event::Finished(action.attempt(), outcome)));
            }
        }
        if !events.is_empty() {
            self.take(events)?;
        }
        Ok(())
    }

    /// Takes all orders in one batch, and answers each.
    fn orders(&mut self, orders: Vec<(Ask, SyncSender<Reply>)>) -> Result<(), Failure> {
        let now = self.now();
        let (mut all, mut events) = (Vec::new(), Vec::new());
        for (ask, reply) in orders {
            match desk::events(self.durable.core(), &ask) {
                Ok(own) => {
                    let order = Order {
                        ask,
                        reply,
                        events: own.len(),
                    };
                    events.extend(own.into_iter().map(|event| (now, event)));
                    all.push(order);
                }
                Err(refused) => drop(reply.send(refused)),
            }
        }
        if all.is_empty() {
            return Ok(());
        }
        let mut taken = self.take(events)?.into_iter();
        for order in all {
            let own: Vec<Taken> = taken.by_ref().take(order.events).collect();
            let effects: Result<Vec<Effects>, StoreError> = own.into_iter().collect();
            let answer = match effects {
                Ok(effects) => desk::answered(self.durable.core(), &order.ask, effects),
                Err(error) => Reply::refused(error.to_string()),
            };
            let _ = order.reply.send(answer);
        }
        Ok(())
    }

    /// Loads a program, unless it would take something away (V5).
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn load(&mut self, program: Loaded, told: &mut dyn FnMut(News)) -> Result<(), Failure> {
        if self.durable.core().program().written == program.written {
            told(News::Unchanged);
            return Ok(());
        }
        // What time has turned until now, it has turned by the program before.
        let now = self.now();
        self.take(vec![(now, Event::Clock)])?;
        let fit = match self.durable.would_load(program) {
            Err(unfit) => {
                told(News::Unfit(unfit.to_string()));
                return Ok(());
            }
            Ok(fit) if fit.migrated.takes_away() => {
                told(News::Refused(fit.migrated.to_string()));
                return Ok(());
            }
            Ok(fit) => fit,
        };
        let changed = changed(self.durable.core().program(), fit.program());
        let now = self.now();
        let migrated = self.durable.load(now, fit)?;
        let publish = Event::Input(Box::new(InputBody::Publish.into()));
        self.take(vec![(now, publish)])?;
        told(News::Loaded(changed, Box::new(migrated)));
        Ok(())
    }

    /// Sends out as many attempts as may be on their way, each judged right
    /// before (A8).
    pub(super) fn send_out(&mut self) -> Result<(), Failure> {
        loop {
            if self.most < MOST && self.grown.elapsed() >= GROWS {
                (self.most, self.grown) = (self.most * 2, Instant::now());
            }
            let free = self.most.saturating_sub(self.ways.len());
            let pending = self.durable.core().pending().iter();
            let waiting = pending.filter(|open| !self.ways.contains(&way(&open.action)));
            let next: Vec<Action> = waiting.take(free).map(|open| open.action.clone()).collect();
            if next.is_empty() {
                return Ok(());
            }
            self.begin(next)?;
        }
    }

    fn begin(&mut self, actions: Vec<Action>) -> Result<(), Failure> {
        let now = self.now();
        let asked = actions
            .iter()
            .map(|action| (now, Event::Attempt(action.attempt())));
        let judged = self.take(asked.collect())?;
        // Nothing leaves before what was decided is on the disk.
        if !self.durable.secure() {
            let failure = self.durable.take_failure();
            return Err(failure.map_or(Failure::OtherReplay, Failure::Store));
        }
        for (action, effects) in actions.iter().zip(judged) {
            let released = effects?.answer == Some(Answer::Released);
            if released {
                self.ways.insert(way(action));
                let state = self.durable.core().state();
                self.courier.take(errand::of(state, action, &self.means));
            }
        }
        Ok(())
    }

    /// Begins a snapshot when much has come since the last one.
    fn save(&mut self) -> Result<(), Failure> {
        if self
            .writing
            .as_ref()
            .is_some_and(|writing| writing.is_finished())
            && let Some(writing) = self.writing.take()
            && let Ok(written) = writing.join()
        {
            self.durable.forget(written?)?;
        }
        let position = self.durable.position().get();
        if self.writing.is_none() && position > self.snapshot + SNAPSHOT {
            self.snapshot = position;
            self.writing = self.durable.snapshot()?;
        }
        Ok(())
    }
}

fn asks_history(ask: &Ask) -> bool {
    matches!(ask, Ask::History { .. } | Ask::Diagnose { .. })
}

/// Which workflows are new, edited or gone, in words.
fn changed(before: &Loaded, after: &Loaded) -> Vec<String> {
    let versions = |loaded: &Loaded| -> BTreeMap<String, String> {
        let workflows = loaded.prepared.program.workflows().iter();
        workflows
            .map(|workflow| (workflow.name().to_string(), workflow.version.short()))
            .collect()
    };
    let (before, after) = (versions(before), versions(after));
    let gone = before
        .keys()
        .filter(|name| !after.contains_key(*name))
        .map(|name| format!("`{name}` is gone"));
    let other = after
        .iter()
        .filter_map(|(name, version)| match before.get(name) {
            None => Some(format!("`{name}` is new")),
            Some(old) if old != version => Some(format!("`{name}` has changed")),
            Some(_) => None,
        });
    other.chain(gone).collect()
}

fn way(action: &Action) -> Way {
    (action.key, action.attempt)
}
