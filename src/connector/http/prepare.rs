//! A request as it goes over the wire: address, headers and body, the same for the same request
//! and moment. Nothing is sent here.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use url::Url;

use super::failure::HttpFailure;
use super::headers::Headers;
use super::request::{Auth, HttpRequest, Method};
use crate::base::Timestamp;

/// Who we are, where the request does not say.
const USER_AGENT: &str = concat!("flow/", env!("CARGO_PKG_VERSION"));

/// A request as it goes over the wire.
#[derive(Clone, PartialEq)]
pub struct Prepared {
    /// The method.
    pub method: Method,
    /// The address with its whole query, without a fragment or a user.
    pub url: Url,
    /// The headers, but for those of the connection.
    pub headers: Vec<(String, String)>,
    /// The body; empty where there is none.
    pub body: Vec<u8>,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prepared({} {})", self.method, shown_host(&self.url))
    }
}

impl HttpRequest {
    /// Where it goes, with its whole query.
    ///
    /// # Errors
    /// If `url` is no address of the web, or has a user name in it.
    pub fn address(&self) -> Result<Url, HttpFailure> {
        let url = Url::parse(self.url.trim()).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let Some(mut url) = url else {
            return unfit("`url` is no address of the web: write it as `https://example.com/path`");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return unfit(
                "`url` has a user name in it: write it as `auth: basic(user, secret(name))`",
            );
        }
        url.set_fragment(None);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }

    /// The request as it goes over the wire at a moment, which only a signature
    /// depends on.
    ///
    /// # Errors
    /// If the address, a header or a secret is none that can be sent; in words
    /// that hold no value.
    pub fn prepare(&self, now: Timestamp) -> Result<Prepared, HttpFailure> {
        let mut headers = Headers::given(&self.headers)?;
        let mut prepared = Prepared {
            method: self.method(),
            url: self.address()?,
            headers: Vec::new(),
            body: self.body.bytes(),
        };
        if let Some(auth) = &self.auth {
            headers.put_instead("Authorization", auth.header()?);
        }
        if let Some(sign) = &self.sign {
            for (name, value) in sign.headers(&prepared, now)? {
                headers.put_instead(&name, value);
            }
        }
        if let Some(kind) = self.body.content_type() {
            headers.put_unless_given("Content-Type", kind);
        }
        headers.put_unless_given("User-Agent", USER_AGENT);
        headers.put_unless_given("Idempotency-Key", &self.key);
        prepared.headers = headers.fit()?;
        Ok(prepared)
    }
}

impl Auth {
    fn header(&self) -> Result<String, HttpFailure> {
        match self {
            Auth::Bearer(token) => Ok(format!("Bearer {token}")),
            Auth::Basic { user, .. } if user.contains(':') => {
                unfit("the user name of `auth: basic(…)` has a colon in it")
            }
            Auth::Basic { user, password } => {
                let both = BASE64_STANDARD.encode(format!("{user}:{password}"));
                Ok(format!("Basic {both}"))
            }
        }
    }
}

/// The host of an address, with its port where it is not the usual one: what
/// people are shown of it.
pub(super) fn shown_host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn unfit<T>(words: impl Into<String>) -> Result<T, HttpFailure> {
    Err(HttpFailure::Unfit(words.into()))
}

#[cfg(test)]
mod tests {
    use super::{Prepared, USER_AGENT};
    use crate::base::Timestamp;
    use crate::connector::http::{Auth, Body, HttpRequest, Json, Method, Sign};

    fn now() -> Timestamp {
        "2026-11-21T09:00:00.123456Z".parse().expect("a moment")
    }

    fn request(url: &str) -> HttpRequest {
        HttpRequest::new("k1", url)
    }

    fn prepared(request: &HttpRequest) -> Prepared {
        request.prepare(now()).expect("a request that can be sent")
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = pairs.iter().map(|(name, value)| (*name, *value));
        owned
            .map(|(name, value)| (name.into(), value.into()))
            .collect()
    }

    #[track_caller]
    fn check_url(url: &str, query: &[(&str, &str)], expected: &str) {
        let request = HttpRequest {
            query: pairs(query),
            ..request(url)
        };
        assert_eq!(prepared(&request).url.as_str(), expected);
    }

    #[track_caller]
    fn refused(request: &HttpRequest, expected: &str) {
        let failure = request.prepare(now()).expect_err("refused");
        assert!(failure.is_final());
        assert_eq!(failure.to_string(), expected);
    }

    #[test]
    fn a_query_is_added_to_the_one_that_is_there() {
        check_url("https://a.no", &[], "https://a.no/");
        check_url(
            "https://a.no/x?",
            &[("b", "1 2&å")],
            "https://a.no/x?b=1+2%26%C3%A5",
        );
        check_url(
            "https://a.no?a=1#part",
            &[("b", "")],
            "https://a.no/?a=1&b=",
        );
    }

    #[test]
    fn headers_come_of_themselves_unless_given() {
        let plain = prepared(&request("https://a.no"));
        let own = [("User-Agent", USER_AGENT), ("Idempotency-Key", "k1")];
        assert_eq!(plain.headers, pairs(&own));
        let given = [
            ("idempotency-key", "mine"),
            ("content-TYPE", "application/vnd.api+json"),
            ("user-agent", "us"),
        ];
        let given = HttpRequest {
            headers: pairs(&given),
            body: Body::Json(Json::Null),
            ..request("https://a.no")
        };
        assert_eq!(prepared(&given).headers, given.headers);
        assert_eq!(prepared(&given).method, Method::Post);
    }

    #[test]
    fn who_asks_stands_in_one_header() {
        let mut request = request("https://a.no");
        request.headers = pairs(&[("authorization", "mine")]);
        request.auth = Some(Auth::Basic {
            user: "Aladdin".into(),
            password: "open sesame".into(),
        });
        let basic = ("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(prepared(&request).headers.first(), pairs(&[basic]).first());
        request.auth = Some(Auth::Bearer("t".into()));
        let bearer = ("Authorization", "Bearer t");
        assert_eq!(prepared(&request).headers.first(), pairs(&[bearer]).first());
    }

    #[test]
    fn hubspot_signs_method_address_body_and_moment() {
        let request = HttpRequest {
            query: pairs(&[("to", "a@b.no")]),
            body: Body::Json(Json::Text("å".into())),
            sign: Some(Sign::Hubspot {
                secret: "s3cret".into(),
            }),
            ..request("https://a.no/x")
        };
        let signed = prepared(&request).headers;
        // HMAC-SHA256 over `POSThttps://a.no/x?to=a@b.no"å"1795251600123`.
        let expected = [
            (
                "X-HubSpot-Signature-v3",
                "TnO+LsY6ntougeMMVA8+CywtI+9ztR07qf5N2CN0pzg=",
            ),
            ("X-HubSpot-Request-Timestamp", "1795251600123"),
        ];
        assert_eq!(signed.get(..2), Some(&*pairs(&expected)));
    }

    #[test]
    fn a_body_is_signed_in_the_header_that_is_asked_for() {
        let request = HttpRequest {
            body: Body::Text("what do ya want for nothing?".into()),
            sign: Some(Sign::HmacSha256 {
                header: "X-Sign".into(),
                secret: "Jefe".into(),
            }),
            ..request("https://a.no")
        };
        let expected = (
            "X-Sign",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        assert_eq!(
            prepared(&request).headers.first(),
            pairs(&[expected]).first()
        );
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_its_values() {
        let no_url = "`url` is no address of the web: write it as `https://example.com/path`";
        for url in [
            "",
            "a.no",
            "ftp://a.no",
            "https://",
            "mailto:a@b.no",
            "file:///x",
        ] {
            refused(&request(url), no_url);
        }
        refused(
            &request("https://ada:s3cret@a.no"),
            "`url` has a user name in it: write it as `auth: basic(user, secret(name))`",
        );
        refused(
            &HttpRequest {
                headers: pairs(&[("X A", "s3cret")]),
                ..request("https://a.no")
            },
            "`X A` is no name of a header",
        );
        refused(
            &HttpRequest {
                auth: Some(Auth::Bearer("s3cret\r\nX-B: 1".into())),
                ..request("https://a.no")
            },
            "the value of the header `Authorization` has a line break \
             or another control character in it",
        );
    }

    #[test]
    fn the_debug_form_shows_the_host_alone() {
        let prepared = prepared(&request("https://a.no:8443/s3cret?s3cret"));
        assert_eq!(format!("{prepared:?}"), "Prepared(GET a.no:8443)");
    }
}
