//! What programs are about: objects, properties, events, actions, types and
//! values, and the catalog that holds them. It knows nothing of syntax, of
//! graphs or of files.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod action;
mod calendar;
mod catalog;
mod coerce;
pub mod compute;
mod event;
mod function;
mod limits;
mod object;
mod package;
mod settings;
mod template;
mod timetable;
mod types;
mod value;

pub use action::{Action, ActionId, ActionParameter, ActionResult, builtin_actions};
pub use calendar::{Calendar, Closed, Hours, Opening, WEEK, Zone};
pub use catalog::{
    CalendarId, Catalog, Constant, ConstantId, Item, Message, MessageField, MessageId,
    MessageParameter, Segment, SegmentId, Workflow, WorkflowId, is_kept, kept_name, written,
};
pub use coerce::{Misfit, Raw, coerce, form_of, refit};
pub use event::{Event, EventId, EventProperty, EventPropertyId, OCCURRENCE, action_failed};
pub use function::{Function, Kind, PeriodUnit, function, functions};
pub use limits::{Count, Limits, Profile, Switch};
pub use object::{Association, AssociationId, Object, ObjectId, Property, PropertyId};
pub use package::{PACKAGES, Package, UsedPackage};
pub use settings::{Cap, LintLevel, OutsideNames, Settings};
pub use template::{ParameterKind, Template, TemplateId, TemplateParameter};
pub use timetable::{Opens, Timetable};
pub use types::{Member, Members, Type};
pub use value::Value;
