//! The parts of mail addresses and of addresses on the web.

/// What follows the last `@`, in lower case.
pub(super) fn domain(address: &str) -> Option<String> {
    let (name, domain) = address.trim().rsplit_once('@')?;
    let empty = name.is_empty() || domain.is_empty();
    let spaced = domain.contains(char::is_whitespace);
    (!empty && !spaced).then(|| domain.to_lowercase())
}

/// The host of an address that has a scheme, in lower case, without user,
/// password, port or brackets.
pub(in crate::model) fn host(url: &str) -> Option<String> {
    let (authority, _) = parts(url)?;
    let host = match authority.rsplit_once('@') {
        Some((_, host)) => host,
        None => authority,
    };
    let host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?.0,
        None => host.split_once(':').map_or(host, |(host, _)| host),
    };
    let spaced = host.contains(char::is_whitespace);
    (!host.is_empty() && !spaced).then(|| host.to_lowercase())
}

/// The path of an address that has a scheme and a host, without query and
/// fragment; `/` where it has none.
pub(super) fn path(url: &str) -> Option<String> {
    host(url)?;
    let (_, rest) = parts(url)?;
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    Some(if path.is_empty() { "/" } else { path }.to_owned())
}

/// What stands between `scheme://` and the path, and what follows it.
fn parts(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let good = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if !good {
        return None;
    }
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    rest.split_at_checked(end)
}
