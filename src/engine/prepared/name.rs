//! The names by which what is kept means a workflow, or an older version of one
//! (V3). Where they are kept is not known here.

use std::borrow::Cow;

use super::Prepared;
use crate::base::Name;
use crate::model::WorkflowId;

/// What parts the name of a workflow from one of its versions; no name has it.
const OF: char = '@';

impl Prepared {
    /// The name of a workflow; of an older version also which one it is.
    pub(in crate::engine) fn plan_name(&self, id: WorkflowId) -> Cow<'_, str> {
        match self.workflow(id) {
            None => Cow::Borrowed(""),
            Some(plan) if self.program.current(id) == id => Cow::Borrowed(plan.name().as_str()),
            Some(plan) => Cow::Owned(format!("{}{OF}{}", plan.name(), plan.version)),
        }
    }

    /// The workflow, or the older version of one, that a name means.
    pub(in crate::engine) fn plan_named(&self, text: &str) -> Option<WorkflowId> {
        let (name, version) = match text.split_once(OF) {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        let of = self.program.catalog.workflow(&Name::new(name))?;
        let Some(version) = version else {
            return Some(of);
        };
        let mut older = self.program.versions(of).skip(1);
        older.find(|id| {
            let plan = self.workflow(*id);
            plan.is_some_and(|plan| plan.version.to_string() == version)
        })
    }
}
