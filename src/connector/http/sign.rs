//! Signatures of requests that go out. How those that come in are verified is not known here.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::failure::HttpFailure;
use super::prepare::Prepared;
use super::request::Sign;
use crate::base::Timestamp;

const HUBSPOT_SIGNATURE: &str = "X-HubSpot-Signature-v3";
const HUBSPOT_MOMENT: &str = "X-HubSpot-Request-Timestamp";

/// What HubSpot decodes in an address before it signs it.
const DECODED: [(&str, &str); 15] = [
    ("%3A", ":"),
    ("%2F", "/"),
    ("%3F", "?"),
    ("%40", "@"),
    ("%21", "!"),
    ("%24", "$"),
    ("%27", "'"),
    ("%28", "("),
    ("%29", ")"),
    ("%2A", "*"),
    ("%2C", ","),
    ("%3B", ";"),
    ("%3a", ":"),
    ("%2f", "/"),
    ("%3f", "?"),
];

impl Sign {
    /// The headers that sign a request at a moment.
    ///
    /// # Errors
    /// If the secret is none to sign with.
    pub(super) fn headers(
        &self,
        request: &Prepared,
        now: Timestamp,
    ) -> Result<Vec<(String, String)>, HttpFailure> {
        match self {
            Sign::Hubspot { secret } => {
                let moment = now.as_millisecond().to_string();
                let url = decoded(request.url.as_str());
                let method = request.method.word();
                let text = [method.as_bytes(), url.as_bytes(), &request.body];
                let signature = hmac(secret, &[&text[..], &[moment.as_bytes()]].concat())?;
                Ok(vec![
                    (HUBSPOT_SIGNATURE.into(), BASE64_STANDARD.encode(signature)),
                    (HUBSPOT_MOMENT.into(), moment),
                ])
            }
            Sign::HmacSha256 { header, secret } => {
                let signature = hmac(secret, &[&request.body])?;
                let digits = signature.iter().map(|byte| format!("{byte:02x}"));
                Ok(vec![(header.clone(), digits.collect())])
            }
        }
    }
}

fn decoded(url: &str) -> String {
    let decode = |url: String, (code, letter): &(&str, &str)| url.replace(code, letter);
    DECODED.iter().fold(url.to_owned(), decode)
}

fn hmac(secret: &str, parts: &[&[u8]]) -> Result<[u8; 32], HttpFailure> {
    // An empty key signs nothing: anyone could write the same.
    if secret.is_empty() {
        return Err(HttpFailure::Unfit(
            "the secret that signs the request is empty: set it".into(),
        ));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|_| HttpFailure::Unfit("the secret is none to sign with".into()))?;
    for part in parts {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::{decoded, hmac};

    /// The second vector of RFC 4231.
    #[test]
    fn hmac_is_that_of_the_rfc() {
        let signature = hmac("Jefe", &[b"what do ya want ", b"for nothing?"]).expect("a secret");
        let digits: String = signature.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(
            digits,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn an_empty_secret_signs_nothing() {
        assert!(hmac("", &[b"x"]).is_err());
    }

    #[test]
    fn an_address_is_decoded_where_hubspot_does() {
        assert_eq!(
            decoded("https://a.no/x%3Ay?b=%40%20c%2Fd&e=%26"),
            "https://a.no/x:y?b=@%20c/d&e=%26"
        );
    }
}
