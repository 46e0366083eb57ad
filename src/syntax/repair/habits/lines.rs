//! The lines of objects and events: types and modifiers as they are written
//! elsewhere.

use crate::base::Name;
use crate::diagnostic::{Code, Finding};
use crate::syntax::repair::Draft;
use crate::syntax::repair::token::Kind;
use crate::syntax::repair::walk::{Block, Walk};

const MODIFIERS: &[&str] = &["unique", "required", "default", "computed", "sensitive"];
const TYPES: &[&str] = &[
    "string",
    "email",
    "phone",
    "url",
    "number",
    "bool",
    "date",
    "datetime",
    "text",
    "int",
    "integer",
    "boolean",
    "timestamp",
    "float",
];

impl Draft<'_> {
    /// One line, or what follows a comma.
    pub(in crate::syntax::repair) fn line_item(&mut self, place: usize, walk: &Walk) -> Block {
        if MODIFIERS.contains(&self.word(place)) && self.modifier_pair(place) {
            return Block::Other;
        }
        if self.type_first(place) || self.bad_start(place) {
            return Block::Other;
        }
        if !self.is_name(place) || self.word(place + 1) != ":" || self.no_type(place) {
            return Block::Other;
        }
        self.type_habit(place + 2, walk);
        let last = self.line_end(place + 2);
        for at in place + 3..=last {
            let next = self.word(at) == "," && self.word(at + 2) == ":";
            let colon = self.word(at) == ":" && !MODIFIERS.contains(&self.word(at - 1));
            if next || colon && self.is_name(at - 1) {
                break;
            }
            self.modifier_habit(at);
            if self.word(at) == "labels" {
                self.members(at + 1, walk);
            }
        }
        Block::Other
    }

    /// One line of a webhook.
    pub(in crate::syntax::repair) fn webhook_item(&mut self, place: usize) -> Block {
        let sign = place + 2;
        let path = self.word(sign + 1).starts_with('"');
        if self.word(place) == "match" && matches!(self.word(sign), "=" | ":") && path {
            let message = format!("expected `from`, found `{}`", self.word(sign));
            let finding = self.unfit(sign, sign, &message);
            let edits = vec![self.edit(sign, sign, " from")];
            self.amend(finding, "write `from`", edits);
            self.alias(sign, "from");
        }
        if self.word(place) == "verify" {
            let last = self.line_end(place);
            let secret = (place..last).find(|at| self.word(*at) == "secret");
            if let Some(secret) = secret.filter(|at| self.word(at + 1).starts_with('"')) {
                let message = "a secret is named here; its value stands outside the project";
                let finding = self.unfit(secret + 1, secret + 1, message);
                self.report(finding.help("declare `NAME = { env = \"…\" }` below `[secrets]` in flow.toml, and write `secret NAME`"));
                let span = self.over(secret + 1, secret + 1);
                self.patch
                    .blank(span.start as usize, span.end as usize, b'x');
            }
        }
        Block::Other
    }

    /// `2nd_email: email`.
    fn bad_start(&mut self, place: usize) -> bool {
        let word = self.word(place).to_owned();
        let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 || digits == word.len() || self.word(place + 1) != ":" {
            return false;
        }
        let span = self.over(place, place);
        let message = format!("`{word}` is not a name: names begin with a letter");
        self.report(Finding::new(Code::NameForm, span, message));
        let start = span.start as usize;
        self.patch.blank(start, start + digits, b'n');
        true
    }

    /// `string city`.
    fn type_first(&mut self, place: usize) -> bool {
        let ends = !self.same_line(place + 2) || matches!(self.word(place + 2), "," | "}");
        let (ty, name) = (self.word(place).to_owned(), self.word(place + 1).to_owned());
        let fits =
            TYPES.contains(&ty.as_str()) && self.is_name(place + 1) && self.same_line(place + 1);
        if !fits || !ends || TYPES.contains(&name.as_str()) {
            return false;
        }
        let proper = format!("{name}: {ty}");
        self.written_as(
            (place, place + 1),
            "the name stands before its type",
            &proper,
        );
        self.alias(place + 1, "");
        true
    }

    /// `city:`, `companies: many`.
    fn no_type(&mut self, place: usize) -> bool {
        let many = matches!(self.word(place + 2), "many" | "one") && self.same_line(place + 2);
        let last = if many { place + 2 } else { place + 1 };
        if self.same_line(last + 1) && self.word(last + 1) != "}" {
            return false;
        }
        let (what, after) = if many {
            ("an object", self.word(last).to_owned())
        } else {
            ("a type", format!("{}:", self.word(place)))
        };
        let message = format!("expected {what} after `{after}`");
        let finding = self.unfit(last, last, &message);
        self.report(finding);
        let (span, name) = (self.over(place, last), Name::new(self.word(place)));
        self.patch
            .blank(span.start as usize, span.end as usize, b' ');
        self.lost.push(name);
        for at in place..=last {
            self.alias(at, "");
        }
        true
    }

    /// What stands where a type does.
    fn type_habit(&mut self, place: usize, walk: &Walk) {
        let (word, next) = (self.word(place), self.word(place + 1));
        if matches!(word, "enum" | "set") {
            return self.members(place + 1, walk);
        }
        let object = self.is_name(place + 1) && self.same_line(place + 1);
        let end = match word {
            "has_many" | "list" | "array" | "hasMany" => "many",
            "has_one" | "belongs_to" | "hasOne" | "belongsTo" => "one",
            _ => "",
        };
        if object && !end.is_empty() {
            self.written_as((place, place), "an association is `many` or `one`", end);
            self.alias(place, end);
        } else if object
            && !Self::is_word_of_language(next)
            && let Some(meant) = self.meant(place, &["many", "one"])
        {
            let message = format!("`{word}` is no type");
            self.misspelt(place, meant, &message);
        }
        match (next, self.word(place + 2), self.word(place + 3)) {
            ("?", ..) => self.too_much(
                place + 1,
                place + 1,
                "what is not `required` may be unknown, without a mark",
            ),
            ("[", "]", _) => self.said_only(
                place + 1,
                place + 2,
                "there are no lists: a choice of several is a `set(…)`, several records are `many`",
            ),
            ("(", digits, ")") if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.too_much(place + 1, place + 3, "a type has no length");
            }
            _ => {}
        }
    }

    /// A finding without a fix; the tokens are passed over.
    pub(in crate::syntax::repair) fn said_only(
        &mut self,
        first: usize,
        last: usize,
        message: &str,
    ) {
        let finding = self.habit(first, last, message);
        self.report(finding);
        let span = self.over(first, last);
        self.patch
            .blank(span.start as usize, span.end as usize, b' ');
        self.patch.said(span.start as usize, span.end as usize);
        for place in first..=last {
            self.alias(place, "");
        }
    }

    /// The brackets and the members of an enum, a set or labels.
    fn members(&mut self, open: usize, walk: &Walk) {
        if let ("[" | "{", Some(close)) = (self.word(open), walk.partner(open)) {
            let finding = self.habit(open, open, "members stand in parentheses");
            let edits = vec![self.edit(open, open, "("), self.edit(close, close, ")")];
            self.amend(finding, "write parentheses", edits);
            self.alias(open, "(");
            self.alias(close, ")");
        }
        let mut at = open;
        while matches!(self.word(at), "(" | ",") {
            self.quoted_member(at + 1);
            at += if self.word(at + 2).starts_with('"') {
                3
            } else {
                2
            };
        }
    }

    fn quoted_member(&mut self, place: usize) {
        let written = self.word(place).to_owned();
        let inner = written.trim_matches('"');
        let text = self
            .token(place)
            .is_some_and(|token| token.kind == Kind::Text);
        let name = inner.starts_with(|c: char| c.is_ascii_alphabetic())
            && inner.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !text || !name || !written.starts_with('"') {
            return;
        }
        self.written_as((place, place), "a member is a name, without quotes", inner);
        if let Some(token) = self.tokens.get_mut(place) {
            token.kind = Kind::Word;
        }
    }

    /// What stands behind a type.
    fn modifier_habit(&mut self, place: usize) {
        const WORDS: &[&str] = &[
            "unique",
            "required",
            "default",
            "computed",
            "sensitive",
            "renamed",
            "inverse",
            "labels",
        ];
        let value = matches!(
            self.word(place - 1),
            "many" | "one" | "inverse" | "default" | "computed" | "(" | "," | "." | "from"
        );
        if !value
            && self.word(place + 1) != ":"
            && let Some(meant) = self.meant(place, WORDS)
        {
            let message = format!("`{}` is no modifier", self.word(place));
            return self.misspelt(place, meant, &message);
        }
        let after = self.word(place - 1);
        match (self.word(place), self.word(place + 1)) {
            ("not" | "NOT", "null" | "NULL") => {
                let message = "what must be known is `required`";
                self.written_as((place, place + 1), message, "required");
                self.alias(place, "required");
                self.alias(place + 1, "");
            }
            ("primary" | "PRIMARY", "key" | "KEY") => {
                let message = "what names a record is `unique required`";
                self.written_as((place, place + 1), message, "unique required");
                self.alias(place, "required");
                self.alias(place + 1, "");
            }
            ("=", _) if !matches!(after, "default" | "computed") => {
                self.written_as(
                    (place, place),
                    "a default stands after `default`",
                    "default",
                );
                self.alias(place, "default");
            }
            ("=", _) => self.too_much(place, place, "no `=` stands after `default`"),
            (":", _) if MODIFIERS.contains(&after) => {
                self.too_much(place, place, "a modifier has no `:`");
            }
            _ => {}
        }
    }

    /// `, unique: true`.
    fn modifier_pair(&mut self, place: usize) -> bool {
        let yes = matches!(self.word(place + 2), "true" | "yes");
        let comma = place
            .checked_sub(1)
            .filter(|before| self.word(*before) == ",");
        let (Some(comma), true) = (comma, self.word(place + 1) == ":" && yes) else {
            return false;
        };
        let word = self.word(place).to_owned();
        let finding = self.habit(place, place + 2, "a modifier stands behind the type, alone");
        let edits = vec![self.edit(comma, place + 2, format!(" {word}"))];
        self.amend(finding, &format!("write `{word}`"), edits);
        true
    }
}
