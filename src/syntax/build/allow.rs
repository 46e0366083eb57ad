//! `// allow(RULE, …): REASON`: comments that silence rules.

use pest::iterators::Pairs;

use super::Builder;
use crate::base::Span;
use crate::diagnostic::Allow;
use crate::syntax::grammar::Rule;
use crate::syntax::scan::AllowComment;

impl<'i> Builder<'i> {
    /// What the suppressions of the file say and what they are about. A file
    /// without any costs nothing.
    pub(super) fn allows(&self, pairs: &Pairs<'i, Rule>) -> Vec<Allow> {
        if self.allows.is_empty() {
            return Vec::new();
        }
        let covers = self.items_at(&self.allows, pairs.clone());
        let comments = self.allows.iter().zip(covers);
        comments
            .map(|(comment, covers)| self.allow(*comment, covers))
            .collect()
    }

    /// What begins right after each comment: the outermost part of the text
    /// that does.
    fn items_at(&self, comments: &[AllowComment], pairs: Pairs<'i, Rule>) -> Vec<Option<Span>> {
        let mut found: Vec<Option<Span>> = vec![None; comments.len()];
        let parts = pairs.flatten().filter(|pair| pair.as_rule() != Rule::file);
        for pair in parts {
            let start = pair.as_span().start();
            let first = comments.partition_point(|comment| comment.anchor < start);
            let after = comments.iter().zip(&mut found).skip(first);
            for (_, place) in after.take_while(|(comment, _)| comment.anchor == start) {
                place.get_or_insert_with(|| self.span(&pair));
            }
        }
        found
    }

    fn allow(&self, comment: AllowComment, covers: Option<Span>) -> Allow {
        let text = self
            .text
            .get(comment.start..comment.end)
            .unwrap_or_default();
        let open = text.find('(').map_or(text.len(), |open| open + 1);
        let close = text.find(')').unwrap_or(text.len());
        let named = text.get(open..close).unwrap_or_default();
        let word = text.find("allow").unwrap_or_default();
        let mut at = comment.start + open;
        let rules = named.split(',').map(|word| {
            let start = at + (word.len() - word.trim_start().len());
            let rule = word.trim();
            at += word.len() + 1;
            (rule.to_owned(), self.at(start, start + rule.len()))
        });
        let after = text.get(close + 1..).unwrap_or_default().trim_start();
        let reason = after.strip_prefix(':').unwrap_or_default();
        Allow {
            span: self.at(
                comment.start + word,
                comment.start + (close + 1).min(text.len()),
            ),
            lines: self.at(comment.line, comment.next),
            rules: rules.collect(),
            reason: !reason.trim().is_empty(),
            covers: covers.filter(|_| comment.alone),
        }
    }
}
