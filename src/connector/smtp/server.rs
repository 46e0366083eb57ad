//! Where mails are handed over, as an address says it. No connection is made here.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::Url;

/// The port where servers talk to servers.
const PLAIN_PORT: u16 = 25;

/// The port that is secure from the first byte on.
const WRAPPED_PORT: u16 = 465;

/// A server that takes mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpServer {
    /// Its name or number.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The user to be let in as.
    pub user: Option<String>,
    /// How the connection is made secure.
    pub security: Security,
}

/// How a connection is made secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// From the first byte on.
    Wrapped,
    /// By `STARTTLS`.
    Asked {
        /// Whether nothing is sent without it.
        required: bool,
    },
    /// Not at all: the server is this machine.
    None,
}

impl SmtpServer {
    /// Reads `smtp://host:port` or `smtps://user@host`. Without a port it is 25,
    /// or 465 where the connection is secure from the first byte on.
    ///
    /// Over `smtp://` a connection is made secure if the server can, and must be
    /// where there is a user, whose password follows; to this machine it is not.
    ///
    /// # Errors
    /// If the text is no such address, or has a password in it; in words without
    /// the password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text.trim()).ok();
        let url = url.filter(|url| matches!(url.scheme(), "smtp" | "smtps"));
        let host = url.as_ref().and_then(Url::host_str);
        let (Some(url), Some(host)) = (&url, host) else {
            return Err(
                "`url` is no mail server: write it as `smtps://user@mail.example.com`".to_owned(),
            );
        };
        if url.password().is_some() {
            return Err("a password never stands in `url`: name it by `secret`".to_owned());
        }
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let user = user(url)?;
        let wrapped = url.scheme() == "smtps";
        let usual = if wrapped { WRAPPED_PORT } else { PLAIN_PORT };
        let security = match wrapped {
            true => Security::Wrapped,
            false if is_here(host) => Security::None,
            false => Security::Asked {
                required: user.is_some(),
            },
        };
        Ok(SmtpServer {
            host: host.to_owned(),
            port: url.port().unwrap_or(usual),
            user,
            security,
        })
    }

    /// What people are shown of it.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

fn user(url: &Url) -> Result<Option<String>, String> {
    if url.username().is_empty() {
        return Ok(None);
    }
    let user = percent_decode_str(url.username()).decode_utf8();
    match user {
        Ok(user) => Ok(Some(user.into_owned())),
        Err(_) => Err("the user in `url` is no text".to_owned()),
    }
}

/// Whether a host is this machine, so that nothing leaves it.
fn is_here(host: &str) -> bool {
    let number: Result<IpAddr, _> = host.parse();
    number.map_or(host.eq_ignore_ascii_case("localhost"), |number| {
        number.is_loopback()
    })
}

#[cfg(test)]
mod tests {
    use super::{Security, SmtpServer};

    #[track_caller]
    fn check(url: &str, shown: &str, user: Option<&str>, security: Security) {
        let server = SmtpServer::parse(url).expect("a server");
        assert_eq!(server.shown(), shown);
        assert_eq!(server.user.as_deref(), user);
        assert_eq!(server.security, security);
    }

    #[test]
    fn ports_and_security_follow_the_scheme() {
        let asked = |required| Security::Asked { required };
        check("smtp://a.no", "a.no:25", None, asked(false));
        check("smtp://ada@a.no:587", "a.no:587", Some("ada"), asked(true));
        check("smtps://a.no", "a.no:465", None, Security::Wrapped);
        check(
            "smtps://ada%40a.no@mail.a.no:4650",
            "mail.a.no:4650",
            Some("ada@a.no"),
            Security::Wrapped,
        );
    }

    #[test]
    fn nothing_leaves_this_machine() {
        for host in ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"] {
            let server = SmtpServer::parse(&format!("smtp://{host}:2525")).expect("a server");
            assert_eq!(server.security, Security::None, "{host}");
        }
        let server = SmtpServer::parse("smtps://localhost").expect("a server");
        assert_eq!(server.security, Security::Wrapped);
    }

    #[test]
    fn what_is_no_server_is_refused() {
        let words = "`url` is no mail server: write it as `smtps://user@mail.example.com`";
        for url in [
            "",
            "mail.a.no",
            "http://a.no",
            "smtp:",
            "smtp://",
            "smtp:a.no",
        ] {
            assert_eq!(
                SmtpServer::parse(url).err().as_deref(),
                Some(words),
                "{url}"
            );
        }
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_shown() {
        let words = SmtpServer::parse("smtps://ada:s3cret@a.no").expect_err("refused");
        assert_eq!(
            words,
            "a password never stands in `url`: name it by `secret`"
        );
    }
}
