//! Actions that were put back, behind all else of a block: a block without any
//! is what it was before there were such actions.

use std::sync::Arc;

use super::names::Item;
use super::section::Records;
use super::{Freezing, ThawError, Thawing};
use crate::base::Uid;
use crate::engine::put_back::PutBack;
use crate::engine::state::Partition;

impl<'p> Freezing<'p> {
    /// Writes them; where sections follow, also that there is none.
    pub(super) fn all_put_back(&mut self, of: &'p Partition, is_last: bool) {
        let cells = of.records.values();
        let all: Vec<(Uid, &PutBack)> = cells
            .flat_map(|cell| cell.put_back.values().map(|one| (cell.id, one)))
            .collect();
        if all.is_empty() && is_last {
            return;
        }
        self.out.count(all.len());
        for (record, one) in all {
            self.out.id(record);
            self.put_back(one);
        }
    }

    pub(super) fn put_back(&mut self, of: &'p PutBack) {
        self.out.id(of.key);
        self.out.id(of.enrolment);
        self.out.text(&of.per);
        self.put(&Item::Workflow(of.workflow));
        self.optional(of.step.map(|step| Item::Step(of.workflow, step)));
        self.out.number(u64::from(of.before));
        self.out.number(u64::from(of.attempt));
        self.call(&of.request);
        self.out.optional_moment(of.retry);
    }
}

impl Thawing<'_, '_> {
    pub(super) fn all_put_back(&mut self, records: &mut Records) -> Result<(), ThawError> {
        if self.from.is_over() {
            return Ok(());
        }
        let orphan = "an action of a record that is none";
        self.by_record(records, orphan, |from, cell| {
            let one = from.put_back()?;
            cell.put_back.insert(one.key, one);
            Ok(())
        })
    }

    pub(super) fn put_back(&mut self) -> Result<PutBack, ThawError> {
        let (key, enrolment) = (self.from.id()?, self.from.id()?);
        let per = self.key()?;
        let workflow = self.table.workflow(&mut self.from)?;
        Ok(PutBack {
            key,
            enrolment,
            per,
            workflow,
            step: self.optional_step(workflow)?,
            before: self.from.small()?,
            attempt: self.from.small()?,
            request: Arc::new(self.call()?),
            retry: self.from.optional_moment()?,
        })
    }
}
