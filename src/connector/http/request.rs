//! A request in words, secrets among them. How it becomes bytes is not known here.

use std::fmt;
use std::time::Duration;

use super::wire::Body;

/// A request as it is asked for.
///
/// Secrets stand in it as they are, so its debug form shows little of it.
#[derive(Clone, PartialEq)]
pub struct HttpRequest {
    /// What tells this request from all others, and is the same for each
    /// attempt at it. It becomes the header `Idempotency-Key`.
    pub key: String,
    /// The method; without one `GET`, or `POST` where there is a body.
    pub method: Option<Method>,
    /// Where to: `https://example.com/path`. No user name stands in it.
    pub url: String,
    /// What is added to the query of `url`, in this order.
    pub query: Vec<(String, String)>,
    /// Headers, in this order. They go before those that come of themselves.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Body,
    /// Who asks.
    pub auth: Option<Auth>,
    /// How it is signed.
    pub sign: Option<Sign>,
    /// How long it may take in all; without it as long as the transport says.
    pub timeout: Option<Duration>,
}

impl HttpRequest {
    /// A request for an address and nothing else.
    #[must_use]
    pub fn new(key: impl Into<String>, url: impl Into<String>) -> Self {
        HttpRequest {
            key: key.into(),
            method: None,
            url: url.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
            auth: None,
            sign: None,
            timeout: None,
        }
    }

    /// The method that it goes out with.
    #[must_use]
    pub fn method(&self) -> Method {
        let by_body = match self.body {
            Body::None => Method::Get,
            _ => Method::Post,
        };
        self.method.unwrap_or(by_body)
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpRequest({} {})", self.method(), self.key)
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// All methods.
    pub const ALL: [Method; 5] = [
        Method::Get,
        Method::Post,
        Method::Put,
        Method::Patch,
        Method::Delete,
    ];

    /// The method of a word in upper case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Method::ALL.into_iter().find(|method| method.word() == word)
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Who asks.
#[derive(Clone, PartialEq, Eq)]
pub enum Auth {
    /// Whoever bears this token.
    Bearer(String),
    /// A user with a password.
    Basic {
        /// The name; no colon stands in it.
        user: String,
        /// The password.
        password: String,
    },
}

/// How a request is signed.
#[derive(Clone, PartialEq, Eq)]
pub enum Sign {
    /// Signature v3 of HubSpot: over method, address, body and moment.
    Hubspot {
        /// What it is signed with.
        secret: String,
    },
    /// SHA-256 over the body, in lower-case hexadecimal digits.
    HmacSha256 {
        /// The header that the signature stands in.
        header: String,
        /// What it is signed with.
        secret: String,
    },
}

#[cfg(test)]
mod tests {
    use super::{Auth, Body, HttpRequest, Method};

    #[test]
    fn a_body_is_posted_unless_the_method_is_given() {
        let mut request = HttpRequest::new("k", "https://example.com");
        assert_eq!(request.method(), Method::Get);
        request.body = Body::Text(String::new());
        assert_eq!(request.method(), Method::Post);
        request.method = Some(Method::Put);
        assert_eq!(request.method(), Method::Put);
    }

    #[test]
    fn a_method_reads_as_it_is_written() {
        for method in Method::ALL {
            assert_eq!(Method::parse(method.word()), Some(method));
        }
        assert_eq!(Method::parse("get"), None);
    }

    #[test]
    fn the_debug_form_shows_no_secret() {
        let mut request = HttpRequest::new("k1", "https://example.com/?token=s3cret");
        request.headers = vec![("X-Token".into(), "s3cret".into())];
        request.auth = Some(Auth::Bearer("s3cret".into()));
        assert_eq!(format!("{request:?}"), "HttpRequest(GET k1)");
    }
}
