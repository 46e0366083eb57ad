//! The courier: carries attempts out, many at once, and tells what came of
//! each. What follows from that is not known here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};

use tokio::runtime;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinSet, spawn_blocking};

use super::Happening;
use super::errand::{Does, Errand, never};
use super::means::{Means, PROGRAMS};
use super::results::Reads;
use crate::base::Uid;
use crate::connector::command::Command;
use crate::connector::http::{HttpAnswer, HttpFailure, HttpRequest, Senders};
use crate::engine::message::{Again, Outcome};
use crate::plan::Answers;

/// A courier at work; it stops when this is dropped.
pub(super) struct Courier {
    errands: Option<UnboundedSender<Errand>>,
    thread: Option<JoinHandle<()>>,
}

impl Courier {
    /// Begins to work. What comes of attempts goes to `told`.
    ///
    /// # Errors
    /// What the system or the transport says.
    pub(super) fn begin(means: Arc<Means>, told: Sender<Happening>) -> Result<Self, String> {
        let connections = means.connections.iter();
        let connections = connections.map(|one| (&*one.name, one.limits));
        let http = Senders::new(&connections.collect::<Vec<_>>())?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let (errands, coming) = unbounded_channel();
        let bag = Arc::new(Bag {
            http,
            means,
            told,
            programs: Semaphore::new(PROGRAMS),
        });
        let thread = thread::spawn(move || runtime.block_on(work(bag, coming)));
        Ok(Courier {
            errands: Some(errands),
            thread: Some(thread),
        })
    }

    /// Takes an errand.
    pub(super) fn take(&self, errand: Errand) {
        // INVARIANT: the thread goes on until this is dropped.
        if let Some(errands) = &self.errands {
            let _ = errands.send(errand);
        }
    }

    /// Drops what is on its way: it will be tried again.
    pub(super) fn stop(mut self) {
        self.errands = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What each errand needs.
struct Bag {
    http: Senders,
    means: Arc<Means>,
    told: Sender<Happening>,
    programs: Semaphore,
}

async fn work(bag: Arc<Bag>, mut coming: UnboundedReceiver<Errand>) {
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            errand = coming.recv() => match errand {
                Some(errand) => {
                    under_way.spawn(carry(bag.clone(), errand));
                }
                None => return,
            },
            Some(_) = under_way.join_next() => {}
        }
    }
}

async fn carry(bag: Arc<Bag>, errand: Errand) {
    let Errand { key, number, does } = errand;
    let outcome = match does {
        Does::Nothing(outcome) => outcome,
        Does::File(name, bytes, then) => file(&bag, (name, bytes), then).await,
        Does::Mail {
            from,
            to,
            bytes,
            then,
        } => mail(&bag, (&from, &to), &bytes, then).await,
        Does::Http(request, by, reads) => {
            let answer = bag.http.send(by.as_deref(), &request).await;
            answered(answer, &reads, &request)
        }
        Does::Command(command, answers) => run(&bag, *command, answers).await,
    };
    // A loop that is over has no use for it.
    let _ = bag.told.send(Happening::Finished(key, number, outcome));
}

/// A file that cannot be written is tried again: the disk may be full.
async fn file(bag: &Bag, (name, bytes): (String, Vec<u8>), then: Outcome) -> Outcome {
    let outbox = bag.means.outbox.clone();
    let written = spawn_blocking(move || outbox.put(&name, &bytes)).await;
    match written {
        Ok(Ok(())) => then,
        Ok(Err(error)) => again(format!("the outbox cannot be written: {error}")),
        Err(error) => again(error.to_string()),
    }
}

async fn mail(bag: &Bag, (from, to): (&str, &str), bytes: &[u8], then: Outcome) -> Outcome {
    let Some(smtp) = &bag.means.smtp else {
        return never("there is no mail server".into());
    };
    match smtp.send(from, to, bytes).await {
        Ok(()) => then,
        Err(failure) if failure.is_final() => never(failure.to_string()),
        Err(failure) => again(failure.to_string()),
    }
}

fn again(error: String) -> Outcome {
    Outcome::Failed {
        status: None,
        error: error.into(),
        again: Again::Usual,
    }
}

fn answered(
    sent: Result<HttpAnswer, HttpFailure>,
    reads: &Reads,
    request: &HttpRequest,
) -> Outcome {
    match sent {
        Ok(answer) if answer.is_success() => Outcome::Done(reads.of_answer(&answer)),
        Ok(answer) => Outcome::Failed {
            status: Some(answer.status),
            error: format!("{} {answer}", request.method().word()).into(),
            again: match answer.retry_after {
                Some(wait) => Again::After(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX)),
                None => Again::Usual,
            },
        },
        Err(failure) => Outcome::Failed {
            status: failure.status(),
            error: failure.to_string().into(),
            again: if failure.is_final() {
                Again::Never
            } else {
                Again::Usual
            },
        },
    }
}

/// What came of a program. A failure to begin it, like no end in time, may be mended by another
/// attempt; how it ended is judged by its code.
async fn run(bag: &Bag, command: Command, answers: Option<Answers>) -> Outcome {
    let Ok(_turn) = bag.programs.acquire().await else {
        return again("this process ends".into());
    };
    let stop = Stop(Arc::default());
    let flag = stop.0.clone();
    match spawn_blocking(move || command.run(&flag)).await {
        Ok(Ok(answer)) => {
            let results = answers.map(|answers| answers.read(&answer));
            Outcome::Done(results.unwrap_or_default())
        }
        Ok(Err(failure)) => Outcome::Failed {
            status: failure.code().map(u16::from),
            error: bag.means.without_secrets(failure.to_string()).into(),
            again: Again::Usual,
        },
        Err(error) => again(error.to_string()),
    }
}

/// Ends a program that nobody waits for any more.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.errands = None;
    }
}

/// The key of what is on its way.
pub(super) type Way = (Uid, u32);
