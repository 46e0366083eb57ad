//! Signals of the system that ask the process to end.

use std::thread;

use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

use super::{Door, Happening};

/// Lets a loop stop at the first signal to end; at the second one `at_once` is
/// called, which ends the process.
///
/// # Errors
/// What the system says.
pub fn listen(door: Door, at_once: impl FnOnce() + Send + 'static) -> Result<(), String> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    thread::spawn(move || {
        runtime.block_on(async {
            if ended().await {
                let _ = door.send(Happening::Stop);
                if ended().await {
                    at_once();
                }
            }
        });
    });
    Ok(())
}

/// Waits for a signal to end; `false` where there can be none.
async fn ended() -> bool {
    let signals = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    let (Ok(mut interrupt), Ok(mut terminate)) = signals else {
        return false;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    true
}
