//! `create`, `associate` and `dissociate`.

use super::Builder;
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::{Create, Dissociate, LinkWith, Linked};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn create(&mut self, pair: Pair<'i>) -> Option<Create> {
        let (mut object, mut fields) = (None, Vec::new());
        let (mut links, mut bindings) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => object = Some(self.ident(&part)),
                Rule::fields => fields = self.fields(part),
                Rule::create_in => links.extend(self.linked(part)),
                Rule::binding => bindings.extend(self.binding(part)),
                _ => {}
            }
        }
        Some(Create {
            object: object?,
            fields,
            links,
            bindings,
        })
    }

    /// An association with its label, after a keyword.
    fn linked(&mut self, pair: Pair<'i>) -> Option<Linked> {
        let whole = self.span(&pair);
        let (mut association, mut label) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => association = Some(self.ident(&part)),
                Rule::link_label => label = self.label_of(part),
                _ => {}
            }
        }
        let association = association?;
        let span = crate::base::Span {
            start: association.span.start,
            ..whole
        };
        Some(Linked {
            association,
            label,
            span,
        })
    }

    fn label_of(&mut self, pair: Pair<'i>) -> Option<crate::syntax::ast::Ident> {
        let name = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::name)?;
        Some(self.ident(&name))
    }

    pub(super) fn associate(&mut self, pair: Pair<'i>) -> Option<LinkWith> {
        let with = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::link_with)?;
        self.link_with(with)
    }

    pub(super) fn dissociate(&mut self, pair: Pair<'i>) -> Option<Dissociate> {
        let form = pair.into_inner().last()?;
        Some(match form.as_rule() {
            Rule::dissociate_all => Dissociate::All(self.linked(form)?),
            _ => Dissociate::With(self.link_with(form)?),
        })
    }

    fn link_with(&mut self, pair: Pair<'i>) -> Option<LinkWith> {
        let span = self.span(&pair);
        let (mut names, mut value, mut label) = (Vec::new(), None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(self.ident(&part)),
                Rule::link_op => self.equals(&part),
                Rule::expr => value = Some(self.expr(part)),
                Rule::link_label => label = self.label_of(part),
                _ => {}
            }
        }
        let mut names = names.into_iter();
        let (association, object, by) = (names.next()?, names.next()?, names.next()?);
        Some(LinkWith {
            link: Linked {
                association,
                label,
                span,
            },
            object,
            by,
            value: value?,
        })
    }

    /// The sign between the property and its value.
    fn equals(&mut self, sign: &Pair<'i>) {
        if sign.as_str() != "=" {
            let place = self.span(sign);
            self.report(
                Finding::new(
                    Code::ForeignSyntax,
                    place,
                    "a record is looked up by `PROPERTY = VALUE`",
                )
                .fix("write `=`", place, "="),
            );
        }
    }
}
