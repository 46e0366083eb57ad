//! Webhooks.

use super::Builder;
use crate::syntax::ast::{
    Expr, Verify, VerifyOption, Webhook, WebhookField, WebhookId, WebhookMatch,
};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn webhook(&mut self, pair: Pair<'i>) -> Option<Webhook> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let (mut names, mut renamed, mut body) = (Vec::new(), Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(part),
                Rule::renamed => renamed.extend(self.renamed(part)),
                Rule::stray_header => self.stray_header(&part),
                Rule::webhook_body => body = Some(part),
                _ => {}
            }
        }
        let (name, object) = self.header(&names)?;
        let (ids, matches, fields, verify) = Default::default();
        let mut webhook = Webhook {
            doc,
            name,
            object,
            renamed,
            span,
            ids,
            matches,
            fields,
            verify,
        };
        self.webhook_body(&mut webhook, body?);
        Some(webhook)
    }

    fn webhook_body(&mut self, webhook: &mut Webhook, pair: Pair<'i>) {
        let opener = self.opener(&pair);
        let mut last = None;
        for part in pair.into_inner() {
            // `id`, `match` and `verify` are words that no value goes on with.
            match part.as_rule() {
                Rule::webhook_field => self.separated(&mut last, &part),
                Rule::webhook_id | Rule::webhook_match | Rule::webhook_verify => {
                    last = Some(self.extent(&part).1);
                }
                _ => {}
            }
            match part.as_rule() {
                Rule::webhook_id => webhook.ids.extend(self.webhook_id(part)),
                Rule::webhook_match => webhook.matches.extend(self.webhook_match(part)),
                Rule::webhook_field => webhook.fields.extend(self.webhook_field(part)),
                Rule::webhook_verify => webhook.verify.extend(self.verify(part)),
                _ => self.leftover(&part, opener, Rule::webhook_field),
            }
        }
    }

    fn webhook_id(&mut self, pair: Pair<'i>) -> Option<WebhookId> {
        let span = self.span(&pair);
        let path = pair.into_inner().last()?;
        Some(WebhookId {
            path: self.plain(path),
            span,
        })
    }

    fn webhook_match(&mut self, pair: Pair<'i>) -> Option<WebhookMatch> {
        let span = self.span(&pair);
        let property = pair
            .clone()
            .into_inner()
            .find(|part| part.as_rule() == Rule::name)?;
        let path = pair.into_inner().last()?;
        Some(WebhookMatch {
            property: self.ident(&property),
            path: self.plain(path),
            span,
        })
    }

    fn webhook_field(&mut self, pair: Pair<'i>) -> Option<WebhookField> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let mut parts = pair
            .into_inner()
            .filter(|part| part.as_rule() != Rule::kw_from);
        let name = self.key(&parts.next()?);
        let ty = self.type_expr(parts.next()?)?;
        let path = self.plain(parts.next()?);
        let (mut then, mut default): (Option<Expr>, Option<Expr>) = (None, None);
        for part in parts {
            match part.as_rule() {
                Rule::webhook_then => then = Some(self.inner_expr(part)),
                Rule::default => default = Some(self.inner_expr(part)),
                _ => {}
            }
        }
        Some(WebhookField {
            doc,
            name,
            ty,
            path,
            then,
            default,
            span,
        })
    }

    fn verify(&mut self, pair: Pair<'i>) -> Option<Verify> {
        let span = self.span(&pair);
        let mut parts = pair
            .into_inner()
            .filter(|part| part.as_rule() != Rule::kw_verify);
        let scheme = self.ident(&parts.next()?);
        let options = parts.filter_map(|part| self.verify_option(part)).collect();
        Some(Verify {
            scheme,
            options,
            span,
        })
    }

    fn verify_option(&mut self, pair: Pair<'i>) -> Option<VerifyOption> {
        let rule = pair.as_rule();
        let mut parts = pair
            .into_inner()
            .filter(|part| !is_verify_word(part.as_rule()));
        let first = parts.next()?;
        Some(match rule {
            Rule::verify_header => VerifyOption::Header(self.plain(first)),
            Rule::verify_secret => VerifyOption::Secret(self.ident(&first)),
            Rule::verify_encoding => VerifyOption::Encoding(self.ident(&first)),
            Rule::verify_prefix => VerifyOption::Prefix(self.plain(first)),
            _ => VerifyOption::Timestamp(self.plain(first), self.duration(parts.next()?)?),
        })
    }
}

fn is_verify_word(rule: Rule) -> bool {
    use Rule::{kw_encoding, kw_header, kw_prefix, kw_secret, kw_timestamp, kw_within};
    matches!(
        rule,
        kw_header | kw_secret | kw_encoding | kw_prefix | kw_timestamp | kw_within
    )
}
