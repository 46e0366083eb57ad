//! What a service answers, and how long it asks to be left alone. Whether the answer is good
//! enough is not judged here.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use crate::base::Timestamp;

/// What a service answered. A status of 3xx never stands here: it is a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The body, or as much of it as is read.
    pub body: Vec<u8>,
    /// Whether there was more of the body.
    pub cut: bool,
    /// How long the service asks to be left alone, from the moment of the
    /// answer.
    pub retry_after: Option<Duration>,
}

impl HttpAnswer {
    /// Whether the service did what was asked.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text; what is no UTF-8 in it is replaced.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

/// In words, without the body: it may repeat what it was sent.
impl fmt::Display for HttpAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "answered {}", self.status)?;
        match self.retry_after {
            Some(wait) => write!(f, ", and asks to wait {} s", wait.as_secs()),
            None => Ok(()),
        }
    }
}

/// How long the header `Retry-After` asks to wait: whole seconds, or the date
/// of HTTP, which may be past. `None` where it is neither.
#[must_use]
pub fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if header.bytes().all(|byte| byte.is_ascii_digit()) {
        return header.parse().ok().map(Duration::from_secs);
    }
    let date = httpdate::parse_http_date(header).ok()?;
    let now = SystemTime::from(now);
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{HttpAnswer, retry_after};

    #[track_caller]
    fn check(header: &str, expected: Option<u64>) {
        let now = "1994-11-06T08:49:00Z".parse().expect("a moment");
        let seconds = retry_after(header, now).map(|wait| wait.as_secs());
        assert_eq!(seconds, expected, "{header:?}");
    }

    #[test]
    fn seconds_are_read() {
        check("120", Some(120));
        check(" 0 ", Some(0));
        check("18446744073709551615", Some(u64::MAX));
    }

    #[test]
    fn dates_of_all_three_forms_are_read() {
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(37));
        check("Sunday, 06-Nov-94 08:49:37 GMT", Some(37));
        check("Sun Nov  6 08:49:37 1994", Some(37));
    }

    #[test]
    fn a_date_that_is_past_asks_for_no_wait() {
        check("Sun, 06 Nov 1994 08:00:00 GMT", Some(0));
        check("Thu, 01 Jan 1970 00:00:00 GMT", Some(0));
    }

    #[test]
    fn anything_else_asks_for_nothing() {
        for header in ["", "-1", "1.5", "soon", "99999999999999999999", "٣"] {
            check(header, None);
        }
    }

    #[test]
    fn the_words_leave_the_body_out() {
        let answer = HttpAnswer {
            status: 429,
            body: b"s3cret".to_vec(),
            cut: false,
            retry_after: Some(Duration::from_secs(120)),
        };
        assert_eq!(answer.to_string(), "answered 429, and asks to wait 120 s");
    }
}
