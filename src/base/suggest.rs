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

/// The same, with words that mean the same elsewhere.
pub fn meant<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let synonym = || {
        let word = synonym(&wrong.to_lowercase())?;
        candidates.iter().copied().find(|other| *other == word)
    };
    nearest(wrong, candidates.iter().copied()).or_else(synonym)
}

/// What other languages and tools call something of this one.
fn synonym(word: &str) -> Option<&'static str> {
    Some(match word {
        "len" | "size" | "strlen" => "length",
        "substring" | "substr" | "slice" => "cut",
        "ifnull" | "nvl" | "isnull" => "coalesce",
        "average" | "mean" => "avg",
        "total" => "sum",
        "body" | "content" | "message_text" => "text",
        "title" | "heading" => "subject",
        "recipient" | "address" => "to",
        "sender" => "from",
        _ => return None,
    })
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
    let plural = |one: &str, many: &str| {
        one.strip_suffix('y')
            .zip(many.strip_suffix("ies"))
            .is_some_and(|(one, many)| one == many)
    };
    plural(wrong, candidate)
        || plural(candidate, wrong)
        || wrong.len() >= 4
            && (candidate.starts_with(wrong)
                || wrong.starts_with(candidate) && candidate.len() >= 4
                || candidate.ends_with(tail))
}
