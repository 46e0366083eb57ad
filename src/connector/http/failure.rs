//! Why no answer came, in words that say what to do. No secret stands in them: of an address they
//! name the host alone, and never a header.

use std::fmt;
use std::time::Duration;

/// Why no answer came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpFailure {
    /// The request cannot be sent as it is, in words. Nothing was sent.
    Unfit(String),
    /// The host could not be reached. Nothing was sent.
    Unreachable {
        /// The host, with its port where it is not the usual one.
        host: String,
        /// Why.
        why: Why,
    },
    /// It took too long. The service may have done what was asked.
    TimedOut {
        /// The host, with its port where it is not the usual one.
        host: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The connection broke. The service may have done what was asked.
    Broken {
        /// The host, with its port where it is not the usual one.
        host: String,
    },
    /// The service pointed elsewhere, and nobody follows: what was meant for
    /// one host is not for another.
    Redirected {
        /// The host, with its port where it is not the usual one.
        host: String,
        /// The status, from 300 to 399.
        status: u16,
        /// The host that it pointed to.
        to: Option<String>,
    },
}

/// Why a host could not be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Nothing listens at the port.
    Refused,
    /// No connection came about in time.
    TooSlow(Duration),
    /// No secure connection came about, for this reason.
    Untrusted(String),
    /// Its name leads nowhere, or there is no way to it.
    Unknown,
}

impl HttpFailure {
    /// Whether a further attempt would end the same way.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, HttpFailure::Unfit(_) | HttpFailure::Redirected { .. })
    }

    /// The status that came, if one did.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            HttpFailure::Redirected { status, .. } => Some(*status),
            _ => None,
        }
    }
}

impl fmt::Display for HttpFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HttpFailure::Unfit(words) => f.write_str(words),
            HttpFailure::Unreachable { host, why } => {
                write!(f, "could not connect to `{host}`")?;
                fmt::Display::fmt(why, f)
            }
            HttpFailure::TimedOut { host, after } => {
                let after = seconds(*after);
                write!(f, "`{host}` did not answer in full within {after}")
            }
            HttpFailure::Broken { host } => {
                write!(
                    f,
                    "`{host}` broke the connection before its answer was whole"
                )
            }
            HttpFailure::Redirected { host, status, to } => {
                write!(f, "`{host}` answered {status}")?;
                if let Some(to) = to {
                    write!(f, " and points to `{to}`")?;
                }
                f.write_str(": redirects are not followed, so write the final address in `url`")
            }
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Refused => f.write_str(": nothing listens there, so check the port"),
            Why::TooSlow(after) => write!(f, " within {}", seconds(*after)),
            Why::Untrusted(reason) => write!(f, " securely: {reason}"),
            Why::Unknown => f.write_str(": check its name, and that this machine reaches it"),
        }
    }
}

impl std::error::Error for HttpFailure {}

/// An amount of time as people say it: `30 s`, `1.5 s`.
fn seconds(amount: Duration) -> String {
    format!("{} s", amount.as_millis() as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{HttpFailure, Why, seconds};

    #[track_caller]
    fn check(why: Why, expected: &str) {
        let host = "a.no:8443".to_owned();
        let failure = HttpFailure::Unreachable { host, why };
        assert_eq!(failure.to_string(), expected);
        assert!(!failure.is_final());
    }

    #[test]
    fn the_words_say_what_to_do() {
        check(
            Why::Refused,
            "could not connect to `a.no:8443`: nothing listens there, so check the port",
        );
        check(
            Why::TooSlow(Duration::from_secs(3)),
            "could not connect to `a.no:8443` within 3 s",
        );
        check(
            Why::Untrusted("its certificate has expired".into()),
            "could not connect to `a.no:8443` securely: its certificate has expired",
        );
        check(
            Why::Unknown,
            "could not connect to `a.no:8443`: check its name, and that this machine reaches it",
        );
    }

    #[test]
    fn a_redirect_is_final_and_has_a_status() {
        let failure = HttpFailure::Redirected {
            host: "a.no".into(),
            status: 302,
            to: Some("b.no".into()),
        };
        assert_eq!((failure.is_final(), failure.status()), (true, Some(302)));
        assert_eq!(
            failure.to_string(),
            "`a.no` answered 302 and points to `b.no`: redirects are not followed, \
             so write the final address in `url`"
        );
    }

    #[test]
    fn amounts_of_time_are_short() {
        assert_eq!(seconds(Duration::from_secs(30)), "30 s");
        assert_eq!(seconds(Duration::from_millis(1500)), "1.5 s");
    }
}
