//! `flow check --diff`: what `--fix` would change, as a patch.

use similar::TextDiff;

use super::fix::{Fixed, fixed};
use super::{Checked, count};
use crate::cli::args::CheckArguments;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;

/// Prints the patch. There being one is a finding.
pub(super) fn run(
    checked: Checked,
    arguments: &CheckArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    let fixed = fixed(checked, &arguments.levels)?;
    output.data(&patch(&fixed))?;
    let (all, files) = (fixed.before.findings.len(), fixed.texts.len());
    output.talk(match files {
        0 => format!("nothing can be mended unread: {}", count(all, "finding")),
        files => format!(
            "`--fix` would mend {} in {}",
            count(fixed.count, "finding"),
            count(files, "file")
        ),
    });
    Ok(match files {
        0 => fixed.after.exit(),
        _ => Exit::Findings,
    })
}

fn patch(fixed: &Fixed) -> String {
    let before = &fixed.before.project.sources;
    let files = fixed.texts.iter().map(|(id, text)| {
        let source = before.get(*id);
        let (from, to) = (
            format!("a/{}", source.name()),
            format!("b/{}", source.name()),
        );
        let diff = TextDiff::from_lines(source.text(), text.as_str());
        diff.unified_diff().header(&from, &to).to_string()
    });
    files.collect()
}
