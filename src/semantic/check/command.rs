//! Actions that a program of the project carries out.

use super::via::{plain, scope};
use crate::base::{Decimal, Duration};
use crate::diagnostic::{Code, Finding};
use crate::model::{Action, Type, Value};
use crate::semantic::hir::{Command, Expr};
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast::{self, Json, Via, ViaField, ViaValue};

/// The keys of `via command`.
const OF_COMMAND: [&str; 4] = ["run", "env", "timeout", "memory"];

impl Checker<'_> {
    pub(super) fn command(&mut self, via: &Via, action: &Action) -> Command {
        let scope = scope(action);
        let mut command = Command {
            run: Vec::new(),
            env: Vec::new(),
            timeout: None,
            memory: None,
        };
        for field in self.keyed(via, &OF_COMMAND) {
            match field.name.name.as_str() {
                "run" => command.run = self.words(field, &scope),
                "env" => command.env = self.variables(field, &scope),
                "timeout" => command.timeout = self.amount_of_time(field),
                _ => command.memory = self.memory(field),
            }
        }
        if !via.fields.iter().any(|field| field.name.name == "run") {
            self.lacks(via, "run", "run: [\"python3\", \"actions/grade.py\"]");
        }
        command
    }

    fn amount_of_time(&mut self, field: &ViaField) -> Option<Duration> {
        let ViaValue::Value(ast::Value::Expr(expr)) = &field.value else {
            self.expected(field, "an amount of time", Some("20 seconds"));
            return None;
        };
        let value = self.value(expr, &Scope::default(), &Type::Duration);
        match self.literal_of(&value) {
            Some(Value::Duration(duration)) => Some(*duration),
            _ => None,
        }
    }

    /// `run: ["python3", "actions/grade.py"]`.
    fn words(&mut self, field: &ViaField, scope: &Scope) -> Vec<Expr> {
        let items = match &field.value {
            ViaValue::Value(ast::Value::Json(Json::Array(items, _))) => items,
            other => {
                self.no_shell(field, other);
                return Vec::new();
            }
        };
        if items.is_empty() {
            self.expected(
                field,
                "the program to run",
                Some("[\"python3\", \"actions/grade.py\"]"),
            );
        }
        let words = items.iter();
        words.filter_map(|item| self.text_of(item, scope)).collect()
    }

    /// A command line in one text: no shell parts it.
    fn no_shell(&mut self, field: &ViaField, value: &ViaValue) {
        let ViaValue::Value(value) = value else {
            return self.expected(field, "a list of texts", None);
        };
        let finding = Finding::new(Code::WrongType, value.span(), "expected a list of texts")
            .help("the program and each of its arguments are one: no shell parts them");
        let text = plain(value).filter(|text| !text.text.contains(['"', '\\', '\'']));
        self.report(match text {
            Some(text) => {
                let words = text.text.split_whitespace();
                let words: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
                let list = format!("[{}]", words.join(", "));
                finding.fix(format!("write `{list}`"), text.span, list)
            }
            None => finding,
        });
    }

    fn text_of(&mut self, value: &ast::Value, scope: &Scope) -> Option<Expr> {
        match value {
            ast::Value::Expr(expr) => Some(self.value(expr, scope, &Type::String)),
            ast::Value::Json(_) => {
                let message = "expected a text, found JSON";
                self.report(Finding::new(Code::WrongType, value.span(), message));
                None
            }
        }
    }

    /// `env: { TOKEN: secret(grader) }`.
    fn variables(&mut self, field: &ViaField, scope: &Scope) -> Vec<(Box<str>, Expr)> {
        let ViaValue::Value(ast::Value::Json(Json::Object(members, _))) = &field.value else {
            self.expected(
                field,
                "environment variables",
                Some("{ TOKEN: secret(grader) }"),
            );
            return Vec::new();
        };
        let scope = Scope {
            secrets: true,
            ..scope.clone()
        };
        let mut variables: Vec<(Box<str>, Expr)> = Vec::with_capacity(members.len());
        for (key, value) in members {
            if variables.iter().any(|(name, _)| **name == *key.text) {
                let message = format!("`{}` is given already", key.text);
                self.report(Finding::new(Code::RepeatedClause, key.span, message));
            }
            let value = self.text_of(value, &scope);
            variables.extend(value.map(|value| (key.text.as_str().into(), value)));
        }
        variables
    }

    /// `memory: 256 MB`.
    fn memory(&mut self, field: &ViaField) -> Option<u64> {
        let ViaValue::Memory(number, unit, span) = &field.value else {
            self.expected(field, "an amount of memory", Some("256 MB"));
            return None;
        };
        let bytes = bytes(*number, unit);
        if bytes.is_none() {
            let message = "this is no amount of memory";
            self.report(Finding::new(Code::BadLiteral, *span, message).help("like `256 MB`"));
        }
        bytes
    }
}

fn bytes(number: Decimal, unit: &str) -> Option<u64> {
    let power = match unit.bytes().next()? {
        b'K' => 1,
        b'M' => 2,
        b'G' => 3,
        _ => 4,
    };
    let base: u64 = if unit.len() == 3 { 1024 } else { 1000 };
    let bytes = number.checked_mul(Decimal::from(base.checked_pow(power)?))?;
    let whole = bytes.fract().is_zero();
    u64::try_from(bytes)
        .ok()
        .filter(|bytes| whole && *bytes > 0)
}
