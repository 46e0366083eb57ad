//! What commands print for programs, other than findings and graphs. The form changes only
//! together with the number `version`.

use serde::Serialize;

use crate::diagnostic::Code;

/// The version of the form.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Codes {
    version: u32,
    codes: Vec<WireCode>,
}

#[derive(Serialize)]
struct WireCode {
    code: &'static str,
    name: &'static str,
    level: &'static str,
    summary: &'static str,
    page: &'static str,
}

/// The codes with their pages as one JSON document, indented.
pub(in crate::cli) fn codes(codes: &[Code]) -> String {
    let codes = codes.iter().map(|code| WireCode {
        code: code.code(),
        name: code.name(),
        level: code.level().word(),
        summary: code.summary(),
        page: code.page(),
    });
    let document = Codes {
        version: VERSION,
        codes: codes.collect(),
    };
    // It fails for maps with keys that are no strings, and there is no map.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}
