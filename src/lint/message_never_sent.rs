//! `message-never-sent`: a trigger, a wait, a question about the past or a test on what became of a
//! message that no workflow sends (S1.29).

use std::collections::BTreeSet;

use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{EventId, MessageId, Type};
use crate::plan::test::Test;
use crate::plan::{
    Condition, EventTrigger, Expression, Happened, Node, NodeId, Past, Program, StepKind, Workflow,
};
use crate::semantic::hir::EventSource;
use crate::syntax::ast::Comparison;

/// The package whose events are about messages.
const PACKAGE: &str = "email";

pub(super) fn check(program: &Program, findings: &mut Findings) {
    let packages = &program.settings.packages;
    if !packages.iter().any(|package| &*package.name == PACKAGE) {
        return;
    }
    let Some(sent) = sent(program) else { return };
    for (message, span) in asked(program) {
        if !sent.contains(&message) {
            let name = &program.catalog.messages[message].name;
            let text = format!("no workflow sends `{name}`");
            findings.push(
                Finding::new(Code::MessageNeverSent, span, text).help(format!(
                    "nothing becomes of a message before it is sent: \
                     `do send_email {{ to: …, message: {name} }}`"
                )),
            );
        }
    }
}

/// The messages of which something is said to have become, with their places.
fn asked(program: &Program) -> Vec<(MessageId, Span)> {
    let of_mails = |event: &EventSource| match event {
        EventSource::Declared(event) => is_of_package(program, *event),
        _ => false,
    };
    let triggers = program.workflows().iter().flat_map(triggers);
    let triggers = triggers.map(|trigger| (&trigger.event, trigger.filter.as_ref()));
    let past = happened(program).into_iter();
    let past = past.map(|happened| (&happened.event, happened.filter.as_ref()));
    let filters = triggers.chain(past).filter(|(event, _)| of_mails(event));
    let mut asked: Vec<(MessageId, Span)> = filters.flat_map(|(_, filter)| named(filter)).collect();
    for occurrence in program.tests().iter().flat_map(Test::occurrences) {
        if is_of_package(program, occurrence.event) {
            let values = occurrence.fields.iter();
            asked.extend(values.filter_map(|(_, value)| {
                let root = value.root()?;
                Some((message(value)?, value.span(root)?))
            }));
        }
    }
    asked
}

/// The messages that some workflow sends; `None` where one sends a message
/// that is not named.
fn sent(program: &Program) -> Option<BTreeSet<MessageId>> {
    let steps = program.plans().flat_map(|workflow| &workflow.steps);
    let mut sent = BTreeSet::new();
    for step in steps {
        let StepKind::Do(act) = &step.kind else {
            continue;
        };
        let parameters = &program.catalog.actions[act.action].parameters;
        for (name, value) in &act.arguments {
            let parameter = parameters.iter().find(|parameter| parameter.name == *name);
            if parameter.is_some_and(|parameter| parameter.ty == Type::Message) {
                sent.insert(message(value)?);
            }
        }
    }
    Some(sent)
}

fn message(value: &Expression) -> Option<MessageId> {
    match value.node(value.root()?)? {
        Node::Message(message) => Some(*message),
        _ => None,
    }
}

/// The events that enrol in a workflow, take out of it, and end its waits.
fn triggers(workflow: &Workflow) -> Vec<&EventTrigger> {
    let mut all = workflow.triggers();
    for step in &workflow.steps {
        if let StepKind::Await(wait) = &step.kind {
            all.extend(wait.triggers());
        }
    }
    all
}

/// What the conditions and values of a program ask of the past.
fn happened(program: &Program) -> Vec<&Happened> {
    let conditions = program.conditions().map(|condition| &condition.expression);
    let values = program.workflows().iter().flat_map(Workflow::expressions);
    let nodes = conditions.chain(values).flat_map(Expression::nodes);
    let past = nodes.filter_map(|(_, node, _)| match node {
        Node::Past(past) => match &**past {
            Past::Happened(happened) => Some(&**happened),
            _ => None,
        },
        _ => None,
    });
    past.collect()
}

fn is_of_package(program: &Program, event: EventId) -> bool {
    let event = &program.catalog.events[event];
    let mut properties = event.properties.rows().iter();
    event.name.as_str().starts_with("email_")
        && properties.any(|property| property.ty == Type::Message)
}

/// The messages that a filter asks for, with their places.
fn named(filter: Option<&Condition>) -> Vec<(MessageId, Span)> {
    let Some(filter) = filter else {
        return Vec::new();
    };
    let filter = &filter.expression;
    let asked = filter.nodes().flat_map(|(_, node, _)| match node {
        Node::Compare(Comparison::Equal, a, b) => vec![*a, *b],
        Node::In(_, list, false) => match filter.node(*list) {
            Some(Node::List(items)) => items.to_vec(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    });
    let place = |id: NodeId| match filter.node(id)? {
        Node::Message(message) => Some((*message, filter.span(id)?)),
        _ => None,
    };
    asked.filter_map(place).collect()
}
