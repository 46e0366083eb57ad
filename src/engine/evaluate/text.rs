//! Texts with interpolations.

use super::{Evaluation, Scope, View};
use crate::model::Value;
use crate::model::compute;
use crate::plan::{Expression, NodeId, TextNode};

impl<'s> Evaluation<'s, '_> {
    /// Unknown prints as nothing; a text all of whose interpolations are
    /// unknown is unknown.
    pub(super) fn text(self, parts: &[TextNode], member: Option<View<'s>>) -> Option<Value> {
        let (mut text, mut known) = (String::new(), false);
        for part in parts {
            if let TextNode::Literal(literal) = part {
                text.push_str(literal);
            } else if let Some(value) = self.piece(part, member) {
                known = true;
                text.push_str(&value);
            }
        }
        known.then(|| Value::Text(text.into()))
    }

    /// One piece; `None` where it is unknown.
    fn piece(self, part: &TextNode, member: Option<View<'s>>) -> Option<String> {
        match part {
            TextNode::Literal(literal) => Some(literal.to_string()),
            TextNode::Value(value, format) => self.printed((*value, format.as_deref()), member),
            TextNode::Fallback(value, format, other) => self
                .printed((*value, format.as_deref()), member)
                .or_else(|| self.printed((*other, None), member)),
        }
    }

    fn printed(
        self,
        (value, format): (NodeId, Option<&str>),
        member: Option<View<'s>>,
    ) -> Option<String> {
        let value = self.node(value, member)?;
        let zone = self.scope.zone();
        Some(match (value, format) {
            (Value::Text(text), None) => text.to_string(),
            (value, None) => compute::print(&value, zone),
            (value, Some(format)) => compute::format(&value, format, zone),
        })
    }
}

impl Scope<'_> {
    /// One piece of a text that is about the record.
    pub(in crate::engine) fn piece(
        &self,
        expression: &Expression,
        part: &TextNode,
    ) -> Option<String> {
        self.of_this(expression).piece(part, None)
    }
}
