//! The bound names in reach, found by name however many there are.

use std::rc::Rc;

use super::scope::Local;
use crate::base::{Lookup, Name};

/// Bound names, the innermost last. A copy costs nothing until it is changed.
#[derive(Debug, Clone, Default)]
pub(in crate::semantic) struct Locals(Rc<Bound>);

#[derive(Debug, Clone, Default)]
struct Bound {
    all: Vec<(Name, Local)>,
    /// Where each name stands, the innermost last.
    places: Lookup<Name, Vec<usize>>,
}

impl Locals {
    pub(in crate::semantic) fn len(&self) -> usize {
        self.0.all.len()
    }

    pub(in crate::semantic) fn push(&mut self, name: Name, local: Local) {
        let bound = Rc::make_mut(&mut self.0);
        let place = bound.all.len();
        match bound.places.get_mut(&name) {
            Some(places) => places.push(place),
            None => drop(bound.places.insert(name.clone(), vec![place])),
        }
        bound.all.push((name, local));
    }

    /// Only the outermost so many stay.
    pub(in crate::semantic) fn truncate(&mut self, length: usize) {
        if length >= self.len() {
            return;
        }
        let bound = Rc::make_mut(&mut self.0);
        for (name, _) in bound.all.drain(length..).rev() {
            if let Some(places) = bound.places.get_mut(&name) {
                places.pop();
            }
        }
    }

    /// What the innermost of a name is bound to.
    pub(in crate::semantic) fn find(&self, name: &str) -> Option<&Local> {
        let place = self.0.places.get(name)?.last()?;
        self.at(*place)
    }

    pub(in crate::semantic) fn at(&self, place: usize) -> Option<&Local> {
        self.0.all.get(place).map(|(_, local)| local)
    }

    /// Binds the name at a place otherwise.
    pub(in crate::semantic) fn rebind(&mut self, place: usize, local: Local) {
        if let Some((_, bound)) = Rc::make_mut(&mut self.0).all.get_mut(place) {
            *bound = local;
        }
    }

    pub(in crate::semantic) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.all.iter().map(|(name, _)| name.as_str())
    }
}

impl FromIterator<(Name, Local)> for Locals {
    fn from_iter<I: IntoIterator<Item = (Name, Local)>>(all: I) -> Self {
        let mut locals = Locals::default();
        for (name, local) in all {
            locals.push(name, local);
        }
        locals
    }
}
