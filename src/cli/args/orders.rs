//! The arguments of the commands that tell a store what happens, with their
//! help.

use std::path::PathBuf;

use clap::Args;

use super::{DataFormat, Place, help};

/// Which project, where other things are named first.
#[derive(Debug, Args)]
pub(in crate::cli) struct OfProject {
    /// The folder of the project, or a folder in it
    #[arg(short, long = "project", default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// Lay what stands below `[env.NAME]` in `flow.toml` over the rest
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
}

impl OfProject {
    /// Where it is, and in which environment.
    pub(in crate::cli) fn place(&self) -> Place<'_> {
        Place {
            dir: &self.dir,
            env: self.env.as_deref(),
        }
    }
}

/// How what came of an order is printed.
#[derive(Debug, Args)]
pub(in crate::cli) struct OrderArguments {
    #[command(flatten)]
    pub(in crate::cli) project: OfProject,
    /// The id that the source gave it: a second one of the same id does nothing
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) id: Option<String>,
    /// How what came of it is printed; `json` is one object a line
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: DataFormat,
}

/// Tell the store that an event occurred on a record.
///
/// It goes to the process that runs the store, else into the store itself; then
/// actions wait for the next `flow run`.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow send page_viewed --record ada@example.com --with url=https://example.com/\n  \
       flow send order_paid --record contact:ada@example.com --with total=99.90 --id order-71\n  \
       flow send page_viewed --record ada@example.com --at 2026-03-02T08:00:00Z"
))]
pub(in crate::cli) struct SendArguments {
    /// The name of the event
    pub(in crate::cli) event: String,
    /// The record: a unique value, `object:value`, its id, or how its id begins
    #[arg(short, long)]
    pub(in crate::cli) record: String,
    /// A property of the event; may be given more than once
    #[arg(short, long, value_name = "PROPERTY=VALUE")]
    pub(in crate::cli) with: Vec<String>,
    /// When it occurred, in RFC 3339, if not now
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) at: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArguments,
}

/// Tell the store all that stands in a file, one input a line.
///
/// The lines are those of a replay without `at`. Lines that are wrong are told with
/// their numbers; the others go in. A line with an `id` counts once.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow take .flow/broken-20260302T080000Z/lost.jsonl    send again what a repair has lost\n  \
       flow take inputs.jsonl --format json"
))]
pub(in crate::cli) struct TakeArguments {
    /// The file, one JSON object a line
    pub(in crate::cli) file: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) project: OfProject,
    /// How what came of it is printed; `json` is one object a line
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: DataFormat,
}

/// Create a record.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow create contact email=ada@example.com first_name=Ada\n  \
       flow create company domain=acme.example --project examples/webinar"
))]
pub(in crate::cli) struct CreateArguments {
    /// What it is
    pub(in crate::cli) object: String,
    /// Its properties
    #[arg(value_name = "PROPERTY=VALUE")]
    pub(in crate::cli) values: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArguments,
}

/// Set properties of a record.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow set ada@example.com stage=customer city=Oslo    set two properties\n  \
       flow set ada@example.com city=                       clear one\n  \
       flow set company:acme.example industry=software      tell records apart"
))]
pub(in crate::cli) struct SetArguments {
    /// The record: a unique value, `object:value`, its id, or how its id begins
    pub(in crate::cli) record: String,
    /// What is set; a value that is empty clears the property
    #[arg(value_name = "PROPERTY=VALUE", required = true)]
    pub(in crate::cli) values: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArguments,
}

/// Delete a record.
///
/// It leaves every workflow, its links go, and its unique values may be another
/// record's. What it was stays in the store, so that it can be restored.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow delete ada@example.com            delete a record\n  \
       flow restore ada@example.com           bring it back"
))]
pub(in crate::cli) struct DeleteArguments {
    /// The record: a unique value, `object:value`, its id, or how its id begins
    pub(in crate::cli) record: String,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArguments,
}

/// Bring a deleted record back, with its values and its links.
///
/// It is in no workflow. Where another record has one of its unique values by
/// now, it stays deleted.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow restore ada@example.com           bring a record back"
))]
pub(in crate::cli) struct RestoreRecordArguments {
    /// The record: a unique value that was its own, `object:value`, or its id
    pub(in crate::cli) record: String,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArguments,
}

/// Merge a record into another one, which stays.
///
/// Of each property the most recent value is kept. What names the first from
/// now on reaches the second. This cannot be undone.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow merge ada@old.example ada@example.com    one record of two"
))]
pub(in crate::cli) struct MergeArguments {
    /// The record that goes: a unique value, `object:value`, its id, or how its id begins
    pub(in crate::cli) record: String,
    /// The record that stays
    pub(in crate::cli) into: String,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArguments,
}

/// Enroll a record in a workflow.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow enroll ada@example.com follow_up            enroll a record\n  \
       flow enroll contact:ada@example.com follow_up    tell records apart"
))]
pub(in crate::cli) struct EnrollArguments {
    /// The record: a unique value, `object:value`, its id, or how its id begins
    pub(in crate::cli) record: String,
    /// The workflow
    pub(in crate::cli) workflow: String,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArguments,
}

/// Take a record out of a workflow.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow unenroll ada@example.com follow_up    take a record out"
))]
pub(in crate::cli) struct UnenrollArguments {
    /// The record: a unique value, `object:value`, its id, or how its id begins
    pub(in crate::cli) record: String,
    /// The workflow
    pub(in crate::cli) workflow: String,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArguments,
}

/// Pause a workflow: what is inside stays where it is, and nobody comes in.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow pause follow_up     hold everything inside where it is\n  \
       flow resume follow_up    let it go on"
))]
pub(in crate::cli) struct PauseArguments {
    /// The workflow
    pub(in crate::cli) workflow: String,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArguments,
}

/// Let a paused workflow go on.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow resume follow_up    timers that came due meanwhile fire now"
))]
pub(in crate::cli) struct ResumeArguments {
    /// The workflow
    pub(in crate::cli) workflow: String,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArguments,
}

/// Put actions back that failed for good.
///
/// Each is asked for once more, as it was, under the same idempotency key: by the
/// process that runs the store, else by the next `flow run`. All that are named
/// are put back, or none.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow failures                                    list what failed, with keys\n  \
       flow retry 0be9f867                              put one back\n  \
       flow retry --all                                 put all back"
))]
pub(in crate::cli) struct RetryArguments {
    /// The keys of the actions, or how they begin
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(in crate::cli) key: Vec<String>,
    /// Put all back that can be
    #[arg(long)]
    pub(in crate::cli) all: bool,
    #[command(flatten)]
    pub(in crate::cli) project: OfProject,
    /// How what came of it is printed; `json` is one object a line
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: DataFormat,
}

/// Import a table: rows with a unique value that a record has update it, others create one.
///
/// A row counts once within the name of its import: the same file again changes
/// nothing. A bad row goes to a file among the rejects of the store, with its line
/// and the reason; the others go in.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow import contacts.csv --object contact                       import a table\n  \
       flow import contacts.csv --object contact --map \"E-mail=email\"  name a column\n  \
       flow import contacts.jsonl --object contact --dry-run           see what is wrong"
))]
pub(in crate::cli) struct ImportArguments {
    /// The table: CSV with a line of headers, or JSONL, by its ending
    pub(in crate::cli) file: PathBuf,
    /// What its rows are
    #[arg(short, long, value_name = "NAME")]
    pub(in crate::cli) object: String,
    /// Which property a header means; may be given more than once
    #[arg(short, long, value_name = "HEADER=PROPERTY")]
    pub(in crate::cli) map: Vec<String>,
    /// The name of the import; that of the file, if none is given
    #[arg(short, long)]
    pub(in crate::cli) name: Option<String>,
    /// Take nothing in; say which rows cannot be read
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    #[command(flatten)]
    pub(in crate::cli) project: OfProject,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: DataFormat,
}
