//! The arguments of the command line, with their help. What the commands do is not known here.

mod orders;
mod show;
mod store;
mod test;

use std::path::{Path, PathBuf};

pub(super) use self::orders::{
    CreateArguments, DeleteArguments, EnrollArguments, ImportArguments, MergeArguments,
    OrderArguments, PauseArguments, RestoreRecordArguments, ResumeArguments, RetryArguments,
    SendArguments, SetArguments, TakeArguments, UnenrollArguments,
};
pub(super) use self::show::{PackageArguments, ShowArguments, ShowCommand};
pub(super) use self::store::{
    BackupArguments, BenchArguments, CompactArguments, CompletionsArguments, ExportArguments,
    ExportFormat, InitArguments, ManArguments, RepairArguments, RestoreArguments, StoreArguments,
    StoreCommand, VerifyArguments,
};
pub(super) use self::test::TestArguments;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit::{self, Failure};
use crate::project::{self, Project};

/// Declarative CRM workflows as code: checks a project, shows its graphs, runs it.
#[derive(Debug, Parser)]
#[command(name = "flow", version, after_help = help(
    "  flow check examples/webinar             check a project\n  \
       flow test                               play its tests
  \
       flow run --replay two-weeks.jsonl       run what happened in two weeks\n  \
       flow history ada@fjordsoft.example      show what happened to a record\n  \
       flow send page_viewed --record R        tell the store what happens\n  \
       flow graph --workflow follow_up         show a workflow as a graph\n  \
       flow explain F0202                      explain a finding"
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
    Init(InitArguments),
    Check(CheckArguments),
    Run(RunArguments),
    Test(TestArguments),
    Import(ImportArguments),
    Send(SendArguments),
    Take(TakeArguments),
    Create(CreateArguments),
    Set(SetArguments),
    Delete(DeleteArguments),
    Restore(RestoreRecordArguments),
    Merge(MergeArguments),
    Enroll(EnrollArguments),
    Unenroll(UnenrollArguments),
    Pause(PauseArguments),
    Resume(ResumeArguments),
    Status(StatusArguments),
    Records(RecordsArguments),
    History(HistoryArguments),
    Diagnose(DiagnoseArguments),
    Failures(FailuresArguments),
    Retry(RetryArguments),
    Store(StoreArguments),
    Bench(BenchArguments),
    Graph(GraphArguments),
    Show(ShowArguments),
    Explain(ExplainArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
}

/// Check a project and print what is wrong with it.
///
/// Findings go to standard output, the summary to standard error.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow check                     check the project of this folder\n  \
       flow check examples/webinar    check another one\n  \
       flow check --format concise    print one line for each finding\n  \
       flow check --diff              show what the offered fixes would change\n  \
       flow check --fix               carry them out"
))]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: CheckFormat,
    /// Print so many findings at most; all are counted
    #[arg(long, value_name = "N")]
    pub(super) max_findings: Option<usize>,
    /// Carry out the fixes that findings offer, where there is one way alone
    #[arg(long)]
    pub(super) fix: bool,
    /// Show what `--fix` would change, and change nothing
    #[arg(long, conflicts_with = "fix")]
    pub(super) diff: bool,
    #[command(flatten)]
    pub(super) levels: LevelArguments,
}

/// The levels of rules. They win over those of `flow.toml`.
#[derive(Debug, Args)]
pub(super) struct LevelArguments {
    /// Do not give the findings of this rule; may be given more than once
    #[arg(long, value_name = "RULE")]
    pub(super) allow: Vec<String>,
    /// Give the findings of this rule as warnings
    #[arg(long, value_name = "RULE")]
    pub(super) warn: Vec<String>,
    /// Give the findings of this rule as errors; `warnings` means all rules
    #[arg(long, value_name = "RULE")]
    pub(super) deny: Vec<String>,
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

/// Run a project: live, or on what happened, a replay under a clock of its own.
///
/// What happens is kept in the store, the folder `.flow` in the project unless
/// `flow.toml` names another. A run that was stopped or killed goes on where it
/// was. Of a replay nothing leaves the machine: mails, tasks and requests become
/// files in the store. Live, requests are sent, and mails if `flow.toml` names a
/// server.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow run                                                run live\n  \
       flow run --watch                                        and load what is saved\n  \
       flow run --replay two-weeks.jsonl                       run all of it\n  \
       flow run --replay two-weeks.jsonl --until 2026-03-06    stop after that day\n  \
       flow run --replay two-weeks.jsonl --dry-run             write nothing"
))]
pub(super) struct RunArguments {
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// What happened, one JSON object a line
    #[arg(short, long, value_name = "FILE")]
    pub(super) replay: Option<PathBuf>,
    /// Load the sources whenever they are saved; with mistakes in them the program
    /// from before runs on
    #[arg(short, long, conflicts_with_all = ["replay", "once"])]
    pub(super) watch: bool,
    /// End when nothing is due and nothing on its way
    #[arg(long, conflicts_with = "replay")]
    pub(super) once: bool,
    /// Stop the clock here: a moment in RFC 3339, or a day, which is the end of it.
    /// It may be later than the last line: then the clock runs on, and waits end
    #[arg(short, long, value_name = "TIME", requires = "replay")]
    pub(super) until: Option<String>,
    /// Write nothing; print what would have been sent
    #[arg(long, requires = "replay")]
    pub(super) dry_run: bool,
    /// Begin anew: remove what is in the store, and what it has sent, before running
    #[arg(long, conflicts_with = "dry_run", requires = "replay")]
    pub(super) fresh: bool,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: DataFormat,
}

/// Show what happened to a record.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow history ada@fjordsoft.example              of a contact\n  \
       flow history ada@fjordsoft.example -w register  what one workflow did\n  \
       flow history fjordsoft.example examples/webinar of another project"
))]
pub(super) struct HistoryArguments {
    /// A unique value of the record, like its email, `object:value`, its id, or how its id begins
    pub(super) record: String,
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// Show what this workflow did only
    #[arg(short, long, value_name = "NAME")]
    pub(super) workflow: Option<String>,
    /// How the history is printed; `json` is one object a line
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: DataFormat,
}

/// Say why a record is, or is not, enrolled in a workflow, and what would turn the answer.
///
/// Each clause is shown with true, false or unknown, what it has read, and since when that stands
/// there. In the past it reaches as far as the log of the store does.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow diagnose ada@fjordsoft.example register                  as things stand
  \
       flow diagnose ada@fjordsoft.example register --at 2026-03-06  at the end of that day"
))]
pub(super) struct DiagnoseArguments {
    /// A unique value of the record, like its email, `object:value`, its id, or how its id begins
    pub(super) record: String,
    /// The workflow
    pub(super) workflow: String,
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// As of this moment, or the end of this day
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<String>,
    /// How the diagnosis is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: DataFormat,
}

/// Show the records as they stand.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow records                                          show all records\n  \
       flow records --object company                         show those of one object\n  \
       flow records -o contact --where 'city is unknown'     choose them by a condition\n  \
       flow records --format json                            print one object a line"
))]
pub(super) struct RecordsArguments {
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// Show records of this object only
    #[arg(short, long, value_name = "NAME")]
    pub(super) object: Option<String>,
    /// Show records for which this holds only, a condition as in a workflow
    #[arg(long = "where", value_name = "CONDITION")]
    pub(super) condition: Option<String>,
    /// How records are printed; `json` is one object a line
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: DataFormat,
}

/// Show how things stand: the program, the records, the workflows.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow status                    of the project of this folder\n  \
       flow status --format json      for programs"
))]
pub(super) struct StatusArguments {
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: DataFormat,
}

/// Show the actions that failed for good.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow failures                    list them, with their keys\n  \
       flow failures --format json      print one object a line"
))]
pub(super) struct FailuresArguments {
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// How failures are printed; `json` is one object a line
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: DataFormat,
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
    dir: PathBuf,
    /// Lay what stands below `[env.NAME]` in `flow.toml` over the rest
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
}

impl ProjectArguments {
    /// Where it is, and in which environment.
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            dir: &self.dir,
            env: self.env.as_deref(),
        }
    }
}

/// Where a project is, and in which environment it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) dir: &'a Path,
    pub(super) env: Option<&'a str>,
}

impl Place<'_> {
    /// Reads the project.
    pub(super) fn load(self) -> Result<Project, Failure> {
        Ok(project::load_in(self.dir, self.env)?)
    }

    /// The project as it goes behind a command.
    pub(super) fn behind(self) -> String {
        let dir = match self.dir == Path::new(".") {
            true => String::new(),
            false => format!(" {}", self.dir.display()),
        };
        match self.env {
            Some(env) => format!("{dir} --env {env}"),
            None => dir,
        }
    }
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
    /// One document of SARIF 2.1.0, for services that keep findings
    Sarif,
    /// Commands that GitHub shows beside the lines of a change
    Github,
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

/// The forms of what a run leaves behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum DataFormat {
    /// For people
    #[default]
    Text,
    /// For programs
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
