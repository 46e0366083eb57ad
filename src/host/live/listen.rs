//! The ear at the socket: a thread for each connection, which puts what is
//! asked to the loop and writes the answer. What is asked is not known here.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Door, Happening};
use crate::host::desk::Reply;
use crate::host::socket::{Listener, read_ask, write_reply};
use crate::host::store::{Failure, Store};

/// How many connections there may be at once.
const MOST: usize = 256;

/// How often it is looked whether the process ends.
const LOOKS: Duration = Duration::from_millis(20);

/// An open ear; it closes when this is dropped.
pub(super) struct Ear {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ear {
    /// Listens at the socket of a store.
    ///
    /// # Errors
    /// If the system does not let it.
    pub(super) fn open(store: &Store, door: Door) -> Result<Self, Failure> {
        let listener = Listener::bind(store)?;
        let blocking = listener.socket.set_nonblocking(true);
        blocking.map_err(|error| Failure::Outside(error.to_string()))?;
        let over = Arc::new(AtomicBool::new(false));
        let ended = over.clone();
        let thread = thread::spawn(move || accept(&listener, &ended, &door));
        Ok(Ear {
            over,
            thread: Some(thread),
        })
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn accept(listener: &Listener, over: &AtomicBool, door: &Door) {
    let open = Arc::new(AtomicUsize::new(0));
    while !over.load(Ordering::Relaxed) {
        match listener.socket.accept() {
            Ok((stream, _)) if open.load(Ordering::Relaxed) < MOST => {
                open.fetch_add(1, Ordering::Relaxed);
                let (door, open) = (door.clone(), open.clone());
                thread::spawn(move || {
                    talk(stream, &door);
                    open.fetch_sub(1, Ordering::Relaxed);
                });
            }
            // There are too many: this one is closed.
            Ok(_) => {}
            Err(_) => thread::sleep(LOOKS),
        }
    }
}

/// Answers until nobody asks any more.
fn talk(mut stream: UnixStream, door: &Door) {
    if stream.set_nonblocking(false).is_err() {
        return;
    }
    while let Ok(Some(ask)) = read_ask(&mut stream) {
        let (reply, answer) = sync_channel(1);
        let asked = door.send(Happening::Ask(ask, reply)).is_ok();
        let answer = asked.then(|| answer.recv().ok()).flatten();
        let answer = answer.unwrap_or_else(Reply::ending);
        if write_reply(&mut stream, &answer).is_err() {
            return;
        }
    }
}
