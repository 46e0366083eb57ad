//! What most records do not have. What it is, is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A collection that is empty in most records, and then takes the room of a
/// pointer. Copies share it until one of them is changed.
#[derive(Debug, Clone)]
pub struct Seldom<T>(Option<Arc<T>>);

/// What is empty without taking room.
pub trait Empty: Default + 'static {
    /// The empty one.
    const EMPTY: &'static Self;
}

impl<K: 'static, V: 'static> Empty for BTreeMap<K, V> {
    const EMPTY: &'static Self = &BTreeMap::new();
}

impl<T: 'static> Empty for BTreeSet<T> {
    const EMPTY: &'static Self = &BTreeSet::new();
}

impl<T: 'static> Empty for Vec<T> {
    const EMPTY: &'static Self = &Vec::new();
}

impl<T> Default for Seldom<T> {
    fn default() -> Self {
        Seldom(None)
    }
}

impl<T: Empty> Deref for Seldom<T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::EMPTY)
    }
}

impl<T: Empty + Clone> DerefMut for Seldom<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

impl<T: Empty + PartialEq> PartialEq for Seldom<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Empty + Eq> Eq for Seldom<T> {}

impl<T: Empty + PartialEq> From<T> for Seldom<T> {
    fn from(all: T) -> Self {
        Seldom((all != *T::EMPTY).then(|| Arc::new(all)))
    }
}

impl<'s, T: Empty> IntoIterator for &'s Seldom<T>
where
    &'s T: IntoIterator,
{
    type Item = <&'s T as IntoIterator>::Item;
    type IntoIter = <&'s T as IntoIterator>::IntoIter;
    fn into_iter(self) -> Self::IntoIter {
        (&**self).into_iter()
    }
}
