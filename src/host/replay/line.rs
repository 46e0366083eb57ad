//! One line of a replay, or an order that is accepted now: its times, its
//! sender, and which kind it is. What each kind holds is not known here.

use std::path::Path;

use serde_json::{Map, Value};

use super::keys;
use super::{Brings, Mistake};
use crate::base::{Timestamp, nearest};
use crate::diagnostic::Code;
use crate::engine::{Input, Prepared};
use crate::host::import::Import;
use crate::plan::Readers;

/// What stands beside the kind of a line.
const AROUND: [&str; 4] = [AT, "occurred_at", "id", "by"];

/// When a line is accepted.
const AT: &str = "at";

/// The kinds of lines.
const KINDS: [&str; 20] = [
    "publish", "import", "row", "create", "set", "delete", "restore", "merge", "link", "unlink",
    "webhook", "event", "enroll", "unenroll", "add", "remove", "pause", "resume", "on", "off",
];

/// What lines are read with.
pub(super) struct Reader<'r> {
    pub(super) prepared: &'r Prepared,
    pub(super) readers: &'r Readers,
    /// Where the files that lines name are looked for.
    pub(super) folder: &'r Path,
}

impl Reader<'_> {
    /// Reads a line that comes after the one at `before`.
    pub(super) fn line(
        &self,
        text: &str,
        before: Option<Timestamp>,
    ) -> Result<(Timestamp, Brings), Mistake> {
        let map = object(text)?;
        let (kind, value) = kind(&map)?;
        let at = moment(&map, AT)?.ok_or_else(|| {
            Mistake::bad("the line has no `at`").help("write when it is accepted, in RFC 3339")
        })?;
        if before.is_some_and(|before| at < before) {
            return Err(Mistake::bad("the line is earlier than the one before")
                .at("at")
                .help("lines stand in the order of `at`"));
        }
        if kind == "import" {
            let import = self.table((&map, value))?;
            return Ok((at, Brings::Import(Box::new(import))));
        }
        let input = self.input(&map, (kind, value))?;
        Ok((at, Brings::Input(Box::new(input))))
    }

    /// Reads an order: a line that is accepted now, so that it has no `at`.
    pub(super) fn order(&self, text: &str) -> Result<Input, Mistake> {
        let map = object(text)?;
        let (kind, value) = kind(&map)?;
        if map.contains_key(AT) {
            let message = "an order takes no `at`: it is accepted now";
            return Err(Mistake::bad(message)
                .at(AT)
                .help("`occurred_at` says when it happened"));
        }
        if kind == "import" {
            return Err(Mistake::bad("an order is no import")
                .at(kind)
                .help("`flow import` imports a file"));
        }
        self.input(&map, (kind, value))
    }

    fn table(&self, (map, value): (&Map<String, Value>, &Value)) -> Result<Import, Mistake> {
        if let Some(stray) = ["id", "occurred_at"]
            .iter()
            .find(|key| map.contains_key(**key))
        {
            let message = format!("an import takes no `{stray}`: each row has its own");
            return Err(Mistake::bad(message).at(*stray));
        }
        self.import(value, optional(map, "by")?)
    }

    fn input(
        &self,
        map: &Map<String, Value>,
        (kind, value): (&str, &Value),
    ) -> Result<Input, Mistake> {
        let occurred_at = moment(map, "occurred_at")?;
        let (id, by) = (optional(map, "id")?, optional(map, "by")?);
        let (own, body) = self.body(kind, value)?;
        Ok(Input {
            id: id.map(Into::into).or(own),
            occurred_at,
            by: by.map(Into::into),
            body,
        })
    }
}

fn optional<'m>(map: &'m Map<String, Value>, key: &str) -> Result<Option<&'m str>, Mistake> {
    map.get(key).map(|value| keys::text(key, value)).transpose()
}

fn object(text: &str) -> Result<Map<String, Value>, Mistake> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Mistake::bad("the line is no JSON object")),
        Err(error) => {
            let message = error.to_string();
            let (what, _) = message.split_once(" at line ").unwrap_or((&message, ""));
            let column = error.column();
            Err(Mistake::bad(format!(
                "the line is no JSON: {what} at column {column}"
            )))
        }
    }
}

/// Which kind a line is, and what it holds.
fn kind(map: &Map<String, Value>) -> Result<(&'static str, &Value), Mistake> {
    let known = || KINDS.into_iter().chain(AROUND);
    let mut stray = map.keys().filter(|key| !known().any(|name| name == *key));
    if let Some(stray) = stray.next() {
        let message = format!("a line has no key `{stray}`");
        let mut mistake = Mistake::new(Code::BadReplayLine, message).at(stray);
        mistake.meant = nearest(stray, known()).map(str::to_owned);
        return Err(mistake.help(format!("it is one of `{}`", KINDS.join("`, `"))));
    }
    let mut found = KINDS
        .into_iter()
        .filter_map(|kind| Some((kind, map.get(kind)?)));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(Mistake::bad("the line does not say what happens")
            .help(format!("it has one of `{}`", KINDS.join("`, `")))),
        (Some((first, _)), Some((second, _))) => Err(Mistake::bad(format!(
            "the line has both `{first}` and `{second}`"
        ))
        .at(second)
        .help("write two lines")),
    }
}

fn moment(map: &Map<String, Value>, key: &str) -> Result<Option<Timestamp>, Mistake> {
    let Some(value) = map.get(key) else {
        return Ok(None);
    };
    let text = keys::text(key, value)?;
    let leap = text.get(16..19) == Some(":60");
    let negative = text.starts_with('-');
    let parsed = text.parse().ok().filter(|_| !leap && !negative);
    parsed.map(Some).ok_or_else(|| {
        if text.starts_with("9999-12-3") && !leap {
            return Mistake::bad(format!("`{text}` is later than 9999-12-30")).at(text);
        }
        Mistake::bad(format!("`{text}` is no moment"))
            .at(text)
            .help("write it in RFC 3339, like `2026-03-02T08:00:00Z`")
    })
}
