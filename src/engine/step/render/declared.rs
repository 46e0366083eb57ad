//! What goes out for a declared action: the parts of its request or its command, with the parameters
//! and without the values of secrets (A1).

use super::part::{Parts, rendered};
use crate::base::Name;
use crate::engine::decision::Rendered;
use crate::engine::draft::Draft;
use crate::engine::enrolment::Enrolment;
use crate::engine::evaluate::Scope;
use crate::model::{Catalog, Type, Value};
use crate::plan::{Carrier, Command, Do, Expression, Request};

/// What an action of the outside cannot do without.
const NEEDED: &str = "url";

/// A part that goes out, by its key.
type Part = (Name, Rendered);

impl Draft<'_> {
    /// The parts that go out; nothing for an action that every project has. Else the name of a
    /// part that is needed and unknown (A10).
    pub(super) fn sends(
        &self,
        of: &Enrolment,
        action: &Do,
        arguments: &[Part],
    ) -> Result<Vec<Part>, Name> {
        let program = &self.world.prepared.program;
        let carrier = program.actions.get(action.action.index());
        let Some(carrier) = carrier.and_then(Option::as_ref) else {
            return Ok(Vec::new());
        };
        let declared = &program.catalog.actions[action.action].parameters;
        let given = |name: &Name| arguments.iter().find(|(other, _)| other == name);
        let given: Vec<Rendered> = declared
            .iter()
            .map(|one| given(&one.name).map_or(Rendered::Null, |(_, value)| value.clone()))
            .collect();
        let scope = self.step_scope(of);
        let values: Vec<Option<Value>> = declared
            .iter()
            .map(|one| {
                let mut written = action.arguments.iter();
                let (_, value) = written.find(|(name, _)| *name == one.name)?;
                scope.value(value).filter(|_| one.ty != Type::Json)
            })
            .collect();
        let scope = Scope {
            parameters: &values,
            timetable: scope.timetable,
            ..self.now_scope()
        };
        let parts = Parts {
            scope: &scope,
            given: &given,
        };
        match carrier {
            Carrier::Http(request) => requested(&parts, request, &program.catalog),
            Carrier::Command(command) => Ok(commanded(&parts, command)),
            Carrier::Builtin => Ok(Vec::new()),
        }
    }
}

/// The parts of a request that are known.
fn requested(
    parts: &Parts<'_, '_>,
    request: &Request,
    catalog: &Catalog,
) -> Result<Vec<Part>, Name> {
    let http = catalog.action(&Name::new("http"));
    let mut sent = Vec::with_capacity(request.arguments.len());
    for (name, value) in &request.arguments {
        let known = http.and_then(|http| catalog.actions[http].parameter(name.as_str()));
        let part = match known.map(|parameter| &parameter.ty) {
            Some(Type::Json | Type::Auth | Type::Sign) => parts.whole(value),
            ty => plain(parts, (value, ty.unwrap_or(&Type::String))),
        };
        match part {
            Rendered::Null if name == NEEDED => return Err(name.clone()),
            Rendered::Null => {}
            part => sent.push((name.clone(), part)),
        }
    }
    Ok(sent)
}

/// The words of a command, and its environment. What is unknown is an empty word, so that no other
/// takes its place, and no variable.
fn commanded(parts: &Parts<'_, '_>, command: &Command) -> Vec<Part> {
    let words = command
        .run
        .iter()
        .map(|word| match plain(parts, (word, &Type::String)) {
            Rendered::Null => Rendered::Text("".into()),
            word => word,
        });
    let variables = command.env.iter().filter_map(|(name, value)| {
        let value = parts.whole(value);
        (value != Rendered::Null).then(|| ((&**name).into(), value))
    });
    let mut sent = vec![(Name::new("run"), Rendered::List(words.collect()))];
    let variables: Vec<_> = variables.collect();
    if !variables.is_empty() {
        sent.push((Name::new("env"), Rendered::Object(variables)));
    }
    sent
}

/// A value that is no JSON and holds no secret.
fn plain(parts: &Parts<'_, '_>, (value, ty): (&Expression, &Type)) -> Rendered {
    match parts.scope.value(value) {
        Some(value) => rendered(parts.scope, &value, ty),
        None => Rendered::Null,
    }
}
