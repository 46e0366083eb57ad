//! What a test says that this version does not run.

use crate::base::Span;
use crate::plan::test::{Act, Claim, ClaimKind, Given, Input, Outcome, Test, Values};
use crate::plan::{Expression, Node, Root};

/// The constructs, with their places; none where the test can be played.
pub(super) fn of(test: &Test) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for given in &test.world {
        let values = match &given.what {
            Given::Record(_, values) => all(values),
            Given::Event(of, at) => of
                .fields
                .iter()
                .map(|(_, value)| value)
                .chain([at])
                .collect(),
            Given::Link(_) | Given::Member(..) => Vec::new(),
        };
        found.extend(values.into_iter().flat_map(later));
    }
    for act in &test.acts {
        if let Some(what) = act_of(&act.what) {
            found.push((what.to_owned(), act.span));
        }
        found.extend(values(&act.what).into_iter().flat_map(later));
    }
    for (claim, _) in &test.invariants {
        found.extend(of_claim(&claim.what).into_iter().flat_map(later));
    }
    found
}

/// What an act is called that is not run.
fn act_of(act: &Act) -> Option<&'static str> {
    match act {
        Act::Input(Input::Merge(..)) => Some("merges into"),
        Act::Input(Input::Delete(_)) => Some("is deleted"),
        Act::Input(Input::Restore(_)) => Some("is restored"),
        Act::AdvanceBy(amount) if amount.business => Some("business"),
        _ => None,
    }
}

fn all(values: &Values) -> Vec<&Expression> {
    values.iter().map(|(_, value)| value).collect()
}

/// The expressions of an act.
fn values(act: &Act) -> Vec<&Expression> {
    match act {
        Act::Mock(mock) => match &mock.outcome {
            Outcome::Answer(results) => results.iter().map(|(_, value)| value).collect(),
            Outcome::Fails(_) | Outcome::TimesOut => Vec::new(),
        },
        Act::Input(Input::Set(_, values) | Input::Create(_, values)) => all(values),
        Act::Input(Input::Event(of)) => {
            let fields = of.fields.iter().map(|(_, value)| value);
            fields.chain(&of.id).chain(&of.occurred_at).collect()
        }
        Act::Input(_) | Act::AdvanceBy(_) => Vec::new(),
        Act::AdvanceTo(moment) => vec![moment],
        Act::Expect(claim) => of_claim(claim),
    }
}

fn of_claim(claim: &Claim) -> Vec<&Expression> {
    match &claim.kind {
        ClaimKind::Holds(condition) | ClaimKind::About(_, condition) => {
            vec![&condition.expression]
        }
        ClaimKind::Waiting(waiting) => waiting.until.iter().collect(),
        ClaimKind::Sent(sent) => sent.arguments.iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    }
}

/// The nodes that are not run.
fn later(expression: &Expression) -> Vec<(String, Span)> {
    let nodes = expression.nodes();
    let later = nodes.filter_map(|(_, node, span)| {
        let what = match node {
            Node::Later(_) => "a condition over the past",
            Node::Property(way, _) | Node::Record(way) if matches!(way.root, Root::Chosen(_)) => {
                "first"
            }
            _ => return None,
        };
        Some((what.to_owned(), span))
    });
    later.collect()
}
