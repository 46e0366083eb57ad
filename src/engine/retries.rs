//! Which numbers of A3 hold for an action: those of the connection that it goes by. Where they are
//! read, and when the next attempt is due, is not known here.

use super::call::Call;
use super::retry::RetryPolicy;
use crate::base::Name;

/// The retries of the connections of a project (A3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retries {
    /// Those of mails and notices.
    pub mail: RetryPolicy,
    /// Those of requests, by the [`origin`] to which they go.
    pub origins: Vec<(String, RetryPolicy)>,
    /// The same by the names of the connections.
    pub named: Vec<(String, RetryPolicy)>,
}

impl Retries {
    /// The numbers for a call of an action, by its name and that of the connection by which it
    /// says to go.
    #[must_use]
    pub fn of(&self, (action, connection): (&str, Option<&Name>), call: &Call) -> RetryPolicy {
        if matches!(action, "send_email" | "notify") {
            return self.mail;
        }
        let find = |list: &[(String, RetryPolicy)], wanted: &str| {
            let found = list.iter().find(|(name, _)| name == wanted);
            found.map(|(_, policy)| *policy)
        };
        let named = connection.and_then(|name| find(&self.named, name.as_str()));
        let to = || find(&self.origins, &call.url().and_then(origin)?);
        named.or_else(to).unwrap_or_default()
    }
}

/// The scheme, host and port of an address of the web, in lower case and without the port that is
/// usual: what two addresses of one server have in common.
#[must_use]
pub fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
    let usual = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    let host = match usual {
        "" => host.as_str(),
        usual => host.strip_suffix(usual).unwrap_or(&host),
    };
    (!host.is_empty()).then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn addresses_of_one_server_have_one_origin() {
        for same in [
            "https://api.example.com",
            "HTTPS://API.example.com/v1?x=1",
            " https://api.example.com:443#top",
            "https://kim:secret@api.example.com/",
        ] {
            assert_eq!(origin(same).as_deref(), Some("https://api.example.com"));
        }
        let other = "https://api.example.com:8443/v1";
        assert_eq!(
            origin(other).as_deref(),
            Some("https://api.example.com:8443")
        );
        assert_eq!(origin("http://a.no:80/").as_deref(), Some("http://a.no"));
        assert_eq!(origin("https:///x"), None);
        assert_eq!(origin("a.no"), None);
    }
}
