//! Requests of actions, rendered once: arguments, messages, secrets as
//! placeholders (A1, A10).

use std::sync::Arc;

use crate::base::{Name, Uid};
use crate::engine::decision::{Call, Rendered, RenderedMessage};
use crate::engine::draft::Draft;
use crate::engine::enrolment::Enrolment;
use crate::engine::evaluate::Scope;
use crate::engine::record::Heard;
use crate::model::compute;
use crate::model::{ActionParameter, MessageId, Type, Value, written};
use crate::plan::{Do, Expression, JsonNode, Node, NodeId, TextNode};

impl Draft<'_> {
    /// The request of an action; else the name of a required argument that is
    /// unknown.
    pub(super) fn render(&self, enrolment: Uid, action: &Do) -> Result<Call, Name> {
        let Some(of) = self.after.enrolment(enrolment) else {
            return Err(Name::new("enrolment"));
        };
        let catalog = &self.world.prepared.program.catalog;
        let declared = &catalog.actions[action.action];
        let mut arguments = Vec::new();
        let mut message = None;
        for (name, value) in &action.arguments {
            let Some(parameter) = declared.parameter(name.as_str()) else {
                continue;
            };
            let mut rendered = self.argument(of, parameter, value);
            if matches!(rendered, Rendered::Null) {
                if parameter.required {
                    return Err(name.clone());
                }
                continue;
            }
            if let (Type::Message, Rendered::Text(text)) = (&parameter.ty, &rendered) {
                message = catalog.message(&Name::new(text));
                // One that is kept with an older version goes by its own name.
                rendered = Rendered::Text(written(text).into());
            }
            arguments.push((name.clone(), rendered));
        }
        let message = message
            .map(|message| self.message(of, action, message))
            .transpose()?;
        Ok(Call {
            action: action.action,
            arguments,
            message,
        })
    }

    fn argument(
        &self,
        of: &Enrolment,
        parameter: &ActionParameter,
        value: &Expression,
    ) -> Rendered {
        match argument(&self.step_scope(of), value, &parameter.ty) {
            Rendered::Record(id, _) => self.record(id),
            other => other,
        }
    }

    /// A record, with its unique values: its own, or as they were heard.
    fn record(&self, id: Uid) -> Rendered {
        let prepared = self.world.prepared;
        let catalog = &prepared.program.catalog;
        let mut names = Vec::new();
        if id == self.after.id {
            for property in prepared.unique(self.after.object) {
                let declared = &catalog.objects[self.after.object].properties[*property];
                if let Some(value) = self.after.value(*property) {
                    let text = compute::spell(value, &declared.ty, prepared.zone());
                    names.push((declared.name.clone(), text.into()));
                }
            }
            return Rendered::Record(id, names);
        }
        let heard = self.after.ends.iter();
        let heard = heard.filter_map(|end| match end.side {
            super::super::record::Side::Own(association) => {
                let object = catalog.objects[self.after.object].associations[association].object;
                find(&end.heard, id).map(|heard| (object, heard))
            }
            super::super::record::Side::Back(..) => None,
        });
        for (object, heard) in heard {
            for property in prepared.unique(object) {
                let declared = &catalog.objects[object].properties[*property];
                if let Some(value) = heard.value(*property) {
                    let text = compute::spell(value, &declared.ty, prepared.zone());
                    names.push((declared.name.clone(), text.into()));
                }
            }
            if !names.is_empty() {
                break;
            }
        }
        Rendered::Record(id, names)
    }

    /// The texts of a message, with its parameters from the other arguments.
    fn message(
        &self,
        of: &Enrolment,
        action: &Do,
        message: MessageId,
    ) -> Result<RenderedMessage, Name> {
        let program = &self.world.prepared.program;
        let declared = &program.catalog.messages[message];
        let scope = self.step_scope(of);
        let mut parameters = Vec::new();
        for parameter in &declared.parameters {
            let given = action
                .arguments
                .iter()
                .find(|(name, _)| *name == parameter.name);
            let value = given.and_then(|(_, value)| scope.value(value));
            if value.is_none() && parameter.required {
                return Err(parameter.name.clone());
            }
            parameters.push(value);
        }
        let scope = Scope {
            parameters: &parameters,
            ..self.now_scope()
        };
        let texts = program.messages.get(message.index());
        let texts = texts.into_iter().flat_map(|message| &message.fields);
        let fields = texts.filter_map(|(field, text)| match scope.value(text)? {
            Value::Text(text) => Some((*field, text.into())),
            _ => None,
        });
        Ok(RenderedMessage {
            name: Name::new(written(declared.name.as_str())),
            fields: fields.collect(),
        })
    }
}

/// An argument of a type; of a record its identity alone.
pub(in crate::engine) fn argument(
    scope: &Scope<'_>,
    expression: &Expression,
    ty: &Type,
) -> Rendered {
    let Some(root) = expression.root() else {
        return Rendered::Null;
    };
    if matches!(ty, Type::Json | Type::Auth | Type::Sign) {
        return part(scope, expression, root);
    }
    match (ty, scope.value(expression)) {
        (_, None) => Rendered::Null,
        (Type::Record(_), Some(Value::Text(id))) => match Uid::parse(&id) {
            Some(id) => Rendered::Record(id, Vec::new()),
            None => Rendered::Null,
        },
        (ty, Some(value)) => rendered(scope, &value, ty),
    }
}

/// What was heard of a record, directly or behind another.
fn find(heard: &Heard, id: Uid) -> Option<&Heard> {
    if heard.record == id {
        return Some(heard);
    }
    let behind = heard.links.iter().flat_map(|links| &links.members);
    behind
        .filter_map(|(_, heard)| find(heard, id))
        .next()
        .filter(|found| found.record == id)
}

/// One node of an argument that may hold JSON and secrets.
fn part(scope: &Scope<'_>, expression: &Expression, id: NodeId) -> Rendered {
    match expression.node(id) {
        Some(Node::Json(json)) => of_json(scope, expression, json),
        Some(Node::Secret(name)) => Rendered::Secret(name.clone()),
        Some(Node::Text(pieces)) if pieces.iter().any(|piece| holds_secret(expression, piece)) => {
            joined(scope, expression, pieces)
        }
        Some(Node::Scheme(name, arguments)) => {
            let arguments = arguments
                .iter()
                .map(|argument| part(scope, expression, *argument));
            let arguments = Rendered::List(arguments.collect());
            Rendered::Object(vec![(name.as_str().into(), arguments)])
        }
        _ => match scope.part(expression, id) {
            Some(value) => rendered(scope, &value, &Type::Json),
            None => Rendered::Null,
        },
    }
}

fn of_json(scope: &Scope<'_>, expression: &Expression, json: &JsonNode) -> Rendered {
    match json {
        JsonNode::Null => Rendered::Null,
        JsonNode::Value(value) => part(scope, expression, *value),
        JsonNode::Array(items) => Rendered::List(
            items
                .iter()
                .map(|item| of_json(scope, expression, item))
                .collect(),
        ),
        JsonNode::Object(members) => Rendered::Object(
            members
                .iter()
                .map(|(key, json)| {
                    let key: Arc<str> = (&**key).into();
                    (key, of_json(scope, expression, json))
                })
                .collect(),
        ),
    }
}

fn rendered(scope: &Scope<'_>, value: &Value, ty: &Type) -> Rendered {
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

fn joined(scope: &Scope<'_>, expression: &Expression, pieces: &[TextNode]) -> Rendered {
    let pieces = pieces.iter().filter_map(|piece| match piece {
        TextNode::Literal(text) => Some(Rendered::Text(text.clone())),
        piece if holds_secret(expression, piece) => match piece {
            TextNode::Value(value, _) => Some(part(scope, expression, *value)),
            _ => None,
        },
        piece => scope
            .piece(expression, piece)
            .map(|text| Rendered::Text(text.into())),
    });
    Rendered::Joined(pieces.collect())
}
