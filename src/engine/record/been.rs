//! How often a record has been inside of workflows. Why is not known here.

use std::sync::Arc;

use super::Seldom;
use crate::model::WorkflowId;

/// How often a record has been inside, by workflow and key (E7, E16). Most
/// records know few of both, so it is a sorted list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Been(Seldom<Vec<(WorkflowId, Arc<str>, u32)>>);

impl Been {
    /// Whether it has been inside of a workflow under a key.
    #[must_use]
    pub fn has(&self, workflow: WorkflowId, key: &str) -> bool {
        self.place(workflow, key).is_ok()
    }

    /// Counts one more time.
    pub fn add(&mut self, workflow: WorkflowId, key: &Arc<str>) {
        let times = self.times(workflow, key);
        self.set(workflow, key, times.saturating_add(1));
    }

    /// Notes how often it was.
    pub fn set(&mut self, workflow: WorkflowId, key: &Arc<str>, times: u32) {
        match self.place(workflow, key) {
            Ok(place) => {
                if let Some(own) = self.0.get_mut(place) {
                    own.2 = times;
                }
            }
            Err(place) => {
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.insert(place, (workflow, key.clone(), times));
            }
        }
    }

    /// By workflow, then key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (WorkflowId, &Arc<str>, u32)> {
        self.0
            .iter()
            .map(|(workflow, key, times)| (*workflow, key, *times))
    }

    /// How often it has been inside of a workflow under a key.
    #[must_use]
    pub fn times(&self, workflow: WorkflowId, key: &str) -> u32 {
        let own = self.place(workflow, key).ok();
        own.and_then(|place| self.0.get(place))
            .map_or(0, |own| own.2)
    }

    fn place(&self, workflow: WorkflowId, key: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(other, own, _)| (*other, &**own).cmp(&(workflow, key)))
    }
}
