//! What was taken, as a log keeps it: in bytes and names. From it alone comes
//! the same again (I2).

use std::sync::Arc;

use flow::base::Timestamp;
use flow::engine::frozen::DecisionHash;
use flow::engine::frozen::v1::event::{Event as Frozen, Thawed};
use flow::engine::frozen::v1::state::{self, freeze, thaw};
use flow::engine::gather::Pasts;
use flow::engine::{Engine, Event, Order, Prepared};

/// The name of the store, which is in ids.
const STORE: &str = "machine";

/// One thing that was taken.
enum Taken {
    /// Another program, with what was gathered for it.
    Load(Arc<Prepared>, Vec<Vec<u8>>),
    /// An event, and the hash of its decisions.
    Event(Vec<u8>, DecisionHash),
}

/// A state that was kept: at which place of the log, of which program.
struct Snapshot {
    place: usize,
    prepared: Arc<Prepared>,
    frozen: state::Frozen,
}

/// All that was taken.
pub(super) struct Log {
    first: Arc<Prepared>,
    taken: Vec<Taken>,
    snapshots: Vec<Snapshot>,
}

/// An engine of which nothing was taken.
pub(super) fn begin(prepared: Arc<Prepared>, order: Order) -> Engine {
    Engine::new(prepared, STORE, order)
}

/// The bytes of a state.
pub(super) fn frozen(engine: &Engine) -> state::Frozen {
    let image = engine.image().expect("nothing is under way");
    freeze(&image).expect("nothing is under way")
}

fn thawed(prepared: &Arc<Prepared>, bytes: &state::Frozen) -> Engine {
    let image = thaw(prepared, bytes).unwrap_or_else(|why| panic!("it does not thaw: {why}"));
    let twice = freeze(&image).expect("nothing is under way");
    assert!(*bytes == twice, "thawed and frozen it is another state");
    Engine::from_image(image, STORE, Order::Sent)
}

/// The engine after it was frozen and thawed.
pub(super) fn again(engine: &Engine) -> Engine {
    let image = engine.image().expect("nothing is under way");
    let other = thawed(image.prepared(), &frozen(engine));
    for (was, is) in engine.state().records().zip(other.state().records()) {
        assert_eq!(was, is, "a record is another one when it is thawed");
    }
    other
}

impl Log {
    pub(super) fn new(first: Arc<Prepared>) -> Self {
        Log {
            first,
            taken: Vec::new(),
            snapshots: Vec::new(),
        }
    }

    /// The bytes of an event. Read again it is the same event.
    pub(super) fn bytes(prepared: &Prepared, at: Timestamp, event: &Event) -> Vec<u8> {
        let bytes = Frozen::freeze(prepared, at, None, event).bytes();
        let read = Frozen::read(&bytes).expect("it can be read");
        assert_eq!(read.at(), at);
        assert_eq!(read.thaw(prepared), Thawed::Event(event.clone()));
        bytes
    }

    pub(super) fn note(&mut self, bytes: Vec<u8>, hash: DecisionHash) {
        self.taken.push(Taken::Event(bytes, hash));
    }

    pub(super) fn load(&mut self, prepared: &Arc<Prepared>, (at, pasts): (Timestamp, &Pasts)) {
        let pasts = pasts.iter();
        let pasts = pasts.map(|past| Frozen::past(prepared, at, (*past.0, past.1)).bytes());
        self.taken
            .push(Taken::Load(prepared.clone(), pasts.collect()));
    }

    pub(super) fn snapshot(&mut self, engine: &Engine) {
        let image = engine.image().expect("nothing is under way");
        self.snapshots.push(Snapshot {
            place: self.taken.len(),
            prepared: image.prepared().clone(),
            frozen: frozen(engine),
        });
    }

    /// Fails where the whole log, or what comes after any of its snapshots, does
    /// not lead to this state by these decisions.
    pub(super) fn leads_to(&self, end: &Engine) {
        let mut engine = begin(self.first.clone(), Order::Sent);
        self.replay(&mut engine, 0);
        let end = frozen(end);
        assert!(frozen(&engine) == end, "the log leads to another state");
        for Snapshot {
            place,
            prepared,
            frozen: of,
        } in &self.snapshots
        {
            let mut engine = thawed(prepared, of);
            self.replay(&mut engine, *place);
            assert!(
                frozen(&engine) == end,
                "the log from place {place} on leads to another state"
            );
        }
    }

    fn replay(&self, engine: &mut Engine, from: usize) {
        for (place, taken) in self.taken.iter().enumerate().skip(from) {
            match taken {
                Taken::Load(prepared, pasts) => {
                    let pasts = pasts.iter().filter_map(|bytes| Frozen::read(bytes));
                    let pasts = pasts.filter_map(|past| past.gathered(prepared)).collect();
                    let migrated = engine.publish_with(prepared, &pasts);
                    migrated.expect("it was published before");
                }
                Taken::Event(bytes, hash) => {
                    let event = Frozen::read(bytes).expect("it was kept");
                    let prepared = engine.image().expect("settled").prepared().clone();
                    let Thawed::Event(live) = event.thaw(&prepared) else {
                        panic!("place {place} of the log is no event: {event:?}");
                    };
                    let effects = engine.take(event.at(), live);
                    assert_eq!(
                        effects.hash, *hash,
                        "from {from} on, place {place} is decided otherwise: {event:?}"
                    );
                }
            }
        }
    }
}
