//! Requests go by the sender that has the numbers of their connection (A3). What a request looks like is
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
    /// Senders with the limits of some connections, by name, and the usual ones elsewhere.
    ///
    /// # Errors
    /// If no secure connections can be set up on this machine; in words.
    pub fn new(connections: &[(&str, Limits)]) -> Result<Self, String> {
        let named = connections
            .iter()
            .map(|(name, limits)| Ok(((*name).to_owned(), Http::new(*limits)?)));
        Ok(Senders {
            usual: Http::new(Limits::default())?,
            named: named.collect::<Result<_, String>>()?,
        })
    }

    /// Sends a request as [`Http::send`] does, by a connection.
    ///
    /// # Errors
    /// As that says.
    pub async fn send(
        &self,
        connection: Option<&str>,
        request: &HttpRequest,
    ) -> Result<HttpAnswer, HttpFailure> {
        let named = self.named.iter();
        let mut named = named.filter(|(name, _)| Some(name.as_str()) == connection);
        let sender = named.next().map_or(&self.usual, |(_, sender)| sender);
        sender.send(request).await
    }
}
