//! Did you mean.

/// The candidate that a wrong word was most likely meant to be; `None` where
/// none is near. Of equally near ones the first is taken.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong_lower = wrong.to_lowercase();
    let allowed = (wrong.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = distance(&wrong_lower, candidate);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Letters to change from one word to the other. A word that another begins
/// with, or ends on after `_`, counts as near.
fn distance(wrong: &str, candidate: &str) -> usize {
    let lower = candidate.to_lowercase();
    let whole = strsim::damerau_levenshtein(wrong, &lower);
    let part = wrong.len() >= 4
        && (lower.starts_with(wrong)
            || wrong.starts_with(&lower) && lower.len() >= 4
            || lower.ends_with(&format!("_{wrong}")));
    if part { whole.min(1) } else { whole }
}
