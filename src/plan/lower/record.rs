//! Records and the ways to them.

use super::Lowering;
use crate::plan::{Choice, Hop, Link, Records, Root, Way};
use crate::semantic::hir::{self, AssociationPath, RecordPath};

impl Lowering<'_> {
    pub(super) fn way(self, record: &RecordPath) -> Way {
        let hops = record.hops.iter().map(|(object, association)| Hop {
            object: *object,
            association: *association,
        });
        Way {
            root: self.root(&record.root),
            hops: hops.collect(),
        }
    }

    fn root(self, root: &hir::Root) -> Root {
        match root {
            hir::Root::This => Root::This,
            hir::Root::Member => Root::Member,
            hir::Root::Bound(place) => Root::Bound(*place),
            hir::Root::Chosen(choice) => Root::Chosen(Box::new(self.choice(choice))),
        }
    }

    fn choice(self, choice: &hir::Choice) -> Choice {
        let by = choice.by.as_ref();
        Choice {
            last: choice.last,
            from: self.link(&choice.from),
            by: by.map(|(by, descending)| (self.expression(by), *descending)),
            filter: choice.filter.as_ref().map(|filter| self.condition(filter)),
        }
    }

    pub(super) fn link(self, path: &AssociationPath) -> Link {
        Link {
            from: self.way(&path.record),
            hop: Hop {
                object: path.record.object,
                association: path.association,
            },
            label: path.label.clone(),
            object: path.object,
        }
    }

    /// The records that a step acts on.
    pub(super) fn records(self, records: &hir::Records) -> Records {
        match records {
            hir::Records::This => Records::This,
            hir::Records::One(record) => Records::One(self.way(record)),
            hir::Records::Linked(path) => Records::Linked(self.link(path)),
        }
    }
}
