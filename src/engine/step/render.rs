//! Requests of actions, rendered once: arguments, messages, secrets as
//! placeholders (A1, A10).

mod declared;
mod part;

use self::part::{Parts, rendered};
use crate::base::{Name, Uid};
use crate::engine::decision::{Call, Rendered, RenderedMessage};
use crate::engine::draft::Draft;
use crate::engine::enrolment::Enrolment;
use crate::engine::evaluate::Scope;
use crate::engine::record::Heard;
use crate::model::compute;
use crate::model::{ActionParameter, MessageId, Type, Value, written};
use crate::plan::{Do, Expression};

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
            sends: self.sends(of, action, &arguments)?,
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
            timetable: scope.timetable,
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
    if matches!(ty, Type::Json | Type::Auth | Type::Sign) {
        let given = &[];
        return Parts { scope, given }.whole(expression);
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
