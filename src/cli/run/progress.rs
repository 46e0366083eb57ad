//! How far a run is, on a terminal. It counts nothing itself.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error, if that is a terminal.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar of so many lines. A dry run prints instead.
    pub(super) fn new(lines: usize, dry: bool) -> Self {
        if dry || !io::stderr().is_terminal() {
            return Progress(None);
        }
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} lines");
        let bar = ProgressBar::new(lines as u64);
        Progress(Some(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }))
    }

    /// So many lines are done.
    pub(super) fn at(&self, done: usize) {
        if let Some(bar) = &self.0 {
            bar.set_position(done as u64);
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
