//! The summary of a run for programs. The form changes only together with the
//! number `version`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::engine::RULES;
use crate::engine::decision::Reason;
use crate::host::run::Report;
use crate::host::tally::Inputs;

/// The version of the form.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct WireReport<'r> {
    version: u32,
    from: Option<String>,
    to: Option<String>,
    records: &'r BTreeMap<String, usize>,
    segments: &'r BTreeMap<String, usize>,
    inputs: WireInputs<'r>,
    imports: Vec<WireImport<'r>>,
    workflows: BTreeMap<&'r str, WireFlow>,
    actions: Vec<WireActs<'r>>,
    later: usize,
    next: Option<String>,
    rules: u32,
    decisions: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sent: Vec<WireSent<'r>>,
}

#[derive(Serialize)]
struct WireInputs<'r> {
    applied: usize,
    duplicates: usize,
    no_record: usize,
    refused: &'r BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct WireImport<'r> {
    name: &'r str,
    rows: usize,
    left_out: &'r [String],
    rejects: Vec<WireReject<'r>>,
    file: Option<String>,
}

#[derive(Serialize)]
struct WireReject<'r> {
    line: usize,
    reason: &'r str,
}

#[derive(Serialize)]
struct WireFlow {
    enrolled: usize,
    inside: usize,
    left: BTreeMap<&'static str, usize>,
    refused: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct WireActs<'r> {
    action: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'r str,
    asked: usize,
    done: usize,
    failed: usize,
}

#[derive(Serialize)]
struct WireSent<'r> {
    at: String,
    action: &'r str,
    to: Option<&'r str>,
    subject: &'r str,
    record: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sends: Option<Value>,
}

/// The summary as one JSON document, indented.
pub(in crate::cli) fn json(report: &Report) -> String {
    let instant = |at: crate::base::Timestamp| at.to_string();
    let flows = report.tally.flows.iter().map(|(name, flow)| {
        let flow = WireFlow {
            enrolled: flow.enrolled,
            inside: flow.inside,
            left: words(&flow.left),
            refused: words(&flow.refused),
        };
        (name.as_str(), flow)
    });
    let document = WireReport {
        version: VERSION,
        from: report.clock.map(|(from, _)| instant(from)),
        to: report.clock.map(|(_, to)| instant(to)),
        records: &report.objects,
        segments: &report.segments,
        inputs: inputs(&report.inputs),
        imports: imports(report),
        workflows: flows.collect(),
        actions: actions(report),
        later: report.later,
        next: report.next.map(instant),
        rules: RULES,
        decisions: report.hash.to_string(),
        sent: sent(report),
    };
    // The keys of its maps are texts.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn words(counts: &BTreeMap<Reason, usize>) -> BTreeMap<&'static str, usize> {
    let counts = counts.iter();
    counts
        .map(|(reason, count)| (reason.word(), *count))
        .collect()
}

fn inputs(inputs: &Inputs) -> WireInputs<'_> {
    WireInputs {
        applied: inputs.applied,
        duplicates: inputs.duplicates,
        no_record: inputs.no_record,
        refused: &inputs.refused,
    }
}

fn imports(report: &Report) -> Vec<WireImport<'_>> {
    let imports = report.imports.iter().map(|import| WireImport {
        name: &import.name,
        rows: import.rows,
        left_out: &import.left_out,
        rejects: import
            .rejects
            .iter()
            .map(|reject| WireReject {
                line: reject.number,
                reason: &reject.reason,
            })
            .collect(),
        file: import.file.as_ref().map(|file| file.display().to_string()),
    });
    imports.collect()
}

fn actions(report: &Report) -> Vec<WireActs<'_>> {
    let actions = report.tally.actions.iter();
    let actions = actions.map(|((action, message), acts)| WireActs {
        action,
        message,
        asked: acts.asked,
        done: acts.done,
        failed: acts.failed,
    });
    actions.collect()
}

fn sent(report: &Report) -> Vec<WireSent<'_>> {
    let sent = report.sent.iter().map(|sent| WireSent {
        at: sent.at.to_string(),
        action: &sent.action,
        to: sent.to.as_deref(),
        subject: &sent.subject,
        record: &sent.record,
        sends: sent
            .sends
            .as_deref()
            .and_then(|json| serde_json::from_str(json).ok()),
    });
    sent.collect()
}
