//! `flow status`: how things stand.

use super::args::{DataFormat, StatusArguments};
use super::client::{Client, strange};
use super::exit::{Exit, Failure};
use super::output::{Output, desk};
use super::records::aligned;
use crate::base::{TimeZone, Timestamp};
use crate::host::desk::{Ask, Reply, Status};

/// Prints how things stand.
pub(super) fn run(arguments: &StatusArguments, output: &Output) -> Result<Exit, Failure> {
    let mut client = Client::looking(arguments.project.place(), output)?;
    let status = match client.ask(&Ask::Status)? {
        Reply::Status(status) => status,
        other => return Err(strange(&other)),
    };
    let text = match arguments.format {
        DataFormat::Json => desk::document(&status),
        DataFormat::Text => {
            let zone = &client.project.settings.zone;
            let width = output.data_style().width;
            let mut text = rows(&status, (client.is_running(), zone));
            text.push('\n');
            text += &workflows(&status, width);
            if status.failures > 0 {
                let dir = arguments.project.place().behind();
                text += &format!("\nwhat failed: `flow failures{dir}`\n");
            }
            text
        }
    };
    output.data(&text)?;
    Ok(Exit::Fine)
}

/// How wide the first column is.
const FIRST: usize = 10;

fn rows(status: &Status, (running, zone): (bool, &TimeZone)) -> String {
    let published = if status.published {
        ""
    } else {
        ", not published"
    };
    let short: String = status.program.chars().take(8).collect();
    let pairs = |counts: &std::collections::BTreeMap<String, usize>| {
        let pairs = counts.iter().map(|(name, count)| format!("{count} {name}"));
        pairs.collect::<Vec<_>>().join(", ")
    };
    let moment = |text: &Option<String>| text.as_deref().map(|text| shown(text, zone));
    let rows = [
        ("program", Some(format!("{short}{published}"))),
        (
            "process",
            Some(if running { "running" } else { "none" }.to_owned()),
        ),
        ("clock", moment(&status.now)),
        ("next", moment(&status.next)),
        ("records", Some(pairs(&status.records))),
        ("segments", Some(pairs(&status.segments))),
        (
            "actions",
            Some(format!(
                "{} waiting, {} failed for good",
                status.pending, status.failures
            )),
        ),
    ];
    let rows = rows.into_iter();
    let rows = rows.filter_map(|(word, text)| text.map(|text| (word, text)));
    rows.filter(|(_, text)| !text.is_empty())
        .map(|(word, text)| format!("{word:FIRST$}{text}\n"))
        .collect()
}

fn workflows(status: &Status, width: usize) -> String {
    let head = ["workflow", "", "inside", "enrolled", "left"];
    let head = head.into_iter().map(str::to_owned).collect();
    let rows = status.workflows.iter().flat_map(|one| {
        let whole = [
            one.name.clone(),
            one.switch.clone(),
            one.inside.to_string(),
            one.enrolled.to_string(),
            one.left.to_string(),
        ];
        let versions = one.versions.iter().map(|version| {
            let inside = version.inside.to_string();
            vec![format!("  {}", version.version), String::new(), inside]
        });
        std::iter::once(whole.to_vec()).chain(versions)
    });
    aligned(std::iter::once(head).chain(rows).collect(), width)
}

/// An instant in the zone of the project.
pub(super) fn shown(text: &str, zone: &TimeZone) -> String {
    match text.parse::<Timestamp>() {
        Ok(at) => {
            let at = at.to_zoned(zone.clone());
            at.strftime("%-d %B %Y, %H:%M:%S").to_string()
        }
        Err(_) => text.to_owned(),
    }
}
