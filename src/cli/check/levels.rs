//! The levels of rules that the command line sets. They win over those of `flow.toml`.

use std::collections::BTreeMap;

use crate::base::nearest;
use crate::cli::args::LevelArguments;
use crate::cli::exit::{Exit, Failure};
use crate::diagnostic::{Code, Level};
use crate::model::LintLevel;

/// The word for all rules.
const ALL: &str = "warnings";

/// Sets levels. A rule that is named keeps its level where all rules get another.
pub(super) fn set(
    levels: &mut BTreeMap<Code, LintLevel>,
    arguments: &LevelArguments,
) -> Result<(), Failure> {
    let given = [
        (LintLevel::Allow, &arguments.allow),
        (LintLevel::Warn, &arguments.warn),
        (LintLevel::Deny, &arguments.deny),
    ];
    let mut named = BTreeMap::new();
    for (level, words) in given {
        for word in words {
            match word == ALL {
                true => set_all(levels, level),
                false => name(&mut named, (rule(word)?, level))?,
            }
        }
    }
    levels.extend(named);
    Ok(())
}

/// All warnings become errors, or are not given; what is denied becomes a
/// warning.
fn set_all(levels: &mut BTreeMap<Code, LintLevel>, level: LintLevel) {
    for rule in rules() {
        let own = levels.get(&rule).copied().unwrap_or(LintLevel::Warn);
        let changes = match level {
            LintLevel::Warn => own == LintLevel::Deny,
            LintLevel::Allow | LintLevel::Deny => own == LintLevel::Warn,
        };
        if changes {
            levels.insert(rule, level);
        }
    }
}

fn name(
    named: &mut BTreeMap<Code, LintLevel>,
    (rule, level): (Code, LintLevel),
) -> Result<(), Failure> {
    match named.insert(rule, level) {
        Some(before) if before != level => Err(Failure {
            exit: Exit::Usage,
            message: format!("`{}` is given two levels", rule.name()),
            help: Some(format!(
                "`--{}` and `--{}` name it; keep one of them",
                before.word(),
                level.word()
            )),
        }),
        _ => Ok(()),
    }
}

/// The rule of a name.
fn rule(word: &str) -> Result<Code, Failure> {
    if let Some(rule) = rules().find(|rule| rule.name() == word) {
        return Ok(rule);
    }
    let all = "`flow explain` lists all rules: those of level `warning`";
    Err(match Code::find(word) {
        Some(code) if code.level() == Level::Error => Failure {
            exit: Exit::Usage,
            message: format!("`{word}` is an error at every level"),
            help: Some(format!("`flow explain {code}` says what to do about it")),
        },
        found => {
            let names = rules().map(Code::name).chain([ALL]);
            let meant = found.map(Code::name).or_else(|| nearest(word, names));
            Failure::unknown(format!("there is no rule `{word}`"), meant, all)
        }
    })
}

/// The kinds of finding whose level can be set.
fn rules() -> impl Iterator<Item = Code> {
    let all = Code::ALL.iter().copied();
    all.filter(|code| code.level() == Level::Warning)
}
