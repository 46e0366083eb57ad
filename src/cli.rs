//! The command line: arguments, one file for each command, output, exit codes. It alone prints and
//! reads the environment; how anything is computed is not known here.

mod args;
mod bench;
mod check;
mod client;
mod completions;
mod diagnose;
mod exit;
mod explain;
mod failures;
mod graph;
mod history;
mod import;
mod init;
mod man;
mod order;
mod output;
mod records;
mod retry;
mod run;
mod show;
mod status;
mod store;
mod test;

use std::process::ExitCode;

use clap::Parser;

use self::args::{Arguments, Command};
use self::exit::{Exit, Failure};
use self::output::Output;

/// Runs the command that the arguments of the process name.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error).into(),
    };
    let output = Output::new(arguments.color);
    match run(&arguments.command, &output) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit.into()
        }
    }
}

fn run(command: &Command, output: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Init(arguments) => init::run(arguments, output),
        Command::Check(arguments) => check::run(arguments, output),
        Command::Run(arguments) => run::run(arguments, output),
        Command::Test(arguments) => test::run(arguments, output),
        Command::Import(arguments) => import::run(arguments, output),
        Command::Send(arguments) => order::send::run(arguments, output),
        Command::Take(arguments) => order::take::run(arguments, output),
        Command::Create(arguments) => order::create::run(arguments, output),
        Command::Set(arguments) => order::set::run(arguments, output),
        Command::Delete(arguments) => order::life::delete(arguments, output),
        Command::Restore(arguments) => order::life::restore(arguments, output),
        Command::Merge(arguments) => order::life::merge(arguments, output),
        Command::Enroll(arguments) => order::enroll::enroll(arguments, output),
        Command::Unenroll(arguments) => order::enroll::unenroll(arguments, output),
        Command::Pause(arguments) => order::switch::pause(arguments, output),
        Command::Resume(arguments) => order::switch::resume(arguments, output),
        Command::Status(arguments) => status::run(arguments, output),
        Command::Records(arguments) => records::run(arguments, output),
        Command::History(arguments) => history::run(arguments, output),
        Command::Diagnose(arguments) => diagnose::run(arguments, output),
        Command::Failures(arguments) => failures::run(arguments, output),
        Command::Retry(arguments) => retry::run(arguments, output),
        Command::Store(arguments) => store::run(&arguments.command, output),
        Command::Bench(arguments) => bench::run(arguments, output),
        Command::Graph(arguments) => graph::run(arguments, output),
        Command::Show(arguments) => show::run(&arguments.command, output),
        Command::Explain(arguments) => explain::run(arguments, output),
        Command::Completions(arguments) => completions::run(arguments, output),
        Command::Man(arguments) => man::run(arguments, output),
    }
}

/// Prints what clap has to say: help and version as data, mistakes as talk.
fn usage(error: &clap::Error) -> Exit {
    // Nobody is left to be told that this could not be printed.
    let _ = error.print();
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Fine
    }
}
