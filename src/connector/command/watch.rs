//! What a program that runs has begun besides: how much memory all of it holds, and its end.

use std::fs;
use std::process::{Child, Command, Stdio};

/// How deep programs that begin programs are followed.
const DEEPEST: u32 = 16;

/// How many bytes of memory a process holds, with those that it has begun; 0 where the system does
/// not say.
pub(super) fn memory(process: u32) -> u64 {
    of_tree(process, DEEPEST)
}

fn of_tree(process: u32, deep: u32) -> u64 {
    let Some(deep) = deep.checked_sub(1) else {
        return 0;
    };
    let begun = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    let begun = begun.unwrap_or_default();
    let begun = begun.split_whitespace().filter_map(|id| id.parse().ok());
    let of_those: u64 = begun.map(|child| of_tree(child, deep)).sum();
    own(process).unwrap_or_default().saturating_add(of_those)
}

/// What the line `VmRSS:  1234 kB` says.
fn own(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let mut lines = status.lines();
    let held = lines.find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = held.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// Ends a process and what it has begun in its group, and waits for it.
pub(super) fn end(child: &mut Child) {
    let group = format!("-{}", child.id());
    let all = Command::new("kill")
        .args(["-KILL", "--", &group])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    // Where nobody is left, or there is no `kill`, the process itself is what there is to end.
    if !all.is_ok_and(|status| status.success()) {
        let _ = child.kill();
    }
    let _ = child.wait();
}
