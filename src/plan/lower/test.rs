//! Tests: statements in the order of the text → the world before, what
//! happens, and what holds throughout.

use super::Lowering;
use super::step::property;
use crate::base::Span;
use crate::plan::test::{
    Act, Claim, ClaimKind, End, Given, Input, Mock, Occurrence, Outcome, Placed, Sent, Test,
    Values, Waiting,
};
use crate::semantic::hir::test as hir;
use crate::semantic::hir::{Expr, TargetProperty as Target};

impl Lowering<'_> {
    pub(super) fn tests(self) -> Vec<Test> {
        let tests = self.program.tests.iter();
        tests.map(|test| self.whole_test(test)).collect()
    }

    fn whole_test(self, test: &hir::Test) -> Test {
        let (mut world, mut acts, mut invariants) = (Vec::new(), Vec::new(), Vec::new());
        for statement in &test.statements {
            let span = statement.span;
            let act = match &statement.kind {
                hir::StatementKind::Given(given) => {
                    world.push(self.placed(self.given(given), span));
                    continue;
                }
                hir::StatementKind::Always(claim) => {
                    invariants.push((self.placed(self.claim(claim), span), false));
                    continue;
                }
                hir::StatementKind::Never(claim) => {
                    invariants.push((self.placed(self.claim(claim), span), true));
                    continue;
                }
                hir::StatementKind::Mock(mock) => Act::Mock(self.mock(mock)),
                hir::StatementKind::When(when) => Act::Input(self.input(when)),
                hir::StatementKind::AdvanceBy(duration) => Act::AdvanceBy(*duration),
                hir::StatementKind::AdvanceTo(moment) => Act::AdvanceTo(self.expression(moment)),
                hir::StatementKind::Expect(claim) => Act::Expect(self.claim(claim)),
            };
            acts.push(self.placed(act, span));
        }
        Test {
            name: test.name.clone(),
            doc: test.doc.clone(),
            records: test.records.clone(),
            begins: self.expression(&test.begins),
            world,
            acts,
            invariants,
            span: test.span,
        }
    }

    fn placed<T>(self, what: T, span: Span) -> Placed<T> {
        Placed {
            what,
            span,
            text: self.text(span),
        }
    }

    fn given(self, given: &hir::Given) -> Given {
        match given {
            hir::Given::Record(record, values) => Given::Record(*record, self.values(values)),
            hir::Given::Link(end) => Given::Link(self.end(end)),
            hir::Given::Member(record, segment) => Given::Member(*record, *segment),
            hir::Given::Event(event, at) => {
                Given::Event(self.occurrence(event), self.expression(at))
            }
        }
    }

    fn values(self, values: &[(Target, Expr)]) -> Values {
        let values = values.iter();
        values
            .map(|(target, value)| (property(*target), self.expression(value)))
            .collect()
    }

    fn end(self, end: &hir::End) -> End {
        let mut link = self.link(&end.path);
        link.label = end.label.clone();
        End {
            record: end.record,
            link,
        }
    }

    fn occurrence(self, event: &hir::Occurrence) -> Occurrence {
        let fields = event.fields.iter();
        Occurrence {
            record: event.record,
            event: event.event,
            fields: fields
                .map(|(property, value)| (*property, self.expression(value)))
                .collect(),
            id: event.id.as_ref().map(|id| self.expression(id)),
            occurred_at: event.occurred_at.as_ref().map(|at| self.expression(at)),
        }
    }

    fn mock(self, mock: &hir::Mock) -> Mock {
        let outcome = match &mock.outcome {
            hir::Outcome::Answer(results) => {
                let results = results.iter();
                let results = results.map(|(place, value)| (*place, self.expression(value)));
                Outcome::Answer(results.collect())
            }
            hir::Outcome::Fails(status) => Outcome::Fails(*status),
            hir::Outcome::TimesOut => Outcome::TimesOut,
        };
        Mock {
            action: mock.action,
            outcome,
            times: mock.times.unwrap_or(1),
        }
    }

    fn input(self, when: &hir::When) -> Input {
        match when {
            hir::When::Does(event) => Input::Event(self.occurrence(event)),
            hir::When::Sets(record, values) => Input::Set(*record, self.values(values)),
            hir::When::Clears(record, targets) => {
                Input::Clear(*record, targets.iter().copied().map(property).collect())
            }
            hir::When::Created(record, values) => Input::Create(*record, self.values(values)),
            hir::When::Joins(end) => Input::Link(self.end(end)),
            hir::When::Leaves(end) => Input::Unlink(self.end(end)),
            hir::When::Merges(from, into) => Input::Merge(*from, *into),
            hir::When::Deleted(record) => Input::Delete(*record),
            hir::When::Restored(record) => Input::Restore(*record),
            hir::When::Added(record, segment) => Input::Add(*record, *segment),
            hir::When::Removed(record, segment) => Input::Remove(*record, *segment),
            hir::When::Enrolls(record, workflow) => Input::Enroll(*record, workflow.clone()),
            hir::When::Unenrolls(record, workflow) => Input::Unenroll(*record, workflow.clone()),
            hir::When::Receives(webhook, body) => Input::Webhook(*webhook, body.clone()),
            hir::When::Switches(workflow, switch) => Input::Switch(workflow.clone(), *switch),
            hir::When::Program(folder) => Input::Program(folder.clone()),
        }
    }

    fn claim(self, claim: &hir::Claim) -> Claim {
        let kind = match &claim.kind {
            hir::ClaimKind::Holds(condition) => ClaimKind::Holds(self.condition(condition)),
            hir::ClaimKind::About(record, condition) => {
                ClaimKind::About(*record, self.condition(condition))
            }
            hir::ClaimKind::Enrolled(record, workflow, None) => {
                ClaimKind::Inside(*record, workflow.clone())
            }
            hir::ClaimKind::Enrolled(record, workflow, Some(count)) => {
                ClaimKind::Enrolled(*record, workflow.clone(), *count)
            }
            hir::ClaimKind::NotIn(record, workflow, because) => {
                ClaimKind::NotIn(*record, workflow.clone(), *because)
            }
            hir::ClaimKind::Waiting(waiting) => ClaimKind::Waiting(Waiting {
                record: waiting.record,
                workflows: waiting.workflows.clone(),
                step: waiting.step.clone(),
                until: waiting.until.as_ref().map(|until| self.expression(until)),
            }),
            hir::ClaimKind::Path(record, workflow, steps) => {
                ClaimKind::Path(*record, workflow.clone(), steps.clone())
            }
            hir::ClaimKind::Sent(sent) => ClaimKind::Sent(self.sent(sent)),
            hir::ClaimKind::NothingElse(record) => ClaimKind::NothingElse(*record),
        };
        Claim {
            not: claim.not,
            kind,
        }
    }

    fn sent(self, sent: &hir::Sent) -> Sent {
        let arguments = sent.arguments.iter();
        Sent {
            action: sent.action,
            arguments: arguments
                .map(|(name, value)| (name.clone(), self.expression(value)))
                .collect(),
            to: sent.to,
            count: sent.count,
            within: sent.within,
        }
    }
}
