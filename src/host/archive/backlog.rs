//! What waits to be put into the archive, by the number of inputs: beyond a
//! bound, who brings more waits, so that the archive is never far behind and
//! memory is bounded. What is brought is not known here.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How many inputs may wait.
const MOST: usize = 100_000;

/// How many inputs wait for the archive.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting: Mutex<Waiting>,
    room: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    count: usize,
    /// Nobody takes them any more.
    over: bool,
}

impl Backlog {
    /// Waits until there is room, and takes some of it.
    pub(super) fn add(&self, count: usize) {
        let full = |waiting: &mut Waiting| waiting.count > MOST && !waiting.over;
        let waiting = self.room.wait_while(self.lock(), full);
        waiting.unwrap_or_else(PoisonError::into_inner).count += count;
    }

    /// So many have been taken off.
    pub(super) fn done(&self, count: usize) {
        let mut waiting = self.lock();
        waiting.count = waiting.count.saturating_sub(count);
        self.room.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by who takes them off: when it goes, nobody waits for it any longer.
#[derive(Debug)]
pub(super) struct Leaving(pub(super) Arc<Backlog>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.lock().over = true;
        self.0.room.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::{Backlog, Leaving, MOST};

    /// Brings more than there is room for in another thread, and lets room be
    /// made.
    fn waits(makes_room: impl FnOnce(Arc<Backlog>)) {
        let backlog = Arc::new(Backlog::default());
        backlog.add(MOST + 1);
        let (other, went) = (backlog.clone(), Arc::new(AtomicBool::new(false)));
        let set = went.clone();
        let bringing = thread::spawn(move || {
            other.add(1);
            set.store(true, Ordering::SeqCst);
        });
        thread::sleep(Duration::from_millis(30));
        assert!(!went.load(Ordering::SeqCst), "there is no room");
        makes_room(backlog);
        bringing.join().expect("it does not panic");
    }

    #[test]
    fn who_brings_too_much_waits_for_room() {
        waits(|backlog| backlog.done(1));
    }

    #[test]
    fn nobody_waits_for_who_has_gone() {
        waits(|backlog| drop(Leaving(backlog)));
    }
}
