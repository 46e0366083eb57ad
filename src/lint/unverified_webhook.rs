//! `unverified-webhook`: a webhook without `verify` takes what anybody sends.

use crate::diagnostic::{Code, Finding, Findings};
use crate::plan::Program;

pub(super) fn check(program: &Program, findings: &mut Findings) {
    for webhook in program
        .webhooks
        .iter()
        .filter(|webhook| webhook.verify.is_none())
    {
        let name = &program.catalog.events[webhook.event].name;
        findings.push(
            Finding::new(Code::UnverifiedWebhook, webhook.span, format!("anybody can send `{name}`"))
                .help("say who may: `verify hmac_sha256 header \"…\" secret NAME`, or on purpose `verify none`"),
        );
    }
}
