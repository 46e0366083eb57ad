//! A hash map that cannot be iterated.

use std::borrow::Borrow;
use std::hash::Hash;

/// A map from keys to values for looking up only. It has no iterator: the
/// order of a hash map is chance, and nothing here may depend on chance.
#[derive(Debug, Clone)]
pub struct Lookup<K, V> {
    #[expect(
        clippy::disallowed_types,
        reason = "this is the one wrapper that hides its order"
    )]
    entries: std::collections::HashMap<K, V>,
}

impl<K, V> Default for Lookup<K, V> {
    fn default() -> Self {
        Lookup {
            entries: Default::default(),
        }
    }
}

impl<K: Eq + Hash, V> Lookup<K, V> {
    /// The value of a key.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key)
    }

    /// The value of a key, to change it.
    pub fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.entries.get_mut(key)
    }

    /// Whether the key is there.
    pub fn contains<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.entries.contains_key(key)
    }

    /// Puts a value in, and returns the one that stood there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.entries.insert(key, value)
    }
}

impl<K: Eq + Hash, V> FromIterator<(K, V)> for Lookup<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Lookup {
            entries: entries.into_iter().collect(),
        }
    }
}
