//! Declared actions.

use super::Builder;
use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::{Action, Ident, Property, Via, ViaField, ViaValue};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn action(&mut self, pair: Pair<'i>) -> Option<Action> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let (mut name, mut parameters) = (None, Vec::new());
        let (mut results, mut via) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::action_name => name = Some(self.dotted(&part)),
                Rule::parameters => parameters = self.parameters(part),
                Rule::results => results = self.results(part),
                Rule::via => via.extend(self.via(part)),
                _ => {}
            }
        }
        Some(Action {
            doc,
            name: name?,
            parameters,
            results,
            via,
            span,
        })
    }

    /// The name of an action: several names with dots between them.
    fn dotted(&mut self, pair: &Pair<'i>) -> Ident {
        let ident = self.ident(pair);
        let mut start = ident.span.start;
        for word in pair.as_str().split('.') {
            let end = start + word.len() as u32;
            let span = Span {
                start,
                end,
                ..ident.span
            };
            self.check_form(&Ident {
                name: Name::new(word),
                span,
            });
            start = end + 1;
        }
        ident
    }

    fn results(&mut self, pair: Pair<'i>) -> Vec<Property> {
        let Some(list) = pair.into_inner().next() else {
            return Vec::new();
        };
        if list.as_rule() == Rule::properties {
            return self.properties(list).0;
        }
        let place = self.span(&list);
        let named = format!("{{ result: {} }}", self.written(place));
        self.report(
            Finding::new(
                Code::ForeignSyntax,
                place,
                "each result of an action has a name",
            )
            .fix(format!("write `{named}`"), place, named),
        );
        Vec::new()
    }

    fn via(&mut self, pair: Pair<'i>) -> Option<Via> {
        let span = self.span(&pair);
        let (mut carrier, mut fields) = (None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => carrier = Some(self.ident(&part)),
                Rule::via_body => fields = self.via_fields(part),
                _ => {}
            }
        }
        Some(Via {
            carrier: carrier?,
            fields,
            span,
        })
    }

    fn via_fields(&mut self, pair: Pair<'i>) -> Vec<ViaField> {
        let opener = self.opener(&pair);
        let (mut fields, mut last) = (Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::via_field => {
                    self.separated(&mut last, &part);
                    fields.extend(self.via_field(part));
                }
                _ => self.leftover(&part, opener, Rule::field),
            }
        }
        fields
    }

    fn via_field(&mut self, pair: Pair<'i>) -> Option<ViaField> {
        let span = self.span(&pair);
        self.doc(span.start);
        let mut parts = pair.into_inner();
        let name = self.ident(&parts.next()?);
        let value = parts.next()?;
        let value = match value.as_rule() {
            Rule::attempts => self
                .retry(value)
                .map_or(ViaValue::Broken, ViaValue::Attempts),
            Rule::memory => self.memory(value).unwrap_or(ViaValue::Broken),
            _ => ViaValue::Value(self.value(value)),
        };
        Some(ViaField { name, value, span })
    }

    fn memory(&mut self, pair: Pair<'i>) -> Option<ViaValue> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let number = self.number(&parts.next()?)?;
        let unit = parts.next()?.as_str().to_ascii_uppercase();
        Some(ViaValue::Memory(number, unit, span))
    }
}
