//! How many may enrol, and who is told when their number changes.

use crate::base::{Duration, Unit, print_decimal};
use crate::diagnostic::{Code, Finding};
use crate::model::{Type, form_of};
use crate::semantic::hir::{Alert, Breaker};
use crate::semantic::types::Checker;
use crate::syntax::ast;

impl Checker<'_> {
    /// `enroll at most N per hour`.
    pub(super) fn breaker(&mut self, tree: &ast::Breaker) -> Option<Breaker> {
        let whole = tree.most.fract().is_zero();
        let most = u64::try_from(tree.most)
            .ok()
            .filter(|most| whole && *most > 0);
        let Some(most) = most else {
            let message = format!("`{}` is no number of records", print_decimal(tree.most));
            self.report(
                Finding::new(Code::BadLiteral, tree.span, message)
                    .help("write a whole number from 1; a workflow that enrols nobody is `off`"),
            );
            return None;
        };
        Some(Breaker {
            most,
            window: Duration {
                count: 1,
                unit: if tree.per_day { Unit::Day } else { Unit::Hour },
                business: false,
            },
        })
    }

    /// `alert "address", … when enrollment rate changes by N%`.
    pub(super) fn alert(&mut self, tree: &ast::Alert) -> Option<Alert> {
        let mut to: Vec<Box<str>> = Vec::with_capacity(tree.to.len());
        for address in &tree.to {
            let text = address.text.as_str();
            if form_of(&Type::Email, text).is_err() {
                let message = format!("`{text}` is no email address");
                self.report(
                    Finding::new(Code::WrongType, address.span, message)
                        .help("an alert is sent by mail, like \"ops@acme.example\""),
                );
            } else if to.iter().any(|before| **before == *text) {
                let message = format!("`{text}` is told already");
                self.report(Finding::new(Code::RepeatedClause, address.span, message));
            } else {
                to.push(text.into());
            }
        }
        if !tree.sign {
            self.report(
                Finding::new(
                    Code::BadLiteral,
                    tree.span,
                    "a change of the rate is a percentage",
                )
                .fix("write `%`", tree.span.after(), "%"),
            );
        } else if tree.percent.is_zero() {
            self.report(
                Finding::new(Code::BadLiteral, tree.span, "every rate changes by 0%")
                    .help("write how much is worth a mail, like `30%`"),
            );
        }
        Some(Alert {
            to,
            percent: tree.percent,
        })
    }
}
