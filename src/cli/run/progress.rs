//! How far a run is, on a terminal. It counts nothing itself.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error, if that is a terminal.
pub(in crate::cli) struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar of so many lines. A dry run prints instead.
    pub(in crate::cli) fn new(lines: usize, dry: bool) -> Self {
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
    pub(in crate::cli) fn at(&self, done: usize) {
        if let Some(bar) = &self.0 {
            bar.set_position(done as u64);
        }
    }

    /// Takes the bar away.
    pub(in crate::cli) fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
