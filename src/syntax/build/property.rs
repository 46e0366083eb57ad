//! Objects, events, and the `NAME: TYPE MODIFIER …` lines inside them.

use super::Builder;
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::{
    Association, Event, EventMatch, Ident, Member, Modifier, ModifierKind, Object, Property,
    TypeExpr, TypeKind,
};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn object(&mut self, pair: Pair<'i>) -> Option<Object> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let extends = pair.as_rule() == Rule::extend;
        let (mut name, mut activity) = (None, None);
        let (mut renamed, mut properties) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name if extends => name = Some(self.ident(&part)),
                Rule::name => name = Some(self.declared(&part)),
                Rule::activity => activity = Some(self.span(&part)),
                Rule::renamed => renamed.extend(self.renamed(part)),
                Rule::stray_header => self.stray_header(&part),
                Rule::properties => properties = self.properties(part).0,
                _ => {}
            }
        }
        Some(Object {
            doc,
            name: name?,
            span,
            extends,
            activity,
            renamed,
            properties,
        })
    }

    pub(super) fn event(&mut self, pair: Pair<'i>) -> Option<Event> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let (mut names, mut renamed) = (Vec::new(), Vec::new());
        let mut body = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(part),
                Rule::renamed => renamed.extend(self.renamed(part)),
                Rule::stray_header => self.stray_header(&part),
                Rule::event_body => body = self.properties(part),
                _ => {}
            }
        }
        let (name, object) = self.header(&names)?;
        Some(Event {
            doc,
            name,
            object,
            renamed,
            span,
            properties: body.0,
            matches: body.1,
        })
    }

    /// The body of an object or an event.
    pub(super) fn properties(&mut self, pair: Pair<'i>) -> (Vec<Property>, Vec<EventMatch>) {
        let (mut properties, mut matches) = (Vec::new(), Vec::new());
        let opener = self.opener(&pair);
        let mut last = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::property => {
                    self.separated(&mut last, &part);
                    properties.extend(self.property(part));
                }
                Rule::event_match => {
                    last = Some(self.extent(&part).1);
                    matches.extend(self.event_match(part));
                }
                _ => self.leftover(&part, opener, Rule::property),
            }
        }
        (properties, matches)
    }

    fn event_match(&mut self, pair: Pair<'i>) -> Option<EventMatch> {
        let span = self.span(&pair);
        let mut names = pair
            .into_inner()
            .filter(|part| part.as_rule() == Rule::name);
        let (property, unique) = (names.next()?, names.next()?);
        Some(EventMatch {
            property: self.ident(&property),
            unique: self.ident(&unique),
            span,
        })
    }

    fn property(&mut self, pair: Pair<'i>) -> Option<Property> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let name = parts.next()?;
        let doc = self.doc(self.span(&name).start);
        let name = self.key(&name);
        let ty = self.type_expr(parts.next()?)?;
        let modifiers: Vec<Modifier> = parts.filter_map(|part| self.modifier(part)).collect();
        Some(Property {
            doc,
            name,
            ty,
            modifiers,
            span,
        })
    }

    fn modifier(&mut self, pair: Pair<'i>) -> Option<Modifier> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::unique => ModifierKind::Unique,
            Rule::required => ModifierKind::Required,
            Rule::default => ModifierKind::Default(self.inner_expr(pair)),
            Rule::computed => ModifierKind::Computed(self.inner_expr(pair)),
            Rule::sensitive => ModifierKind::Sensitive,
            Rule::renamed => ModifierKind::Renamed(self.renamed(pair)?),
            _ => return None,
        };
        Some(Modifier { kind, span })
    }

    pub(super) fn type_expr(&mut self, pair: Pair<'i>) -> Option<TypeExpr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::enum_type => TypeKind::Enum(self.members(pair)),
            Rule::set_type => TypeKind::Set(self.members(pair)),
            Rule::many_type | Rule::one_type => TypeKind::Association(self.association(pair)?),
            _ => {
                let mut names = pair.into_inner();
                let first = self.ident(&names.next()?);
                // `required: true`: what it means stands before it.
                self.doubtful |= matches!(first.name.as_str(), "true" | "false" | "yes" | "no");
                match names.next() {
                    Some(second) => TypeKind::PropertyOf(first, self.ident(&second)),
                    None => TypeKind::Named(first),
                }
            }
        };
        Some(TypeExpr { kind, span })
    }

    fn members(&mut self, pair: Pair<'i>) -> Vec<Member> {
        let lists = pair
            .into_inner()
            .filter(|part| part.as_rule() == Rule::members);
        lists
            .flat_map(Pair::into_inner)
            .filter_map(|part| self.member(part))
            .collect()
    }

    fn member(&mut self, pair: Pair<'i>) -> Option<Member> {
        let mut parts = pair.into_inner();
        let name = self.key(&parts.next()?);
        if matches!(
            name.name.as_str(),
            "true" | "false" | "unknown" | "not" | "happened" | "in"
        ) {
            self.report(
                Finding::new(
                    Code::ReservedWord,
                    name.span,
                    format!("`{}` cannot be a member", name.name),
                )
                .help("it means something else wherever a member may stand; choose another word"),
            );
        }
        let label = parts.next().map(|text| self.plain(text));
        Some(Member { name, label })
    }

    fn association(&mut self, pair: Pair<'i>) -> Option<Association> {
        let many = pair.as_rule() == Rule::many_type;
        let (mut object, mut inverse, mut labels) = (None, None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => object = Some(self.ident(&part)),
                Rule::inverse => inverse = self.inverse(part),
                Rule::labels => {
                    let names = part
                        .into_inner()
                        .filter(|part| part.as_rule() == Rule::name);
                    labels = names.map(|name| self.key(&name)).collect();
                }
                _ => {}
            }
        }
        Some(Association {
            many,
            object: object?,
            inverse,
            labels,
        })
    }

    fn inverse(&mut self, pair: Pair<'i>) -> Option<(Ident, bool)> {
        let one = pair
            .clone()
            .into_inner()
            .any(|part| part.as_rule() == Rule::kw_one);
        let name = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::name)?;
        Some((self.declared(&name), one))
    }
}
