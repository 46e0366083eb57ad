//! `flow take`: inputs from a file of lines, in batches; lines that are wrong
//! are told with their numbers, and the others go in.

use std::fs;

use super::{went_well, words};
use crate::cli::args::{DataFormat, TakeArguments};
use crate::cli::check::count;
use crate::cli::client::{Client, strange};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, desk};
use crate::cli::run::unreadable;
use crate::host::desk::{Ask, Line, Outcome, Reply};

/// How many lines are sent at once.
const BATCH: usize = 500;

/// A line of the file, by its number.
type Numbered = (usize, Line);

/// Takes inputs from a file.
pub(in crate::cli) fn run(arguments: &TakeArguments, output: &Output) -> Result<Exit, Failure> {
    let file = &arguments.file;
    let text = fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
    let Some(mut client) = Client::working(arguments.project.place(), output)? else {
        return Ok(Exit::Findings);
    };
    let mut taking = Taking {
        client: &mut client,
        format: arguments.format,
        output,
        taken: 0,
        before: 0,
        wrong: 0,
    };
    let mut batch = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        match Line::parse(line) {
            Some(line) => batch.push((place + 1, line)),
            None => taking.say(place + 1, "the line is no JSON object")?,
        }
        if batch.len() == BATCH {
            taking.send(&std::mem::take(&mut batch))?;
        }
    }
    taking.send(&batch)?;
    let exit = taking.sum(output);
    client.end()?;
    Ok(exit)
}

/// Lines on their way into a store.
struct Taking<'t, 'o> {
    client: &'t mut Client<'o>,
    format: DataFormat,
    output: &'t Output,
    taken: usize,
    before: usize,
    wrong: usize,
}

impl Taking<'_, '_> {
    /// Sends lines; where one of them is wrong, each by itself, as none has gone
    /// in then.
    fn send(&mut self, lines: &[Numbered]) -> Result<(), Failure> {
        if lines.is_empty() {
            return Ok(());
        }
        match self.ask(lines) {
            Ok(outcomes) => lines
                .iter()
                .zip(&outcomes)
                .try_for_each(|((number, _), outcome)| self.told(*number, outcome)),
            Err(Failure {
                exit: Exit::Usage,
                message,
                ..
            }) if lines.len() == 1 => {
                let number = lines.first().map_or(0, |(number, _)| *number);
                self.say(number, &message)
            }
            Err(Failure {
                exit: Exit::Usage, ..
            }) => lines.chunks(1).try_for_each(|line| self.send(line)),
            Err(failure) => Err(failure),
        }
    }

    fn ask(&mut self, lines: &[Numbered]) -> Result<Vec<Outcome>, Failure> {
        let inputs = lines.iter().map(|(_, line)| line.clone()).collect();
        match self.client.ask(&Ask::Take { inputs })? {
            Reply::Taken { outcomes, .. } => Ok(outcomes),
            other => Err(strange(&other)),
        }
    }

    /// What came of a line.
    fn told(&mut self, number: usize, outcome: &Outcome) -> Result<(), Failure> {
        match outcome {
            Outcome::Duplicate => self.before += 1,
            outcome if went_well(outcome) => self.taken += 1,
            outcome => return self.say(number, &words(outcome)),
        }
        match self.format {
            DataFormat::Json => self.output.data(&desk::line(outcome)),
            DataFormat::Text => Ok(()),
        }
    }

    /// What is wrong with a line.
    fn say(&mut self, number: usize, why: &str) -> Result<(), Failure> {
        self.wrong += 1;
        self.output.data(&match self.format {
            DataFormat::Json => desk::wrong(number, why),
            DataFormat::Text => format!("line {number}: {why}\n"),
        })
    }

    fn sum(&self, output: &Output) -> Exit {
        let taken = count(self.taken, "line");
        output.talk(format!(
            "{taken} taken in, {} that came before, {} that did not go in",
            self.before, self.wrong
        ));
        if self.wrong > 0 {
            Exit::Findings
        } else {
            Exit::Fine
        }
    }
}
