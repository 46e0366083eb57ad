//! The names of what could not be read: nothing is said of their uses.

use std::borrow::Borrow;

use crate::base::{Lookup, Name, Span};

/// Names that may be declared where the text could not be read.
#[derive(Debug, Default)]
pub(super) struct Lost {
    names: Lookup<Name, ()>,
    /// Names on lines that could not be read, with the last such line.
    lines: Lookup<Name, Span>,
    /// Declarations in which something could not be read.
    partial: Lookup<Name, ()>,
    /// Objects that are extended and nowhere declared.
    extended: Lookup<Name, ()>,
}

impl Lost {
    /// A declaration of this name could not be read.
    pub(super) fn insert(&mut self, name: Name) {
        self.names.insert(name, ());
    }

    /// A line that could not be read names it.
    pub(super) fn on_line(&mut self, name: Name, line: Span) {
        self.lines.insert(name, line);
    }

    /// Something in this declaration could not be read.
    pub(super) fn partly(&mut self, name: Name) {
        self.partial.insert(name, ());
    }

    /// Whether what this declaration lacks may stand where it could not be read.
    pub(super) fn is_partial(&self, name: &Name) -> bool {
        self.partial.contains(name)
    }

    /// An object of this name is extended, and nowhere declared.
    pub(super) fn only_extended(&mut self, name: Name) {
        self.extended.insert(name, ());
    }

    /// Whether of this object only extensions are known.
    pub(super) fn is_only_extended(&self, name: &Name) -> bool {
        self.extended.contains(name)
    }

    /// Whether a declaration of this name could not be read.
    pub(super) fn contains<Q: Borrow<str> + ?Sized>(&self, name: &Q) -> bool {
        self.names.contains(name.borrow())
    }

    /// Whether a name at a place may be declared where the text could not be
    /// read. On such a line itself a name is as unknown as it looks.
    pub(super) fn explains<Q: Borrow<str> + ?Sized>(&self, name: &Q, place: Span) -> bool {
        let elsewhere = |line: &Span| {
            line.source != place.source || place.start < line.start || line.end < place.end
        };
        self.contains(name) || self.lines.get(name.borrow()).is_some_and(elsewhere)
    }
}
