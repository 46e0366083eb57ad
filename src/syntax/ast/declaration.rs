//! Objects, events, messages, webhooks, segments and constants as written.

use super::{Doc, Expr, Ident, Plain, Value};
use crate::base::{Duration, Span};

/// `object NAME { … }` or `extend object NAME { … }`.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// The whole declaration.
    pub span: Span,
    /// Whether it adds to an object that is declared elsewhere.
    pub extends: bool,
    /// Where `activity` stands.
    pub activity: Option<Span>,
    /// `renamed from OLD`: one, unless something is wrong.
    pub renamed: Vec<Ident>,
    /// What it holds.
    pub properties: Vec<Property>,
}

/// `NAME: TYPE MODIFIER …` of an object, an event or a webhook.
#[derive(Debug, Clone)]
pub struct Property {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeExpr,
    /// What follows the type.
    pub modifiers: Vec<Modifier>,
    /// From the name to the last modifier.
    pub span: Span,
}

/// A type as written.
#[derive(Debug, Clone)]
pub struct TypeExpr {
    /// Which form.
    pub kind: TypeKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of a type.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// `string`, `number`, `message`, …
    Named(Ident),
    /// `contact.stage`: the type of that property.
    PropertyOf(Ident, Ident),
    /// `enum(…)`.
    Enum(Vec<Member>),
    /// `set(…)`.
    Set(Vec<Member>),
    /// `many OBJECT …` or `one OBJECT …`.
    Association(Association),
}

/// `many company inverse employees labels (billing)`.
#[derive(Debug, Clone)]
pub struct Association {
    /// Whether there may be many.
    pub many: bool,
    /// The object at the other end.
    pub object: Ident,
    /// The name of the other end, and whether it is a `one`.
    pub inverse: Option<(Ident, bool)>,
    /// The labels that a link may have.
    pub labels: Vec<Ident>,
}

/// A member of an enum or a set.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name.
    pub name: Ident,
    /// What people are shown.
    pub label: Option<Plain>,
}

/// What follows a type.
#[derive(Debug, Clone)]
pub struct Modifier {
    /// Which one.
    pub kind: ModifierKind,
    /// Where it stands.
    pub span: Span,
}

/// The modifiers of a property.
#[derive(Debug, Clone)]
pub enum ModifierKind {
    /// No two records have the same value.
    Unique,
    /// Always known.
    Required,
    /// What holds where nothing was written.
    Default(Expr),
    /// Derived from the record's own properties.
    Computed(Expr),
    /// May not leave the machine unasked.
    Sensitive,
    /// `renamed from OLD`: what it was called.
    Renamed(Ident),
}

/// `event NAME on OBJECT { … }`.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// The object whose records have the event.
    pub object: Ident,
    /// `renamed from OLD`: one, unless something is wrong.
    pub renamed: Vec<Ident>,
    /// The whole declaration.
    pub span: Span,
    /// `match PROPERTY as UNIQUE_PROPERTY`.
    pub matches: Vec<EventMatch>,
    /// Its properties.
    pub properties: Vec<Property>,
}

/// `match PROPERTY as UNIQUE_PROPERTY`.
#[derive(Debug, Clone)]
pub struct EventMatch {
    /// A property of the event.
    pub property: Ident,
    /// A unique property of the object.
    pub unique: Ident,
    /// The whole line.
    pub span: Span,
}

/// `message NAME(…) on OBJECT { … }`.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The object whose properties it may use.
    pub object: Ident,
    /// The whole declaration.
    pub span: Span,
    /// `subject`, `text`, `html`, `from`, `reply_to`.
    pub fields: Vec<Field>,
}

/// `NAME: TYPE [required]`.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeExpr,
    /// Where `required` stands: it must be given.
    pub required: Option<Span>,
}

/// `NAME: VALUE`.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: Ident,
    /// Its value.
    pub value: Value,
    /// From the name to the end of the value.
    pub span: Span,
}

/// `webhook NAME on OBJECT { … }`.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name, which is also that of its event.
    pub name: Ident,
    /// The object whose records have the event.
    pub object: Ident,
    /// `renamed from OLD`: one, unless something is wrong.
    pub renamed: Vec<Ident>,
    /// The whole declaration.
    pub span: Span,
    /// `id from "…"`.
    pub ids: Vec<WebhookId>,
    /// `match PROPERTY from "…"`.
    pub matches: Vec<WebhookMatch>,
    /// What is read from the body.
    pub fields: Vec<WebhookField>,
    /// `verify …`.
    pub verify: Vec<Verify>,
}

/// `id from "…"`.
#[derive(Debug, Clone)]
pub struct WebhookId {
    /// The JSONPath.
    pub path: Plain,
    /// The whole line.
    pub span: Span,
}

/// `match PROPERTY from "…"`.
#[derive(Debug, Clone)]
pub struct WebhookMatch {
    /// A unique property of the object.
    pub property: Ident,
    /// The JSONPath.
    pub path: Plain,
    /// The whole line.
    pub span: Span,
}

/// `NAME: TYPE from "…" then EXPR default EXPR`.
#[derive(Debug, Clone)]
pub struct WebhookField {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeExpr,
    /// The JSONPath.
    pub path: Plain,
    /// What is computed from `value`.
    pub then: Option<Expr>,
    /// What holds where the result is unknown.
    pub default: Option<Expr>,
    /// From the name to the end.
    pub span: Span,
}

/// `verify SCHEME OPTION …`.
#[derive(Debug, Clone)]
pub struct Verify {
    /// `hmac_sha256`, `stripe`, `zoom`, …
    pub scheme: Ident,
    /// What follows it.
    pub options: Vec<VerifyOption>,
    /// The whole line.
    pub span: Span,
}

/// An option of `verify`.
#[derive(Debug, Clone)]
pub enum VerifyOption {
    /// `header "…"`.
    Header(Plain),
    /// `secret NAME`.
    Secret(Ident),
    /// `encoding hex`, `encoding base64`.
    Encoding(Ident),
    /// `prefix "…"`.
    Prefix(Plain),
    /// `timestamp header "…" within 5 minutes`.
    Timestamp(Plain, Duration),
}

/// `segment NAME on OBJECT …`.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// The object of its members.
    pub object: Ident,
    /// `renamed from OLD`: one, unless something is wrong.
    pub renamed: Vec<Ident>,
    /// How membership comes about.
    pub kind: SegmentKind,
    /// The whole declaration.
    pub span: Span,
}

/// How membership of a segment comes about.
#[derive(Debug, Clone)]
pub enum SegmentKind {
    /// `when COND`.
    When(Expr),
    /// `static`.
    Static,
}

/// `const NAME = EXPR`.
#[derive(Debug, Clone)]
pub struct Constant {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// Its value.
    pub value: Expr,
    /// The whole declaration.
    pub span: Span,
}
