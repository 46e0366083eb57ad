//! Records named one by one, for words that refuse something because of them
//! (V7): the first few, and how many more there are. Why they are named is not
//! known here.

use std::fmt;

use super::look;
use crate::base::Uid;
use crate::engine::State;

/// How many records are named.
const MOST: usize = 10;

/// Records by their names: `contact ada@example.com, contact bob@example.com
/// and 3 more`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    first: Vec<String>,
    more: u64,
}

impl Named {
    /// So many records, of which the first are known.
    #[must_use]
    pub fn of(state: &State, records: &[Uid], count: u64) -> Self {
        let first = records.iter().take(MOST);
        let first: Vec<String> = first.map(|id| look::title(state, *id)).collect();
        let more = count.saturating_sub(first.len() as u64);
        Named { first, more }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first.join(", "))?;
        match self.more {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
