//! `message-never-sent`: a trigger, a wait, a question about the past or a test on what became of a
//! message that no workflow sends (S1.29).

use std::collections::BTreeSet;

use super::found::Found;
use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{EventId, MessageId, Type};
use crate::plan::test::Test;
use crate::plan::{
    Condition, EventTrigger, Expression, Node, NodeId, Past, Program, StepKind, Workflow,
};
use crate::semantic::hir::EventSource;
use crate::syntax::ast::Comparison;

/// The package whose events are about messages.
const PACKAGE: &str = "email";

pub(super) fn check(found: &mut Found<'_>) {
    let program = found.program;
    let packages = &program.settings.packages;
    if !packages.iter().any(|package| &*package.name == PACKAGE) {
        return;
    }
    let Some(sent) = sent(program) else { return };
    let judge = |asked: Vec<Asked>, findings: &mut Findings| {
        let missed = asked.into_iter().filter(|(id, _)| !sent.contains(id));
        findings.extend(missed.map(|asked| finding(program, asked)));
    };
    judge(asked_outside(program), &mut found.findings);
    found.in_workflows(|workflow, findings| judge(asked_by(program, workflow), findings));
}

/// A message of which something is said to have become, with the place.
type Asked = (MessageId, Span);

fn finding(program: &Program, (message, span): Asked) -> Finding {
    let name = &program.catalog.messages[message].name;
    let text = format!("no workflow sends `{name}`");
    Finding::new(Code::MessageNeverSent, span, text).help(format!(
        "nothing becomes of a message before it is sent: \
         `do send_email {{ to: …, message: {name} }}`"
    ))
}

fn asked_by(program: &Program, workflow: &Workflow) -> Vec<Asked> {
    let triggers = triggers(workflow).into_iter();
    let triggers = triggers.map(|trigger| (&trigger.event, trigger.filter.as_ref()));
    let conditions = workflow.conditions().into_iter();
    let conditions = conditions.map(|condition| &condition.expression);
    let past = conditions.chain(workflow.expressions()).flat_map(happened);
    asked(program, triggers.chain(past))
}

/// Those of segments and tests.
fn asked_outside(program: &Program) -> Vec<Asked> {
    let segments = program.segment_conditions();
    let past = segments.flat_map(|condition| happened(&condition.expression));
    let mut all = asked(program, past);
    for occurrence in program.tests().iter().flat_map(Test::occurrences) {
        if is_of_package(program, occurrence.event) {
            let values = occurrence.fields.iter();
            all.extend(values.filter_map(|(_, value)| {
                let root = value.root()?;
                Some((message(value)?, value.span(root)?))
            }));
        }
    }
    all
}

/// An event with what it must be like.
type Filtered<'p> = (&'p EventSource, Option<&'p Condition>);

fn asked<'p>(program: &Program, events: impl Iterator<Item = Filtered<'p>>) -> Vec<Asked> {
    let of_mails = events.filter(|(event, _)| match event {
        EventSource::Declared(event) => is_of_package(program, *event),
        _ => false,
    });
    of_mails.flat_map(|(_, filter)| named(filter)).collect()
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

/// What an expression asks of the past.
fn happened(expression: &Expression) -> impl Iterator<Item = Filtered<'_>> {
    expression.nodes().filter_map(|(_, node, _)| match node {
        Node::Past(past) => match &**past {
            Past::Happened(happened) => Some((&happened.event, happened.filter.as_ref())),
            _ => None,
        },
        _ => None,
    })
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
