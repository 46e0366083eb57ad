//! Did you mean.

/// The candidate that a wrong word was most likely meant to be; `None` where
/// none is near. Of equally near ones the first is taken. Words of one or two
/// letters are near only to themselves.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = wrong.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates
        .into_iter()
        .filter(|candidate| *candidate != wrong)
    {
        let distance = distance(&lower, &candidate.to_lowercase());
        if distance <= allowed(&lower, candidate) && best.is_none_or(|(least, _)| distance < least)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters may differ.
fn allowed(wrong: &str, candidate: &str) -> usize {
    let same_start = wrong.chars().next() == candidate.to_lowercase().chars().next();
    match wrong.chars().count() {
        0..=2 => 0,
        3..=4 => 1,
        5..=6 => 1 + usize::from(same_start),
        7..=10 => 2,
        _ => 3,
    }
}

/// Letters to change from one word to the other. A word that another begins
/// with, or ends on after `_`, counts as near.
fn distance(wrong: &str, candidate: &str) -> usize {
    let whole = strsim::damerau_levenshtein(wrong, candidate);
    let part = wrong.len() >= 4
        && (candidate.starts_with(wrong)
            || wrong.starts_with(candidate) && candidate.len() >= 4
            || candidate.ends_with(&format!("_{wrong}")));
    if part { whole.min(1) } else { whole }
}
