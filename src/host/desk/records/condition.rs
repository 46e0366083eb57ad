//! A condition that somebody has typed, compiled with the program that the
//! store runs: a segment of one more source. How records are evaluated is not
//! known here.

use std::path::Path;

use crate::base::{Name, SourceId, Sources};
use crate::compile::compile;
use crate::diagnostic::{Findings, Level};
use crate::host::desk::wire::{Doubt, Reply, Words};
use crate::host::program::Loaded;
use crate::model::{Catalog, ObjectId, SegmentId};
use crate::plan::Program;
use crate::{project, syntax};

/// What the source is called.
const SOURCE: &str = "condition";

/// The most bytes of a condition.
const LONGEST: usize = 64 << 10;

/// A condition on the records of an object.
pub(super) struct Condition {
    pub(super) object: ObjectId,
    /// The program with one more segment, behind all others.
    pub(super) program: Program,
    pub(super) segment: SegmentId,
}

impl Condition {
    /// Compiles a condition on an object; it need not be said where there is
    /// only one.
    pub(super) fn compile(
        program: &Loaded,
        text: &str,
        object: Option<ObjectId>,
    ) -> Result<Self, Reply> {
        let catalog = &program.prepared.program.catalog;
        let object = object
            .or_else(|| only(catalog))
            .ok_or_else(|| which(catalog))?;
        if text.len() > LONGEST {
            return Err(Reply::refused("the condition is longer than 64 KiB"));
        }
        let head = format!(
            "segment {} on `{}` when ",
            name(),
            catalog.objects[object].name
        );
        let unread = || Reply::refused("the program of the store cannot be compiled any more");
        let mut project = project::unpack(Path::new(""), &program.packed).ok_or_else(unread)?;
        let source = project
            .sources
            .add(SOURCE.to_owned(), format!("{head}{text}\n"));
        if syntax::parse(source, project.sources.get(source).text())
            .file
            .declarations
            .len()
            > 1
        {
            return Err(Reply::refused("a condition declares nothing"));
        }
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
        let program = compilation.program.ok_or_else(unread)?;
        let segment = program.catalog.segment(&Name::new(&name()));
        let last = program.catalog.segments.ids().last();
        match segment.filter(|segment| Some(*segment) == last) {
            Some(segment) => Ok(Condition {
                object,
                program,
                segment,
            }),
            None => Err(unread()),
        }
    }
}

/// The name of the segment: none comes after it, so that those of the program
/// keep their places.
fn name() -> String {
    "z".repeat(Name::MAX)
}

fn only(catalog: &Catalog) -> Option<ObjectId> {
    let mut ids = catalog.objects.ids();
    ids.next().filter(|_| ids.next().is_none())
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
