//! What actions are carried out with: secrets, the mail server, limits. Where
//! they are read is not known here.

use super::request::Secrets;
use crate::connector::http::Limits;
use crate::connector::outbox::Outbox;
use crate::connector::smtp::Smtp;

/// How many attempts may be on their way at once.
pub(super) const MOST: usize = 64;

/// What actions are carried out with.
pub struct Means {
    /// The values of secrets.
    pub secrets: Secrets,
    /// Where mail goes; into files without one.
    pub smtp: Option<Smtp>,
    /// The limits of requests, by the origin to which they go (A3).
    pub limits: Vec<(String, Limits)>,
    /// Where files go.
    pub outbox: Outbox,
}
