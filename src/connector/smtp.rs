//! Mails that go out: the bytes of one are handed to a server, over a connection of its own. How a
//! mail is written is not known here, nor whether it is tried again.

mod failure;
mod server;

pub use self::failure::{Lasting, SmtpFailure};
pub use self::server::{Security, SmtpServer};

use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time;

/// How we ask to be let in. Both send the password as it is, so the connection
/// is secure or leads to this machine.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// How long a server is told goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// How long a mail may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long connecting may take.
    pub connect: Duration,
    /// How long it may take in all.
    pub total: Duration,
}

/// Longer than for HTTP: a server may look long at a mail that it has, and
/// delivers one twice that was cut off there.
impl Default for Patience {
    fn default() -> Self {
        Patience {
            connect: Duration::from_secs(3),
            total: Duration::from_secs(120),
        }
    }
}

/// Hands mails to one server.
pub struct Smtp {
    server: SmtpServer,
    credentials: Option<Credentials>,
    tls: Option<TlsParameters>,
    patience: Patience,
}

impl Smtp {
    /// A sender to a server, with the password of its user.
    ///
    /// # Errors
    /// If there is a user without a password or the other way around, or no
    /// secure connections can be set up on this machine; in words.
    pub fn new(
        server: SmtpServer,
        password: Option<&str>,
        patience: Patience,
    ) -> Result<Self, String> {
        let credentials = match (&server.user, password) {
            (None, None) => None,
            (Some(user), Some(password)) => {
                Some(Credentials::new(user.clone(), password.to_owned()))
            }
            (Some(user), None) => {
                return Err(format!(
                    "the user `{user}` has no password: name one by `secret`"
                ));
            }
            (None, Some(_)) => {
                return Err(
                    "a password without a user: write `url` as `smtps://user@host`".to_owned(),
                );
            }
        };
        Ok(Smtp {
            tls: secure(&server)?,
            server,
            credentials,
            patience,
        })
    }

    /// Sends a mail. It needs a runtime of tokio with time and IO.
    ///
    /// An address is one, or a mailbox: `ada@example.com`, `Ada <ada@example.com>`.
    ///
    /// # Errors
    /// If an address is none, or the server does not take the mail.
    pub async fn send(&self, from: &str, to: &str, mail: &[u8]) -> Result<(), SmtpFailure> {
        let envelope = envelope(from, to)?;
        let total = self.patience.total;
        match time::timeout(total, self.hand_over(&envelope, mail)).await {
            Ok(Ok(connection)) => {
                goodbye(connection).await;
                Ok(())
            }
            Ok(Err(error)) => Err(SmtpFailure::of(&error, &self.server.shown())),
            Err(_) => Err(SmtpFailure::late(&self.server.shown(), total)),
        }
    }

    async fn hand_over(
        &self,
        envelope: &Envelope,
        mail: &[u8],
    ) -> Result<AsyncSmtpConnection, Error> {
        let mut connection = self.connect().await?;
        if let Some(credentials) = &self.credentials {
            connection.auth(&MECHANISMS, credentials).await?;
        }
        connection.send(envelope, mail).await?;
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let server = &self.server;
        let hello = ClientId::default();
        let wrapped = match server.security {
            Security::Wrapped => self.tls.clone(),
            Security::Asked { .. } | Security::None => None,
        };
        let address = (server.host.as_str(), server.port);
        let connect = Some(self.patience.connect);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, connect, &hello, wrapped, None).await?;
        if let (Security::Asked { required }, Some(tls)) = (server.security, &self.tls)
            && (required || connection.can_starttls())
        {
            connection.starttls(tls.clone(), &hello).await?;
        }
        Ok(connection)
    }
}

/// The mail is the server's by now: whatever comes of this changes nothing.
async fn goodbye(mut connection: AsyncSmtpConnection) {
    let _ = time::timeout(GOODBYE, connection.abort()).await;
}

fn secure(server: &SmtpServer) -> Result<Option<TlsParameters>, String> {
    if server.security == Security::None {
        return Ok(None);
    }
    let tls = TlsParameters::new_rustls(server.host.clone());
    tls.map(Some)
        .map_err(|error| format!("secure connections cannot be set up: {error}"))
}

fn envelope(from: &str, to: &str) -> Result<Envelope, SmtpFailure> {
    let (from, to) = (mailbox(from)?, mailbox(to)?);
    Envelope::new(Some(from.email), vec![to.email])
        .map_err(|_| SmtpFailure::unfit("the mail goes to nobody".into()))
}

fn mailbox(text: &str) -> Result<Mailbox, SmtpFailure> {
    text.trim().parse().map_err(|_| {
        let text = text.escape_debug();
        SmtpFailure::unfit(format!(
            "`{text}` is no mail address: write it as `name@example.com`"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::{Patience, Smtp, SmtpServer};

    #[track_caller]
    fn check(url: &str, password: Option<&str>, expected: &str) {
        let server = SmtpServer::parse(url).expect("a server");
        let smtp = Smtp::new(server, password, Patience::default());
        assert_eq!(smtp.err().unwrap_or_default(), expected);
    }

    #[test]
    fn a_user_and_a_password_come_together() {
        check("smtps://ada@a.no", Some("s3cret"), "");
        check("smtp://a.no", None, "");
        check(
            "smtps://ada@a.no",
            None,
            "the user `ada` has no password: name one by `secret`",
        );
        check(
            "smtps://a.no",
            Some("s3cret"),
            "a password without a user: write `url` as `smtps://user@host`",
        );
    }
}
