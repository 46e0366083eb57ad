//! Templates and their instances.

use super::Builder;
use crate::syntax::ast::{Instance, Template};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn template(&mut self, pair: Pair<'i>) -> Option<Template> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let (mut names, mut parameters, mut clauses) = (Vec::new(), Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(part),
                Rule::parameters => parameters = self.parameters(part),
                Rule::stray_header => self.stray_header(&part),
                Rule::workflow_body => clauses = self.clauses(part),
                _ => {}
            }
        }
        let (name, object) = self.header(&names)?;
        Some(Template {
            doc,
            name,
            parameters,
            object,
            span,
            clauses,
        })
    }

    pub(super) fn instance(&mut self, pair: Pair<'i>) -> Option<Instance> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let (mut names, mut arguments, mut clauses) = (Vec::new(), Vec::new(), Vec::new());
        let mut end = span;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(part),
                Rule::arguments => {
                    end = self.span(&part);
                    arguments = self.arguments(part);
                }
                Rule::workflow_body => clauses = self.clauses(part),
                _ => {}
            }
        }
        let (name, template) = self.header(&names)?;
        Some(Instance {
            doc,
            name,
            call: template.span.to(end),
            template,
            arguments,
            span,
            clauses,
        })
    }
}
