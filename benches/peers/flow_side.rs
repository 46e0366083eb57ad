//! The condition in `flow`: the `only when` of a workflow, asked of records of
//! an engine as `flow records --where` asks it.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow::base::{Date, Name, SignedDuration, Sources, Timestamp, Uid};
use flow::compile::compile;
use flow::engine::record::RecordCell;
use flow::engine::{Engine, Input, InputBody, Order, Prepared};
use flow::model::{Settings, Value};

use crate::{FLOW, Row};

pub(crate) struct Flow {
    prepared: Arc<Prepared>,
    engine: Engine,
    /// The ids of the records in the order of the rows.
    ids: Vec<Uid>,
    now: Timestamp,
}

impl Flow {
    pub(crate) fn new(rows: &[Row]) -> Self {
        let mut sources = Sources::default();
        let program = format!(
            "object contact {{ country: string, score: number, active: bool, born: date,
               stage: enum(lead, prospect, customer) }}
             workflow w on contact {{ only when {FLOW} steps {{}} }}"
        );
        let id = sources.add("peers.flow".to_owned(), program);
        let compiled = compile(&sources, &[id], &Settings::default());
        let prepared = Arc::new(Prepared::new(compiled.program.expect("it has no mistake")));
        let mut engine = Engine::new(prepared.clone(), "bench", Order::Sent);
        let now = Timestamp::from_second(1_767_603_600).expect("a time");
        engine.apply(now, InputBody::Publish.into());
        for (place, row) in rows.iter().enumerate() {
            let id = Some(format!("{place}").into());
            let body = created(&prepared, row);
            engine.apply(now, Input { id, ..body.into() });
        }
        let ids = (0..rows.len())
            .map(|place| Uid::of(&[b"input", b"create", format!("{place}").as_bytes()]))
            .collect();
        Flow {
            prepared,
            engine,
            ids,
            now,
        }
    }

    /// The records are found beforehand, as the peers' are.
    pub(crate) fn asked(&self) -> impl FnMut(&mut Vec<bool>) + '_ {
        let state = self.engine.state();
        let cells: BTreeMap<Uid, &RecordCell> =
            state.records().map(|cell| (cell.id, cell)).collect();
        let cells: Vec<&RecordCell> = self.ids.iter().map(|id| cells[id]).collect();
        let workflow = self.prepared.program.catalog.workflow(&Name::new("w"));
        let workflow = workflow.and_then(|id| self.prepared.workflow(id));
        let condition = workflow.and_then(|workflow| workflow.only.as_ref());
        let asked = (&*self.prepared, condition.expect("it is declared"));
        move |into| {
            let answers = cells
                .iter()
                .map(|cell| state.would_hold(cell, asked, self.now));
            into.extend(answers);
        }
    }
}

fn created(prepared: &Prepared, row: &Row) -> InputBody {
    let catalog = &prepared.program.catalog;
    let contact = catalog
        .object(&Name::new("contact"))
        .expect("it is declared");
    let object = &catalog.objects[contact];
    let property = |name: &str| object.property(name).expect("it is declared");
    let stage = match row.stage.as_str() {
        "lead" => 0,
        "prospect" => 1,
        _ => 2,
    };
    let first = Date::new(1970, 1, 1).expect("a day");
    let day = first.checked_add(SignedDuration::from_hours(24 * row.born));
    let values = vec![
        (
            property("country"),
            Value::Text(row.country.as_str().into()),
        ),
        (property("score"), Value::Number(row.score.into())),
        (property("active"), Value::Bool(row.active)),
        (property("born"), Value::Date(day.expect("a day"))),
        (property("stage"), Value::Member(stage)),
    ];
    InputBody::Create(contact, values)
}
