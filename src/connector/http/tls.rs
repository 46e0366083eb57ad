//! Whom a connection is trusted with, and the words where it is not. Nothing is sent here.

use std::error::Error;
use std::io;
use std::sync::Arc;

use rustls::{CertificateError, ClientConfig, RootCertStore};

/// The certificates that this machine trusts. Without any, plain HTTP still
/// works, and an address with `https` says what is wrong when it is asked.
pub(super) fn machine_roots() -> RootCertStore {
    let trusted = rustls_native_certs::load_native_certs().certs;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted);
    roots
}

/// How connections are made secure. The cryptography is named here and not for
/// the whole process, so that it depends on nobody else's order of calls.
pub(super) fn config(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Why a connection is not secure, and what to do.
pub(super) fn reason(error: &rustls::Error) -> String {
    use CertificateError as E;
    use rustls::Error::{InvalidCertificate, InvalidMessage};
    let words = match error {
        InvalidCertificate(E::Expired | E::ExpiredContext { .. }) => "its certificate has expired",
        InvalidCertificate(E::NotValidYet | E::NotValidYetContext { .. }) => {
            "its certificate is not valid yet, so check the clock of this machine"
        }
        InvalidCertificate(E::NotValidForName | E::NotValidForNameContext { .. }) => {
            "its certificate is for another name"
        }
        InvalidCertificate(E::UnknownIssuer) => {
            "nobody whom this machine trusts has signed its certificate, \
             so add who did to the certificates of the system"
        }
        InvalidMessage(_) => "it does not talk TLS there, so check the port, or write `http://`",
        other => return other.to_string(),
    };
    words.to_owned()
}

/// The first cause of a type. An error of IO hides what it wraps from the
/// chain of sources, so that is looked at as well.
pub(super) fn cause<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    let wrapped = error.downcast_ref().and_then(io::Error::get_ref);
    let wrapped = wrapped.map(|inner| inner as &(dyn Error + 'static));
    cause(wrapped.or_else(|| error.source())?)
}

#[cfg(test)]
mod tests {
    use std::io;

    use rustls::CertificateError::{Expired, NotValidForName, Revoked};
    use rustls::Error::InvalidCertificate;

    use super::{cause, reason};

    #[test]
    fn the_words_say_what_to_do() {
        for (error, expected) in [
            (Expired, "its certificate has expired"),
            (NotValidForName, "its certificate is for another name"),
            (Revoked, "invalid peer certificate: Revoked"),
        ] {
            assert_eq!(reason(&InvalidCertificate(error)), expected);
        }
    }

    #[test]
    fn a_cause_is_found_behind_errors_of_io() {
        let inner = io::Error::other(InvalidCertificate(Expired));
        let outer = io::Error::new(io::ErrorKind::InvalidData, inner);
        let found = cause::<rustls::Error>(&outer);
        assert_eq!(found, Some(&InvalidCertificate(Expired)));
        assert!(cause::<std::fmt::Error>(&outer).is_none());
    }
}
