//! The arguments of the command line, with their help. What the commands do is not known here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit;

/// Declarative CRM workflows as code: checks a project, shows its graphs.
#[derive(Debug, Parser)]
#[command(name = "flow", version, after_help = help(
    "  flow check examples/webinar      check a project\n  \
       flow graph --workflow follow_up  show a workflow as a graph\n  \
       flow explain F0202               explain a finding"
))]
pub(super) struct Arguments {
    /// Whether to use colours; `auto` uses them on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: Color,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Check(CheckArguments),
    Graph(GraphArguments),
    Explain(ExplainArguments),
}

/// Check a project and print what is wrong with it.
///
/// Findings go to standard output, the summary to standard error.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow check                     check the project of this folder\n  \
       flow check examples/webinar    check another one\n  \
       flow check --format concise    print one line for each finding"
))]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: CheckFormat,
}

/// Show the workflows of a project as graphs.
///
/// A project with errors has no graphs: its errors are printed to standard error.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow graph                               show all workflows as text\n  \
       flow graph --workflow follow_up          show one of them\n  \
       flow graph --format dot | dot -T svg     draw them with Graphviz"
))]
pub(super) struct GraphArguments {
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// Show this workflow only; may be given more than once
    #[arg(short, long, value_name = "NAME")]
    pub(super) workflow: Vec<String>,
    /// How graphs are printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: GraphFormat,
}

/// Explain a kind of finding, or list all kinds.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow explain                     list all kinds of findings\n  \
       flow explain F0202               explain one by its number\n  \
       flow explain unknown-property    explain one by its name"
))]
pub(super) struct ExplainArguments {
    /// The number or the name of the kind, in any case
    pub(super) code: Option<String>,
    /// How the explanation is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ExplainFormat,
}

/// Which project.
#[derive(Debug, Args)]
pub(super) struct ProjectArguments {
    /// The folder of the project, or a folder in it
    #[arg(default_value = ".")]
    pub(super) dir: PathBuf,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// The forms of findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// With the lines that they speak of
    #[default]
    Pretty,
    /// One line each: path:line:column: level[code]: message
    Concise,
    /// One document, for programs
    Json,
}

/// The forms of graphs.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum GraphFormat {
    /// Indented lines
    #[default]
    Text,
    /// For Graphviz
    Dot,
    /// For Markdown
    Mermaid,
    /// One document, for programs
    Json,
}

/// The forms of explanations.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum ExplainFormat {
    /// Markdown
    #[default]
    Text,
    /// One document, for programs
    Json,
}

/// The end of a help page.
fn help(examples: &str) -> String {
    format!("Examples:\n{examples}\n\n{}", exit::TABLE)
}
