//! What must hold of every state in which nothing is under way.

use std::collections::BTreeSet;

use flow::base::{Timestamp, Uid};
use flow::engine::enrolment::{Enrolment, Stage};
use flow::engine::record::{LinkEnd, RecordCell, Side};
use flow::engine::{State, key};
use flow::plan::{Condition, Workflow};

/// Judges a state; `fresh` are the enrolments that began since what is true was
/// last re-based.
pub(super) fn judge(state: &State, fresh: &BTreeSet<Uid>) {
    let mut ids = BTreeSet::new();
    let mut first: Option<Timestamp> = None;
    for cell in state.records() {
        assert!(cell.is_settled(), "something is under way: {cell:?}");
        for of in &cell.enrolments {
            assert!(ids.insert(of.id), "two enrolments are one: {of:?}");
            let due = enrolment(state, cell, of);
            first = first.into_iter().chain(due).min();
            if fresh.contains(&of.id) {
                stays_out(state, cell, of);
            }
        }
        one_place(state, cell);
        links(state, cell);
        unique(state, cell);
    }
    let deadline = state.next_deadline();
    assert!(
        first.is_none() || (deadline.is_some() && deadline <= first),
        "due at {first:?}, woken at {deadline:?}"
    );
}

/// E16: under one key a record is inside a workflow once, whatever version.
fn one_place(state: &State, cell: &RecordCell) {
    let program = &state.prepared().program;
    let mut places = BTreeSet::new();
    for of in &cell.enrolments {
        let place = (program.current(of.workflow), of.key.clone());
        assert!(
            places.insert(place),
            "it is inside twice: {:?}",
            cell.enrolments
        );
    }
}

/// An enrolment stands where its program says, and is woken if time lets it go
/// on. Returns when that is.
fn enrolment(state: &State, cell: &RecordCell, of: &Enrolment) -> Option<Timestamp> {
    let prepared = state.prepared();
    let plan = prepared.workflow(of.workflow);
    let plan = plan.unwrap_or_else(|| panic!("inside no workflow: {of:?}"));
    assert_eq!(plan.object, cell.object, "{of:?}");
    assert_eq!(plan.bindings, of.bindings.len(), "{of:?}");
    assert!(
        of.step().is_none_or(|step| step < plan.steps.len()),
        "{of:?}"
    );
    let current = prepared.program.current(of.workflow);
    assert!(
        cell.been.has(current, &of.key),
        "it was never enrolled: {of:?}"
    );
    // Every record that is written has answered (I5).
    assert!(
        !matches!(of.stage, Stage::Writing { .. }),
        "nobody answers: {of:?}"
    );
    if state.switch(of.workflow).paused {
        return None;
    }
    let due = of.due();
    assert!(
        due.is_none_or(|due| due > state.now()),
        "its time has come, and it has not gone on: {of:?}"
    );
    due
}

/// L2, L3: nobody is inside for whom `suppress` or `goal` has turned true.
fn stays_out(state: &State, cell: &RecordCell, of: &Enrolment) {
    let prepared = state.prepared();
    let Some(plan) = prepared.workflow(of.workflow) else {
        return;
    };
    assert_eq!(plan.version, of.version, "{of:?}");
    // These may have a zone of their own.
    if plan
        .clauses
        .iter()
        .any(|clause| ["timezone", "hours"].contains(&clause.kind))
    {
        return;
    }
    let out = |plan: &Workflow| -> Vec<Condition> {
        plan.suppress.iter().chain(&plan.goal).cloned().collect()
    };
    for condition in out(plan) {
        assert!(
            !state.would_hold(cell, (prepared, &condition), state.now()),
            "it is still inside: {of:?}\n{condition:?}"
        );
    }
}

/// I5, E13: a link has two ends with the same labels.
fn links(state: &State, cell: &RecordCell) {
    for end in &cell.ends {
        let LinkEnd {
            side,
            other,
            labels,
            heard,
        } = &**end;
        let far = state.record(*other).filter(|far| far.gone.is_none());
        let far = far.unwrap_or_else(|| panic!("linked with nobody: {} {end:?}", cell.id));
        assert_eq!(heard.record, *other, "heard of another: {end:?}");
        let back = far.ends.iter().find(|back| {
            back.other == cell.id && is_other_end(state, (cell, *side), (far, back.side))
        });
        let back = back.unwrap_or_else(|| panic!("a link with one end: {} {end:?}", cell.id));
        assert_eq!(back.labels, *labels, "{} {end:?}", cell.id);
    }
}

/// Whether two ends are those of one association.
fn is_other_end(
    state: &State,
    (cell, side): (&RecordCell, Side),
    (far, back): (&RecordCell, Side),
) -> bool {
    let objects = &state.prepared().program.catalog.objects;
    let name = |of: &RecordCell, way| &objects[of.object].associations[way].name;
    let inverse = |of: &RecordCell, way| objects[of.object].associations[way].inverse.as_ref();
    match (side, back) {
        (Side::Own(one), Side::Own(other)) => {
            inverse(cell, one) == Some(name(far, other))
                && inverse(far, other) == Some(name(cell, one))
        }
        (Side::Own(one), Side::Back(object, other)) => object == cell.object && one == other,
        (Side::Back(object, one), Side::Own(other)) => object == far.object && one == other,
        (Side::Back(..), Side::Back(..)) => false,
    }
}

/// I5: a unique value is its record's own.
fn unique(state: &State, cell: &RecordCell) {
    let prepared = state.prepared();
    for property in prepared.unique(cell.object) {
        let Some(value) = cell.value(*property) else {
            continue;
        };
        let owner = state.owner(&key(prepared, cell.object, *property, value));
        assert_eq!(owner, Some(cell.id), "whose {value:?} is");
    }
}
