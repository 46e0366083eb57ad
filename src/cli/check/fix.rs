//! `flow check --fix`: carries out the fixes that findings offer, and writes what changed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checked, count};
use crate::base::SourceId;
use crate::cli::args::{CheckArguments, LevelArguments};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::diagnostic::{Code, Finding, mend};
use crate::project::Project;

/// How often what was mended is looked at again: one mistake may hide another.
const ROUNDS: usize = 10;

/// A project before and after its fixes.
pub(super) struct Fixed {
    pub(super) before: Checked,
    pub(super) after: Checked,
    /// The new texts of the sources that changed.
    pub(super) texts: BTreeMap<SourceId, String>,
    /// How many fixes were carried out.
    pub(super) count: usize,
}

/// Carries out the fixes on the texts in memory.
pub(super) fn fixed(before: Checked, levels: &LevelArguments) -> Result<Fixed, Failure> {
    let again = |project: &Project, texts: &BTreeMap<SourceId, String>| {
        Checked::of(project.with_texts(texts), levels)
    };
    let mut after = again(&before.project, &BTreeMap::new())?;
    let (mut texts, mut count) = (BTreeMap::new(), 0);
    for _ in 0..ROUNDS {
        let project = &after.project;
        let mended = mend(&after.findings, &project.sources, |id| project.is_open(id));
        if mended.count == 0 {
            break;
        }
        let next = again(project, &mended.texts)?;
        if !mends(&after, &next) {
            break;
        }
        texts.extend(mended.texts);
        count += mended.count;
        after = next;
    }
    texts.retain(|id, text| before.project.sources.get(*id).text() != text);
    Ok(Fixed {
        before,
        after,
        texts,
        count,
    })
}

/// Whether some of what was to be mended is gone. What comes to light behind it
/// does not count.
fn mends(before: &Checked, after: &Checked) -> bool {
    let offers = before
        .findings
        .iter()
        .filter(|finding| finding.fixes.len() == 1);
    let offers: BTreeSet<_> = offers.map(said).collect();
    let left = |checked: &Checked| {
        let findings = checked.findings.iter();
        findings
            .filter(|finding| offers.contains(&said(finding)))
            .count()
    };
    left(after) < left(before)
}

fn said(finding: &Finding) -> (Code, &str) {
    (finding.code, &finding.message)
}

/// Carries out the fixes and writes the files. What is left is returned.
pub(super) fn run(
    before: Checked,
    arguments: &CheckArguments,
    output: &Output,
) -> Result<Checked, Failure> {
    let fixed = fixed(before, &arguments.levels)?;
    for (id, text) in &fixed.texts {
        let written = fixed.before.project.write(*id, text);
        written.map_err(|error| Failure {
            exit: Exit::Environment,
            message: format!("nothing more was written: {error}"),
            help: Some("run it again when the file can be written".into()),
        })?;
    }
    if fixed.count > 0 {
        let files = count(fixed.texts.len(), "file");
        output.talk(format!(
            "mended {} in {files}",
            count(fixed.count, "finding")
        ));
    }
    let left = fixed.after.findings.iter();
    let several = left.filter(|finding| finding.fixes.len() > 1).count();
    if several > 0 {
        let some = count(several, "finding");
        output.note(format!(
            "{some} can be mended in more than one way: choose by hand"
        ));
    }
    Ok(fixed.after)
}
