//! Signals of the system that ask the process to end.

use std::io;
use std::thread;

use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Door, Happening};

/// Lets a loop stop at the first signal to end; at the second one `at_once` is
/// called, which ends the process.
///
/// # Errors
/// What the system says.
pub fn listen(door: Door, at_once: impl FnOnce() + Send + 'static) -> Result<(), String> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let mut ends = {
        let _inside = runtime.enter();
        Ends::new().map_err(|error| error.to_string())?
    };
    thread::spawn(move || {
        runtime.block_on(async {
            ends.next().await;
            let _ = door.send(Happening::Stop);
            ends.next().await;
            at_once();
        });
    });
    Ok(())
}

/// The signals to end, heard from the first to the last: one that comes right
/// behind another is no less one.
struct Ends {
    interrupt: Signal,
    terminate: Signal,
}

impl Ends {
    fn new() -> io::Result<Self> {
        Ok(Ends {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
