//! What workflows count of their enrolments, and the mails of their alerts, each by the name of the
//! workflow. With it they go.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Migration;
use crate::base::Uid;
use crate::engine::put_back::PutBack;
use crate::engine::rate::Rate;
use crate::model::WorkflowId;

/// What workflows have counted.
type Rates = BTreeMap<WorkflowId, Arc<Rate>>;

/// The mails of alerts.
type Notices = BTreeMap<Uid, PutBack>;

impl Migration<'_> {
    /// What of it the new program goes on with.
    pub(super) fn alerts(&self, rates: &Rates, notices: &Notices) -> (Rates, Notices) {
        let rates = rates.iter().filter_map(|(id, rate)| {
            let to = self.names.workflow(*id)?;
            let kept = Rate::clone(rate).kept(self.new.workflow(to)?)?;
            Some((to, Arc::new(kept)))
        });
        let notices = notices.iter();
        let notices = notices.filter_map(|(key, of)| Some((*key, self.named_anew(of)?)));
        (rates.collect(), notices.collect())
    }
}
