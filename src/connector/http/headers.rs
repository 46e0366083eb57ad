//! Headers of a request: which there are, and which can be sent. What they are for is not known
//! here.

use super::failure::HttpFailure;

/// Headers that come from the body and the connection alone: another value
/// would say where a request ends, and so what the next one is.
const OURS: [&str; 6] = [
    "connection",
    "content-length",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers in the order in which they are sent.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Headers(pub(super) Vec<(String, String)>);

impl Headers {
    /// Those that were asked for.
    ///
    /// # Errors
    /// If one among them is set by the connection alone.
    pub(super) fn given(headers: &[(String, String)]) -> Result<Self, HttpFailure> {
        match headers.iter().find(|(name, _)| is_ours(name)) {
            Some((name, _)) => Err(HttpFailure::Unfit(format!(
                "the header `{name}` is set by itself: leave it out"
            ))),
            None => Ok(Headers(headers.to_vec())),
        }
    }

    /// Adds a header, unless one of its name is there.
    pub(super) fn put_unless_given(&mut self, name: &str, value: &str) {
        let mut names = self.0.iter().map(|(name, _)| name);
        if !names.any(|other| other.eq_ignore_ascii_case(name)) {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Adds a header, and removes those of its name.
    pub(super) fn put_instead(&mut self, name: &str, value: String) {
        self.0
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.0.push((name.to_owned(), value));
    }

    /// All of them, if each can be sent.
    ///
    /// # Errors
    /// If one has no name, or a value with a line break, which would begin
    /// another; in words without the value.
    pub(super) fn fit(self) -> Result<Vec<(String, String)>, HttpFailure> {
        self.0.iter().try_for_each(fit)?;
        Ok(self.0)
    }
}

fn is_ours(name: &str) -> bool {
    OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours))
}

fn fit((name, value): &(String, String)) -> Result<(), HttpFailure> {
    if name.is_empty() || !name.bytes().all(is_token) {
        let name = name.escape_debug();
        return Err(HttpFailure::Unfit(format!(
            "`{name}` is no name of a header"
        )));
    }
    let breaks = |letter: char| letter.is_ascii_control() && letter != '\t';
    if value.contains(breaks) {
        return Err(HttpFailure::Unfit(format!(
            "the value of the header `{name}` has a line break or another control character in it"
        )));
    }
    Ok(())
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::Headers;

    #[track_caller]
    fn check(name: &str, value: &str, expected: Option<&str>) {
        let headers = [(name.to_owned(), value.to_owned())];
        let fit = Headers::given(&headers).and_then(Headers::fit);
        let words = fit.err().map(|failure| failure.to_string());
        assert_eq!(words.as_deref(), expected);
    }

    #[test]
    fn what_can_be_sent_is() {
        check("X-One", "", None);
        check("x!#$%&'*+-.^_`|~", "Å\tse\u{85}", None);
    }

    #[test]
    fn what_would_begin_another_header_is_refused_without_its_value() {
        check("X A", "1", Some("`X A` is no name of a header"));
        check("X:\n", "1", Some("`X:\\n` is no name of a header"));
        check("", "1", Some("`` is no name of a header"));
        for value in ["s3cret\r\nX-B: 1", "\n", "\0", "\u{7f}"] {
            check(
                "X-A",
                value,
                Some(
                    "the value of the header `X-A` has a line break \
                     or another control character in it",
                ),
            );
        }
    }

    #[test]
    fn what_ends_a_request_is_ours() {
        for name in ["Content-Length", "TRANSFER-ENCODING", "te"] {
            let words = format!("the header `{name}` is set by itself: leave it out");
            check(name, "3", Some(&words));
        }
    }
}
