//! A burst: clients that each send one input, wait for its acknowledgement and
//! send the next. The clients are played by one thread, through queues; what
//! waits is taken in together, as the live loop does.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::load::{Draws, Load};
use super::{Broken, take};
use crate::engine::Event;
use crate::host::durable::{Durable, Writing};
use crate::store::disk::real::RealDisk;

/// How many inputs are taken in together at most, like in the live loop.
pub const BATCH: usize = 1_024;

/// How much of the log comes between two snapshots, like in the live loop.
const SNAPSHOT: u64 = 200_000;

/// What has come of a burst.
#[derive(Debug, Default)]
pub struct Burst {
    /// How many clients sent.
    pub clients: usize,
    /// How long it took.
    pub took: Duration,
    /// How long each input waited for its acknowledgement, in microseconds,
    /// the shortest wait first.
    pub waits: Vec<u32>,
    /// How many inputs were in each batch, in order.
    pub batches: Vec<usize>,
    /// How long the archive was behind at the end.
    pub lag: Duration,
    /// How many snapshots were written meanwhile.
    pub snapshots: usize,
}

impl Burst {
    /// How many inputs were taken in a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.waits.len() as f64 / self.took.as_secs_f64().max(1e-9)
    }

    /// How long an input waited that waited longer than this share of all.
    #[must_use]
    pub fn wait(&self, share: f64) -> Duration {
        let place = (self.waits.len() as f64 * share) as usize;
        let last = self.waits.len().saturating_sub(1);
        let wait = self.waits.get(place.min(last)).copied();
        Duration::from_micros(wait.unwrap_or_default().into())
    }
}

/// Lets clients send for a while.
///
/// # Errors
/// If the store does not go on.
pub fn burst(
    durable: &mut Durable<RealDisk>,
    (load, draws): (&Load, Draws),
    clients: usize,
    lasts: Duration,
) -> Result<Burst, Broken> {
    let (door, coming) = channel();
    let (answer, answers) = channel();
    let mut burst = thread::scope(|scope| {
        let begun = Instant::now();
        let sending = scope.spawn(move || {
            let mut draws = draws.map(|draw| load.event(draw));
            send((door, &answers), &mut draws, (clients, begun + lasts))
        });
        let mut burst = serve(durable, &coming, answer)?;
        burst.took = begun.elapsed();
        burst.waits = sending.join().unwrap_or_default();
        Ok::<Burst, Broken>(burst)
    })?;
    burst.clients = clients;
    burst.waits.sort_unstable();
    let begun = Instant::now();
    durable.rest()?;
    burst.lag = begun.elapsed();
    Ok(burst)
}

/// Plays the clients; how long each input has waited.
fn send(
    (door, answers): (Sender<(usize, Event)>, &Receiver<usize>),
    events: &mut dyn Iterator<Item = Event>,
    (clients, until): (usize, Instant),
) -> Vec<u32> {
    let (mut waits, mut sent) = (Vec::new(), vec![Instant::now(); clients]);
    let mut under_way = 0_usize;
    let mut next = |client: usize, sent: &mut Vec<Instant>| {
        let (Some(event), Some(sent)) = (events.next(), sent.get_mut(client)) else {
            return 0;
        };
        *sent = Instant::now();
        // A loop that has failed says so itself.
        usize::from(door.send((client, event)).is_ok())
    };
    for client in 0..clients {
        under_way += next(client, &mut sent);
    }
    while under_way > 0
        && let Ok(client) = answers.recv()
    {
        under_way -= 1;
        let waited = sent.get(client).map(Instant::elapsed).unwrap_or_default();
        waits.push(u32::try_from(waited.as_micros()).unwrap_or(u32::MAX));
        if Instant::now() < until {
            under_way += next(client, &mut sent);
        }
    }
    waits
}

/// Takes in together what waits, until nobody sends any more.
fn serve(
    durable: &mut Durable<RealDisk>,
    coming: &Receiver<(usize, Event)>,
    answer: Sender<usize>,
) -> Result<Burst, Broken> {
    let mut burst = Burst::default();
    let mut saved = durable.position().get();
    let mut writing: Option<Writing> = None;
    while let Ok(first) = coming.recv() {
        let more = coming.try_iter().take(BATCH - 1);
        let (clients, events): (Vec<usize>, Vec<Event>) =
            std::iter::once(first).chain(more).unzip();
        take(durable, events)?;
        burst.batches.push(clients.len());
        for client in clients {
            let _ = answer.send(client);
        }
        if writing.as_ref().is_some_and(Writing::is_finished) {
            end(writing.take())?;
        }
        if writing.is_none() && durable.position().get() > saved + SNAPSHOT {
            saved = durable.position().get();
            writing = durable.snapshot()?;
            burst.snapshots += 1;
        }
    }
    end(writing)?;
    Ok(burst)
}

/// Waits until a snapshot is written.
pub(super) fn end(writing: Option<Writing>) -> Result<(), Broken> {
    let Some(writing) = writing else {
        return Ok(());
    };
    match writing.join() {
        Ok(written) => Ok(written.map(|_| ())?),
        Err(_) => Err(Broken::Load("a snapshot was not written".to_owned())),
    }
}
