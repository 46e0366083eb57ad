//! Declarations: the dispatch, and the small ones.

use super::Builder;
use super::context::Context;
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::{Constant, Declaration, Ident, Message, Parameter, Segment, SegmentKind};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn declaration(&mut self, pair: Pair<'i>) -> Option<Declaration> {
        let before = self.swallowed;
        let declaration = self.whole_declaration(pair)?;
        if self.swallowed > before {
            // Of these it is not said that they lack what was swallowed.
            let name = match &declaration {
                Declaration::Action(action) => Some(&action.name),
                Declaration::Workflow(workflow) => Some(&workflow.name),
                Declaration::Template(template) => Some(&template.name),
                _ => None,
            };
            self.partial.extend(name.map(|name| name.name.clone()));
        }
        Some(declaration)
    }

    fn whole_declaration(&mut self, pair: Pair<'i>) -> Option<Declaration> {
        match pair.as_rule() {
            Rule::object | Rule::extend => Some(Declaration::Object(self.object(pair)?)),
            Rule::event => Some(Declaration::Event(self.event(pair)?)),
            Rule::message => Some(Declaration::Message(self.message(pair)?)),
            Rule::webhook => Some(Declaration::Webhook(self.webhook(pair)?)),
            Rule::segment => Some(Declaration::Segment(self.segment(pair)?)),
            Rule::constant => Some(Declaration::Constant(self.constant(pair)?)),
            Rule::action => Some(Declaration::Action(self.action(pair)?)),
            Rule::template => Some(Declaration::Template(self.template(pair)?)),
            Rule::calendar => Some(Declaration::Calendar(self.calendar(pair)?)),
            Rule::workflow => Some(Declaration::Workflow(self.workflow(pair)?)),
            Rule::instance => Some(Declaration::Instance(self.instance(pair)?)),
            Rule::test => Some(Declaration::Test(self.test(pair)?)),
            Rule::stray_declaration => {
                self.stray_declaration(&pair);
                None
            }
            Rule::stray_close => {
                let span = self.span(&pair);
                self.report(
                    Finding::new(Code::Unclosed, span, "this `}` closes nothing").fix(
                        "delete it",
                        span,
                        "",
                    ),
                );
                None
            }
            Rule::semicolon => {
                self.semicolon(&pair, Context::Declaration);
                None
            }
            _ => None,
        }
    }

    fn message(&mut self, pair: Pair<'i>) -> Option<Message> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let (mut names, mut parameters, mut fields) = (Vec::new(), Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(part),
                Rule::parameters => parameters = self.parameters(part),
                Rule::fields => fields = self.fields(part),
                Rule::stray_header => self.stray_header(&part),
                _ => {}
            }
        }
        let (name, object) = self.header(&names)?;
        Some(Message {
            doc,
            name,
            parameters,
            object,
            span,
            fields,
        })
    }

    /// The declared name and the object of a header.
    pub(super) fn header(&mut self, names: &[Pair<'i>]) -> Option<(Ident, Ident)> {
        let (first, second) = (names.first()?, names.get(1)?);
        Some((self.declared(first), self.ident(second)))
    }

    /// What a message, an action or a template takes.
    pub(super) fn parameters(&mut self, pair: Pair<'i>) -> Vec<Parameter> {
        pair.into_inner()
            .filter_map(|part| self.parameter(part))
            .collect()
    }

    fn parameter(&mut self, pair: Pair<'i>) -> Option<Parameter> {
        let mut parts = pair.into_inner();
        let name = parts.next()?;
        let doc = self.doc(self.span(&name).start);
        let name = self.key(&name);
        let ty = self.type_expr(parts.next()?)?;
        let required = parts.find(|part| part.as_rule() == Rule::kw_required);
        Some(Parameter {
            doc,
            name,
            ty,
            required: required.map(|word| self.span(&word)),
        })
    }

    fn segment(&mut self, pair: Pair<'i>) -> Option<Segment> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let (mut names, mut kind, mut renamed) = (Vec::new(), None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(part),
                Rule::renamed => renamed.extend(self.renamed(part)),
                Rule::segment_static => kind = Some(SegmentKind::Static),
                Rule::segment_when => kind = Some(SegmentKind::When(self.inner_expr(part))),
                _ => {}
            }
        }
        let (name, object) = self.header(&names)?;
        Some(Segment {
            doc,
            name,
            object,
            renamed,
            kind: kind?,
            span,
        })
    }

    fn constant(&mut self, pair: Pair<'i>) -> Option<Constant> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let mut parts = pair
            .into_inner()
            .filter(|part| !matches!(part.as_rule(), Rule::kw_const | Rule::assign));
        let name = self.constant_name(&parts.next()?);
        let value = self.expr(parts.next()?);
        Some(Constant {
            doc,
            name,
            value,
            span,
        })
    }

    /// Constants may be in upper case, in whole.
    fn constant_name(&mut self, pair: &Pair<'i>) -> Ident {
        let written = pair.as_str();
        if written.chars().any(|c| c.is_ascii_lowercase()) {
            self.declared(pair)
        } else {
            self.ident(pair)
        }
    }
}
