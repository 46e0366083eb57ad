//! Meaning → the executable form: steps with stable ids, compiled conditions,
//! the action graph of each workflow, versions, exports. It knows nothing of
//! how a step is carried out.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod action;
mod answer;
mod awaited;
mod children;
mod clause;
pub mod direct;
mod expression;
pub mod export;
mod graph;
mod lower;
mod parts;
mod past;
mod program;
mod record;
mod same;
mod step;
pub mod test;
mod tie;
mod version;
mod webhook;
mod workflow;

pub use action::{Carrier, Command, Request};
pub use answer::Answers;
pub use awaited::{Await, Awaited};
pub use clause::{
    ActionHours, Alert, Breaker, DataSource, DateTrigger, Every, Exclusive, MonthDay, Schedule,
    Timing,
};
pub use expression::{Condition, Expression, JsonNode, Node, NodeId, Pattern, TextNode};
pub use graph::{ActionGraph, GraphEdge, GraphNode};
pub use lower::lower;
pub use past::{Happened, Past};
pub use program::{Message, ObjectPlan, Pinned, Program, Segment, Webhook, WebhookField};
pub use record::{Choice, Hop, Link, Root, Way};
pub use step::{
    Case, Do, Entry, Moment, Next, Records, Share, Step, StepKind, TargetProperty, Test, Wait,
};
pub use tie::{Copy, Create, Tie};
pub use webhook::{Readers, Reading, raw};
pub use workflow::{BoundName, Clause, EventTrigger, Made, Reenroll, Refinement, Workflow};
