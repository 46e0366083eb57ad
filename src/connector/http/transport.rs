//! Requests are sent here and their answers read. What a request looks like, and whether it is
//! tried again, is not decided here.

use std::error::Error;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Request, Response, redirect, retry};
use rustls::RootCertStore;
use tokio::time;
use url::Url;

use super::answer::{HttpAnswer, retry_after};
use super::failure::{HttpFailure, Why};
use super::limits::{Limits, Rates};
use super::prepare::{Prepared, shown_host};
use super::request::HttpRequest;
use super::tls::{self, cause};
use crate::base::Timestamp;

/// How many bytes of a body are read; the rest is dropped.
pub const MOST_BODY: usize = 1024 * 1024;

/// How long a connection is kept for the next request. Many a server closes one
/// after five seconds, and a request that meets the closing is lost.
const IDLE: Duration = Duration::from_secs(4);

/// Sends requests. One serves many at a time.
pub struct Http {
    client: Client,
    limits: Limits,
    rates: Mutex<Rates>,
}

impl Http {
    /// A sender that trusts the certificates that this machine trusts.
    ///
    /// # Errors
    /// If no secure connections can be set up on this machine; in words.
    pub fn new(limits: Limits) -> Result<Self, String> {
        Http::trusting(tls::machine_roots(), limits)
    }

    /// A sender that trusts these certificates alone.
    ///
    /// # Errors
    /// If no secure connections can be set up on this machine; in words.
    pub fn trusting(roots: RootCertStore, limits: Limits) -> Result<Self, String> {
        let client = client(roots, limits.connect)
            .map_err(|error| format!("secure connections cannot be set up: {error}"))?;
        Ok(Http {
            client,
            limits,
            rates: Mutex::new(Rates::new(limits.per_second)),
        })
    }

    /// Waits for the host's turn, sends a request and reads the answer. It
    /// needs a runtime of tokio with time and IO.
    ///
    /// # Errors
    /// If the request is none that can be sent, or no whole answer came, or one
    /// that points elsewhere. Any other answer, whatever its status, is none.
    pub async fn send(&self, request: &HttpRequest) -> Result<HttpAnswer, HttpFailure> {
        let host = request.address()?;
        time::sleep_until(self.turn(&host).into()).await;
        // A signature ages, so the moment is taken after the wait.
        let prepared = request.prepare(Timestamp::now())?;
        let after = request.timeout.unwrap_or(self.limits.total);
        match time::timeout(after, self.exchange(prepared)).await {
            Ok(answer) => answer,
            Err(_) => Err(HttpFailure::TimedOut {
                host: shown_host(&host),
                after,
            }),
        }
    }

    fn turn(&self, url: &Url) -> Instant {
        let host = url.host_str().unwrap_or_default();
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        rates.turn(host, Instant::now())
    }

    async fn exchange(&self, prepared: Prepared) -> Result<HttpAnswer, HttpFailure> {
        let url = prepared.url.clone();
        let failed = |error: reqwest::Error| self.failure(&error, &url);
        let response = self.client.execute(request(prepared)?).await;
        let mut response = response.map_err(failed)?;
        let status = response.status().as_u16();
        if response.status().is_redirection() {
            return Err(redirected(&response, &url));
        }
        let wait = response.headers().get(RETRY_AFTER);
        let wait = wait.and_then(|wait| wait.to_str().ok());
        let retry_after = wait.and_then(|wait| retry_after(wait, Timestamp::now()));
        let (body, cut) = body(&mut response).await.map_err(failed)?;
        Ok(HttpAnswer {
            status,
            body,
            cut,
            retry_after,
        })
    }

    fn failure(&self, error: &reqwest::Error, url: &Url) -> HttpFailure {
        let host = shown_host(url);
        if !error.is_connect() {
            return HttpFailure::Broken { host };
        }
        let why = match cause::<rustls::Error>(error) {
            Some(reason) => Why::Untrusted(tls::reason(reason)),
            None if error.is_timeout() => Why::TooSlow(self.limits.connect),
            None => match cause::<io::Error>(error).map(io::Error::kind) {
                Some(io::ErrorKind::ConnectionRefused) => Why::Refused,
                _ => Why::Unknown,
            },
        };
        HttpFailure::Unreachable { host, why }
    }
}

/// A client that neither follows, nor repeats, nor asks the environment for a
/// way around.
fn client(roots: RootCertStore, connect: Duration) -> Result<Client, Box<dyn Error>> {
    let client = Client::builder()
        .tls_backend_preconfigured(tls::config(roots)?)
        .connect_timeout(connect)
        .pool_idle_timeout(IDLE)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .build()?;
    Ok(client)
}

fn request(prepared: Prepared) -> Result<Request, HttpFailure> {
    let method = match reqwest::Method::from_bytes(prepared.method.word().as_bytes()) {
        Ok(method) => method,
        Err(_) => return Err(HttpFailure::Unfit("the method is none of HTTP".into())),
    };
    let mut request = Request::new(method, prepared.url);
    *request.headers_mut() = headers(&prepared.headers)?;
    if !prepared.body.is_empty() {
        *request.body_mut() = Some(prepared.body.into());
    }
    Ok(request)
}

fn headers(given: &[(String, String)]) -> Result<HeaderMap, HttpFailure> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let header = HeaderName::from_bytes(name.as_bytes()).ok();
        let header = header.zip(HeaderValue::from_bytes(value.as_bytes()).ok());
        let Some((header, value)) = header else {
            let words = format!("the header `{name}` cannot be sent");
            return Err(HttpFailure::Unfit(words));
        };
        headers.append(header, value);
    }
    Ok(headers)
}

/// Reads up to the bound, and says whether there was more.
async fn body(response: &mut Response) -> Result<(Vec<u8>, bool), reqwest::Error> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        let room = MOST_BODY - body.len();
        body.extend(piece.iter().take(room));
        if piece.len() > room {
            return Ok((body, true));
        }
    }
    Ok((body, false))
}

fn redirected(response: &Response, url: &Url) -> HttpFailure {
    let to = response.headers().get(LOCATION);
    let to = to.and_then(|to| to.to_str().ok());
    let to = to.and_then(|to| url.join(to).ok());
    HttpFailure::Redirected {
        host: shown_host(url),
        status: response.status().as_u16(),
        to: to.map(|to| shown_host(&to)),
    }
}
