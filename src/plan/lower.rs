//! Meaning → plan. Each file lowers what its namesake in `semantic/check`
//! checks.

mod expression;
mod step;
mod workflow;

use super::{Message, ObjectPlan, Program, Segment, Webhook, WebhookField};
use crate::base::{Sources, Span};
use crate::semantic::{Valid, hir};

/// Lowers a program. The sources give clauses and steps the text that people
/// read, and versions their tokens.
#[must_use]
pub fn lower(program: &Valid<hir::Program>, sources: &Sources) -> Program {
    Lowering {
        program: program.get(),
        sources,
    }
    .program()
}

/// What lowering reads.
#[derive(Clone, Copy)]
struct Lowering<'a> {
    program: &'a hir::Program,
    sources: &'a Sources,
}

impl Lowering<'_> {
    fn program(self) -> Program {
        let program = self.program;
        let catalog = program.catalog.clone();
        let ids = catalog.workflows.ids();
        let workflows = ids
            .zip(&program.workflows)
            .map(|(id, workflow)| self.workflow(id, workflow))
            .collect();
        Program {
            settings: program.settings.clone(),
            objects: program
                .objects
                .iter()
                .map(|body| self.object(body))
                .collect(),
            webhooks: self.webhooks(),
            messages: self.messages(),
            segments: self.segments(),
            workflows,
            catalog,
        }
    }

    fn object(self, body: &hir::ObjectBody) -> ObjectPlan {
        let lower = |list: &[(crate::model::PropertyId, hir::Expr)]| {
            list.iter()
                .map(|(property, value)| (*property, self.expression(value)))
                .collect()
        };
        ObjectPlan {
            defaults: lower(&body.defaults),
            computed: lower(&body.computed),
        }
    }

    fn webhooks(self) -> Vec<Webhook> {
        let program = self.program;
        let webhooks = program.catalog.events.ids().zip(&program.webhooks);
        webhooks
            .filter_map(|(event, webhook)| Some(self.webhook(event, webhook.as_ref()?)))
            .collect()
    }

    fn webhook(self, event: crate::model::EventId, webhook: &hir::Webhook) -> Webhook {
        let fields = webhook.fields.iter().map(|field| WebhookField {
            property: field.property,
            path: field.path.clone(),
            then: field.then.as_ref().map(|then| self.expression(then)),
            default: field
                .default
                .as_ref()
                .map(|default| self.expression(default)),
        });
        Webhook {
            event,
            id: webhook.id.clone(),
            key: webhook.key.clone(),
            fields: fields.collect(),
            verify: webhook.verify.clone(),
            span: webhook.name,
        }
    }

    fn messages(self) -> Vec<Message> {
        let program = self.program;
        let messages = program.catalog.messages.ids().zip(&program.messages);
        messages
            .map(|(message, body)| {
                let fields = body
                    .fields
                    .iter()
                    .map(|(field, text)| (*field, self.expression(text)));
                Message {
                    message,
                    fields: fields.collect(),
                }
            })
            .collect()
    }

    fn segments(self) -> Vec<Segment> {
        let program = self.program;
        let segments = program.catalog.segments.ids().zip(&program.segments);
        segments
            .filter_map(|(segment, condition)| {
                Some(Segment {
                    segment,
                    condition: self.condition(condition.as_ref()?),
                })
            })
            .collect()
    }

    /// The text of a span on one line, without comments. Where a line end
    /// parts two fields, a comma does so on one line.
    fn text(self, span: Span) -> String {
        let mut line = String::new();
        let mut braces: Vec<char> = Vec::new();
        for text in self
            .sources
            .slice(span)
            .lines()
            .map(|line| without_comment(line).trim())
        {
            let opens = line.ends_with(['{', '(', '[', ',']) || line.is_empty();
            let closes = text.starts_with(['}', ')', ']']) || text.is_empty();
            if braces.last() == Some(&'{') && !opens && !closes {
                line.push(',');
            }
            for word in text.split_whitespace() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            open_brackets(text, &mut braces);
        }
        line
    }
}

/// Follows the brackets of a line, those in texts aside.
fn open_brackets(line: &str, open: &mut Vec<char>) {
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '{' | '(' | '[' if !quoted => open.push(c),
            '}' | ')' | ']' if !quoted => drop(open.pop()),
            _ => {}
        }
    }
}

/// A line up to a comment. A `//` inside text, like that of an address, is
/// none.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '/' if !quoted && before == '/' => return line.get(..at - 1).unwrap_or_default(),
            _ => {}
        }
        before = c;
    }
    line
}
