//! Did you mean.

/// The candidate that a wrong word was most likely meant to be; `None` where
/// none is near. Of equally near ones the first is taken. Words of one or two
/// letters are near only to themselves.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = wrong.to_lowercase();
    let tail = format!("_{lower}");
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates
        .into_iter()
        .filter(|candidate| *candidate != wrong)
    {
        let other = candidate.to_lowercase();
        let near = near_as_part(&lower, &other, &tail);
        if !near && lower.len().abs_diff(other.len()) > MOST {
            continue;
        }
        let distance = if near {
            1
        } else {
            strsim::damerau_levenshtein(&lower, &other)
        };
        if distance <= allowed(&lower, &other) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The most letters that may differ in words of any length.
const MOST: usize = 3;

/// How many letters may differ.
fn allowed(wrong: &str, candidate: &str) -> usize {
    let same_start = wrong.chars().next() == candidate.chars().next();
    match wrong.chars().count() {
        0..=2 => 0,
        3..=4 => 1,
        5..=6 => 1 + usize::from(same_start),
        7..=10 => 2,
        _ => MOST,
    }
}

/// Whether one word begins with the other, or ends on it after `_`.
fn near_as_part(wrong: &str, candidate: &str, tail: &str) -> bool {
    wrong.len() >= 4
        && (candidate.starts_with(wrong)
            || wrong.starts_with(candidate) && candidate.len() >= 4
            || candidate.ends_with(tail))
}
