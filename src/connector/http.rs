//! Requests that go out over HTTP: how one is written, how often a host is asked, what comes back.
//! It knows nothing of what a request is for, and does not say when one is tried again.

mod answer;
mod failure;
mod headers;
mod limits;
mod prepare;
mod request;
mod senders;
mod sign;
mod tls;
mod transport;
mod wire;

pub use self::answer::{HttpAnswer, retry_after};
pub use self::failure::{HttpFailure, Why};
pub use self::limits::{Limits, Rates};
pub use self::prepare::Prepared;
pub use self::request::{Auth, HttpRequest, Method, Sign};
pub use self::senders::Senders;
pub use self::transport::{Http, MOST_BODY};
pub use self::wire::{Body, Json};
