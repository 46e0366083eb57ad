//! Alerts: who is told when a breaker refuses (E17) and when the rate of enrolment changes (H4), by
//! mails that stand in the cell of the program. They are tried again as any mail (A3).

use std::sync::{Arc, LazyLock};

use super::call::{Call, Rendered};
use super::decision::{Answer, Change, Decision, Entry, What};
use super::message::{Again, Attempt, Delivery, Outcome, Request};
use super::put_back::PutBack;
use super::rate::Rate;
use super::retry::{self, FailedAttempt};
use super::world::World;
use crate::base::{Decimal, Name, Timestamp, Uid, day_of, print_decimal};
use crate::model::WorkflowId;
use crate::plan::{Alert, Workflow};

/// How many must have enrolled in one of two weeks, so that they are compared.
const ENOUGH: u64 = 20;

/// Whose actions those are that stand in no record: the program's.
#[must_use]
pub fn program() -> Uid {
    static PROGRAM: LazyLock<Uid> = LazyLock::new(|| Uid::of(&[b"program"]));
    *PROGRAM
}

/// Under which identity the weeks of a workflow are compared.
pub(super) fn comparison(workflow: &Workflow) -> Uid {
    Uid::of(&[b"alert", workflow.name().as_str().as_bytes()])
}

/// What is decided about alerts.
pub(super) struct Alerting<'w, 'd> {
    pub(super) world: World<'w>,
    pub(super) delivery: &'d Delivery,
    pub(super) decision: &'d mut Decision,
}

impl Alerting<'_, '_> {
    /// From the publication on the weeks of workflows are compared, once a day.
    pub(super) fn begin(&mut self) {
        let workflows = self.world.prepared.program.workflows().iter().enumerate();
        for (place, workflow) in workflows {
            let id = WorkflowId::at(place);
            let rate = self.rate(id);
            if rate.next.is_none() && !workflow.alerts.is_empty() {
                self.compared(id, &rate);
            }
        }
    }

    fn rate(&self, id: WorkflowId) -> Arc<Rate> {
        self.world.rates.get(&id).cloned().unwrap_or_default()
    }

    fn compared(&mut self, id: WorkflowId, rate: &Rate) {
        let now = (self.world.now, self.world.zone());
        let rate = Change::Rate(id, Arc::new(rate.compared(now)));
        self.decision.changes.push(rate);
    }

    /// What is asked of the program about its own actions.
    pub(super) fn asked(&mut self, request: &Request) {
        match request {
            Request::Due { enrolment, .. } => self.due(*enrolment),
            Request::Attempt(attempt) => self.judge(*attempt),
            Request::Finished(attempt, outcome) => self.ended(*attempt, outcome),
            _ => {}
        }
    }

    /// A breaker has refused: its alert is raised once in a window.
    pub(super) fn over_limit(&mut self, id: WorkflowId) {
        let Some(workflow) = self.world.prepared.workflow(id) else {
            return;
        };
        let (Some(breaker), rate) = (&workflow.breaker, self.rate(id)) else {
            return;
        };
        let now = (self.world.now, self.world.zone());
        if rate.was_raised(breaker.window, now) {
            return;
        }
        let raised = Rate {
            raised: Some(self.world.now),
            ..Rate::clone(&rate)
        };
        let raised = Change::Rate(id, Arc::new(raised));
        self.decision.changes.push(raised);
        let (name, most, window) = (workflow.name(), breaker.most, breaker.window);
        let text = format!("`{name}` has enrolled {most} within {window}; more is refused");
        let alerts: Vec<&Alert> = workflow.alerts.iter().collect();
        self.raise((id, workflow), &alerts, text);
    }

    /// The weeks of a workflow are compared (H4), or a mail is tried again.
    fn due(&mut self, id: Uid) {
        if let Some(notice) = self.world.notices.get(&id) {
            self.attempt(notice.clone());
            return;
        }
        let workflows = self.world.prepared.program.workflows().iter().enumerate();
        let mut workflows = workflows.filter(|(_, workflow)| comparison(workflow) == id);
        if let Some((place, workflow)) = workflows.next() {
            self.compare(WorkflowId::at(place), workflow);
        }
    }

    fn compare(&mut self, id: WorkflowId, workflow: &Workflow) {
        let rate = self.rate(id);
        let due = rate.next.is_some_and(|next| next <= self.world.now);
        if !due {
            return;
        }
        self.compared(id, &rate);
        let today = day_of(self.world.now, self.world.zone());
        let Some((last, before)) = rate.weeks(today) else {
            return;
        };
        if last.max(before) < ENOUGH {
            return;
        }
        let exceeds = |alert: &&Alert| changes(last, before, alert.percent);
        let alerts: Vec<&Alert> = workflow.alerts.iter().filter(exceeds).collect();
        if !alerts.is_empty() {
            let name = workflow.name();
            let text = format!(
                "`{name}` has enrolled {last} in the last seven days, {}",
                against(last, before)
            );
            self.raise((id, workflow), &alerts, text);
        }
    }

    /// Tells of an alert, and sends a mail to each address of it.
    fn raise(&mut self, (id, workflow): (WorkflowId, &Workflow), alerts: &[&Alert], text: String) {
        let entry = self.entry(id, What::Alert(text.as_str().into()));
        self.decision.entries.push(Entry {
            span: Some(workflow.span),
            ..entry
        });
        let mut told: Vec<&str> = Vec::new();
        for to in alerts.iter().flat_map(|alert| &alert.to) {
            if !told.contains(&&**to) {
                told.push(to);
            }
        }
        let action = &Name::new("send_email");
        let Some(action) = self.world.prepared.program.catalog.action(action) else {
            return;
        };
        for to in told {
            let name = &self.world.prepared.program.settings.name;
            let words = [
                ("to", to.to_owned()),
                (
                    "subject",
                    format!("{name}: an alert of {}", workflow.name()),
                ),
                ("text", format!("{}.", text.replace('`', ""))),
            ];
            let arguments =
                words.map(|(name, text)| (Name::new(name), Rendered::Text(text.into())));
            let key = Uid::of(&[self.delivery.id.bytes(), b"alert", to.as_bytes()]);
            self.attempt(PutBack {
                key,
                enrolment: key,
                per: "".into(),
                workflow: id,
                step: None,
                before: 0,
                attempt: 0,
                request: Arc::new(Call {
                    action,
                    arguments: arguments.to_vec(),
                    message: None,
                    sends: Vec::new(),
                }),
                retry: None,
            });
        }
    }

    fn entry(&self, id: WorkflowId, what: What) -> Entry {
        Entry {
            workflow: Some(id),
            ..Entry::of_input(self.world.now, what)
        }
    }

    /// Asks for the next attempt of a mail.
    fn attempt(&mut self, of: PutBack) {
        let of = PutBack {
            attempt: of.attempt + 1,
            retry: None,
            ..of
        };
        let action = of.action(program(), self.world.now);
        self.decision.actions.push(action);
        self.decision.changes.push(Change::PutBack(Box::new(of)));
    }

    fn under_way(&self, attempt: Attempt) -> Option<PutBack> {
        let of = self.world.notices.get(&attempt.action)?;
        let same = of.attempt == attempt.number && of.retry.is_none();
        same.then(|| of.clone())
    }

    /// An attempt may begin, unless it is not awaited any more.
    fn judge(&mut self, attempt: Attempt) {
        if self.under_way(attempt).is_some() {
            self.decision.answer = Some(Answer::Released);
        }
    }

    fn ended(&mut self, attempt: Attempt, outcome: &Outcome) {
        let Some(of) = self.under_way(attempt) else {
            return;
        };
        let retry = self.next_attempt(&of, outcome);
        if let Outcome::Failed { status, error, .. } = outcome {
            let what = What::AttemptFailed {
                attempt: of.attempt,
                status: *status,
                error: error.clone(),
                retry,
            };
            let entry = self.entry(of.workflow, what);
            self.decision.entries.push(entry);
        }
        self.decision.changes.push(match retry {
            Some(_) => Change::PutBack(Box::new(PutBack { retry, ..of })),
            None => Change::PutBackOver(of.key),
        });
    }

    fn next_attempt(&self, of: &PutBack, outcome: &Outcome) -> Option<Timestamp> {
        let Outcome::Failed { status, again, .. } = outcome else {
            return None;
        };
        if *again == Again::Never || retry::is_final(*status) {
            return None;
        }
        let policy = self.world.prepared.retries.mail;
        policy.next(&FailedAttempt {
            number: of.attempt,
            first_at: policy.first_at(of.attempt, self.world.now),
            failed_at: self.world.now,
            retry_after: None,
            seed: *of.key.bytes(),
        })
    }
}

/// Whether a number has changed by so many percent of what it was.
fn changes(last: u64, before: u64, percent: Decimal) -> bool {
    let by = Decimal::from(last.abs_diff(before)).checked_mul(Decimal::from(100));
    let bound = Decimal::from(before).checked_mul(percent);
    matches!((by, bound), (Some(by), Some(bound)) if last != before && by >= bound)
}

/// What a week is beside the one before, in words.
fn against(last: u64, before: u64) -> String {
    let side = if last > before { "more" } else { "fewer" };
    let by = Decimal::from(last.abs_diff(before)).checked_mul(Decimal::from(100));
    let by = by.and_then(|by| by.checked_div(Decimal::from(before)));
    match by {
        Some(by) => {
            let by = print_decimal(by.round());
            format!("{by}% {side} than {before} in the seven before")
        }
        None => "none in the seven before".to_owned(),
    }
}
