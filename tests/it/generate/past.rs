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
    "happened ping within last 3 days",
    "happened ping where (n > 1) at least 2 times within last 5 hours",
    "happened pong at most 1 times within last 2 days",
    "happened ping after 2 days ago",
    "happened pong before 3 days ago",
    "happened ping before 7 hours ago",
    "happened pong within this week",
    "score changed within last 2 days",
    "score not changed within last 6 hours",
    "stage changed within this month",
    "email changed within last 3 days",
    "owner.name changed within last 1 day",
    "any companies where (size changed within last 12 hours)",
    "any companies where (any employees where (happened ping within last 4 hours))",
    "imported from \"fair\"",
    "not imported from \"shop\"",
    "any companies where (any employees where (imported from \"fair\"))",
    "active in w0",
    "not active in w1",
    "completed in w0",
    "met goal of w1",
    "ever enrolled in w0",
    "not ever enrolled in w1",
    "any deals where (active in z0)",
    "any companies where (any employees where (completed in w1))",
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
