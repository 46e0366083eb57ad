//! Bodies as bytes: the same value always gives the same ones. What a body is for is not known
//! here.

use url::form_urlencoded;

use crate::base::{Decimal, print_decimal};

/// A value of JSON that keeps the order of its members and every digit of its
/// numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An exact number.
    Number(Decimal),
    /// Text.
    Text(String),
    /// Several values.
    List(Vec<Json>),
    /// Values by key, in this order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The value on one line, without spaces.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Json::Null => out.extend(b"null"),
            Json::Bool(true) => out.extend(b"true"),
            Json::Bool(false) => out.extend(b"false"),
            Json::Number(number) => out.extend(print_decimal(*number).into_bytes()),
            Json::Text(text) => quote(text, out),
            Json::List(items) => listed(out, (b'[', b']'), items, |item, out| item.write(out)),
            Json::Object(members) => {
                listed(out, (b'{', b'}'), members, |(key, value), out| {
                    quote(key, out);
                    out.push(b':');
                    value.write(out);
                });
            }
        }
    }
}

fn listed<T>(
    out: &mut Vec<u8>,
    (open, close): (u8, u8),
    items: &[T],
    write: impl Fn(&T, &mut Vec<u8>),
) {
    out.push(open);
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(close);
}

fn quote(text: &str, out: &mut Vec<u8>) {
    // A text always has a form in JSON.
    out.extend(serde_json::to_vec(text).unwrap_or_default());
}

/// What is sent.
#[derive(Clone, PartialEq)]
pub enum Body {
    /// Nothing.
    None,
    /// A value of JSON.
    Json(Json),
    /// The fields of a form, in this order.
    Form(Vec<(String, String)>),
    /// Plain text.
    Text(String),
}

impl Body {
    /// What it goes out as.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Body::None => Vec::new(),
            Body::Json(json) => json.bytes(),
            Body::Form(fields) => form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields)
                .finish()
                .into_bytes(),
            Body::Text(text) => text.clone().into_bytes(),
        }
    }

    /// What the header `Content-Type` says of it.
    #[must_use]
    pub fn content_type(&self) -> Option<&'static str> {
        match self {
            Body::None => None,
            Body::Json(_) => Some("application/json"),
            Body::Form(_) => Some("application/x-www-form-urlencoded"),
            Body::Text(_) => Some("text/plain; charset=utf-8"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Json;
    use crate::connector::http::Body;

    #[track_caller]
    fn check(body: &Body, expected: &str) {
        assert_eq!(String::from_utf8(body.bytes()).expect("UTF-8"), expected);
    }

    #[test]
    fn json_keeps_order_digits_and_letters() {
        let number = |text: &str| Json::Number(text.parse().expect("a number"));
        let value = Json::Object(vec![
            ("z".into(), number("0.10")),
            ("a".into(), number("9007199254740993.0000000001")),
            ("l".into(), Json::List(vec![Json::Null, Json::Bool(true)])),
            ("\"".into(), Json::Text("Ål\n\u{1}\u{2028}".into())),
            ("o".into(), Json::Object(vec![])),
        ]);
        check(
            &Body::Json(value),
            "{\"z\":0.1,\"a\":9007199254740993.0000000001,\"l\":[null,true],\
             \"\\\"\":\"Ål\\n\\u0001\u{2028}\",\"o\":{}}",
        );
    }

    #[test]
    fn what_is_written_is_json() {
        let texts = ["", "\u{0}", "\\", "</script>", "😀", "\r\n\t\u{7f}"];
        let value = Json::List(texts.map(|text| Json::Text(text.into())).to_vec());
        let read: Vec<String> = serde_json::from_slice(&value.bytes()).expect("JSON");
        assert_eq!(read, texts);
    }

    #[test]
    fn a_form_keeps_its_order() {
        let fields = [("b", "1 & 2"), ("a", "å=é"), ("a", "")];
        let fields = fields.map(|(name, value)| (name.into(), value.into()));
        check(
            &Body::Form(fields.to_vec()),
            "b=1+%26+2&a=%C3%A5%3D%C3%A9&a=",
        );
    }

    #[test]
    fn text_is_sent_as_it_is() {
        check(&Body::Text("a\r\nb".into()), "a\r\nb");
        check(&Body::None, "");
    }
}
