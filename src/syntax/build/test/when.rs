//! `when …` of a test.

use crate::syntax::ast::test::{Switch, When};
use crate::syntax::build::Builder;
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn when(&mut self, pair: Pair<'i>) -> Option<When> {
        match pair.as_rule() {
            Rule::when_created => return Some(When::Created(self.new_record(pair)?)),
            Rule::when_joins => return Some(When::Joins(self.end(pair)?)),
            Rule::when_leaves => return Some(When::Leaves(self.end(pair)?)),
            _ => {}
        }
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        if rule == Rule::when_program {
            return Some(When::Program(self.plain(parts.text?)));
        }
        let first = self.ident(parts.names.first()?);
        let second = parts.names.get(1).map(|name| self.ident(name));
        Some(match rule {
            Rule::when_does => When::Does(self.occurrence(parts)?),
            Rule::when_sets => When::Sets(first, parts.assignments),
            Rule::when_clears => {
                let cleared = parts.names.split_off(1);
                When::Clears(first, cleared.iter().map(|name| self.ident(name)).collect())
            }
            Rule::when_merges => When::Merges(first, second?),
            Rule::when_moved if parts.says(Rule::kw_added) => When::Added(first, second?),
            Rule::when_moved => When::Removed(first, second?),
            Rule::when_enrols if parts.says(Rule::kw_enrolls) => When::Enrolls(first, second?),
            Rule::when_enrols => When::Unenrolls(first, second?),
            Rule::when_webhook => When::Receives(first, self.body(parts.text?)),
            Rule::when_turns if parts.says(Rule::kw_on) => When::Switches(first, Switch::On),
            Rule::when_turns => When::Switches(first, Switch::Off),
            _ if parts.says(Rule::kw_paused) => When::Switches(first, Switch::Pause),
            _ if parts.says(Rule::kw_resumed) => When::Switches(first, Switch::Resume),
            _ if parts.says(Rule::kw_deleted) => When::Deleted(first),
            _ => When::Restored(first),
        })
    }
}
