//! Why a mail was not taken, in words, and whether it would be another time. No secret stands in
//! them.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::Error;

/// How many letters of a server's words are shown.
const MOST_WORDS: usize = 200;

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpFailure {
    /// Whether it would be another time.
    pub lasting: Lasting,
    /// The code of the server's answer, if it answered. It is one of SMTP: 4xx
    /// passes and 5xx stays, the other way around than with HTTP.
    pub code: Option<u16>,
    words: String,
}

/// Whether a failure stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// A further attempt would end the same way.
    Permanent,
    /// A further attempt may be luckier.
    Transient,
}

impl SmtpFailure {
    /// Whether a further attempt would end the same way.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.lasting == Lasting::Permanent
    }

    /// The status of HTTP that says the same, for those who judge by it: 422
    /// for what stays, 503 for what passes.
    #[must_use]
    pub fn as_status(&self) -> u16 {
        match self.lasting {
            Lasting::Permanent => 422,
            Lasting::Transient => 503,
        }
    }

    /// The mail cannot be sent as it is; nothing was.
    pub(super) fn unfit(words: String) -> Self {
        SmtpFailure {
            lasting: Lasting::Permanent,
            code: None,
            words,
        }
    }

    /// The server took too long. It may have the mail.
    pub(super) fn late(server: &str, after: Duration) -> Self {
        let after = after.as_secs_f64();
        SmtpFailure {
            lasting: Lasting::Transient,
            code: None,
            words: format!("the mail server `{server}` did not take the mail within {after} s"),
        }
    }

    pub(super) fn of(error: &Error, server: &str) -> Self {
        let code = error.status().map(u16::from);
        // What our own side of the conversation refuses it refuses again.
        let stays = error.is_permanent() || error.is_client();
        SmtpFailure {
            lasting: match stays {
                true => Lasting::Permanent,
                false => Lasting::Transient,
            },
            code,
            words: match code {
                Some(code) => refused(server, code, &reason(error)),
                None => unreached(error, server),
            },
        }
    }
}

impl fmt::Display for SmtpFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for SmtpFailure {}

fn refused(server: &str, code: u16, reason: &str) -> String {
    let help = match code {
        530 | 534 | 535 | 538 => ", so check the user in `url` and the `secret`",
        _ => "",
    };
    let reason = match reason {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    format!("the mail server `{server}` answered {code}{reason}{help}")
}

fn unreached(error: &Error, server: &str) -> String {
    let reason = reason(error);
    if error.is_tls() {
        return format!("no secure connection to the mail server `{server}`: {reason}");
    }
    if error.is_client() || error.is_response() {
        return format!("the mail server `{server}` cannot take the mail: {reason}");
    }
    if reason.is_empty() {
        return format!("the mail server `{server}` broke the connection");
    }
    format!("could not talk to the mail server `{server}`: {reason}")
}

/// What lies behind an error, on one line and not too long: a server may say
/// what it likes.
fn reason(error: &Error) -> String {
    let reason = error.source().map(ToString::to_string).unwrap_or_default();
    let words: Vec<&str> = reason.split_whitespace().collect();
    let line = words.join(" ");
    let shown = line.chars().filter(|letter| !letter.is_control());
    shown.take(MOST_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::{Lasting, SmtpFailure, refused};
    use std::time::Duration;

    #[test]
    fn a_wrong_password_says_where_it_stands() {
        assert_eq!(
            refused("a.no:465", 535, "bad credentials"),
            "the mail server `a.no:465` answered 535: bad credentials, \
             so check the user in `url` and the `secret`"
        );
        assert_eq!(
            refused("a.no:465", 550, ""),
            "the mail server `a.no:465` answered 550"
        );
    }

    #[test]
    fn who_is_late_may_be_in_time_later() {
        let failure = SmtpFailure::late("a.no:25", Duration::from_secs(120));
        assert_eq!(failure.lasting, Lasting::Transient);
        assert_eq!(failure.as_status(), 503);
        assert_eq!(
            failure.to_string(),
            "the mail server `a.no:25` did not take the mail within 120 s"
        );
    }
}
