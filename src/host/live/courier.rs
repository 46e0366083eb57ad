//! The courier: carries attempts out, many at once, and tells what came of
//! each. What follows from that is not known here.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};

use tokio::runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinSet, spawn_blocking};

use super::Happening;
use super::errand::{Does, Errand, never};
use super::means::Means;
use crate::base::{Decimal, Uid};
use crate::connector::http::{HttpAnswer, HttpFailure, HttpRequest, Senders};
use crate::engine::message::{Again, Outcome};
use crate::engine::retries::origin;
use crate::model::Value;

/// How much of the body of an answer is kept, in bytes.
const BODY: usize = 256 << 10;

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
        let http = Senders::new(&means.limits)?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let (errands, coming) = unbounded_channel();
        let bag = Arc::new(Bag { http, means, told });
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
        Does::Http(request, results) => {
            let to = origin(&request.url);
            let answer = bag.http.send(to.as_deref(), &request).await;
            answered(answer, &results, &request)
        }
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
    results: &[String],
    request: &HttpRequest,
) -> Outcome {
    match sent {
        Ok(answer) if answer.is_success() => {
            let results = results.iter().map(|name| result(name, &answer));
            Outcome::Done(results.collect())
        }
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

fn result(name: &str, answer: &HttpAnswer) -> Option<Value> {
    match name {
        "status" => Some(Value::Number(Decimal::from(answer.status))),
        "body" => {
            let text = answer.text();
            let mut end = text.len().min(BODY);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.get(..end).map(|text| Value::Text(text.into()))
        }
        _ => None,
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.errands = None;
    }
}

/// The key of what is on its way.
pub(super) type Way = (Uid, u32);
