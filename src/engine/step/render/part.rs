//! Parts of requests: one node of an argument that may hold JSON and secrets. Which arguments there
//! are is not known here.

use std::sync::Arc;

use crate::engine::decision::Rendered;
use crate::engine::evaluate::Scope;
use crate::model::compute;
use crate::model::{Type, Value};
use crate::plan::{Expression, JsonNode, Node, NodeId, TextNode};

/// What parts are rendered with.
pub(super) struct Parts<'s, 'a> {
    pub(super) scope: &'s Scope<'a>,
    /// The parameters of a declared action, in their order.
    pub(super) given: &'s [Rendered],
}

impl Parts<'_, '_> {
    /// A whole expression.
    pub(super) fn whole(&self, expression: &Expression) -> Rendered {
        expression
            .root()
            .map_or(Rendered::Null, |root| self.part(expression, root))
    }

    fn part(&self, expression: &Expression, id: NodeId) -> Rendered {
        match expression.node(id) {
            Some(Node::Json(json)) => self.json(expression, json),
            Some(Node::Secret(name)) => Rendered::Secret(name.clone()),
            Some(Node::Parameter(place)) if !self.given.is_empty() => {
                self.given.get(*place).cloned().unwrap_or(Rendered::Null)
            }
            Some(Node::Text(pieces))
                if pieces.iter().any(|piece| holds_secret(expression, piece)) =>
            {
                self.joined(expression, pieces)
            }
            Some(Node::Scheme(name, arguments)) => {
                let arguments = arguments
                    .iter()
                    .map(|argument| self.part(expression, *argument));
                let arguments = Rendered::List(arguments.collect());
                Rendered::Object(vec![(name.as_str().into(), arguments)])
            }
            _ => match self.scope.part(expression, id) {
                Some(value) => rendered(self.scope, &value, &Type::Json),
                None => Rendered::Null,
            },
        }
    }

    fn json(&self, expression: &Expression, json: &JsonNode) -> Rendered {
        match json {
            JsonNode::Null => Rendered::Null,
            JsonNode::Value(value) => self.part(expression, *value),
            JsonNode::Array(items) => {
                let items = items.iter();
                Rendered::List(items.map(|item| self.json(expression, item)).collect())
            }
            JsonNode::Object(members) => {
                let members = members.iter();
                let members = members.map(|(key, json)| {
                    let key: Arc<str> = (&**key).into();
                    (key, self.json(expression, json))
                });
                Rendered::Object(members.collect())
            }
        }
    }

    fn joined(&self, expression: &Expression, pieces: &[TextNode]) -> Rendered {
        let pieces = pieces.iter().filter_map(|piece| match piece {
            TextNode::Literal(text) => Some(Rendered::Text(text.clone())),
            piece if holds_secret(expression, piece) => match piece {
                TextNode::Value(value, _) => Some(self.part(expression, *value)),
                _ => None,
            },
            piece => self
                .scope
                .piece(expression, piece)
                .map(|text| Rendered::Text(text.into())),
        });
        Rendered::Joined(pieces.collect())
    }
}

/// A value of a type as it is sent.
pub(super) fn rendered(scope: &Scope<'_>, value: &Value, ty: &Type) -> Rendered {
    match value {
        Value::Text(text) => Rendered::Text(text.as_str().into()),
        Value::Number(number) => Rendered::Number(*number),
        Value::Bool(is) => Rendered::Bool(*is),
        other => Rendered::Text(compute::spell(other, ty, scope.prepared.zone()).into()),
    }
}

/// Whether a piece of a text is a secret. Its value is put in when the request
/// is carried out, so such a text stays in pieces until then.
fn holds_secret(expression: &Expression, piece: &TextNode) -> bool {
    match piece {
        TextNode::Value(value, _) => matches!(expression.node(*value), Some(Node::Secret(_))),
        _ => false,
    }
}
