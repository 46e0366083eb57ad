//! Older versions of workflows on which those inside finish (V3): which ones a
//! program must hold, with their texts, and what is said where one does not go
//! with it. What becomes of enrolments is decided by the engine.

use std::collections::BTreeMap;
use std::fmt;

use super::named::Named;
use crate::base::{Fingerprint, Name, Sources, Uid};
use crate::diagnostic::{Finding, Findings, Level};
use crate::engine::{Prepared, Refused, State};
use crate::model::WorkflowId;
use crate::plan::{Program, Workflow};
use crate::project::Project;
use crate::syntax::ast::OnEdit;

/// An older version of a workflow, with how many finish on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Older {
    /// The workflow.
    pub workflow: Name,
    /// Which version.
    pub version: Fingerprint,
    /// How many are inside.
    pub enrolments: u64,
    /// Whose these are.
    pub records: Named,
    /// What the text is called that declares it.
    pub source: String,
    /// This text.
    pub text: String,
}

/// How many are inside each version of each workflow.
#[must_use]
pub fn inside(state: &State) -> BTreeMap<WorkflowId, u64> {
    let mut inside = BTreeMap::new();
    for of in state.records().flat_map(|record| &record.enrolments) {
        *inside.entry(of.workflow).or_default() += 1;
    }
    inside
}

/// The versions that a program must hold which follows the running one: those
/// that somebody is inside, of workflows whose edits leave them there. `texts`
/// are those of the running one.
#[must_use]
pub fn needed(state: &State, texts: &Sources, next: &Prepared) -> Vec<Older> {
    let (running, inside) = (state.prepared(), inside(state).into_iter());
    let needed = inside.filter_map(|(id, enrolments)| {
        let plan = running.workflow(id)?;
        stays(running, plan, next).then(|| Older {
            workflow: plan.name().clone(),
            version: plan.version,
            enrolments,
            records: whose(state, id),
            source: source_of(plan, (&running.program, texts)),
            text: text_of(plan, texts),
        })
    });
    needed.collect()
}

/// The records that are inside a version.
fn whose(state: &State, version: WorkflowId) -> Named {
    let records = state.records().filter(|record| {
        let mut enrolments = record.enrolments.iter();
        enrolments.any(|of| of.workflow == version)
    });
    let records: Vec<Uid> = records.map(|record| record.id).collect();
    Named::of(state, &records, records.len() as u64)
}

/// The text that declares a version: of an instance that of its template too,
/// then what is kept with it.
fn text_of(plan: &Workflow, texts: &Sources) -> String {
    let template = plan.made.iter().map(|made| made.span);
    let kept = plan.kept.iter().copied();
    let spans = template.chain([plan.span]).chain(kept);
    let parts: Vec<&str> = spans.map(|span| texts.slice(span)).collect();
    parts.join("\n\n")
}

/// What the text of a version is called. One that was kept before stays what
/// it was called: so its declarations keep their names.
fn source_of(plan: &Workflow, (program, texts): (&Program, &Sources)) -> String {
    let source = plan.span.source;
    let pinned = program.pinned().iter();
    if pinned
        .into_iter()
        .any(|older| older.workflow.span.source == source)
    {
        return texts.get(source).name().to_owned();
    }
    format!("{}@{}.flow", plan.name(), plan.version.short())
}

/// Whether those inside a version stay on it, and it is not the one that
/// enrols.
fn stays(running: &Prepared, plan: &Workflow, next: &Prepared) -> bool {
    let catalog = &next.program.catalog;
    let current = catalog.workflow(plan.name());
    let Some(current) = current.and_then(|id| next.workflow(id)) else {
        return false;
    };
    // The records of another object cannot be inside.
    let object = &running.program.catalog.objects[plan.object].name;
    let same = *object == catalog.objects[current.object].name;
    same && current.on_edit == OnEdit::Pin && current.whole != plan.whole
}

/// Why a program does not go with what is in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// The engine says so; of each rule that records violate, whose they are.
    Refused(Refused, Vec<Named>),
    /// Versions on which some finish do not go with it: which, and what they
    /// need, in words.
    Older(Vec<(Older, Vec<String>)>),
}

impl Unfit {
    /// What the engine says of a program, with the records that it means.
    #[must_use]
    pub fn refused(state: &State, refused: Refused) -> Self {
        let violations = match &refused {
            Refused::Violated(all) => all.as_slice(),
            Refused::UnderWay => &[],
        };
        let named = violations.iter();
        let named = named.map(|one| Named::of(state, &one.records, one.count));
        let named = named.collect();
        Unfit::Refused(refused, named)
    }

    /// The program cannot be read again, to hold older versions too.
    #[must_use]
    pub fn unread(older: &[Older]) -> Self {
        let why = || vec!["the program cannot be read again".to_owned()];
        Unfit::Older(older.iter().map(|one| (one.clone(), why())).collect())
    }

    /// What is wrong with older versions, which stand in a project in their
    /// order.
    #[must_use]
    pub fn of(project: &Project, older: &[Older], findings: &Findings) -> Self {
        let errors = || findings.iter().filter(|one| one.level == Level::Error);
        let versions = older.iter().zip(&project.pinned);
        let versions = versions.map(|(version, source)| {
            let own = errors().filter(|finding| finding.primary.span.source == *source);
            let said = own.map(|finding| said(project, finding)).collect();
            (version.clone(), said)
        });
        let versions = versions.filter(|(_, said): &(_, Vec<String>)| !said.is_empty());
        Unfit::Older(versions.collect())
    }
}

/// A finding with the line that it is about.
fn said(project: &Project, finding: &Finding) -> String {
    let source = project.sources.get(finding.primary.span.source);
    let line = source.line_at(finding.primary.span.start);
    let line = source.text().lines().nth(line).unwrap_or_default();
    format!("{} ({}): {}", finding.message, finding.code, line.trim())
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = match self {
            Unfit::Refused(Refused::Violated(all), named) => {
                let mut all = all.iter().zip(named);
                return all.try_for_each(|(one, named)| writeln!(f, "{one}: {named}"));
            }
            Unfit::Refused(refused, _) => return refused.fmt(f),
            Unfit::Older(all) => all,
        };
        for (older, said) in all {
            let (workflow, version) = (&older.workflow, older.version.short());
            let some = match older.enrolments {
                1 => "1 enrolment finishes".to_owned(),
                some => format!("{some} enrolments finish"),
            };
            writeln!(
                f,
                "`{workflow}`: {some} on version {version}, which does not go with this program"
            )?;
            writeln!(f, "  inside: {}", older.records)?;
            for said in said {
                writeln!(f, "  {said}")?;
            }
        }
        writeln!(
            f,
            "bring back what is missing, or say `on edit migrate` to move those inside to the new version"
        )
    }
}

impl std::error::Error for Unfit {}
