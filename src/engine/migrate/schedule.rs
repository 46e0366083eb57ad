//! Where schedules stand, each by its workflow and its text. One that is gone is
//! forgotten, with what it was taking in; a new one begins at the publication.

use std::collections::BTreeSet;

use super::Migration;
use crate::engine::schedule::ScheduleId;
use crate::engine::state::Cursors;

impl Migration<'_> {
    pub(super) fn schedules(&self, old: &Cursors) -> Cursors {
        let mut taken = BTreeSet::new();
        let anew = old.iter().filter_map(|(id, cursor)| {
            let id = self.schedule(*id, &taken)?;
            taken.insert(id);
            Some((id, *cursor))
        });
        anew.collect()
    }

    /// The schedule in the new program: of several of one text the first that is
    /// left.
    fn schedule(
        &self,
        (workflow, place): ScheduleId,
        taken: &BTreeSet<ScheduleId>,
    ) -> Option<ScheduleId> {
        let text = &self.old.workflow(workflow)?.schedules.get(place)?.text;
        let id = self.names.workflow(workflow)?;
        let schedules = self.new.workflow(id)?.schedules.iter().enumerate();
        let mut same = schedules.filter(|(_, schedule)| schedule.text == *text);
        let found = same.find(|(place, _)| !taken.contains(&(id, *place)))?;
        Some((id, found.0))
    }
}
