//! The records of a store as one SQLite file: a table for each object, and
//! tables of what is about records, under names that no object has.

use std::io;
use std::path::Path;

use super::columns;
use crate::base::{Name, Timestamp};
use crate::cli::client::{Client, strange};
use crate::cli::exit::Failure;
use crate::cli::run::wrong;
use crate::connector::sqlite::{Cell, Database, Kind, Table};
use crate::host::desk::{Ask, Reply};
use crate::host::replay::kept::Record;
use crate::host::store;
use crate::model::{Object, Type};
use crate::plan::Program;

/// The version of the form.
const VERSION: i64 = 1;

/// How many entries of the history are written at once.
const ENTRIES: usize = 10_000;

/// Names what cannot be written.
fn failure(path: &Path) -> impl Fn(io::Error) -> Failure + '_ {
    move |source| {
        let path = path.to_owned();
        store::Failure::Write { path, source }.into()
    }
}

/// Writes a store into a file, which takes the place of another one only with
/// `replace`; how many records.
pub(super) fn write(client: &mut Client<'_>, to: &Path, replace: bool) -> Result<usize, Failure> {
    if !replace && to.symlink_metadata().is_ok() {
        let message = format!("`{}` is there already", to.display());
        return Err(wrong(message, "name another file, or say `--replace`"));
    }
    let fail = failure(to);
    let program = client.program()?;
    let mut file = Database::create(to).map_err(&fail)?;
    let mut written = 0;
    let mut objects = Vec::new();
    for (_, object) in program.catalog.objects.iter() {
        objects.push((object, of_object(&mut file, object).map_err(&fail)?));
    }
    let about = About::new(&mut file).map_err(&fail)?;
    for (object, table) in &objects {
        let columns = columns(object);
        client.records((Some(object.name.as_str()), None), &mut |records| {
            written += records.len();
            let rows: Vec<_> = records
                .iter()
                .map(|record| row(record, object, &columns))
                .collect();
            file.fill(table, &rows).map_err(&fail)?;
            about
                .records(&mut file, (&program, object), &records)
                .map_err(&fail)
        })?;
    }
    about.resolve(&mut file).map_err(&fail)?;
    for (_, table) in &objects {
        file.index(table, &["id"]).map_err(&fail)?;
    }
    about.failures(&mut file, client)?.map_err(&fail)?;
    about.history(&mut file, client)?.map_err(&fail)?;
    let tables: Vec<&Table> = objects.iter().map(|(_, table)| table).collect();
    about.meta(&mut file, client, &tables)?.map_err(&fail)?;
    file.finish().map_err(&fail)?;
    Ok(written)
}

/// The table of an object.
fn of_object(file: &mut Database, object: &Object) -> io::Result<Table> {
    let own = ["id", "created_at", "updated_at"].map(|name| (name, Kind::Text));
    let names = columns(object);
    let properties = names.iter().map(|name| {
        let kind = match object
            .property(name.as_str())
            .map(|id| &object.properties[id].ty)
        {
            Some(Type::Number) => Kind::Number,
            Some(Type::Bool) => Kind::Whole,
            _ => Kind::Text,
        };
        (name.as_str(), kind)
    });
    let all: Vec<_> = own.into_iter().chain(properties).collect();
    file.table(object.name.as_str(), &all)
}

fn row(record: &Record, object: &Object, columns: &[Name]) -> Vec<Cell> {
    let own = [&record.id, &record.created_at, &record.updated_at];
    let own = own.into_iter().map(|text| Cell::from(text.as_str()));
    let values = columns.iter().map(|column| {
        let mut known = record.properties.0.iter();
        let Some((_, value)) = known.find(|(name, _)| column == name.as_str()) else {
            return Cell::Null;
        };
        let ty = object.property(column.as_str());
        match (value.as_bool(), value.as_str()) {
            (Some(yes), _) => Cell::bool(yes),
            (_, Some(text)) => Cell::from(text),
            _ if ty.is_some_and(|id| object.properties[id].ty == Type::Number) => {
                Cell::number(value.to_string())
            }
            _ => Cell::Text(value.to_string()),
        }
    });
    own.chain(values).collect()
}

/// The tables that are about records of all objects.
struct About {
    records: Table,
    links: Table,
    segments: Table,
    enrolments: Table,
    failures: Table,
    history: Table,
    meta: Table,
}

impl About {
    fn new(file: &mut Database) -> io::Result<Self> {
        let mut table = |name: &str, columns: &[&str]| {
            let columns: Vec<_> = columns.iter().map(|name| (*name, Kind::Text)).collect();
            file.table(name, &columns)
        };
        let key = |own: &[&'static str]| -> Vec<&'static str> {
            ["object", "id", "name"]
                .iter()
                .chain(own)
                .copied()
                .collect()
        };
        let records = table("records", &key(&[]))?;
        let links = table(
            "links",
            &key(&["as", "with_object", "with_id", "with_name", "labels"]),
        )?;
        let segments = table("segments", &key(&["segment"]))?;
        let enrolments = table("enrolments", &key(&["workflow", "key", "step", "until"]))?;
        let meta = table("meta", &["key", "value"])?;
        let failures = [
            ("key", Kind::Text),
            ("at", Kind::Text),
            ("id", Kind::Text),
            ("name", Kind::Text),
            ("workflow", Kind::Text),
            ("step", Kind::Text),
            ("action", Kind::Text),
            ("error", Kind::Text),
            ("attempts", Kind::Whole),
        ];
        let history = [
            ("position", Kind::Whole),
            ("at", Kind::Of("$.at")),
            ("kind", Kind::Of("$.kind")),
            ("id", Kind::Of("$.id")),
            ("workflow", Kind::Of("$.workflow")),
            ("step", Kind::Of("$.step")),
            ("entry", Kind::Text),
        ];
        Ok(About {
            records,
            links,
            segments,
            enrolments,
            failures: file.table("failures", &failures)?,
            meta,
            history: file.table("history", &history)?,
        })
    }

    /// What is about some records of an object.
    fn records(
        &self,
        file: &mut Database,
        (program, object): (&Program, &Object),
        records: &[Record],
    ) -> io::Result<()> {
        let key = |record: &Record| {
            [&record.object, &record.id, &record.name].map(|text| Cell::from(text.as_str()))
        };
        let (mut all, mut links) = (Vec::new(), Vec::new());
        let (mut segments, mut enrolments) = (Vec::new(), Vec::new());
        for record in records {
            all.push(key(record).to_vec());
            for link in &record.links {
                let other = object.association(&link.r#as);
                let other = other.map(|id| object.associations[id].object);
                let other = other.map(|id| program.catalog.objects[id].name.as_str());
                let own = [
                    Cell::from(link.r#as.as_str()),
                    other.map_or(Cell::Null, Cell::from),
                    Cell::Null,
                    Cell::from(link.with.as_str()),
                    Cell::Text(link.labels.join(";")),
                ];
                links.push(key(record).into_iter().chain(own).collect());
            }
            for segment in &record.segments {
                let own = [Cell::from(segment.as_str())];
                segments.push(key(record).into_iter().chain(own).collect());
            }
            for inside in &record.inside {
                let own = [&inside.key, &inside.step, &inside.until];
                let own = own.map(|text| text.as_deref().map_or(Cell::Null, Cell::from));
                let workflow = [Cell::from(inside.workflow.as_str())];
                enrolments.push(key(record).into_iter().chain(workflow).chain(own).collect());
            }
        }
        file.fill(&self.records, &all)?;
        file.fill(&self.links, &links)?;
        file.fill(&self.segments, &segments)?;
        file.fill(&self.enrolments, &enrolments)
    }

    /// Finds the records at the other ends of links, once all are there.
    fn resolve(&self, file: &mut Database) -> io::Result<()> {
        file.index(&self.records, &["object", "name"])?;
        file.index(&self.links, &["with_id"])?;
        let (records, links) = (self.records.quoted(), self.links.quoted());
        file.execute(&format!(
            "UPDATE {links} SET with_id = (
                 SELECT r.id FROM {records} r
                 WHERE r.object = with_object AND r.name = with_name);"
        ))
    }

    fn failures(
        &self,
        file: &mut Database,
        client: &mut Client<'_>,
    ) -> Result<io::Result<()>, Failure> {
        let failures = match client.ask(&Ask::Failures)? {
            Reply::Failures { failures } => failures,
            other => return Err(strange(&other)),
        };
        let rows = failures.iter().map(|failed| {
            let texts = [
                &failed.key,
                &failed.at,
                &failed.id,
                &failed.record,
                &failed.workflow,
                &failed.step,
                &failed.action,
                &failed.error,
            ];
            let texts = texts.map(|text| Cell::from(text.as_str()));
            let attempts = [Cell::Whole(failed.attempts.into())];
            texts.into_iter().chain(attempts).collect()
        });
        let rows: Vec<Vec<Cell>> = rows.collect();
        Ok(file.fill(&self.failures, &rows))
    }

    fn history(&self, file: &mut Database, client: &Client<'_>) -> Result<io::Result<()>, Failure> {
        let (mut rows, mut done) = (Vec::new(), Ok(()));
        let told = client.entries(&mut |position, entry| {
            let position = i64::try_from(position.get()).unwrap_or(i64::MAX);
            rows.push(vec![Cell::Whole(position), Cell::from(entry)]);
            if rows.len() >= ENTRIES && done.is_ok() {
                done = file.fill(&self.history, &rows);
                rows.clear();
            }
        });
        told?;
        Ok(done.and_then(|()| {
            file.fill(&self.history, &rows)?;
            file.index(&self.history, &["id"])
        }))
    }

    fn meta(
        &self,
        file: &mut Database,
        client: &mut Client<'_>,
        objects: &[&Table],
    ) -> Result<io::Result<()>, Failure> {
        let status = match client.ask(&Ask::Status)? {
            Reply::Status(status) => status,
            other => return Err(strange(&other)),
        };
        let now = Timestamp::now().to_string();
        let objects: Vec<&str> = objects.iter().map(|table| table.name.as_str()).collect();
        let rows = [
            ("version", Cell::Whole(VERSION)),
            ("project", Cell::from(client.project.settings.name.as_str())),
            ("program", Cell::Text(status.program)),
            (
                "position",
                Cell::Whole(i64::try_from(status.position).unwrap_or(i64::MAX)),
            ),
            ("now", status.now.map_or(Cell::Null, Cell::Text)),
            ("exported_at", Cell::Text(now)),
            ("decisions", Cell::Text(status.decisions)),
            ("objects", Cell::Text(objects.join(";"))),
        ];
        let rows = rows.map(|(key, value)| vec![Cell::from(key), value]);
        Ok(file.fill(&self.meta, &rows))
    }
}
