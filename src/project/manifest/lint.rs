//! `[lint]`: the levels of rules. No rule is judged by here.

use super::entry::Entry;
use super::keys::{RULES_LATER, Table, rules};
use crate::base::nearest;
use crate::diagnostic::{Code, Finding};
use crate::model::LintLevel;

/// Reads one key. There is no code where no finding follows the rule yet.
pub(super) fn read(entry: &Entry<'_>) -> Result<(Option<Code>, LintLevel), Box<Finding>> {
    let rule = rule(entry)?;
    Ok((rule, level(entry)?))
}

/// The rule of a name.
fn rule(entry: &Entry<'_>) -> Result<Option<Code>, Box<Finding>> {
    let name = entry.name;
    let rule = rules().find(|rule| rule.name() == name);
    if rule.is_some() || RULES_LATER.contains(&name) {
        return Ok(rule);
    }
    let finding = |message: String| Finding::new(Code::UnknownKey, entry.key, message);
    Err(match Code::find(name) {
        Some(code) if rules().any(|rule| rule == code) => {
            let meant = Some(code.name());
            finding(format!("there is no rule `{name}`")).did_you_mean(meant, entry.key)
        }
        Some(code) => finding(format!("`{name}` is an error at every level")).help(format!(
            "`flow explain {}` says what to do about it",
            code.code()
        )),
        None => finding(format!("there is no rule `{name}`"))
            .did_you_mean(nearest(name, Table::Lint.keys()), entry.key),
    }
    .into())
}

fn level(entry: &Entry<'_>) -> Result<LintLevel, Box<Finding>> {
    let word = entry.words()?;
    let levels = LintLevel::ALL;
    if let Some(level) = levels.into_iter().find(|level| level.word() == word) {
        return Ok(level);
    }
    let finding = entry.wrong(format!("there is no level `{word}`"));
    let words = levels.map(LintLevel::word);
    let habit = match word {
        "warning" => Some("warn"),
        "error" | "forbid" => Some("deny"),
        "off" | "ignore" => Some("allow"),
        _ => nearest(word, words),
    };
    Err(match habit {
        Some(meant) => entry.mean(finding, meant),
        None => finding.help(format!("it is one of `{}`", words.join("`, `"))),
    }
    .into())
}
