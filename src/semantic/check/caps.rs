//! `[caps]` of `flow.toml` (A9): the actions that it names exist.

use crate::base::{Name, nearest};
use crate::diagnostic::{Code, Finding};
use crate::model::is_kept;
use crate::semantic::resolve::unused;
use crate::semantic::types::Checker;

impl Checker<'_> {
    pub(super) fn check_caps(&mut self) {
        let known = self.catalog.actions.rows().iter();
        let known = known.filter(|action| !is_kept(&action.name));
        let known: Vec<&str> = known.map(|action| action.name.as_str()).collect();
        for cap in &self.settings.caps {
            if known.contains(&&*cap.action) || self.lost.contains(&*cap.action) || !self.complete {
                continue;
            }
            let message = format!("there is no action `{}`", cap.action);
            let meant = nearest(&cap.action, known.iter().copied());
            let finding = Finding::new(Code::UnknownAction, cap.place, message);
            let name = Name::new(&cap.action);
            self.findings.push(match (unused("action", &name), meant) {
                (Some(help), _) => finding.help(help),
                // What stands at the place may be a part of the name.
                (None, Some(meant)) if cap.action.contains('.') => {
                    finding.help(format!("did you mean `{meant}`?"))
                }
                (None, meant) => finding.did_you_mean(meant, cap.place),
            });
        }
    }
}
