//! What workflows count of their enrolments, and the mails of their alerts: a section behind all
//! else of a head, with a table of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bytes::{Reader, Writer};
use super::names::{Item, Names};
use super::table::Table;
use super::{Freezing, ThawError, Thawing};
use crate::base::Uid;
use crate::engine::prepared::Prepared;
use crate::engine::put_back::PutBack;
use crate::engine::rate::Rate;
use crate::engine::state::Image;
use crate::model::WorkflowId;

/// What is kept of alerts.
#[derive(Debug, Default)]
pub(super) struct Alerts {
    pub(super) rates: BTreeMap<WorkflowId, Arc<Rate>>,
    pub(super) notices: BTreeMap<Uid, PutBack>,
}

/// The frozen form: the length of what follows, then the table and what is named in it.
pub(super) fn freeze(image: &Image) -> Vec<u8> {
    let mut freezing = Freezing {
        prepared: &image.prepared,
        names: Names::new(&image.prepared),
        out: Writer::default(),
    };
    freezing.out.count(image.rates.len());
    for (workflow, rate) in &image.rates {
        freezing.put(&Item::Workflow(*workflow));
        freezing.rate(rate);
    }
    freezing.out.count(image.notices.len());
    for notice in image.notices.values() {
        freezing.put_back(notice);
    }
    freezing.names.before(freezing.out)
}

/// What stands there.
pub(super) fn thaw(prepared: &Prepared, from: &mut Reader<'_>) -> Result<Alerts, ThawError> {
    let table = Table::read(prepared, from)?;
    let mut thawing = Thawing {
        prepared,
        table: &table,
        from: from.clone(),
        nothing: Arc::from(""),
    };
    let mut alerts = Alerts::default();
    for _ in 0..thawing.from.count()? {
        let workflow = table.workflow(&mut thawing.from)?;
        alerts.rates.insert(workflow, Arc::new(thawing.rate()?));
    }
    for _ in 0..thawing.from.count()? {
        let notice = thawing.put_back()?;
        alerts.notices.insert(notice.key, notice);
    }
    *from = thawing.from;
    Ok(alerts)
}

impl<'p> Freezing<'p> {
    fn rate(&mut self, rate: &'p Rate) {
        self.out.count(rate.window.len());
        for (at, count) in &rate.window {
            self.out.moment(*at);
            self.out.number(*count);
        }
        self.out.optional_moment(rate.raised);
        self.out.count(rate.days.len());
        for (day, count) in &rate.days {
            self.out.date(*day);
            self.out.number(*count);
        }
        self.out.flag(rate.since.is_some());
        if let Some(since) = rate.since {
            self.out.date(since);
        }
        self.out.optional_moment(rate.next);
    }
}

impl Thawing<'_, '_> {
    fn rate(&mut self) -> Result<Rate, ThawError> {
        let mut rate = Rate::default();
        for _ in 0..self.from.count()? {
            let (at, count) = (self.from.moment()?, self.from.number()?);
            rate.total = rate.total.saturating_add(count);
            rate.window.push_back((at, count));
        }
        rate.raised = self.from.optional_moment()?;
        for _ in 0..self.from.count()? {
            rate.days.insert(self.from.date()?, self.from.number()?);
        }
        if self.from.flag()? {
            rate.since = Some(self.from.date()?);
        }
        rate.next = self.from.optional_moment()?;
        Ok(rate)
    }
}
