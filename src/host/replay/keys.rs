//! JSON objects with the keys that they may have. What the values mean is not
//! known here.

use serde_json::{Map, Value};

use super::Mistake;
use crate::base::nearest;
use crate::diagnostic::Code;

/// An object of a line whose keys are all known.
pub(super) struct Keys<'v> {
    what: &'static str,
    map: &'v Map<String, Value>,
}

impl<'v> Keys<'v> {
    /// Takes a value as an object; `what` names it in findings.
    pub(super) fn of(
        what: &'static str,
        value: &'v Value,
        known: &[&str],
    ) -> Result<Self, Mistake> {
        let Value::Object(map) = value else {
            let keys = known.join("`, `");
            let message = format!("`{what}` takes an object");
            return Err(Mistake::bad(message)
                .at(what)
                .help(format!("its keys are `{keys}`")));
        };
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(stray) => Err(stray_key(what, stray, known)),
            None => Ok(Keys { what, map }),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'v Value> {
        self.map.get(key)
    }

    pub(super) fn value(&self, key: &str) -> Result<&'v Value, Mistake> {
        self.get(key).ok_or_else(|| {
            let message = format!("`{}` has no `{key}`", self.what);
            Mistake::bad(message).at(self.what)
        })
    }

    pub(super) fn text(&self, key: &str) -> Result<&'v str, Mistake> {
        text(key, self.value(key)?)
    }

    pub(super) fn optional(&self, key: &str) -> Result<Option<&'v str>, Mistake> {
        self.get(key).map(|value| text(key, value)).transpose()
    }
}

/// A value that is a text with something in it.
pub(super) fn text<'v>(key: &str, value: &'v Value) -> Result<&'v str, Mistake> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Ok(text),
        Value::String(_) => Err(Mistake::bad(format!("`{key}` is empty")).at(key)),
        _ => Err(Mistake::bad(format!("`{key}` takes a text")).at(key)),
    }
}

/// An object with exactly one key: what it names, and what of it.
pub(super) fn single<'v>(
    what: &str,
    value: &'v Value,
    example: &str,
) -> Result<(&'v str, &'v Value), Mistake> {
    let map = value.as_object();
    let mut entries = map.into_iter().flatten();
    match (entries.next(), entries.next()) {
        (Some((key, value)), None) => Ok((key, value)),
        _ => Err(
            Mistake::bad(format!("`{what}` takes an object with one key"))
                .at(what)
                .help(format!("write it like `{example}`")),
        ),
    }
}

fn stray_key(what: &str, stray: &str, known: &[&str]) -> Mistake {
    let mut mistake = Mistake::new(
        Code::BadReplayLine,
        format!("`{what}` has no key `{stray}`"),
    );
    mistake = mistake
        .at(stray)
        .help(format!("its keys are `{}`", known.join("`, `")));
    mistake.meant = nearest(stray, known.iter().copied()).map(str::to_owned);
    mistake
}
