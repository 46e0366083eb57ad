//! Suppressions, `// allow(RULE, …): REASON` in a source: what they silence,
//! and what is wrong with those that silence nothing. How they are written is
//! not known here.

use std::collections::BTreeMap;

use super::{Code, Finding, Findings, Level};
use crate::base::{SourceId, Span, nearest};

/// One suppression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// From `allow` to the bracket after its rules.
    pub span: Span,
    /// The lines that go when it is deleted.
    pub lines: Span,
    /// What it names, with the places.
    pub rules: Vec<(String, Span)>,
    /// Whether it says why.
    pub reason: bool,
    /// The declaration, property, clause, case or step that follows; `None`
    /// where nothing does, or where it shares its line with code.
    pub covers: Option<Span>,
}

/// One rule of one suppression.
struct Rule<'a> {
    allow: &'a Allow,
    name: &'a str,
    span: Span,
    code: Option<Code>,
    used: bool,
}

impl Rule<'_> {
    fn silences(&self, finding: &Finding) -> bool {
        self.code == Some(finding.code)
            && (self.allow.covers).is_some_and(|covers| covers.contains(finding.primary.span))
    }
}

impl Findings {
    /// Without the warnings that are silenced, and with what is wrong with the
    /// suppressions. `judged` says whether all rules have spoken: if not, none
    /// is said to silence nothing.
    #[must_use]
    pub fn silenced<'a>(self, allows: impl IntoIterator<Item = &'a Allow>, judged: bool) -> Self {
        let mut rules: BTreeMap<SourceId, Vec<Rule<'a>>> = BTreeMap::new();
        let mut wrong = Findings::default();
        for allow in allows {
            if !allow.reason {
                wrong.push(no_reason(allow));
            }
            let named = rules.entry(allow.span.source).or_default();
            named.extend(allow.rules.iter().map(|(name, span)| Rule {
                allow,
                name,
                span: *span,
                code: Code::find(name),
                used: false,
            }));
        }
        let mut kept = Findings::default();
        for finding in self {
            if !is_silenced(&finding, &mut rules) {
                kept.push(finding);
            }
        }
        kept.append(wrong);
        let all = rules.values().flatten();
        for finding in all.filter_map(|rule| rule.mistake(judged)) {
            kept.push(finding);
        }
        kept
    }
}

/// Whether a suppression takes the finding; all that do are of use.
fn is_silenced(finding: &Finding, rules: &mut BTreeMap<SourceId, Vec<Rule<'_>>>) -> bool {
    let here = rules.get_mut(&finding.primary.span.source);
    let Some(here) = here.filter(|_| finding.level == Level::Warning) else {
        return false;
    };
    let mut silenced = false;
    for rule in here.iter_mut().filter(|rule| rule.silences(finding)) {
        rule.used = true;
        silenced = true;
    }
    silenced
}

impl Rule<'_> {
    /// What is wrong with it.
    fn mistake(&self, judged: bool) -> Option<Finding> {
        match self.code {
            None => Some(self.unknown()),
            Some(code) if code.level() == Level::Error => Some(self.not_a_warning(code)),
            Some(_) if self.used || !judged => None,
            Some(_) => Some(self.of_no_use()),
        }
    }

    fn unknown(&self) -> Finding {
        let message = match self.name {
            "" => "no rule is named here".to_owned(),
            name => format!("there is no rule `{name}`"),
        };
        let warnings = Code::ALL
            .iter()
            .filter(|code| code.level() == Level::Warning);
        let meant = nearest(self.name, warnings.map(|code| code.name()));
        let finding = Finding::new(Code::UnknownRule, self.span, message);
        match meant {
            Some(_) => finding.did_you_mean(meant, self.span),
            None => finding
                .help("`flow explain` lists all rules; those of level `warning` can be silenced"),
        }
    }

    fn not_a_warning(&self, code: Code) -> Finding {
        let message = format!(
            "`{code}` is an error, which nothing silences",
            code = code.name()
        );
        Finding::new(Code::UnknownRule, self.span, message)
            .help("warnings can be silenced; an error must be mended")
    }

    fn of_no_use(&self) -> Finding {
        let message = format!("`{}` silences nothing here", self.name);
        let finding = Finding::new(Code::UnusedAllow, self.span, message);
        let finding = match self.allow.covers {
            Some(_) => finding
                .help("it is about the declaration, property, clause, case or step that follows"),
            None => finding.help("write it on a line of its own, before what it is about"),
        };
        match self.allow.rules.len() {
            1 => finding.fix("delete it", self.allow.lines, ""),
            _ => finding,
        }
    }
}

fn no_reason(allow: &Allow) -> Finding {
    Finding::new(
        Code::AllowWithoutReason,
        allow.span,
        "this does not say why",
    )
    .help("write the reason after a colon: `// allow(RULE): REASON`")
}
