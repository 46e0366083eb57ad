//! The names of a line, looked up in the program. What is done with them is
//! not known here.

use serde_json::Value;

use super::Mistake;
use super::keys;
use crate::base::{Name, Uid, nearest};
use crate::diagnostic::Code;
use crate::engine::{Prepared, Target, key};
use crate::model::{
    AssociationId, EventId, EventPropertyId, ObjectId, PropertyId, SegmentId, Value as Known,
    WorkflowId, coerce,
};
use crate::plan::{Program, raw};

/// A record that a line names.
pub(super) struct Named {
    pub(super) object: ObjectId,
    pub(super) target: Target,
}

/// How many names are listed.
const LISTED: usize = 8;

/// A name that the program does not have.
fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Mistake {
    let message = match what.split_once(" of ") {
        Some((what, owner)) => format!("there is no {what} `{name}` of {owner}"),
        None => format!("there is no {what} `{name}`"),
    };
    let mut mistake = Mistake::new(Code::UnknownInReplay, message);
    mistake.meant = nearest(name, known.clone()).map(str::to_owned);
    let more = if known.clone().nth(LISTED).is_some() {
        ", …"
    } else {
        ""
    };
    let some: Vec<&str> = known.take(LISTED).collect();
    if !some.is_empty() {
        mistake = mistake.help(format!("there are `{}`{more}", some.join("`, `")));
    }
    mistake.at(name)
}

pub(super) fn object(program: &Program, name: &str) -> Result<ObjectId, Mistake> {
    let objects = &program.catalog.objects;
    let found = program.catalog.object(&Name::new(name));
    found.ok_or_else(|| {
        unknown(
            "object",
            name,
            objects.rows().iter().map(|o| o.name.as_str()),
        )
    })
}

/// A property that an input may write.
pub(super) fn writable(
    program: &Program,
    object: ObjectId,
    name: &str,
) -> Result<PropertyId, Mistake> {
    let owner = &program.catalog.objects[object];
    let Some(id) = owner.property(name) else {
        let rows = owner.properties.rows().iter();
        let names = rows.filter(|p| !p.builtin && !p.computed);
        let names = names.map(|p| p.name.as_str());
        let what = format!("property of `{}`", owner.name);
        return Err(unknown(&what, name, names));
    };
    let property = &owner.properties[id];
    if property.builtin || property.computed {
        let why = if property.builtin {
            "built in"
        } else {
            "computed"
        };
        let message = format!("`{name}` is {why} and cannot be written");
        return Err(Mistake::bad(message).at(name));
    }
    Ok(id)
}

pub(super) fn association(
    program: &Program,
    object: ObjectId,
    name: &str,
) -> Result<AssociationId, Mistake> {
    let owner = &program.catalog.objects[object];
    owner.association(name).ok_or_else(|| {
        let names = owner.associations.rows().iter().map(|a| a.name.as_str());
        unknown(&format!("association of `{}`", owner.name), name, names)
    })
}

pub(super) fn label(
    program: &Program,
    (object, association): (ObjectId, AssociationId),
    name: &str,
) -> Result<Name, Mistake> {
    let declared = &program.catalog.objects[object].associations[association];
    let found = declared.labels.iter().find(|label| label.as_str() == name);
    found.cloned().ok_or_else(|| {
        let names = declared.labels.iter().map(Name::as_str);
        unknown(&format!("label of `{}`", declared.name), name, names)
    })
}

pub(super) fn event(program: &Program, webhook: bool, name: &str) -> Result<EventId, Mistake> {
    let events = &program.catalog.events;
    let what = if webhook { "webhook" } else { "event" };
    match program.catalog.event(&Name::new(name)) {
        Some(id) if events[id].webhook || !webhook => Ok(id),
        Some(_) => Err(Mistake::new(
            Code::UnknownInReplay,
            format!("`{name}` is an event that no webhook feeds"),
        )
        .at(name)
        .help("write it with `event`")),
        None => {
            let rows = events.rows().iter();
            let names = rows.filter(move |event| event.webhook || !webhook);
            Err(unknown(what, name, names.map(|event| event.name.as_str())))
        }
    }
}

pub(super) fn workflow(program: &Program, name: &str) -> Result<WorkflowId, Mistake> {
    let rows = program.catalog.workflows.rows().iter();
    let found = program.catalog.workflow(&Name::new(name));
    found.ok_or_else(|| unknown("workflow", name, rows.map(|w| w.name.as_str())))
}

/// A segment that is changed by hand.
pub(super) fn segment(program: &Program, name: &str) -> Result<SegmentId, Mistake> {
    let segments = &program.catalog.segments;
    match program.catalog.segment(&Name::new(name)) {
        Some(id) if segments[id].fixed => Ok(id),
        Some(_) => Err(Mistake::bad(format!(
            "`{name}` follows a condition: nobody is added or removed by hand"
        ))
        .at(name)),
        None => {
            let rows = segments.rows().iter();
            Err(unknown("segment", name, rows.map(|s| s.name.as_str())))
        }
    }
}

/// A record by a unique value or by its id: `{"contact": {"email": "…"}}`.
pub(super) fn record(prepared: &Prepared, what: &str, value: &Value) -> Result<Named, Mistake> {
    let program = &prepared.program;
    let example = r#"{"contact": {"email": "ada@example.com"}}"#;
    let (name, by) = keys::single(what, value, example)?;
    let object = self::object(program, name)?;
    let (property, value) = keys::single(name, by, example)?;
    let declared = &program.catalog.objects[object];
    if property == "id" {
        let id = value.as_str().and_then(Uid::parse);
        let id = id.ok_or_else(|| Mistake::bad("an id has 32 hexadecimal digits").at("id"))?;
        let target = Target::Id(object, id);
        return Ok(Named { object, target });
    }
    let unique = declared.properties.rows().iter();
    let unique = unique.filter(|p| p.unique).map(|p| p.name.as_str());
    let Some(id) = declared.property(property) else {
        let what = format!("unique property of `{}`", declared.name);
        return Err(unknown(&what, property, unique));
    };
    if !declared.properties[id].unique {
        let names: Vec<&str> = unique.collect();
        let message = format!("`{property}` is not unique: it names no record");
        let help = format!("name the record by `{}`", names.join("` or `"));
        return Err(Mistake::bad(message).at(property).help(help));
    }
    let known = self::value(program, (object, id), value)?;
    let known =
        known.ok_or_else(|| Mistake::bad(format!("`{property}` has no value")).at(property))?;
    let target = Target::Key(key(prepared, object, id, &known));
    Ok(Named { object, target })
}

/// A value of a property; `None` for null.
pub(super) fn value(
    program: &Program,
    (object, property): (ObjectId, PropertyId),
    value: &Value,
) -> Result<Option<Known>, Mistake> {
    let declared = &program.catalog.objects[object].properties[property];
    let zone = &program.settings.zone;
    coerce(&declared.ty, &raw(value), zone).map_err(|misfit| {
        Mistake::bad(format!("`{}`: {misfit}", declared.name)).at(declared.name.as_str())
    })
}

pub(super) fn event_property(
    program: &Program,
    event: EventId,
    name: &str,
) -> Result<EventPropertyId, Mistake> {
    let declared = &program.catalog.events[event];
    declared.property(name).ok_or_else(|| {
        let names = declared.properties.rows().iter().map(|p| p.name.as_str());
        unknown(&format!("property of `{}`", declared.name), name, names)
    })
}
