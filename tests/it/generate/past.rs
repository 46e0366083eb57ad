//! Conditions on the past.

pub(super) const CONDITIONS: &[&str] = &[
    "happened ping",
    "happened ping where (n > 1) at least 2 times",
    "happened pong at most 1 times",
    "happened ping where (key == \"a\") exactly 2 times",
    "not happened pong",
    "happened action_failed",
    "stage was ever mql",
    "score was never 7",
    "city was ever in (\"Oslo\", \"k\")",
    "email was ever \"C9@example.com\"",
    "owner.name was ever \"kim\"",
    "any companies where (tier was ever gold)",
    "any companies where (any employees where (happened pong))",
    "any companies where (any employees where (in segment picked))",
    "any companies where (any employees where (in segment hot))",
];

/// A program that asks nothing of the past. What an edit asks anew of it is
/// gathered from an archive (V6), which there is none of here.
pub(crate) fn without_past(program: &str) -> String {
    let mut asked = CONDITIONS.to_vec();
    // Some of them begin with others.
    asked.sort_by_key(|condition| std::cmp::Reverse(condition.len()));
    let plain = |program: String, condition: &&str| program.replace(*condition, "flag");
    asked.iter().fold(program.to_owned(), plain)
}
