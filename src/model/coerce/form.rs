//! The forms of mail addresses, telephone numbers and addresses on the web.
//! They keep out what is plainly something else and promise no more.

use super::Misfit;
use crate::model::Type;
use crate::model::compute::host;

/// The fewest digits of a telephone number.
const DIGITS: usize = 3;

/// Whether a text has the form of its type; types without a form take any.
///
/// # Errors
/// Why it has not.
pub fn form_of(ty: &Type, text: &str) -> Result<(), Misfit> {
    let (good, wanted) = match ty {
        Type::Email => (is_email(text), "no email address"),
        Type::Phone => (is_phone(text), "no phone number"),
        Type::Url => (is_url(text), "no url like `https://example.com`"),
        _ => return Ok(()),
    };
    if good {
        Ok(())
    } else {
        Err(Misfit::new(text, wanted))
    }
}

/// One `@`, a name before it and a host after it, nothing blank.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    !name.is_empty()
        && !text.contains(is_blank)
        && !host.contains('@')
        && host.split('.').all(|part| !part.is_empty())
}

/// Digits, and what people put between them.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plain = |c: char| c.is_ascii_digit() || " +-()./".contains(c);
    digits >= DIGITS && text.chars().all(plain)
}

/// A scheme and a host, nothing blank.
fn is_url(text: &str) -> bool {
    !text.contains(is_blank) && host(text).is_some()
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}
