//! What tests have reached of workflows: a table for people, and lcov for
//! programs.

use std::collections::BTreeMap;

use crate::base::{Name, SourceId};
use crate::cli::check::count;
use crate::host::test::Suite;
use crate::host::test::coverage::Place;

/// The places of a suite.
pub(super) type Covered<'s> = (&'s Suite, Vec<Place>);

/// A line for each workflow, and under it what no test has reached.
pub(super) fn text(all: &[Covered<'_>]) -> String {
    let mut text = String::new();
    for (suite, places) in all {
        for (workflow, own) in by_workflow(places) {
            text += &format!("\n{workflow}: {}\n", shares(own.iter().copied()));
            for place in own.iter().filter(|place| place.tests == 0) {
                let at = suite.places.of(place.span);
                text += &format!("  not reached  {at}  {}\n", named(place));
            }
        }
    }
    text
}

/// `14 of 16 steps, 5 of 6 cases`.
pub(super) fn shares<'p>(places: impl Iterator<Item = &'p Place> + Clone) -> String {
    let share = |is_case: bool, word: &str| {
        let own = places
            .clone()
            .filter(|place| place.case.is_some() == is_case);
        let all = own.clone().count();
        let reached = own.filter(|place| place.tests > 0).count();
        (all > 0).then(|| format!("{reached} of {}", count(all, word)))
    };
    let shares = [share(false, "step"), share(true, "case")];
    let shares: Vec<String> = shares.into_iter().flatten().collect();
    match shares.is_empty() {
        true => "no steps".to_owned(),
        false => shares.join(", "),
    }
}

fn named(place: &Place) -> String {
    match &place.case {
        None => place.step.to_string(),
        Some(case) => format!("{}: {case}", place.step),
    }
}

fn by_workflow(places: &[Place]) -> BTreeMap<&Name, Vec<&Place>> {
    let mut workflows: BTreeMap<&Name, Vec<&Place>> = BTreeMap::new();
    for place in places {
        workflows.entry(&place.workflow).or_default().push(place);
    }
    workflows
}

/// The form of lcov: a record for each file, steps as its lines, cases as
/// branches of the lines at which they stand.
pub(super) fn lcov(all: &[Covered<'_>]) -> String {
    let mut text = String::new();
    for (suite, places) in all {
        let mut files: BTreeMap<SourceId, Vec<&Place>> = BTreeMap::new();
        for place in places {
            files.entry(place.span.source).or_default().push(place);
        }
        for (source, own) in files {
            let source = suite.project.sources.get(source);
            text += &format!("TN:\nSF:{}\n", source.name());
            let line = |place: &Place| source.position(place.span.start).line;
            text += &branches(&own, line);
            text += &lines(&own, line);
            text += "end_of_record\n";
        }
    }
    text
}

fn branches(places: &[&Place], line: impl Fn(&Place) -> usize) -> String {
    let cases = places.iter().filter(|place| place.case.is_some());
    let (mut text, mut found, mut hit) = (String::new(), 0, 0);
    for (number, place) in cases.enumerate() {
        text += &format!("BRDA:{},0,{number},{}\n", line(place), place.tests);
        found += 1;
        hit += usize::from(place.tests > 0);
    }
    if found > 0 {
        text += &format!("BRF:{found}\nBRH:{hit}\n");
    }
    text
}

fn lines(places: &[&Place], line: impl Fn(&Place) -> usize) -> String {
    let mut hits: BTreeMap<usize, usize> = BTreeMap::new();
    for place in places.iter().filter(|place| place.case.is_none()) {
        let tests = hits.entry(line(place)).or_default();
        *tests = place.tests.max(*tests);
    }
    let data = hits
        .iter()
        .map(|(line, tests)| format!("DA:{line},{tests}\n"));
    let data: String = data.collect();
    let hit = hits.values().filter(|tests| **tests > 0).count();
    format!("{data}LF:{}\nLH:{hit}\n", hits.len())
}
