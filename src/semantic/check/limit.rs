//! Limits that count: each has a code of its own, and a key of `flow.toml` that
//! raises it.

use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::Limits;
use crate::semantic::types::Checker;
use crate::syntax::ast::Ident;

/// One limit.
pub(super) struct Limit {
    code: Code,
    /// Its key in `flow.toml`.
    key: &'static str,
    most: fn(&Limits) -> Option<u32>,
    /// What it says; `#` stands for the number.
    says: &'static str,
    /// What to do instead of raising it.
    advice: &'static str,
}

/// Single conditions in the triggers of a workflow.
pub(super) const FILTERS: Limit = Limit {
    code: Code::TooManyFilters,
    key: "filters_per_workflow",
    most: |limits| limits.filters_per_workflow,
    says: "the triggers of a workflow take # filters",
    advice: "put what belongs together into a segment",
};

/// Cases of a `branch`.
pub(super) const BRANCH_CASES: Limit = Limit {
    code: Code::TooManyCases,
    key: "cases_per_branch",
    most: |limits| limits.cases_per_branch,
    says: "a `branch` takes # cases",
    advice: "write a `match`, or branch again in the `else`",
};

/// Cases of a `match`.
pub(super) const MATCH_CASES: Limit = Limit {
    code: Code::TooManyMatchCases,
    key: "cases_per_match",
    most: |limits| limits.cases_per_match,
    says: "a `match` takes # cases",
    advice: "join values by commas or ranges, or match again in the `else`",
};

/// Levels of blocks.
const NESTING: Limit = Limit {
    code: Code::TooManyLevels,
    key: "nesting",
    most: |limits| limits.nesting,
    says: "blocks nest # levels deep, no deeper",
    advice: "enrol in a second workflow",
};

/// Webhooks of a project.
pub(super) const WEBHOOKS: Limit = Limit {
    code: Code::TooManyWebhooks,
    key: "webhooks",
    most: |limits| limits.webhooks,
    says: "a project takes # webhooks",
    advice: "let one webhook take what several send, and tell them apart by a field",
};

/// Properties of an event.
pub(super) const EVENT_PROPERTIES: Limit = Limit {
    code: Code::TooManyProperties,
    key: "properties_per_event",
    most: |limits| limits.properties_per_event,
    says: "an event takes # properties",
    advice: "leave out what no trigger or step reads",
};

/// Labels of an association.
pub(super) const LABELS: Limit = Limit {
    code: Code::TooManyLabels,
    key: "labels_per_association",
    most: |limits| limits.labels_per_association,
    says: "an association takes # labels",
    advice: "declare a second association",
};

/// Data sources of a workflow.
pub(super) const SOURCES: Limit = Limit {
    code: Code::TooManySources,
    key: "sources_per_workflow",
    most: |limits| limits.sources_per_workflow,
    says: "a workflow takes # data sources",
    advice: "write what is used once where it is used",
};

/// Characters of the name of a property.
const PROPERTY_NAME: Limit = Limit {
    code: Code::LongPropertyName,
    key: "property_name_length",
    most: |limits| limits.property_name_length,
    says: "the name of a property takes # characters",
    advice: "shorten it",
};

impl Limit {
    fn finding(&self, most: u32, span: Span) -> Finding {
        let Limit { key, advice, .. } = self;
        let message = self.says.replace('#', &most.to_string());
        Finding::new(self.code, span, message).help(format!(
            "{advice}; or raise the limit: `{key}` under `[limits]` in flow.toml"
        ))
    }
}

impl Checker<'_> {
    /// Reports the first of some things that is over a limit.
    pub(super) fn limited(&mut self, limit: &Limit, things: impl IntoIterator<Item = Span>) {
        let Some(most) = (limit.most)(&self.settings.limits) else {
            return;
        };
        if let Some(over) = things.into_iter().nth(most as usize) {
            self.report(limit.finding(most, over));
        }
    }

    /// Steps inside a number of blocks. Whether that is too deep.
    pub(super) fn levels(&mut self, blocks: usize, first: Span) -> bool {
        let most = (NESTING.most)(&self.settings.limits);
        let over = most.filter(|most| blocks > *most as usize);
        if let Some(most) = over {
            self.report(NESTING.finding(most, first));
        }
        over.is_some()
    }

    /// The name of a property of an object or an event.
    pub(super) fn short_name(&mut self, name: &Ident) {
        let length = name.name.as_str().chars().count();
        let most = (PROPERTY_NAME.most)(&self.settings.limits);
        if let Some(most) = most.filter(|most| length > *most as usize) {
            self.report(PROPERTY_NAME.finding(most, name.span));
        }
    }
}
