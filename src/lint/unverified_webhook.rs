//! `unverified-webhook`: a webhook without `verify` takes what anybody sends.

use super::found::Found;
use crate::diagnostic::{Code, Finding};

pub(super) fn check(found: &mut Found<'_>) {
    let program = found.program;
    for webhook in program
        .webhooks
        .iter()
        .filter(|webhook| webhook.verify.is_none())
    {
        let name = &program.catalog.events[webhook.event].name;
        found.findings.push(
            Finding::new(Code::UnverifiedWebhook, webhook.span, format!("anybody can send `{name}`"))
                .help("say who may: `verify hmac_sha256 header \"…\" secret NAME`, or on purpose `verify none`"),
        );
    }
}
