//! One key of `flow.toml` with its value and their places, and the findings that both can give. It
//! knows no key.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::base::{Name, SourceId, Span, nearest};
use crate::diagnostic::{Code, Finding, Level};

/// A key and its value.
pub(super) struct Entry<'a> {
    /// The table that it stands in; `None` at the top.
    table: Option<&'a str>,
    /// The key.
    pub(super) name: &'a str,
    /// The place of the key.
    pub(super) key: Span,
    /// The place of the value.
    pub(super) span: Span,
    value: &'a DeValue<'a>,
}

impl<'a> Entry<'a> {
    pub(super) fn new(
        id: SourceId,
        table: Option<&'a str>,
        key: &'a Spanned<DeString<'_>>,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Self {
        Entry {
            table,
            name: key.get_ref(),
            key: span(id, key.span()),
            span: span(id, value.span()),
            value: value.get_ref(),
        }
    }

    /// A text that says something.
    pub(super) fn words(&self) -> Result<&'a str, Box<Finding>> {
        match self.value {
            DeValue::String(text) if text.trim().is_empty() => {
                Err(self.wrong(format!("`{}` is empty", self.name)).into())
            }
            DeValue::String(text) => Ok(text),
            _ => Err(self.wrong_type("a string").into()),
        }
    }

    /// A whole number.
    pub(super) fn integer(&self) -> Result<i64, Box<Finding>> {
        match self.value {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| self.wrong(format!("`{}` is too large", self.name)).into()),
            _ => Err(self.wrong_type("a number").into()),
        }
    }

    /// `true` or `false`.
    pub(super) fn truth(&self) -> Result<bool, Box<Finding>> {
        match self.value {
            DeValue::Boolean(truth) => Ok(*truth),
            _ => Err(self.wrong_type("a boolean").into()),
        }
    }

    /// A table.
    pub(super) fn table(&self) -> Result<&'a DeTable<'a>, Box<Finding>> {
        match self.value {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.wrong_type("a table").into()),
        }
    }

    /// The entries of a table, which is called by a name.
    pub(super) fn entries(&self, table: &'a str) -> Result<Vec<Entry<'a>>, Box<Finding>> {
        let entries = self.table()?.iter();
        Ok(entries
            .map(|(key, value)| Entry::new(self.key.source, Some(table), key, value))
            .collect())
    }

    /// The items of a list, each as if it had the list's key.
    pub(super) fn items(&self) -> Result<Vec<Entry<'a>>, Box<Finding>> {
        let DeValue::Array(items) = self.value else {
            return Err(self.wrong_type("a list").into());
        };
        let items = items.iter().map(|item| Entry {
            table: self.table,
            name: self.name,
            key: self.key,
            span: span(self.key.source, item.span()),
            value: item.get_ref(),
        });
        Ok(items.collect())
    }

    /// Whether the value is a string.
    pub(super) fn is_string(&self) -> bool {
        matches!(self.value, DeValue::String(_))
    }

    /// Whether the value is a table.
    pub(super) fn is_table(&self) -> bool {
        matches!(self.value, DeValue::Table(_))
    }

    /// A key that is a name of the language, as programs name it so.
    pub(super) fn named(&self) -> Result<&'a str, Box<Finding>> {
        if is_name(self.name) {
            return Ok(self.name);
        }
        let name = self.name;
        let finding = Finding::new(Code::WrongSetting, self.key, format!("`{name}` is no name"))
            .help("a name has lower-case letters, digits and `_`, and begins with a letter");
        let better = name.to_ascii_lowercase().replace(['-', '.', ' '], "_");
        Err(match is_name(&better) {
            true => finding.fix(format!("write `{better}`"), self.key, better),
            false => finding,
        }
        .into())
    }

    /// A finding about the value.
    pub(super) fn wrong(&self, message: String) -> Finding {
        Finding::new(Code::WrongSetting, self.span, message)
    }

    fn wrong_type(&self, wanted: &str) -> Finding {
        let found = match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a number",
            DeValue::Float(_) => "a fraction",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.wrong(format!("`{}` must be {wanted}, found {found}", self.name))
    }

    /// A finding about the value, with the string that was likely meant.
    pub(super) fn mean(&self, finding: Finding, meant: &str) -> Finding {
        finding.help(format!("did you mean `{meant}`?")).fix(
            format!("write `{meant}`"),
            self.span,
            format!("\"{meant}\""),
        )
    }

    /// A finding about a key that is read and has no effect in this version.
    pub(super) fn unheeded(&self) -> Finding {
        let shown = match self.table {
            Some(table) => format!("`{table}.{}`", self.name),
            None => format!("`[{}]`", self.name),
        };
        let message = format!("{shown} has no effect yet");
        Finding::new(Code::NotYet, self.key, message).at_level(Level::Warning)
    }

    /// A finding about a key that means nothing here.
    pub(super) fn unknown<'k>(&self, known: impl IntoIterator<Item = &'k str>) -> Finding {
        let name = self.name;
        let message = match (self.table, self.value) {
            (Some(table), _) => format!("`[{table}]` has no key `{name}`"),
            (None, DeValue::Table(_)) => format!("`flow.toml` has no table `{name}`"),
            (None, _) => format!("`flow.toml` has no key `{name}` outside of a table"),
        };
        Finding::new(Code::UnknownKey, self.key, message)
            .did_you_mean(nearest(name, known), self.key)
    }
}

/// Whether a text is a name of the language, in lower case.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= Name::MAX
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// A message of the parser in the voice of findings.
pub(super) fn lower(message: &str) -> String {
    let mut characters = message.trim().trim_end_matches('.').chars();
    let first = characters
        .next()
        .map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + &characters.as_str().replace('\n', ", ")
}

fn span(id: SourceId, range: Range<usize>) -> Span {
    Span::new(id, range.start as u32, range.end as u32)
}
