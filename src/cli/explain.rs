//! `flow explain`: what the kinds of findings mean.

use super::args::{ExplainArguments, ExplainFormat};
use super::exit::{Exit, Failure};
use super::output::{Output, bold, wire};
use crate::base::nearest;
use crate::diagnostic::Code;

/// Prints the page of a code, or a list of all codes.
pub(super) fn run(arguments: &ExplainArguments, output: &Output) -> Result<Exit, Failure> {
    let code = arguments.code.as_deref().map(find).transpose()?;
    let codes = code.as_ref().map_or(Code::ALL, std::slice::from_ref);
    let text = match (arguments.format, code) {
        (ExplainFormat::Json, _) => wire::codes(codes),
        (ExplainFormat::Text, Some(code)) => page(code, output.data_style().color),
        (ExplainFormat::Text, None) => codes.iter().map(|code| line(*code)).collect(),
    };
    output.data(&text)?;
    Ok(Exit::Fine)
}

fn find(text: &str) -> Result<Code, Failure> {
    Code::find(text).ok_or_else(|| {
        let known = Code::ALL.iter().flat_map(|code| [code.code(), code.name()]);
        let message = format!("there is no finding `{text}`");
        Failure::unknown(
            message,
            nearest(text, known),
            "`flow explain` lists all findings",
        )
    })
}

/// The page as it stands, with headings in bold on a terminal.
fn page(code: Code, color: bool) -> String {
    let lines = code.page().lines();
    lines
        .map(|line| match line {
            heading if color && heading.starts_with('#') => bold(heading) + "\n",
            other => format!("{other}\n"),
        })
        .collect()
}

fn line(code: Code) -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max();
    format!(
        "{}  {:width$}  {:7}  {}\n",
        code,
        code.name(),
        code.level().word(),
        code.summary(),
        width = width.unwrap_or_default(),
    )
}
