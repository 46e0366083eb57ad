//! What people write where this language has another form: text that the
//! grammar does not read, compared with what it may have been meant as. A fix
//! is offered only where the grammar reads the mended text.

use pest::Parser;

use super::Builder;
use super::context::Context;
use super::recover::{Site, word_length};
use crate::base::Span;
use crate::diagnostic::{Code, Edit, Finding};
use crate::syntax::grammar::{FlowParser, Rule};

impl<'i> Builder<'i> {
    /// The habit that swallowed text shows, if it is a known one.
    pub(super) fn habit(&self, site: &Site<'i>) -> Option<Finding> {
        let phrase = self.phrase(site).or_else(|| self.linked_by_for(site));
        if phrase.is_some() {
            return phrase;
        }
        if let Some((message, help)) = elsewhere(site) {
            let place = self.part(site, 0, site.word.len());
            return Some(Finding::new(Code::ForeignSyntax, place, message).help(help));
        }
        match site.context {
            Context::Step => self.step_habit(site),
            Context::BranchCase | Context::MatchCase => self.case_habit(site),
            Context::Declaration => self.head_habit(site),
            Context::Property | Context::WebhookLine | Context::Field => self.line_habit(site),
            Context::Statement => self.statement_habit(site),
            Context::Clause
            | Context::CalendarLine
            | Context::SplitCase
            | Context::WaitArm
            | Context::FirstArm => None,
        }
    }

    /// A part of the swallowed text.
    pub(super) fn part(&self, site: &Site<'i>, start: usize, end: usize) -> Span {
        self.at(site.start + start, site.start + end)
    }

    fn step_habit(&self, site: &Site<'i>) -> Option<Finding> {
        let (body, word) = (site.body, site.word);
        if matches!(word, "enroll" | "unenroll") && is_clause(body) {
            let place = self.part(site, 0, word.len());
            let message = "what enrols or takes out is no step";
            return Some(
                Finding::new(Code::UnexpectedText, place, message)
                    .help("it is a clause: it stands in the workflow, before `steps { … }`"),
            );
        }
        if word == "set" {
            return self.set_habit(site);
        }
        if matches!(word, "if" | "elif" | "elseif" | "elsif") && !body.starts_with("if past") {
            return Some(self.if_step(site));
        }
        let misplaced = matches!(word, "met" | "timeout");
        if misplaced
            || site.context.words().contains(&word)
            || site.continues && !body.contains('=')
        {
            return None;
        }
        let place = self.part(site, 0, word.len());
        let before = self.part(site, 0, 0);
        if let Some(increment) = body
            .strip_suffix("++")
            .filter(|path| reads(Rule::path, path))
        {
            let text = format!("set {} += 1", increment.trim_end());
            return Some(
                Finding::new(Code::ForeignSyntax, place, "a property is changed by `set`").fix(
                    format!("write `{text}`"),
                    self.part(site, 0, body.len()),
                    text,
                ),
            );
        }
        if reads(Rule::set, &format!("set {body}")) {
            return Some(
                Finding::new(Code::ForeignSyntax, place, "a property is changed by `set`").fix(
                    "write `set`",
                    before,
                    "set ",
                ),
            );
        }
        self.call_without_do(site)
    }

    /// `send_email { … }`, `send_email(…)`.
    fn call_without_do(&self, site: &Site<'i>) -> Option<Finding> {
        let body = site.body;
        let open = body.find(['(', '{'])?;
        if !reads(Rule::r#do, &format!("do {body}")) {
            return None;
        }
        let mut edits = vec![Edit {
            span: self.part(site, 0, 0),
            text: "do ".into(),
        }];
        if body.get(open..)?.starts_with('(') {
            let close = body.rfind(')')?;
            for (at, text) in [(open, " { "), (close, " }")] {
                edits.push(Edit {
                    span: self.part(site, at, at + 1),
                    text: text.into(),
                });
            }
        }
        let place = self.part(site, 0, site.word.len());
        let message = "an action is carried out by `do`";
        Some(Finding::new(Code::ForeignSyntax, place, message).fix_all("write `do`", edits))
    }

    /// `set score 3`, `set score++`.
    fn set_habit(&self, site: &Site<'i>) -> Option<Finding> {
        let rest = site.body.strip_prefix("set")?;
        let gap = rest.len() - rest.trim_start().len();
        let path = FlowParser::parse(Rule::path, rest.trim_start()).ok()?;
        let path = path.as_str().trim_end();
        let end = "set".len() + gap + path.len();
        let after = site.body.get(end..)?;
        if matches!(after.trim(), "++" | "--") {
            let sign = if after.trim() == "++" { "+=" } else { "-=" };
            let place = self.part(site, end, site.body.len());
            let message = format!("`{}` is written `{sign} 1`", after.trim());
            return Some(Finding::new(Code::ForeignSyntax, place, message).fix(
                format!("write `{sign} 1`"),
                place,
                format!(" {sign} 1"),
            ));
        }
        let place = self.part(site, end, end);
        let mended = format!("set {path} = {after}");
        let message = format!("expected `=` after `{path}`");
        let finding = Finding::new(Code::UnexpectedText, place, message);
        let assigns = after.trim_start().starts_with(['=', '+', '-', '*', '/']);
        let finding = if assigns { return None } else { finding };
        Some(if reads(Rule::set, &mended) {
            finding.fix("write `=`", place, " =")
        } else {
            finding
        })
    }

    /// `if C { … } else { … }` where a step stands.
    fn if_step(&self, site: &Site<'i>) -> Finding {
        let word = self.part(site, 0, site.word.len());
        let finding = Finding::new(
            Code::ForeignSyntax,
            word,
            "a choice is written `branch { case when … { … } else { … } }`",
        );
        let rest = site.body.get(site.word.len()..).unwrap_or_default();
        let mended = format!("branch {{ case when{rest} }}");
        if !reads(Rule::branch, &mended) {
            return finding;
        }
        let end = self.part(site, site.body.len(), site.body.len());
        let edits = vec![
            Edit {
                span: word,
                text: "branch { case when".into(),
            },
            Edit {
                span: end,
                text: " }".into(),
            },
        ];
        finding.fix_all("write a `branch`", edits)
    }

    fn case_habit(&self, site: &Site<'i>) -> Option<Finding> {
        let place = self.part(site, 0, site.word.len());
        let rest = site.body.get(site.word.len()..)?;
        let branch = site.context == Context::BranchCase;
        let colon = rest.strip_prefix(':');
        let (rule, instead, message, rest) = match site.word {
            "default" | "otherwise" => (
                Rule::else_case,
                "else",
                "what is left is written `else`",
                colon.unwrap_or(rest),
            ),
            "when" | "elseif" | "elif" | "elsif" | "if" if branch => (
                Rule::branch_case,
                "case when",
                "a case is written `case when`",
                rest,
            ),
            "when" => (Rule::match_case, "case", "a case is written `case`", rest),
            _ => return None,
        };
        let finding = Finding::new(Code::ForeignSyntax, place, message);
        let end = site.word.len() + usize::from(colon.is_some() && rule == Rule::else_case);
        Some(if reads(rule, &format!("{instead}{rest}")) {
            let edit = self.part(site, 0, end);
            finding.fix(format!("write `{instead}`"), edit, instead)
        } else {
            finding
        })
    }

    fn head_habit(&self, site: &Site<'i>) -> Option<Finding> {
        match site.word {
            "const" => self.const_habit(site),
            "workflow" => self.instance_with_object(site),
            "template" => self.default_of_parameter(site),
            "-" if site.continues => self.results_in_parentheses(site),
            _ => None,
        }
    }

    /// `const A: 3`.
    fn const_habit(&self, site: &Site<'i>) -> Option<Finding> {
        let rest = site.body.strip_prefix("const")?.trim_start();
        let name = rest.get(..word_length(rest))?;
        let after = rest.get(name.len()..)?;
        let after = after.trim_start();
        let sign = ["==", ":=", ":"]
            .into_iter()
            .find(|sign| after.starts_with(sign))?;
        let value = after.strip_prefix(sign)?;
        let start = site.body.len() - rest.len() + name.len();
        let end = site.body.len() - value.len();
        let place = self.part(site, end - sign.len(), end);
        let message = format!("expected `=` after `{name}`");
        let finding = Finding::new(Code::UnexpectedText, place, message);
        let mended = format!("const {name} = {value}");
        Some(if reads(Rule::constant, &mended) {
            finding.fix("write `=`", self.part(site, start, end), " =")
        } else {
            finding
        })
    }

    /// A line `NAME: …` with something more, or with too little.
    fn line_habit(&self, site: &Site<'i>) -> Option<Finding> {
        let place = self.part(site, 0, site.word.len());
        if !site.is_word() {
            return None;
        }
        if !site.continues {
            let rest = site.body.get(site.word.len()..)?.trim_start();
            let known = site.context.words().contains(&site.word);
            if known || rest.starts_with(':') {
                return None;
            }
            let after = self.part(site, site.word.len(), site.word.len());
            let message = format!("expected `:` after `{}`", site.word);
            return Some(
                Finding::new(Code::UnexpectedText, after, message)
                    .label(format!("expected {}", site.context.describe())),
            );
        }
        let words = site.context.more_words();
        if words.contains(&site.word) {
            return None;
        }
        let meant = crate::base::nearest(site.word, words.iter().copied())
            .filter(|_| site.word.len() > 1)?;
        let message = format!("`{}` is no modifier", site.word);
        Some(Finding::new(Code::UnknownKeyword, place, message).did_you_mean(Some(meant), place))
    }
}

/// Whether `enroll` or `unenroll` begins a clause.
fn is_clause(body: &str) -> bool {
    let next = body.split_whitespace().nth(1);
    matches!(next, Some("on" | "when" | "every" | "once" | "cron"))
}

/// What a word does in other languages, and what does it here.
fn elsewhere(site: &Site<'_>) -> Option<(&'static str, &'static str)> {
    if site.continues
        || site
            .body
            .get(site.word.len()..)?
            .trim_start()
            .starts_with('=')
    {
        return None;
    }
    Some(match (site.context, site.word) {
        (Context::Step, "send" | "email" | "mail") => (
            "a mail is sent by the action `send_email`",
            "write `do send_email { to: email, message: NAME }`",
        ),
        (Context::Step, "for" | "foreach" | "while" | "loop" | "repeat") => (
            "steps run for one record, without loops",
            "what is linked to it is changed through the association: `set companies.tier = gold`",
        ),
        (Context::Step, "parallel" | "concurrently" | "fork" | "async") => (
            "steps run one after another",
            "write them below each other, or enrol in workflows of their own: `enroll in NAME`",
        ),
        (Context::Step, "try") => (
            "what is done where an action fails stands behind it",
            "write `do ACTION { … } on error { … }`",
        ),
        (Context::Step, "then" | "and" | "next") => (
            "a step begins with its own word",
            "steps run one after another, without a word between them",
        ),
        (Context::Step, "return" | "exit" | "end" | "break") => {
            ("an enrolment ends with `stop`", "write `stop`, alone")
        }
        (Context::Clause, "description" | "comment" | "notes") => (
            "a description is a comment with three slashes",
            "write `/// …` on the line before the workflow",
        ),
        (Context::Declaration, "import" | "include" | "require" | "from") => (
            "all files of a project are one program",
            "nothing is imported: delete the line; bundled packages stand in `use` of flow.toml",
        ),
        (Context::Declaration, "function" | "def" | "fn" | "func") => (
            "what runs is declared by `workflow`",
            "write `workflow NAME on OBJECT { … }`",
        ),
        (Context::Declaration, "class" | "type" | "table" | "struct" | "model" | "CREATE") => (
            "records are declared by `object`",
            "write `object NAME { … }`",
        ),
        _ => return None,
    })
}

/// Whether the grammar reads all of a text by a rule.
pub(super) fn reads(rule: Rule, text: &str) -> bool {
    let read = FlowParser::parse(rule, text).map_or("", |pairs| pairs.as_str());
    let rest = text.get(read.len()..).unwrap_or(text).trim_start();
    !read.is_empty() && (rest.is_empty() || rest.starts_with("//"))
}
