//! A condition that somebody has typed, compiled with the program that the
//! store runs: the `only when` of a workflow of one more source. How a record
//! is evaluated is not known here.

use std::path::Path;

use crate::base::{Name, SourceId, Sources, Timestamp};
use crate::compile::compile;
use crate::diagnostic::{Findings, Level};
use crate::engine::record::RecordCell;
use crate::engine::{Prepared, State};
use crate::host::desk::wire::{Doubt, Reply, Words};
use crate::host::program::Loaded;
use crate::model::{Catalog, ObjectId, WorkflowId};
use crate::plan::Program;
use crate::syntax::ast::{ClauseKind, Declaration, File};
use crate::{project, syntax};

/// What the source is called.
const SOURCE: &str = "condition";

/// What stands behind the condition.
const TAIL: &str = "\nsteps {} }\n";

/// The most bytes of a condition.
const LONGEST: usize = 64 << 10;

/// A condition on the records of an object.
pub(super) struct Condition {
    object: ObjectId,
    /// The program with one more workflow, behind all others.
    prepared: Prepared,
    workflow: WorkflowId,
}

impl Condition {
    /// Compiles a condition on an object; it need not be said where there is
    /// only one.
    pub(super) fn compile(
        running: &Loaded,
        text: &str,
        object: Option<ObjectId>,
    ) -> Result<Self, Reply> {
        let catalog = &running.prepared.program.catalog;
        let object = object.or_else(|| only(catalog));
        let object = object.ok_or_else(|| which(catalog))?;
        if text.len() > LONGEST {
            return Err(Reply::refused("the condition is longer than 64 KiB"));
        }
        let program = program(running, (&catalog.objects[object].name, text))?;
        let workflow = program.catalog.workflow(&Name::new(&name()));
        let last = program.catalog.workflows.ids().last();
        let workflow = workflow.filter(|workflow| Some(*workflow) == last);
        let workflow = workflow.ok_or_else(unread)?;
        let prepared = Prepared::new(program);
        if !running.prepared.keeps_all_of(&prepared) {
            return Err(unkept());
        }
        if !running.prepared.hears_all_of(&prepared) {
            return Err(unheard());
        }
        Ok(Condition {
            object,
            prepared,
            workflow,
        })
    }

    /// Whether it holds for a record at an instant; one that is unknown does
    /// not.
    pub(super) fn holds(&self, state: &State, record: &RecordCell, now: Timestamp) -> bool {
        let workflow = self.prepared.workflow(self.workflow);
        let condition = workflow.and_then(|workflow| workflow.only.as_ref());
        record.object == self.object
            && condition
                .is_some_and(|condition| state.would_hold(record, (&self.prepared, condition), now))
    }
}

/// The program that runs, with a condition on an object.
fn program(running: &Loaded, (object, text): (&Name, &str)) -> Result<Program, Reply> {
    let head = format!("workflow {} on `{object}` {{ only when ", name());
    let mut project = project::unpack(Path::new(""), &running.packed).ok_or_else(unread)?;
    let whole = format!("{head}{text}{TAIL}");
    let source = project.sources.add(SOURCE.to_owned(), whole);
    let parsed = syntax::parse(source, project.sources.get(source).text());
    project.files.push(source);
    let compilation = compile(&project.sources, &project.files, &project.settings);
    let place = Typed {
        source,
        start: head.len(),
        length: text.len(),
    };
    let doubts = place.doubts(&compilation.findings, &project.sources);
    if !doubts.is_empty() {
        return Err(Reply::Unclear { findings: doubts });
    }
    if !is_one(&parsed.file) {
        return Err(Reply::refused("a condition declares nothing"));
    }
    compilation.program.ok_or_else(unread)
}

/// Whether a source holds a condition and nothing else.
fn is_one(file: &File) -> bool {
    let [Declaration::Workflow(workflow)] = file.declarations.as_slice() else {
        return false;
    };
    let kinds = workflow.clauses.iter().map(|clause| &clause.kind);
    matches!(
        kinds.collect::<Vec<_>>().as_slice(),
        [ClauseKind::OnlyWhen(_), ClauseKind::Steps(steps)] if steps.is_empty()
    )
}

/// The name of the workflow: none comes after it, so that those of the program
/// keep their places.
fn name() -> String {
    "z".repeat(Name::MAX)
}

fn only(catalog: &Catalog) -> Option<ObjectId> {
    let mut ids = catalog.objects.ids();
    ids.next().filter(|_| ids.next().is_none())
}

fn unread() -> Reply {
    Reply::refused("the program of the store cannot be compiled any more")
}

fn which(catalog: &Catalog) -> Reply {
    let names = catalog.objects.rows().iter();
    let names: Vec<&str> = names.map(|object| object.name.as_str()).collect();
    Reply::Refused(Words {
        message: "a condition is on the records of one object".into(),
        help: Some(format!(
            "name it by `--object`: there are `{}`",
            names.join("`, `")
        )),
    })
}

/// What is behind a link is known as far as the program reads it.
fn unheard() -> Reply {
    Reply::Refused(Words {
        message: "the condition reads through a link what the program does not read there".into(),
        help: Some("choose by the record's own properties, or by a segment".into()),
    })
}

/// Of the past is kept what the program reads of it (V6).
fn unkept() -> Reply {
    Reply::Refused(Words {
        message: "the condition asks of the past what no condition of the program asks".into(),
        help: Some("`flow history` tells what happened to a record".into()),
    })
}

/// Where the condition stands in its source.
struct Typed {
    source: SourceId,
    start: usize,
    length: usize,
}

impl Typed {
    /// What is wrong with the condition; warnings are no matter.
    fn doubts(&self, findings: &Findings, sources: &Sources) -> Vec<Doubt> {
        let errors = findings.iter();
        let errors = errors.filter(|finding| finding.level == Level::Error);
        let doubts = errors.map(|finding| {
            let span = finding.primary.span;
            let own = span.source == self.source;
            let place = |at: u32| {
                let at = (at as usize).saturating_sub(self.start).min(self.length);
                u32::try_from(at).unwrap_or_default()
            };
            let elsewhere = || format!("in {}", sources.get(span.source).name());
            Doubt {
                code: finding.code.code().to_owned(),
                message: finding.message.clone(),
                start: if own { place(span.start) } else { 0 },
                end: if own { place(span.end) } else { 0 },
                label: if own {
                    finding.primary.text.clone()
                } else {
                    elsewhere()
                },
                help: finding.help.clone(),
            }
        });
        doubts.collect()
    }
}
