//! The tree: what was written, with a span on everything, and nothing of what
//! it means. A name here is text; whether it exists is told later.

mod action;
mod calendar;
mod clause;
mod clause_part;
mod declaration;
mod expr;
mod past;
mod schedule;
mod step;
mod template;
mod tie;
mod wait;
pub mod test;
mod workflow;

pub use action::{Action, Via, ViaField, ViaValue};
pub use calendar::{Calendar, ClosedDay, ClosedDays, OpenHours, TimeRange, Zone};
pub use clause::{Alert, Breaker, Exclusive, Hours, HoursOf, Let, OnMerge, Spread};
pub use clause_part::ClausePart;
pub use declaration::{
    Association, Constant, Event, EventMatch, Field, Member, Message, Modifier, ModifierKind,
    Object, Parameter, Property, Segment, SegmentKind, TypeExpr, TypeKind, Verify, VerifyOption,
    Webhook, WebhookField, WebhookId, WebhookMatch,
};
pub use expr::{
    Argument, Arithmetic, Comparison, ContainsKind, EdgeKind, Expr, ExprKind, Json, JsonKey, Logic,
    Part, Path, Period, Quantifier, Segment as PathSegment, Text, TextTest, Value,
};
pub use past::{Past, WorkflowTest};
pub use schedule::{AtTime, DateTrigger, DayKind, Every, Nth, OnDay, OnDayKind, Schedule, Timing};
pub use step::{
    Branch, BranchCase, Do, ElseCase, Match, MatchCase, MatchValue, Retry, SetOp, Share, Split,
    SplitCase, Step, StepKind,
};
pub use template::{Instance, Template};
pub use tie::{Create, Dissociate, LinkWith, Linked};
pub use wait::{
    Amount, Arm, ArmKind, Awaited, Bounds, IfPast, Limit, Moment, PastAction, Until, Wait,
    WaitEvent, WaitFirst,
};
pub use workflow::{
    Clause, ClauseKind, EventRef, EventTrigger, OnEdit, Refinement, RefinementKind, Workflow,
};

use crate::base::{Name, SourceId, Span};
use crate::diagnostic::Allow;

/// One file.
#[derive(Debug, Clone)]
pub struct File {
    /// Which source it is.
    pub source: SourceId,
    /// What it declares, in the order of the text.
    pub declarations: Vec<Declaration>,
    /// All comments, doc comments among them, in the order of the text.
    pub comments: Vec<Span>,
    /// Comments that silence rules, in the order of the text.
    pub allows: Vec<Allow>,
}

/// One declaration.
#[derive(Debug, Clone)]
pub enum Declaration {
    /// `object` or `extend object`.
    Object(Object),
    /// `event`.
    Event(Event),
    /// `message`.
    Message(Message),
    /// `webhook`.
    Webhook(Webhook),
    /// `segment`.
    Segment(Segment),
    /// `const`.
    Constant(Constant),
    /// `action`.
    Action(Action),
    /// `template`.
    Template(Template),
    /// `calendar`.
    Calendar(Calendar),
    /// `workflow`.
    Workflow(Workflow),
    /// `workflow NAME = TEMPLATE(…)`.
    Instance(Instance),
    /// `test`.
    Test(test::Test),
    /// Something that a finding was given for. Its name is known all the
    /// same, so that uses of it give no findings of their own.
    Lost(Name),
    /// A name on a line that could not be read, and that line: it may be
    /// declared there.
    Doubtful(Name, Span),
    /// The name of a declaration in which something could not be read: it does
    /// not say what it lacks.
    Partial(Name),
}

impl Declaration {
    /// The whole of it, where it could be read.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        Some(match self {
            Declaration::Object(object) => object.span,
            Declaration::Event(event) => event.span,
            Declaration::Message(message) => message.span,
            Declaration::Webhook(webhook) => webhook.span,
            Declaration::Segment(segment) => segment.span,
            Declaration::Constant(constant) => constant.span,
            Declaration::Action(action) => action.span,
            Declaration::Template(template) => template.span,
            Declaration::Calendar(calendar) => calendar.span,
            Declaration::Workflow(workflow) => workflow.span,
            Declaration::Instance(instance) => instance.span,
            Declaration::Test(test) => test.span,
            Declaration::Lost(_) | Declaration::Doubtful(..) | Declaration::Partial(_) => {
                return None;
            }
        })
    }
}

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name, without back-ticks.
    pub name: Name,
    /// Where it stands.
    pub span: Span,
}

/// Text without interpolations, with its place.
#[derive(Debug, Clone)]
pub struct Plain {
    /// The text, escapes resolved.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A doc comment, or none.
pub type Doc = Option<Box<str>>;
