//! What was asked of the outside and has not come back, in the order decided.
//! Who carries it out is not known here.

use std::collections::BTreeMap;

use crate::base::Uid;
use crate::engine::decision::{Action, Answer, Asked};
use crate::engine::{Effects, Event};

/// An action under way.
#[derive(Debug, Clone)]
pub struct Open {
    /// The action.
    pub action: Action,
    /// Whether its attempt may have begun: it was released.
    pub released: bool,
}

/// All actions under way.
#[derive(Debug, Default)]
pub struct Pending {
    order: BTreeMap<u64, Open>,
    places: BTreeMap<(Uid, u32), u64>,
    next: u64,
}

impl Pending {
    /// Takes in what has happened, where that is about an action, and what has
    /// come of it.
    pub(super) fn follow(&mut self, event: Option<&Event>, effects: &Effects) {
        match event {
            Some(Event::Attempt(asked)) if effects.answer == Some(Answer::Released) => {
                self.release(asked);
            }
            Some(Event::Attempt(asked) | Event::Finished(asked, _)) => self.remove(asked),
            Some(Event::Input(_) | Event::Repeated(_) | Event::Clock | Event::Retry(_)) | None => {}
        }
        for action in &effects.actions {
            self.put(Open {
                action: action.clone(),
                released: false,
            });
        }
    }

    /// Adds one at the end.
    pub(super) fn put(&mut self, open: Open) {
        let key = (open.action.key, open.action.attempt);
        self.places.insert(key, self.next);
        self.order.insert(self.next, open);
        self.next += 1;
    }

    fn release(&mut self, asked: &Asked) {
        let place = self.places.get(&key(asked));
        if let Some(open) = place.and_then(|place| self.order.get_mut(place)) {
            open.released = true;
        }
    }

    fn remove(&mut self, asked: &Asked) {
        if let Some(place) = self.places.remove(&key(asked)) {
            self.order.remove(&place);
        }
    }

    /// Names all anew, for another program; what it does not know is dropped.
    pub(super) fn rename(&mut self, name: impl Fn(&Action) -> Option<Action>) {
        for open in std::mem::take(self).order.into_values() {
            if let Some(action) = name(&open.action) {
                self.put(Open { action, ..open });
            }
        }
    }

    /// All of them, in the order decided.
    pub fn iter(&self) -> impl Iterator<Item = &Open> {
        self.order.values()
    }

    /// The action of an attempt.
    #[must_use]
    pub fn get(&self, key: Uid, number: u32) -> Option<&Action> {
        let open = self.order.get(self.places.get(&(key, number))?)?;
        Some(&open.action)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

fn key(asked: &Asked) -> (Uid, u32) {
    (asked.attempt.action, asked.attempt.number)
}
