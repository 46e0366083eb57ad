//! The words of the language.

/// Words that need back-ticks to be names.
const RESERVED: &[&str] = &[
    "steps",
    "wait",
    "set",
    "clear",
    "copy",
    "create",
    "associate",
    "dissociate",
    "delete",
    "enroll",
    "unenroll",
    "add",
    "remove",
    "do",
    "branch",
    "match",
    "split",
    "case",
    "else",
    "goto",
    "stop",
    "todo",
    "when",
    "on",
    "where",
    "and",
    "or",
    "not",
    "in",
    "is",
    "was",
    "known",
    "unknown",
    "true",
    "false",
    "between",
    "contains",
    "starts_with",
    "ends_with",
    "matches",
    "within",
    "happened",
    "any",
    "all",
    "no",
    "this",
    "event",
];

/// The words that open a declaration.
pub(super) const DECLARATIONS: &[&str] = &[
    "object", "extend", "event", "message", "webhook", "segment", "const", "calendar", "action",
    "template", "workflow", "test",
];

/// The words that open a clause.
pub(super) const CLAUSES: &[&str] = &[
    "title",
    "off",
    "campaign",
    "enroll",
    "only",
    "reenroll",
    "existing",
    "suppress",
    "unenroll",
    "goal",
    "exclusive",
    "hours",
    "closed",
    "timezone",
    "alert",
    "on",
    "let",
    "renamed",
    "steps",
];

/// The words that open a step.
pub(super) const STEPS: &[&str] = &[
    "wait",
    "set",
    "clear",
    "copy",
    "create",
    "associate",
    "dissociate",
    "delete",
    "enroll",
    "unenroll",
    "add",
    "remove",
    "do",
    "branch",
    "match",
    "split",
    "goto",
    "stop",
    "todo",
];

/// The words that open a statement of a test.
pub(super) const STATEMENTS: &[&str] = &[
    "at", "given", "mock", "when", "advance", "expect", "always", "never",
];

/// Whether a word needs back-ticks to be a name.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Whether a word opens a step.
#[must_use]
pub fn is_step(word: &str) -> bool {
    STEPS.contains(&word)
}

/// Days of the week in full, as they are written elsewhere; this language takes the
/// first three letters.
pub(crate) const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
