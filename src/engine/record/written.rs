//! When the values of a record were written, as far as it is not told by its
//! birth. Who asks is not known here.

use super::{RecordCell, Seldom};
use crate::base::Timestamp;
use crate::model::PropertyId;

/// The times of the values that were written after the birth of the record, in
/// the order of its properties. Most records have none.
pub type Written = Seldom<Vec<(PropertyId, Timestamp)>>;

impl RecordCell {
    /// When the value of a property was written.
    #[must_use]
    pub fn written_at(&self, property: PropertyId) -> Timestamp {
        let place = self.written_place(property).ok();
        let found = place.and_then(|place| self.written.get(place));
        found.map_or(self.created_at, |(_, at)| *at)
    }

    /// Notes when the value of a property was written; what is unknown has no
    /// time.
    pub(in crate::engine) fn note_written(&mut self, property: PropertyId, at: Timestamp) {
        let known = self.value(property).is_some() && at != self.created_at;
        match (self.written_place(property), known) {
            (Ok(place), true) => {
                if let Some(slot) = self.written.get_mut(place) {
                    slot.1 = at;
                }
            }
            (Err(place), true) => self.written.insert(place, (property, at)),
            (Ok(place), false) => drop(self.written.remove(place)),
            (Err(_), false) => {}
        }
    }

    fn written_place(&self, property: PropertyId) -> Result<usize, usize> {
        self.written
            .binary_search_by_key(&property, |(property, _)| *property)
    }
}
