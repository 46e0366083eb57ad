//! Events and webhooks.

use serde_json_path::JsonPath as Rfc9535;

use super::event_span;
use super::limit::{EVENT_PROPERTIES, WEBHOOKS};
use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::model::{EventId, EventPropertyId, Item, ObjectId, PropertyId, Type};
use crate::semantic::hir::{JsonPath, Origins, Verify, Webhook, WebhookField};
use crate::semantic::resolve::{EventTree, Trees};
use crate::semantic::types::{Checker, Local, Scope};
use crate::syntax::ast::{self, Ident, ModifierKind, Plain, VerifyOption};

/// By which property the record of an event is found.
type EventMatch = Option<(EventPropertyId, PropertyId)>;

/// The ways of verifying, for did-you-mean.
const SCHEMES: [&str; 6] = ["hmac_sha256", "stripe", "zoom", "hubspot", "bearer", "none"];

impl Checker<'_> {
    pub(super) fn check_events(
        &mut self,
        trees: &Trees<'_>,
        origins: &mut Origins,
    ) -> (Vec<Option<Webhook>>, Vec<EventMatch>) {
        let mut webhooks = Vec::with_capacity(trees.events.len());
        let mut matches = Vec::with_capacity(trees.events.len());
        for (id, tree) in self.catalog.events.ids().zip(&trees.events) {
            self.uses
                .insert(Item::Object(self.catalog.events[id].object));
            let (webhook, matched) = match tree {
                EventTree::Event(event) => {
                    event
                        .properties
                        .iter()
                        .for_each(|property| self.uses_type(&property.ty));
                    (None, self.event(id, event))
                }
                EventTree::Webhook(webhook) => (Some(self.webhook(id, webhook)), None),
            };
            self.properties_limit(*tree);
            webhooks.push(webhook);
            matches.push(matched);
            self.declare(origins, Item::Event(id), event_span(*tree));
        }
        self.webhooks_limit(trees);
        (webhooks, matches)
    }

    /// How many properties there are, and how long their names.
    fn properties_limit(&mut self, tree: EventTree<'_>) {
        let names: Vec<&Ident> = match tree {
            EventTree::Event(event) => event
                .properties
                .iter()
                .map(|property| &property.name)
                .collect(),
            EventTree::Webhook(webhook) => webhook.fields.iter().map(|field| &field.name).collect(),
        };
        names.iter().for_each(|name| self.short_name(name));
        self.limited(&EVENT_PROPERTIES, names.iter().map(|name| name.span));
    }

    /// How many webhooks there are, in the order of the text.
    fn webhooks_limit(&mut self, trees: &Trees<'_>) {
        let webhooks = trees.events.iter().filter_map(|tree| match tree {
            EventTree::Webhook(webhook) => Some(webhook.name.span),
            EventTree::Event(_) => None,
        });
        let mut webhooks: Vec<Span> = webhooks.collect();
        webhooks.sort_unstable();
        self.limited(&WEBHOOKS, webhooks);
    }

    fn event(&mut self, id: EventId, tree: &ast::Event) -> EventMatch {
        let object = self.catalog.events[id].object;
        for property in &tree.properties {
            for modifier in &property.modifiers {
                let word = match modifier.kind {
                    ModifierKind::Unique => "unique",
                    ModifierKind::Required => "required",
                    ModifierKind::Default(_) => "default",
                    ModifierKind::Computed(_) => "computed",
                    ModifierKind::Sensitive => "sensitive",
                    ModifierKind::Renamed(_) => "renamed from",
                };
                self.report(
                    Finding::new(
                        Code::ModifierConflict,
                        modifier.span,
                        format!("a property of an event takes no `{word}`"),
                    )
                    .fix("delete it", modifier.span, ""),
                );
            }
        }
        let mut found = None;
        for line in &tree.matches {
            let event = &self.catalog.events[id];
            if event.property(line.property.name.as_str()).is_none() {
                let name = &line.property;
                let message = format!("the event has no property `{}`", name.name);
                let candidates: Vec<&str> = event
                    .properties
                    .rows()
                    .iter()
                    .map(|row| row.name.as_str())
                    .collect();
                self.unknown(
                    Code::UnknownProperty,
                    (name.name.as_str(), name.span),
                    message,
                    candidates,
                );
            }
            let unique = self.unique_property(object, &line.unique);
            let matched = self.matching_types(id, line, unique);
            found = found.or(matched);
        }
        if let Some(second) = tree.matches.get(1) {
            self.repeated_line(second.span, "match");
        }
        found
    }

    /// The two sides of a `match`, which hold values that can be equal.
    fn matching_types(
        &mut self,
        id: EventId,
        line: &ast::EventMatch,
        unique: Option<PropertyId>,
    ) -> EventMatch {
        let event = &self.catalog.events[id];
        let property = event.property(line.property.name.as_str())?;
        let unique = unique?;
        let given = &event.properties[property].ty;
        let wanted = &self.catalog.objects[event.object].properties[unique].ty;
        if !given.compares(wanted) {
            let message = format!(
                "{} cannot be matched with {}",
                self.describe(given),
                self.describe(wanted)
            );
            self.report(Finding::new(
                Code::MismatchedTypes,
                line.property.span,
                message,
            ));
        }
        Some((property, unique))
    }

    /// The unique property of a `match`.
    fn unique_property(&mut self, object: ObjectId, ident: &Ident) -> Option<PropertyId> {
        let owner = &self.catalog.objects[object];
        let unique: Vec<&str> = owner
            .properties
            .rows()
            .iter()
            .filter(|property| property.unique)
            .map(|property| property.name.as_str())
            .collect();
        let Some(id) = owner.property(ident.name.as_str()) else {
            let message = format!("`{}` has no property `{}`", owner.name, ident.name);
            self.unknown(
                Code::UnknownProperty,
                (ident.name.as_str(), ident.span),
                message,
                unique,
            );
            return None;
        };
        self.uses.insert(Item::Property(object, id));
        if !owner.properties[id].unique && owner.properties[id].ty != Type::Broken {
            self.report(
                Finding::new(
                    Code::MatchNotUnique,
                    ident.span,
                    format!("`{}` is not unique", ident.name),
                )
                .help(format!(
                    "a record is found by a unique property of `{}`: {}",
                    owner.name,
                    unique.join(", ")
                )),
            );
        }
        Some(id)
    }

    fn repeated_line(&mut self, span: crate::base::Span, word: &str) {
        self.report(Finding::new(
            Code::RepeatedClause,
            span,
            format!("`{word}` may stand only once"),
        ));
    }

    fn webhook(&mut self, id: EventId, tree: &ast::Webhook) -> Webhook {
        let object = self.catalog.events[id].object;
        for (second, word) in [
            (tree.ids.get(1).map(|line| line.span), "id"),
            (tree.matches.get(1).map(|line| line.span), "match"),
            (tree.verify.get(1).map(|line| line.span), "verify"),
        ] {
            if let Some(span) = second {
                self.repeated_line(span, word);
            }
        }
        if tree.matches.is_empty() {
            self.report(
                Finding::new(
                    Code::MissingPart,
                    tree.name.span,
                    format!("`{}` does not say whose event it is", tree.name.name),
                )
                .help(
                    "write `match PROPERTY from \"$.path\"` with a unique property of the object",
                ),
            );
        }
        let key = tree.matches.first().and_then(|line| {
            let property = self.unique_property(object, &line.property);
            Some((property?, self.json_path(&line.path)?))
        });
        Webhook {
            id: tree.ids.first().and_then(|line| self.json_path(&line.path)),
            key,
            fields: tree
                .fields
                .iter()
                .filter_map(|field| self.webhook_field(id, field))
                .collect(),
            verify: self.verify(tree),
            name: tree.name.span,
        }
    }

    fn webhook_field(&mut self, id: EventId, tree: &ast::WebhookField) -> Option<WebhookField> {
        let event = &self.catalog.events[id];
        let property = event.property(tree.name.name.as_str())?;
        let ty = event.properties[property].ty.clone();
        let path = self.json_path(&tree.path);
        let then = tree.then.as_ref().map(|then| {
            let value = (Name::new("value"), Local::WebhookValue(ty.clone()));
            self.value(
                then,
                &Scope {
                    locals: [value].into_iter().collect(),
                    ..Scope::default()
                },
                &ty,
            )
        });
        let default = tree
            .default
            .as_ref()
            .map(|default| self.value(default, &Scope::default(), &ty));
        Some(WebhookField {
            property,
            path: path?,
            then,
            default,
        })
    }

    pub(super) fn json_path(&mut self, path: &Plain) -> Option<JsonPath> {
        match Rfc9535::parse(&path.text) {
            Ok(_) => Some(JsonPath(path.text.as_str().into())),
            Err(error) => {
                let finding = Finding::new(Code::BadPattern, path.span, "this is no JSONPath")
                    .label(error.message().to_owned());
                let finding = if path.text.starts_with('$') {
                    finding.help("like `$.customer.email` or `$.items[0].id` (RFC 9535)")
                } else {
                    let fixed = format!("\"$.{}\"", path.text.trim_start_matches('.'));
                    finding.help("a JSONPath begins with `$`").fix(
                        format!("write `{fixed}`"),
                        path.span,
                        fixed,
                    )
                };
                self.report(finding);
                None
            }
        }
    }

    /// How old a signature may be is always the same.
    fn exact_age(&mut self, options: &[VerifyOption]) {
        for option in options {
            if let VerifyOption::Timestamp(header, age) = option {
                self.no_business(*age, header.span);
            }
        }
    }

    fn verify(&mut self, tree: &ast::Webhook) -> Option<Verify> {
        let line = tree.verify.first()?;
        let mut given = Options::default();
        for option in &line.options {
            given.take(option);
        }
        self.exact_age(&line.options);
        let scheme = line.scheme.name.as_str();
        let secret = given.secret.clone().map(|secret| secret.name);
        if let Some(secret) = &given.secret {
            self.known_secret(secret);
        }
        if !SCHEMES.contains(&scheme) {
            let message = format!("there is no verification `{scheme}`");
            self.unknown(
                Code::UnknownName,
                (scheme, line.scheme.span),
                message,
                SCHEMES,
            );
            return None;
        }
        if scheme != "none" && secret.is_none() {
            self.report(
                Finding::new(
                    Code::MissingPart,
                    line.span,
                    format!("`verify {scheme}` needs a secret"),
                )
                .help("write `secret NAME` after it"),
            );
            return None;
        }
        if scheme == "hmac_sha256" && given.header.is_none() {
            self.report(
                Finding::new(
                    Code::MissingPart,
                    line.span,
                    "`verify hmac_sha256` needs the header with the signature",
                )
                .help("write `header \"X-Signature\"` after it"),
            );
            return None;
        }
        let secret = secret.unwrap_or_else(|| Name::new(""));
        Some(match scheme {
            "none" => Verify::None,
            "bearer" => Verify::Bearer(secret),
            "stripe" => Verify::Stripe(secret),
            "zoom" => Verify::Zoom(secret),
            "hubspot" => Verify::Hubspot(secret),
            _ => Verify::Hmac {
                header: given.header.unwrap_or_default(),
                secret,
                base64: self.encoding(given.encoding.as_ref()),
                prefix: given.prefix,
                timestamp: given.timestamp,
            },
        })
    }

    fn encoding(&mut self, encoding: Option<&Ident>) -> bool {
        let Some(encoding) = encoding else {
            return false;
        };
        let word = encoding.name.as_str();
        if !["hex", "base64"].contains(&word) {
            let message = format!("there is no encoding `{word}`");
            self.unknown(
                Code::UnknownName,
                (word, encoding.span),
                message,
                ["hex", "base64"],
            );
        }
        word == "base64"
    }
}

/// The options of `verify`, the last of each kind.
#[derive(Default)]
struct Options {
    header: Option<Box<str>>,
    secret: Option<Ident>,
    encoding: Option<Ident>,
    prefix: Option<Box<str>>,
    timestamp: Option<(Box<str>, crate::base::Duration)>,
}

impl Options {
    fn take(&mut self, option: &VerifyOption) {
        match option {
            VerifyOption::Header(header) => self.header = Some(header.text.as_str().into()),
            VerifyOption::Secret(name) => self.secret = Some(name.clone()),
            VerifyOption::Encoding(name) => self.encoding = Some(name.clone()),
            VerifyOption::Prefix(prefix) => self.prefix = Some(prefix.text.as_str().into()),
            VerifyOption::Timestamp(header, age) => {
                self.timestamp = Some((header.text.as_str().into(), *age))
            }
        }
    }
}
