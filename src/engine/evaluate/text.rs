//! Texts with interpolations.

use super::{Evaluation, View};
use crate::model::Value;
use crate::model::compute;
use crate::plan::{NodeId, TextNode};

impl<'s> Evaluation<'s, '_> {
    /// Unknown prints as nothing; a text all of whose interpolations are
    /// unknown is unknown.
    pub(super) fn text(self, parts: &[TextNode], member: Option<View<'s>>) -> Option<Value> {
        let (mut text, mut known) = (String::new(), false);
        for part in parts {
            let value = match part {
                TextNode::Literal(literal) => {
                    text.push_str(literal);
                    continue;
                }
                TextNode::Value(value, format) => self.printed((*value, format.as_deref()), member),
                TextNode::Fallback(value, format, other) => self
                    .printed((*value, format.as_deref()), member)
                    .or_else(|| self.printed((*other, None), member)),
            };
            if let Some(value) = value {
                known = true;
                text.push_str(&value);
            }
        }
        known.then(|| Value::Text(text.into()))
    }

    fn printed(
        self,
        (value, format): (NodeId, Option<&str>),
        member: Option<View<'s>>,
    ) -> Option<String> {
        let value = self.node(value, member)?;
        let zone = self.scope.prepared.zone();
        Some(match (value, format) {
            (Value::Text(text), None) => text.to_string(),
            (value, None) => compute::print(&value, zone),
            (value, Some(format)) => compute::format(&value, format, zone),
        })
    }
}
