//! Conditions that are checked and lowered, and not run yet: each names
//! itself where a program is to run, and has a form in the plan.

use flow::model::Settings;
use flow::plan::{Expression, Node, Past, Program, Refinement, Root};
use flow::semantic::hir::WorkflowTest;

use crate::graphs::program;

fn good(name: &str) -> Program {
    let path = format!("tests/corpus/good/{name}.flow");
    program(&[path], &Settings::default()).0
}

fn nodes(program: &Program) -> Vec<&Node> {
    let expressions = program.conditions().map(|condition| &condition.expression);
    expressions
        .flat_map(Expression::nodes)
        .map(|(_, node, _)| node)
        .collect()
}

fn pasts(program: &Program) -> Vec<&Past> {
    let nodes = nodes(program).into_iter();
    nodes
        .filter_map(|node| match node {
            Node::Past(past) => Some(&**past),
            _ => None,
        })
        .collect()
}

#[test]
fn the_past_has_a_form_in_the_plan() {
    let program = good("past");
    let pasts = pasts(&program);
    let has = |test: fn(&Past) -> bool| pasts.iter().any(|past| test(past));
    assert!(has(is_three_times));
    assert!(has(
        |past| matches!(past, Past::Happened(happened) if happened.member)
    ));
    assert!(has(|past| matches!(
        past,
        Past::Workflow {
            test: WorkflowTest::MetGoal,
            member: false,
            ..
        }
    )));
}

/// `happened page_viewed where (…) at least 3 times`, of the record itself.
fn is_three_times(past: &Past) -> bool {
    let Past::Happened(happened) = past else {
        return false;
    };
    let refined = matches!(happened.refinements.as_slice(), [Refinement::AtLeast(_)]);
    refined && happened.filter.is_some() && !happened.member
}

#[test]
fn a_record_that_is_chosen_has_a_form_in_the_plan() {
    let program = good("records");
    assert!(nodes(&program).into_iter().any(is_chosen));
}

/// `last(deals[main] where … by close_date).seller.boss.email`.
fn is_chosen(node: &Node) -> bool {
    let Node::Property(way, _) = node else {
        return false;
    };
    let Root::Chosen(choice) = &way.root else {
        return false;
    };
    choice.last && choice.by.is_some() && choice.filter.is_some() && way.hops.len() == 2
}
