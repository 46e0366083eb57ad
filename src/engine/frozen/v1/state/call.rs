//! What was rendered for the outside, once (A1).

use std::sync::Arc;

use super::names::Item;
use super::{Freezing, ThawError, Thawing};
use crate::base::Name;
use crate::engine::call::{Call, Rendered, RenderedMessage};
use crate::engine::frozen::v1::call::{SENDS, take_sends};
use crate::model::{MessageField, Value};

const NULL: u8 = 0;
const TEXT: u8 = 1;
const JOINED: u8 = 2;
const NUMBER: u8 = 3;
const FALSE: u8 = 4;
const TRUE: u8 = 5;
const LIST: u8 = 6;
const OBJECT: u8 = 7;
const RECORD: u8 = 8;
const SECRET: u8 = 9;

/// How deep values may stand in values: more than the language lets write.
const DEEPEST: u16 = 400;

impl Freezing<'_> {
    pub(super) fn call(&mut self, call: &Call) {
        self.put(&Item::Action(call.action));
        let sends = usize::from(!call.sends.is_empty());
        self.out.count(call.arguments.len() + sends);
        for (name, value) in &call.arguments {
            self.put(&Item::Word(name.clone()));
            self.rendered(value);
        }
        if sends > 0 {
            self.put(&Item::Word(Name::new(SENDS)));
            self.out.byte(OBJECT);
            self.out.count(call.sends.len());
            for (name, value) in &call.sends {
                self.out.text(name.as_str());
                self.rendered(value);
            }
        }
        self.out.flag(call.message.is_some());
        if let Some(message) = &call.message {
            self.message(message);
        }
    }

    fn message(&mut self, message: &RenderedMessage) {
        self.put(&Item::Word(message.name.clone()));
        self.out.count(message.fields.len());
        for (field, text) in &message.fields {
            let all = MessageField::ALL.iter();
            let word = all.clone().find(|(_, other)| other == field);
            let word = word.map_or("", |(word, _)| word);
            self.put(&Item::Word(Name::new(word)));
            self.out.text(text);
        }
    }

    fn rendered(&mut self, value: &Rendered) {
        match value {
            Rendered::Null => self.out.byte(NULL),
            Rendered::Text(text) => {
                self.out.byte(TEXT);
                self.out.text(text);
            }
            Rendered::Joined(pieces) => self.several(JOINED, pieces),
            Rendered::Number(number) => {
                self.out.byte(NUMBER);
                self.out.decimal(*number);
            }
            Rendered::Bool(is) => self.out.byte(if *is { TRUE } else { FALSE }),
            Rendered::List(items) => self.several(LIST, items),
            Rendered::Object(members) => {
                self.out.byte(OBJECT);
                self.out.count(members.len());
                for (key, value) in members {
                    self.out.text(key);
                    self.rendered(value);
                }
            }
            Rendered::Record(id, names) => {
                self.out.byte(RECORD);
                self.out.id(*id);
                self.out.count(names.len());
                for (name, text) in names {
                    self.put(&Item::Word(name.clone()));
                    self.out.text(text);
                }
            }
            Rendered::Secret(name) => {
                self.out.byte(SECRET);
                self.put(&Item::Word(name.clone()));
            }
        }
    }

    fn several(&mut self, kind: u8, items: &[Rendered]) {
        self.out.byte(kind);
        self.out.count(items.len());
        for item in items {
            self.rendered(item);
        }
    }
}

impl Thawing<'_, '_> {
    pub(super) fn call(&mut self) -> Result<Call, ThawError> {
        let action = self.table.action(&mut self.from)?;
        let mut arguments = Vec::new();
        for _ in 0..self.from.count()? {
            let name = self.word()?;
            arguments.push((name, self.rendered(DEEPEST)?));
        }
        let sends = take_sends(&mut arguments);
        let message = if self.from.flag()? {
            Some(self.message()?)
        } else {
            None
        };
        Ok(Call {
            action,
            arguments,
            message,
            sends,
        })
    }

    fn message(&mut self) -> Result<RenderedMessage, ThawError> {
        let name = self.word()?;
        let mut fields = Vec::new();
        for _ in 0..self.from.count()? {
            let word = self.word()?;
            let mut all = MessageField::ALL.into_iter();
            let field = all.find(|(other, _)| word == *other);
            let (_, field) =
                field.ok_or_else(|| ThawError::Missing("message field", word.to_string()))?;
            fields.push((field, self.shared()?));
        }
        Ok(RenderedMessage { name, fields })
    }

    fn rendered(&mut self, deep: u16) -> Result<Rendered, ThawError> {
        let deep = deep.checked_sub(1).ok_or_else(ThawError::deep)?;
        Ok(match self.from.byte()? {
            NULL => Rendered::Null,
            TEXT => Rendered::Text(self.shared()?),
            JOINED => Rendered::Joined(self.several(deep)?),
            NUMBER => match self.plain()? {
                Some(Value::Number(number)) => Rendered::Number(number),
                _ => return Err(ThawError::digits()),
            },
            FALSE => Rendered::Bool(false),
            TRUE => Rendered::Bool(true),
            LIST => Rendered::List(self.several(deep)?),
            OBJECT => {
                let mut members = Vec::new();
                for _ in 0..self.from.count()? {
                    let key = self.shared()?;
                    members.push((key, self.rendered(deep)?));
                }
                Rendered::Object(members)
            }
            RECORD => {
                let id = self.from.id()?;
                let mut names = Vec::new();
                for _ in 0..self.from.count()? {
                    names.push((self.word()?, self.shared()?));
                }
                Rendered::Record(id, names)
            }
            SECRET => Rendered::Secret(self.word()?),
            _ => return Err(ThawError::damaged("an argument of no kind")),
        })
    }

    fn several(&mut self, deep: u16) -> Result<Vec<Rendered>, ThawError> {
        let count = self.from.count()?;
        (0..count).map(|_| self.rendered(deep)).collect()
    }

    fn word(&mut self) -> Result<Name, ThawError> {
        self.table.word(&mut self.from).cloned()
    }

    fn shared(&mut self) -> Result<Arc<str>, ThawError> {
        Ok(Arc::from(self.from.text()?))
    }
}
