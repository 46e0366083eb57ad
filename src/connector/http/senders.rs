//! Requests go by the sender that has the numbers of their host (A3). What a request looks like is
//! not known here.

use super::answer::HttpAnswer;
use super::failure::HttpFailure;
use super::limits::Limits;
use super::request::HttpRequest;
use super::transport::Http;

/// A sender for each connection, and one for all other hosts.
pub struct Senders {
    usual: Http,
    named: Vec<(String, Http)>,
}

impl Senders {
    /// Senders with the limits of some origins, and the usual ones elsewhere.
    ///
    /// # Errors
    /// If no secure connections can be set up on this machine; in words.
    pub fn new(origins: &[(String, Limits)]) -> Result<Self, String> {
        let named = origins
            .iter()
            .map(|(origin, limits)| Ok((origin.clone(), Http::new(*limits)?)));
        Ok(Senders {
            usual: Http::new(Limits::default())?,
            named: named.collect::<Result<_, String>>()?,
        })
    }

    /// Sends a request as [`Http::send`] does, to an origin.
    ///
    /// # Errors
    /// As that says.
    pub async fn send(
        &self,
        origin: Option<&str>,
        request: &HttpRequest,
    ) -> Result<HttpAnswer, HttpFailure> {
        let named = self.named.iter();
        let mut named = named.filter(|(name, _)| Some(name.as_str()) == origin);
        let sender = named.next().map_or(&self.usual, |(_, sender)| sender);
        sender.send(request).await
    }
}
