//! Versions: the hash of all that a workflow is compiled from (V1).

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Fingerprint, Hasher, Sources};
use crate::model::{Item, written};
use crate::semantic::hir::{Origin, Program};
use crate::syntax::hash_tokens;

/// What each item counts for: hashed once, however many workflows name it.
pub(super) struct Versions<'a> {
    program: &'a Program,
    parts: BTreeMap<Item, Part>,
}

/// An item in the order of versions, with the hash of its tokens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    kind: &'static str,
    name: String,
    tokens: Option<Fingerprint>,
}

impl Part {
    fn add(&self, hasher: &mut Hasher) {
        hasher.text(self.kind);
        hasher.text(&self.name);
        if let Some(tokens) = &self.tokens {
            hasher.fingerprint(tokens);
        }
    }
}

impl<'a> Versions<'a> {
    pub(super) fn of(program: &'a Program, sources: &Sources) -> Self {
        let parts = program.origins.iter().map(|(item, origins)| {
            let part = Part {
                kind: kind(item),
                name: written(&program.catalog.item_name(item)).to_owned(),
                tokens: (!counts_by_name(item)).then(|| tokens(origins, sources)),
            };
            (item, part)
        });
        Versions {
            program,
            parts: parts.collect(),
        }
    }

    /// The version of a workflow: its tokens, those of all that it names, of
    /// what these name, and the project's zone. Of an object and of another
    /// workflow only the name counts: what a property means is said where it
    /// is declared. `own` declares the workflow, and `text` is its tokens.
    pub(super) fn version(&self, item: Item, (own, text): (&[Origin], Fingerprint)) -> Fingerprint {
        let mut hasher = Hasher::default();
        hasher.text(&self.program.settings.timezone);
        hasher.fingerprint(&text);
        let mut named: Vec<&Part> = self
            .named_by(item, own)
            .iter()
            .filter_map(|item| self.parts.get(item))
            .collect();
        named.sort();
        named.iter().for_each(|part| part.add(&mut hasher));
        hasher.finish()
    }

    /// What stays with a version of a workflow when others are published (V3):
    /// the constants, messages, calendars, actions and segments with a condition
    /// that it names, directly or through one another. What packages declare is
    /// not edited.
    pub(super) fn kept(&self, own: &[Origin]) -> BTreeSet<Item> {
        let mut found = BTreeSet::new();
        let mut open = vec![own];
        while let Some(origins) = open.pop() {
            for name in origins.iter().flat_map(|origin| &origin.names) {
                if self.stays(*name) && found.insert(*name) {
                    open.push(self.program.origins.of(*name));
                }
            }
        }
        found
    }

    fn stays(&self, item: Item) -> bool {
        let stays = match item {
            Item::Constant(_) | Item::Message(_) | Item::Calendar(_) => true,
            Item::Action(action) => self.program.catalog.actions[action].declared,
            Item::Segment(segment) => !self.program.catalog.segments[segment].fixed,
            _ => false,
        };
        let mut origins = self.program.origins.of(item).iter();
        let settings = &self.program.settings;
        stays && origins.all(|origin| settings.package_at(origin.span).is_none())
    }

    /// The hash of the text of a workflow and of all that stays with it.
    pub(super) fn whole(&self, text: Fingerprint, kept: &BTreeSet<Item>) -> Fingerprint {
        let mut hasher = Hasher::default();
        hasher.fingerprint(&text);
        let mut kept: Vec<&Part> = kept
            .iter()
            .filter_map(|item| self.parts.get(item))
            .collect();
        kept.sort();
        kept.iter().for_each(|part| part.add(&mut hasher));
        hasher.finish()
    }

    /// Everything that the declarations of an item name, directly or through
    /// others.
    fn named_by(&self, start: Item, own: &[Origin]) -> BTreeSet<Item> {
        let mut found = BTreeSet::new();
        let mut open = vec![own];
        while let Some(origins) = open.pop() {
            for name in origins.iter().flat_map(|origin| &origin.names) {
                if found.insert(*name) && !matches!(name, Item::Workflow(_)) {
                    open.push(self.program.origins.of(*name));
                }
            }
        }
        found.remove(&start);
        found
    }
}

/// Whether only the name of an item counts.
fn counts_by_name(item: Item) -> bool {
    matches!(item, Item::Workflow(_) | Item::Object(_))
}

/// The hash of the texts of declarations.
pub(super) fn tokens(origins: &[Origin], sources: &Sources) -> Fingerprint {
    let mut hasher = Hasher::default();
    for origin in origins {
        hash_tokens(sources.slice(origin.span), &mut hasher);
    }
    hasher.finish()
}

fn kind(item: Item) -> &'static str {
    match item {
        Item::Object(_) => "object",
        Item::Property(..) => "property",
        Item::Association(..) => "association",
        Item::Event(_) => "event",
        Item::Message(_) => "message",
        Item::Segment(_) => "segment",
        Item::Constant(_) => "const",
        Item::Calendar(_) => "calendar",
        Item::Action(_) => "action",
        Item::Template(_) => "template",
        Item::Workflow(_) => "workflow",
    }
}
