//! Why a record is, or is not, enrolled in a workflow (H3): what the engine says, with the texts of
//! its clauses and with what the history knows of the values. How it is shown is not known here.

use super::find::candidate;
use super::happened;
use super::wire::{
    Candidate, DiagnosedChange, DiagnosedClause, DiagnosedRead, DiagnosedStanding, DiagnosedTerm,
    Diagnosis, Reply, Words,
};
use crate::base::{Span, Timestamp, Uid, nearest};
use crate::engine::State;
use crate::engine::decision::Reason;
use crate::engine::diagnose::{Clause, Diagnosis as Found, Standing, Term};
use crate::host::durable::Core;
use crate::host::look::Places;
use crate::host::replay::past::{self, Told};
use crate::host::store::Store;
use crate::model::WorkflowId;
use crate::store::disk::Disk;

/// The diagnosis of a record by its id, and a workflow by its name.
pub(super) fn diagnose<D: Disk>(
    (core, store): (&Core<D>, &Store),
    now: Timestamp,
    (record, workflow): (&str, &str),
) -> Reply {
    let state = core.state();
    let Some(id) = Uid::parse(record) else {
        return Reply::refused(format!("`{record}` is no id of a record"));
    };
    let workflow_id = match workflow_of(state, workflow) {
        Ok(id) => id,
        Err(words) => return Reply::Refused(words),
    };
    let Some(found) = state.diagnose(id, workflow_id, now) else {
        return Reply::refused(format!("there is no workflow `{workflow}`"));
    };
    let told = match happened::history((store, &core.untold()), core.state(), (record, None)) {
        Reply::History { lines } => lines,
        refused => return refused,
    };
    let told: Vec<Told> = told.iter().filter_map(|line| past::told(line)).collect();
    let showing = Showing {
        places: &core.program().places,
        told: told.iter().filter(|told| told.at <= found.at).collect(),
    };
    Reply::Diagnosis(Box::new(showing.whole(state, (id, workflow), &found)))
}

fn workflow_of(state: &State, name: &str) -> Result<WorkflowId, Words> {
    let workflows = || state.prepared().program.workflows().iter();
    let found = workflows().position(|workflow| workflow.name() == name);
    found.map(WorkflowId::at).ok_or_else(|| {
        let names = workflows().map(|workflow| workflow.name().as_str());
        Words {
            message: format!("there is no workflow `{name}`"),
            help: nearest(name, names).map(|meant| format!("did you mean `{meant}`?")),
        }
    })
}

/// What a diagnosis is shown with.
struct Showing<'d> {
    places: &'d Places,
    /// What is told of the record up to the instant.
    told: Vec<&'d Told>,
}

impl Showing<'_> {
    fn whole(&self, state: &State, (id, workflow): (Uid, &str), found: &Found) -> Diagnosis {
        let cell = state.record(id);
        let change = cell.into_iter().flat_map(|cell| {
            let edits = found.change.iter();
            edits.map(|edit| edit.told(state, cell))
        });
        let clauses = found.clauses.iter();
        let reason = found.reason.map_or("enrolled", Reason::word);
        Diagnosis {
            record: cell.map_or_else(|| unknown(id), |cell| candidate(state, cell)),
            workflow: workflow.to_owned(),
            at: found.at.to_string(),
            enrolls: found.reason.is_none(),
            reason: reason.to_owned(),
            clauses: clauses.map(|clause| self.clause(clause)).collect(),
            standing: standing(&found.standing),
            change: change
                .map(|(set, to)| DiagnosedChange { set, to })
                .collect(),
        }
    }

    fn clause(&self, clause: &Clause) -> DiagnosedClause {
        DiagnosedClause {
            role: clause.role.word().to_owned(),
            text: self.text(clause.span),
            source: self.places.of(clause.span),
            holds: word(clause.holds).to_owned(),
            waits: clause.waits,
            terms: clause.terms.iter().map(|term| self.term(term)).collect(),
        }
    }

    fn term(&self, term: &Term) -> DiagnosedTerm {
        let read = term.read.iter().map(|(path, value)| DiagnosedRead {
            path: path.clone(),
            value: value.clone(),
            since: self.since(path).map(|at| at.to_string()),
        });
        DiagnosedTerm {
            text: self.text(term.span),
            source: self.places.of(term.span),
            holds: if term.open { "event" } else { word(term.holds) }.to_owned(),
            read: read.collect(),
        }
    }

    /// When a property of the record itself was written last: it has its default from its birth.
    fn since(&self, path: &str) -> Option<Timestamp> {
        if !path.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return None;
        }
        let wrote = |told: &&&Told| told.kind == "wrote" && told.field("property") == Some(path);
        let born = |told: &&&Told| told.kind == "created";
        let last = self.told.iter().rev().find(wrote);
        last.or_else(|| self.told.iter().find(born))
            .map(|told| told.at)
    }

    /// What is written at a place, on one line.
    fn text(&self, span: Span) -> String {
        let source = self.places.sources().get(span.source);
        let words: Vec<&str> = source.slice(span).split_whitespace().collect();
        words.join(" ")
    }
}

/// A record that there is none of.
fn unknown(id: Uid) -> Candidate {
    Candidate {
        object: String::new(),
        name: id.to_string(),
        id: id.to_string(),
    }
}

fn standing(of: &Standing) -> DiagnosedStanding {
    let Standing {
        on,
        paused,
        manual,
        inside,
        times,
        breaker,
    } = *of;
    DiagnosedStanding {
        on,
        paused,
        manual,
        inside,
        times,
        breaker,
    }
}

fn word(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "true",
        Some(false) => "false",
        None => "unknown",
    }
}
