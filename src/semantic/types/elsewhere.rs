//! Names that mean nothing where they stand, and mean something elsewhere:
//! what to write instead. Which names are near is not told here.

use super::{Checker, Scope};
use crate::diagnostic::{Code, Edit, Finding};
use crate::model::Type;
use crate::semantic::hir::{Expr, ExprKind};
use crate::semantic::types::scope::Member;
use crate::syntax::WEEKDAYS;
use crate::syntax::ast::{self, Comparison, Ident};

impl Checker<'_> {
    /// The finding for a name, with what it was probably meant as.
    pub(super) fn meant_elsewhere(
        &self,
        ident: &Ident,
        expected: Option<&Type>,
        finding: Finding,
    ) -> Finding {
        let (name, span) = (ident.name.as_str(), ident.span);
        let text = expected.is_some_and(Type::is_text);
        let quoted = (span.end - span.start) as usize > name.len();
        if text && (quoted || name.starts_with(|c: char| c.is_ascii_uppercase())) {
            let proper = format!("\"{name}\"");
            return finding.help("text stands in double quotes").fix(
                format!("write `{proper}`"),
                span,
                proper,
            );
        }
        if self.catalog.segment(&ident.name).is_some() {
            return finding
                .help(format!(
                    "`{name}` is a segment: who is in it is tested by `in segment {name}`"
                ))
                .fix("write `in segment`", span.before(), "in segment ");
        }
        if self.catalog.event(&ident.name).is_some() {
            return finding.help(format!(
                "`{name}` is an event: a trigger is `enroll on {name}`, a condition `happened {name}`"
            ));
        }
        let lower = name.to_lowercase();
        let instead = match lower.as_str() {
            "tomorrow" => "today + 1 day",
            "yesterday" => "today - 1 day",
            day if WEEKDAYS.contains(&day) => day.get(..3).unwrap_or(day),
            _ => return finding,
        };
        finding.help(format!("it is written `{instead}`")).fix(
            format!("write `{instead}`"),
            span,
            instead,
        )
    }

    /// `contact.score`, where the record at hand is a contact.
    pub(in crate::semantic) fn names_itself(&mut self, path: &ast::Path, scope: &Scope) -> bool {
        let Some(first) = path.rest.first() else {
            return false;
        };
        let record = match scope.member {
            Some(Member::Record(object)) => Some(object),
            _ => scope.this,
        };
        let Some(object) = record else {
            return false;
        };
        let owner = &self.catalog.objects[object];
        let name = &path.head.name;
        if owner.name != *name
            || owner.attribute(name.as_str()).is_some()
            || scope.local(name.as_str()).is_some()
            || self.catalog.constant(name).is_some()
        {
            return false;
        }
        let prefix = crate::base::Span {
            end: first.name.span.start,
            ..path.head.span
        };
        let said = |finding: &Finding| {
            finding.primary.span == path.head.span && finding.code == Code::UnknownProperty
        };
        if self.findings.iter().next_back().is_some_and(said) {
            return true;
        }
        let message = format!("`{name}` has no property `{name}`");
        self.report(
            Finding::new(Code::UnknownProperty, path.head.span, message)
                .help("a property of the record at hand is called by its name alone")
                .fix(format!("write `{}`", first.name.name), prefix, ""),
        );
        true
    }

    /// `stage == subscriber or lead`: the comparison is left out before the
    /// second member.
    pub(super) fn lacks_comparison(
        &mut self,
        (before, checked): (&ast::Expr, &Expr),
        term: &ast::Expr,
        scope: &Scope,
    ) -> bool {
        let (ast::ExprKind::Compare(op, left, _), ast::ExprKind::Path(named)) =
            (&before.kind, &term.kind)
        else {
            return false;
        };
        let (ast::ExprKind::Path(path), ExprKind::Compare(_, value, _)) =
            (&left.kind, &checked.kind)
        else {
            return false;
        };
        let sign = match op {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            _ => return false,
        };
        let name = named.head.name.as_str();
        let member = matches!(&value.ty, Type::Enum(members) if members.position(name).is_some());
        let plain = path.arguments.is_none() && path.label.is_none();
        if !member || !plain || !self.needs_type(term, scope) {
            return false;
        }
        let mut written = path.head.name.to_string();
        for segment in &path.rest {
            written.push('.');
            written.push_str(segment.name.name.as_str());
        }
        let message = format!("`{name}` alone is no condition");
        self.report(
            Finding::new(Code::UnknownProperty, term.span, message)
                .help(format!(
                    "several values are written `{written} in (…, {name})`"
                ))
                .fix_all(
                    "write the comparison again",
                    vec![Edit {
                        span: term.span.before(),
                        text: format!("{written} {sign} "),
                    }],
                ),
        );
        true
    }
}
