//! Workflows and their clauses.

use super::Builder;
use crate::syntax::ast::{Clause, ClauseKind, ExprKind, OnEdit, OnMerge, Workflow};
use crate::syntax::grammar::{Pair, Rule};
use crate::syntax::words::CLAUSES;

impl<'i> Builder<'i> {
    pub(super) fn workflow(&mut self, pair: Pair<'i>) -> Option<Workflow> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let (mut names, mut clauses) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(part),
                Rule::stray_header => self.stray_header(&part),
                Rule::workflow_body => clauses = self.clauses(part),
                _ => {}
            }
        }
        let (name, object) = self.header(&names)?;
        Some(Workflow {
            doc,
            name,
            object,
            span,
            clauses,
        })
    }

    /// What stands between the braces of a workflow, a template or an instance.
    pub(super) fn clauses(&mut self, body: Pair<'i>) -> Vec<Clause> {
        let opener = self.opener(&body);
        let mut clauses: Vec<Clause> = Vec::new();
        for part in body.into_inner() {
            if self.is_rest(&part) {
                clauses.last_mut().map(break_condition);
            }
            clauses.extend(self.clause(part, opener));
        }
        clauses
    }

    fn clause(&mut self, pair: Pair<'i>, opener: crate::base::Span) -> Option<Clause> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let keyword = keyword(self.trimmed(&pair));
        let kind = match pair.as_rule() {
            Rule::title => ClauseKind::Title(self.plain(pair.into_inner().last()?)),
            Rule::off => ClauseKind::Off,
            Rule::campaign => ClauseKind::Campaign(self.plain(pair.into_inner().last()?)),
            Rule::enroll_on => ClauseKind::EnrollOn(self.event_trigger(pair)?),
            Rule::enroll_when => ClauseKind::EnrollWhen(self.inner_expr(pair)),
            Rule::only_when => ClauseKind::OnlyWhen(self.inner_expr(pair)),
            Rule::reenroll_on => ClauseKind::ReenrollOn(self.event_trigger(pair)?),
            Rule::reenroll_when => ClauseKind::ReenrollWhen(self.inner_expr(pair)),
            Rule::reenroll_always => ClauseKind::ReenrollAlways,
            Rule::suppress_when => ClauseKind::SuppressWhen(self.inner_expr(pair)),
            Rule::unenroll_when => ClauseKind::UnenrollWhen(self.inner_expr(pair)),
            Rule::unenroll_on => ClauseKind::UnenrollOn(self.event_trigger(pair)?),
            Rule::unenroll_leaving => ClauseKind::UnenrollLeaving,
            Rule::goal_when => ClauseKind::GoalWhen(self.inner_expr(pair)),
            Rule::existing => ClauseKind::Existing(
                pair.into_inner()
                    .any(|part| part.as_rule() == Rule::kw_enroll),
            ),
            Rule::on_edit => {
                let pins = pair.into_inner().any(|part| part.as_rule() == Rule::kw_pin);
                ClauseKind::OnEdit(if pins { OnEdit::Pin } else { OnEdit::Migrate })
            }
            Rule::on_merge => {
                let keeps = pair
                    .into_inner()
                    .any(|part| part.as_rule() == Rule::kw_keep);
                ClauseKind::OnMerge(if keeps {
                    OnMerge::Keep
                } else {
                    OnMerge::Unenroll
                })
            }
            Rule::steps => {
                let block = pair
                    .into_inner()
                    .find(|part| part.as_rule() == Rule::block)?;
                ClauseKind::Steps(self.block(block))
            }
            Rule::semicolon | Rule::missing_close | Rule::stray_clause => {
                self.leftover(&pair, opener, Rule::title);
                return None;
            }
            _ => self.more_clauses(pair)?,
        };
        Some(Clause {
            doc,
            keyword,
            kind,
            span,
        })
    }

    /// Schedules, and clauses about other workflows, hours and rates.
    fn more_clauses(&mut self, pair: Pair<'i>) -> Option<ClauseKind> {
        Some(match pair.as_rule() {
            Rule::enroll_every => ClauseKind::EnrollAtTimes(Box::new(self.enroll_every(pair)?)),
            Rule::enroll_once => ClauseKind::EnrollAtTimes(Box::new(self.enroll_once(pair)?)),
            Rule::enroll_cron => ClauseKind::EnrollAtTimes(Box::new(self.enroll_cron(pair)?)),
            Rule::enroll_at => ClauseKind::EnrollAtDate(Box::new(self.enroll_at(pair)?)),
            Rule::enroll_most => ClauseKind::EnrollAtMost(self.breaker(pair)?),
            Rule::exclusive => ClauseKind::Exclusive(self.exclusive(pair)),
            Rule::hours => ClauseKind::Hours(self.hours(pair)?),
            Rule::closed => ClauseKind::Closed(self.closed(pair)),
            Rule::timezone => ClauseKind::Timezone(self.timezone(pair)?),
            Rule::alert => ClauseKind::Alert(self.alert(pair)?),
            Rule::r#let => ClauseKind::Let(self.let_clause(pair)?),
            Rule::renamed => ClauseKind::Renamed(self.renamed(pair)?),
            _ => return None,
        })
    }
}

/// What a clause is about, by its first words. A breaker is no trigger, and
/// what an edit does is not what a merge does.
fn keyword(clause: &str) -> &'static str {
    let mut words = clause.split_whitespace();
    let first = words.next().unwrap_or_default();
    match (first, words.next(), words.next()) {
        ("enroll", Some("at"), Some("most")) => "enroll at most",
        ("on", Some("edit"), _) => "on edit",
        ("on", Some("merge"), _) => "on merge",
        _ => {
            let known = CLAUSES.iter().find(|word| **word == first);
            known.copied().unwrap_or_default()
        }
    }
}

/// A condition that something follows which does not fit: what it would have
/// been is not known.
fn break_condition(clause: &mut Clause) {
    match &mut clause.kind {
        ClauseKind::EnrollWhen(condition)
        | ClauseKind::OnlyWhen(condition)
        | ClauseKind::ReenrollWhen(condition)
        | ClauseKind::SuppressWhen(condition)
        | ClauseKind::UnenrollWhen(condition)
        | ClauseKind::GoalWhen(condition) => condition.kind = ExprKind::Broken,
        ClauseKind::Let(tree) => tree.value.kind = ExprKind::Broken,
        ClauseKind::EnrollAtTimes(schedule) => {
            if let Some(condition) = &mut schedule.when {
                condition.kind = ExprKind::Broken;
            }
        }
        ClauseKind::EnrollAtDate(trigger) => {
            if let Some(condition) = &mut trigger.when {
                condition.kind = ExprKind::Broken;
            }
        }
        _ => {}
    }
}
