//! Event triggers and their refinements.

use std::rc::Rc;

use crate::base::{Decimal, Span, print_decimal};
use crate::diagnostic::{Code, Finding};
use crate::model::{Item, ObjectId, Type};
use crate::semantic::hir::{EventSource, EventTrigger, Expr, ExprKind, Refinement, Root};
use crate::semantic::resolve::unused;
use crate::semantic::types::{Checker, EventScope, Member, Scope};
use crate::syntax::ast::{self, EventRef, Ident, RefinementKind};

impl Checker<'_> {
    pub(super) fn event_trigger(
        &mut self,
        tree: &ast::EventTrigger,
        outer: &Scope,
        span: Span,
    ) -> Option<EventTrigger> {
        let object = outer.this?;
        let (event, from, to) = self.event_source(&tree.event, object)?;
        let scope = EventScope::of([&event], object, self.catalog);
        let outside = Scope {
            event: Some(Rc::new(scope)),
            ..outer.clone()
        };
        let inside = outside.within(Member::Event);
        let filter = tree
            .filter
            .as_ref()
            .map(|filter| self.condition(filter, &inside));
        let per = tree.per.as_ref().map(|per| self.key(per, &inside));
        let refinements: Vec<(Refinement, Span)> = tree
            .refinements
            .iter()
            .map(|refinement| (self.refinement(refinement), refinement.span))
            .collect();
        self.refinement_limit(&refinements);
        if let (Some(filter), false) = (&filter, refinements.is_empty()) {
            self.reads_event_only(filter, "a refined trigger");
        }
        Some(EventTrigger {
            event,
            from,
            to,
            filter,
            refinements,
            per,
            span,
        })
    }

    pub(super) fn event_source(
        &mut self,
        event: &EventRef,
        object: ObjectId,
    ) -> Option<(EventSource, Option<Expr>, Option<Expr>)> {
        Some((
            match event {
                EventRef::Named(name) => self.declared_event(name, object)?,
                EventRef::Created => EventSource::Created,
                EventRef::Joined(name) => EventSource::Joined(self.segment_of(name, object)?),
                EventRef::Left(name) => EventSource::Left(self.segment_of(name, object)?),
                EventRef::Changed { property, from, to } => {
                    let id = self.changed(property, object)?;
                    let ty = self.catalog.objects[object].properties[id].ty.clone();
                    let scope = Scope::of(object);
                    let mut end = |end: &Option<Box<ast::Expr>>| {
                        end.as_ref().map(|end| self.value(end, &scope, &ty))
                    };
                    let ends = (end(from), end(to));
                    return Some((EventSource::Changed(id), ends.0, ends.1));
                }
            },
            None,
            None,
        ))
    }

    fn changed(&mut self, property: &Ident, object: ObjectId) -> Option<crate::model::PropertyId> {
        let owner = &self.catalog.objects[object];
        let id = owner.property(property.name.as_str());
        match id {
            Some(id) => {
                self.uses.insert(Item::Property(object, id));
            }
            None if owner.association(property.name.as_str()).is_some() => {
                let message = format!("`{}` is an association, not a property", property.name);
                self.report(
                    Finding::new(Code::UnknownProperty, property.span, message)
                        .help("a change of links enrols by a filter trigger: `enroll when any … where (…)`"),
                );
            }
            None => {
                let message = format!("`{}` has no property `{}`", owner.name, property.name);
                let names: Vec<&str> = owner
                    .properties
                    .rows()
                    .iter()
                    .map(|row| row.name.as_str())
                    .collect();
                self.unknown(
                    Code::UnknownProperty,
                    (property.name.as_str(), property.span),
                    message,
                    names,
                );
            }
        }
        id
    }

    pub(in crate::semantic) fn declared_event(
        &mut self,
        name: &Ident,
        object: ObjectId,
    ) -> Option<EventSource> {
        let meant = self.meant("event", name);
        match meant.as_str() {
            "action_failed" => return Some(EventSource::ActionFailed),
            "created" => return Some(EventSource::Created),
            _ => {}
        }
        let Some(id) = self.catalog.event(&meant) else {
            let message = format!("there is no event `{}`", name.name);
            if let Some(help) = unused("event", &name.name)
                && self.complete
                && !self.lost.contains(&name.name)
            {
                self.report(Finding::new(Code::UnknownEvent, name.span, message).help(help));
                return None;
            }
            if self.catalog.objects[object]
                .property(name.name.as_str())
                .is_some()
            {
                let help = format!(
                    "`{}` is a property: what it changes to is `changed {0}`; a date comes by `enroll at {0}`",
                    name.name
                );
                self.report(Finding::new(Code::UnknownEvent, name.span, message).help(help));
                return None;
            }
            let builtin = ["created", "changed", "joined", "left", "action_failed"];
            let names = self
                .catalog
                .events
                .rows()
                .iter()
                .map(|event| event.name.as_str())
                .chain(builtin);
            self.unknown(
                Code::UnknownEvent,
                (name.name.as_str(), name.span),
                message,
                names,
            );
            return None;
        };
        self.uses.insert(Item::Event(id));
        let owner = self.catalog.events[id].object;
        if owner != object {
            self.other_object((name, "happens to"), owner, object);
            return None;
        }
        Some(EventSource::Declared(id))
    }

    /// A segment of the object at hand.
    pub(super) fn segment_of(
        &mut self,
        name: &Ident,
        object: ObjectId,
    ) -> Option<crate::model::SegmentId> {
        let segment = self.segment(name)?;
        let owner = self.catalog.segments[segment].object;
        if owner != object {
            let (owner, here) = (
                &self.catalog.objects[owner].name,
                &self.catalog.objects[object].name,
            );
            let message = format!(
                "`{}` is a segment of {owner} records, not of {here} records",
                name.name
            );
            self.report(Finding::new(Code::OtherObject, name.span, message));
            return None;
        }
        Some(segment)
    }

    /// The key of an enrolment: something that can be told apart (E16).
    fn key(&mut self, per: &ast::Expr, scope: &Scope) -> Expr {
        let key = self.expr(per, scope, None);
        if matches!(
            key.ty,
            Type::Record(_) | Type::List(_) | Type::Set(_) | Type::Json
        ) {
            let found = self.describe(&key.ty);
            self.report(
                Finding::new(Code::WrongType, key.span, format!("{found} is no key")).help(
                    "a key is a text, a number, a date or an enum, like the number of an order",
                ),
            );
        }
        key
    }

    pub(in crate::semantic) fn refinement(&mut self, tree: &ast::Refinement) -> Refinement {
        let constants = Scope::default();
        match &tree.kind {
            RefinementKind::AtLeast(count) => Refinement::AtLeast(self.times(*count, tree.span)),
            RefinementKind::AtMost(count) => Refinement::AtMost(self.times(*count, tree.span)),
            RefinementKind::Exactly(count) => Refinement::Exactly(self.times(*count, tree.span)),
            RefinementKind::Within(period) => {
                Refinement::Within(period.edge, period.amount, period.counted)
            }
            RefinementKind::Between(low, high) => {
                Refinement::Between(self.point(low, &constants), self.point(high, &constants))
            }
            RefinementKind::Before(point) => Refinement::Before(self.point(point, &constants)),
            RefinementKind::After(point) => Refinement::After(self.point(point, &constants)),
        }
    }

    /// How often something happened: a whole number from 1, as the occurrence
    /// itself counts.
    fn times(&mut self, count: Decimal, span: Span) -> Decimal {
        if !count.fract().is_zero() || count < Decimal::ONE {
            let message = format!("`{}` is no number of times", print_decimal(count));
            self.report(
                Finding::new(Code::BadLiteral, span, message)
                    .help("a whole number from 1: the occurrence itself counts"),
            );
        }
        count
    }

    /// A point in time; a bare duration is none.
    pub(super) fn point(&mut self, point: &ast::Expr, scope: &Scope) -> Expr {
        let value = self.expr(point, scope, None);
        if value.ty.is_moment() || matches!(value.ty, Type::Broken) {
            return value;
        }
        let found = self.describe(&value.ty);
        let finding = Finding::new(
            Code::WrongType,
            value.span,
            format!("expected a point in time, found {found}"),
        );
        let finding = if matches!(value.ty, Type::Duration) {
            finding
                .help("say from when")
                .fix("write `ago` after it", value.span.after(), " ago")
        } else {
            finding.help("like `2026-01-01` or `30 days ago`")
        };
        self.report(finding);
        Expr::broken(point.span)
    }

    pub(in crate::semantic) fn refinement_limit(&mut self, refinements: &[(Refinement, Span)]) {
        let Some(limit) = self.settings.limits.refinements_per_trigger else {
            return;
        };
        let over = refinements.get(limit as usize);
        if let (Some((_, first)), Some((_, over))) = (refinements.first(), over) {
            self.report(
                Finding::new(Code::OneRefinement, *over, refinements_message(limit))
                    .also(*first, "the first")
                    .help("leave it out, or raise the limit: `refinements_per_trigger` under `[limits]` in flow.toml"),
            );
        }
    }

    /// Each occurrence of a refined trigger is judged once, when it is
    /// accepted: what it is judged by must not change later (E14).
    pub(in crate::semantic) fn reads_event_only(&mut self, filter: &Expr, what: &str) {
        let reads_record = filter.find(&|part| match &part.kind {
            ExprKind::Property(path) => path.record.root != Root::Member,
            ExprKind::Record(path) => path.root != Root::Member,
            ExprKind::Quantified(_, path, _) | ExprKind::Aggregate(_, path, ..) => {
                path.record.root != Root::Member
            }
            ExprKind::InSegment(_) | ExprKind::Past(_) => true,
            ExprKind::Binding(..) | ExprKind::Occurrence(..) => true,
            _ => false,
        });
        if let Some(part) = reads_record {
            self.report(
                Finding::new(Code::RefinedFilter, part.span, format!("the filter of {what} reads more than the event"))
                    .label("this may be another at the next occurrence")
                    .help("it may read the event and constants; put what is about the record into `only when`"),
            );
        }
    }
}

fn refinements_message(most: u32) -> String {
    match most {
        0 => "a trigger takes no refinement".into(),
        1 => "a trigger takes one refinement".into(),
        _ => format!("a trigger takes {most} refinements"),
    }
}
