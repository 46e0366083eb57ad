//! Ten mistakes of ten kinds in a copy of the example: ten findings, at the
//! right places, exit code 1.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::repo_root;

/// A file, what stands in it, what is planted instead, and the finding.
type Planted = (&'static str, &'static str, &'static str, &'static str);

const MISTAKES: [Planted; 10] = [
    (
        "objects.flow",
        "owner: one user",
        "owner: one usr",
        "11:14: error[F0201]: there is no object `usr`",
    ),
    (
        "events.flow",
        "\"$.payload.object.topic\"",
        "\"payload.object.topic\"",
        "10:22: error[F0314]: this is no JSONPath",
    ),
    (
        "messages.flow",
        "{attended_minutes} minutes",
        "{attended_minute} minutes",
        "15:27: error[F0202]: `contact` has no property `attended_minute`",
    ),
    (
        "segments.flow",
        "segment regulars on contact static",
        "segmnt regulars on contact static",
        "5:1: error[F0109]: `segmnt` opens no declaration",
    ),
    (
        "workflows/register.flow",
        "status == approved",
        "status = approved",
        "4:45: error[F0107]: a comparison is written `==`",
    ),
    (
        "workflows/register.flow",
        "message: reminder",
        "message: remindr",
        "17:16: error[F0209]: there is no message `remindr`",
    ),
    (
        "workflows/attendance.flow",
        "enroll on webinar_left",
        "enroll on webinar_lft",
        "15:13: error[F0203]: there is no event `webinar_lft`",
    ),
    (
        "workflows/follow_up.flow",
        "set stage = mql",
        "set stage = \"mql\"",
        "14:21: error[F0302]: expected one of subscriber, lead, mql, customer, found a text",
    ),
    (
        "workflows/follow_up.flow",
        "attended_minutes > 0",
        "attended_minutes > \"none\"",
        "18:48: error[F0301]: a number cannot be compared with a text",
    ),
    (
        "workflows/hand_over.flow",
        "do create_task",
        "do create_tsk",
        "10:14: error[F0205]: there is no action `create_tsk`",
    ),
];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the example") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

#[test]
fn ten_planted_mistakes_are_ten_findings() {
    let dir = tempfile::tempdir().expect("a folder");
    copy(&repo_root().join("examples/webinar"), dir.path());
    let mut expected = Vec::new();
    for (file, right, wrong, finding) in MISTAKES {
        let path = dir.path().join(file);
        let text = fs::read_to_string(&path).expect("the file");
        assert_eq!(text.matches(right).count(), 1, "{file}: {right}");
        fs::write(&path, text.replace(right, wrong)).expect("the mistake");
        expected.push(format!("{file}:{finding}"));
    }
    let run = Command::new(env!("CARGO_BIN_EXE_flow"))
        .args(["check", "--format", "concise", "."])
        .current_dir(dir.path())
        .output()
        .expect("flow runs");
    let found: Vec<String> = String::from_utf8(run.stdout)
        .expect("text")
        .lines()
        .map(str::to_owned)
        .collect();
    expected.sort();
    let mut sorted = found.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
    assert_eq!(run.status.code(), Some(1));
}
