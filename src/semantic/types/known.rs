//! What is known at a place of the program, kept so that a workflow with
//! thousands of names costs no more for each of them than one with ten: what
//! two places know alike is held once. What a condition proves to be known is
//! told by `facts`.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::semantic::hir::{Fact, Occurrence, Root};

/// What is known at a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::semantic) struct Known {
    /// What a wait or a write may change: what records hold, and which records
    /// they lead to.
    passing: Rc<BTreeSet<Fact>>,
    /// The rest, by the name that it is about.
    lasting: Node,
}

/// A tree by the places of names, whose parts are shared. A part without facts
/// is `Empty`, so that equal trees have one form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Node {
    #[default]
    Empty,
    Leaf(Rc<BTreeSet<Fact>>),
    Fork(Rc<[Node; WIDTH]>),
}

const WIDTH: usize = 16;

/// How many forks lie above each leaf. Places beyond share leaves.
const HEIGHT: usize = 4;

impl Known {
    pub(in crate::semantic) fn contains(&self, fact: &Fact) -> bool {
        match leaf_of(fact) {
            Some(leaf) => self
                .lasting
                .leaf(leaf)
                .is_some_and(|facts| facts.contains(fact)),
            None => self.passing.contains(fact),
        }
    }

    pub(in crate::semantic) fn insert(&mut self, fact: Fact) {
        match leaf_of(&fact) {
            Some(leaf) => self.lasting.change(leaf, HEIGHT, |facts| {
                facts.insert(fact);
            }),
            None => {
                Rc::make_mut(&mut self.passing).insert(fact);
            }
        }
    }

    pub(in crate::semantic) fn remove(&mut self, fact: &Fact) {
        self.forget(leaf_of(fact), |other| other == fact);
    }

    /// What is known on both of two ways.
    pub(in crate::semantic) fn common(&self, other: &Known) -> Known {
        Known {
            passing: both(&self.passing, &other.passing),
            lasting: self.lasting.common(&other.lasting),
        }
    }

    /// While it waits, a record may change; what has happened may not, nor
    /// which record a name means.
    pub(in crate::semantic) fn waited(&mut self) {
        self.passing = Rc::default();
    }

    /// A name means something else from here on.
    pub(in crate::semantic) fn set(&mut self, place: usize) {
        self.forget(Some(leaf(place)), |fact| about(fact) == Some(place));
        self.forget(None, |fact| about(fact) == Some(place));
    }

    /// Keeps what still holds of records after a change.
    pub(in crate::semantic) fn retain_passing(&mut self, holds: impl Fn(&Fact) -> bool) {
        self.forget(None, |fact| !holds(fact));
    }

    /// Another occurrence is at hand.
    pub(in crate::semantic) fn other_event(&mut self) {
        self.forget(Some(0), |fact| matches!(fact, Fact::Event(_)));
    }

    fn forget(&mut self, leaf: Option<usize>, gone: impl Fn(&Fact) -> bool) {
        match leaf {
            None if self.passing.iter().any(&gone) => {
                Rc::make_mut(&mut self.passing).retain(|fact| !gone(fact));
            }
            Some(leaf)
                if self
                    .lasting
                    .leaf(leaf)
                    .is_some_and(|facts| facts.iter().any(&gone)) =>
            {
                self.lasting
                    .change(leaf, HEIGHT, |facts| facts.retain(|fact| !gone(fact)));
            }
            _ => {}
        }
    }
}

impl Extend<Fact> for Known {
    fn extend<I: IntoIterator<Item = Fact>>(&mut self, facts: I) {
        facts.into_iter().for_each(|fact| self.insert(fact));
    }
}

impl FromIterator<Fact> for Known {
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        let mut known = Known::default();
        known.extend(facts);
        known
    }
}

impl Node {
    fn leaf(&self, leaf: usize) -> Option<&BTreeSet<Fact>> {
        let mut node = self;
        for level in (0..HEIGHT).rev() {
            match node {
                Node::Fork(forks) => node = forks.get(way(leaf, level))?,
                Node::Leaf(_) | Node::Empty => return None,
            }
        }
        match node {
            Node::Leaf(facts) => Some(facts),
            Node::Fork(_) | Node::Empty => None,
        }
    }

    /// Changes one leaf, and copies only the forks above it.
    fn change(&mut self, leaf: usize, level: usize, change: impl FnOnce(&mut BTreeSet<Fact>)) {
        if level == 0 {
            let mut facts = match std::mem::take(self) {
                Node::Leaf(facts) => facts,
                Node::Fork(_) | Node::Empty => Rc::default(),
            };
            change(Rc::make_mut(&mut facts));
            if !facts.is_empty() {
                *self = Node::Leaf(facts);
            }
            return;
        }
        let mut forks = match std::mem::take(self) {
            Node::Fork(forks) => forks,
            Node::Leaf(_) | Node::Empty => Rc::default(),
        };
        if let Some(fork) = Rc::make_mut(&mut forks).get_mut(way(leaf, level - 1)) {
            fork.change(leaf, level - 1, change);
        }
        *self = Node::fork(forks);
    }

    fn common(&self, other: &Node) -> Node {
        match (self, other) {
            (Node::Leaf(one), Node::Leaf(two)) => {
                let facts = both(one, two);
                match facts.is_empty() {
                    true => Node::Empty,
                    false => Node::Leaf(facts),
                }
            }
            (Node::Fork(one), Node::Fork(two)) if Rc::ptr_eq(one, two) => self.clone(),
            (Node::Fork(one), Node::Fork(two)) => {
                let pairs = one.iter().zip(two.iter());
                let mut forks: [Node; WIDTH] = Default::default();
                for (fork, (one, two)) in forks.iter_mut().zip(pairs) {
                    *fork = one.common(two);
                }
                Node::fork(Rc::new(forks))
            }
            _ => Node::Empty,
        }
    }

    fn fork(forks: Rc<[Node; WIDTH]>) -> Node {
        match forks.iter().all(|fork| *fork == Node::Empty) {
            true => Node::Empty,
            false => Node::Fork(forks),
        }
    }
}

fn both(one: &Rc<BTreeSet<Fact>>, two: &Rc<BTreeSet<Fact>>) -> Rc<BTreeSet<Fact>> {
    match Rc::ptr_eq(one, two) {
        true => one.clone(),
        false => Rc::new(one.intersection(two).cloned().collect()),
    }
}

/// Which way leads from a fork to a leaf.
fn way(leaf: usize, level: usize) -> usize {
    leaf / WIDTH.pow(level as u32) % WIDTH
}

/// The leaf of what is known of a name; the first is for the rest.
fn leaf(place: usize) -> usize {
    place + 1
}

/// The name that a fact is about, by its place.
fn about(fact: &Fact) -> Option<usize> {
    let root = match fact {
        Fact::Unset(place) | Fact::Binding(place, _) => return Some(*place),
        Fact::Occurrence(Occurrence::Bound(place), _) => return Some(*place),
        Fact::Record(record) => &record.root,
        Fact::Property(path) => &path.record.root,
        _ => return None,
    };
    match root {
        Root::Bound(place) => Some(*place),
        _ => None,
    }
}

/// Where a fact stands: `None` is with what passes.
fn leaf_of(fact: &Fact) -> Option<usize> {
    let passes = match fact {
        Fact::Property(_) => true,
        Fact::Record(record) => !matches!(record.root, Root::Bound(_)) || !record.hops.is_empty(),
        _ => false,
    };
    (!passes).then(|| about(fact).map_or(0, leaf))
}
