//! `message-never-sent`: a trigger on what became of a message that no workflow sends (S1.29).

use std::collections::BTreeSet;

use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{EventId, MessageId, Type};
use crate::plan::{Condition, EventTrigger, Expression, Node, NodeId, Program, StepKind, Workflow};
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
    for trigger in program.workflows().iter().flat_map(triggers) {
        if !of_mails(program, trigger) {
            continue;
        }
        for (message, span) in named(trigger.filter.as_ref()) {
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

/// The events that enrol in a workflow, or take out of it.
fn triggers(workflow: &Workflow) -> impl Iterator<Item = &EventTrigger> {
    workflow.events.iter().chain(&workflow.unenroll_on)
}

/// Whether a trigger is on what becomes of a message.
fn of_mails(program: &Program, trigger: &EventTrigger) -> bool {
    let EventSource::Declared(event) = trigger.event else {
        return false;
    };
    is_of_package(program, event)
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
