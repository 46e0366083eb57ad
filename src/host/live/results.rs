//! What an action answers, read into its results. Where they stand in JSON is not known here.

use crate::base::Decimal;
use crate::connector::http::HttpAnswer;
use crate::model::Value;
use crate::plan::Answers;

/// How much of the body of an answer is kept, in bytes.
const BODY: usize = 256 << 10;

/// How the results of an action are read.
#[derive(Debug)]
pub(super) enum Reads {
    /// As the action `http` answers: these names.
    Plain(Vec<String>),
    /// As a declared action answers.
    Declared(Answers),
}

impl Reads {
    /// The results in the answer of a request.
    pub(super) fn of_answer(&self, answer: &HttpAnswer) -> Vec<Option<Value>> {
        match self {
            Reads::Plain(names) => names.iter().map(|name| plain(name, answer)).collect(),
            Reads::Declared(answers) => answers.read(&answer.body),
        }
    }
}

/// What the action `http` answers.
fn plain(name: &str, answer: &HttpAnswer) -> Option<Value> {
    match name {
        "status" => Some(Value::Number(Decimal::from(answer.status))),
        "body" => {
            let text = answer.text();
            let mut end = text.len().min(BODY);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.get(..end).map(|text| Value::Text(text.into()))
        }
        _ => None,
    }
}
