//! One finding: a place, what is wrong there, and how to mend it.

use super::{Code, Level};
use crate::base::Span;

/// A mistake, or a doubt, with the place that explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which kind of finding.
    pub code: Code,
    /// How serious it is here.
    pub level: Level,
    /// One sentence in the user's words, lower case, without a period.
    pub message: String,
    /// The smallest place that explains the finding.
    pub primary: Label,
    /// Other places that belong to it.
    pub others: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
    /// Edits that mend it; the first is the likeliest.
    pub fixes: Vec<Fix>,
}

/// A place with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The words; may be empty.
    pub text: String,
}

/// A way to mend a finding that a program can carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, as an order: "write `contact`".
    pub title: String,
    /// The edits, which do not overlap.
    pub edits: Vec<Edit>,
}

/// The replacement of one span by a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Finding {
    /// A finding at its code's usual level.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Finding {
            code,
            level: code.level(),
            message: message.into(),
            primary: Label {
                span,
                text: String::new(),
            },
            others: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Says what is special about the place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Points at one more place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.others.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says what to do, where there is something to say.
    #[must_use]
    pub fn help_if(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.help(text),
            None => self,
        }
    }

    /// Offers to replace one place by a text.
    #[must_use]
    pub fn fix(self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix_all(
            title,
            vec![Edit {
                span,
                text: text.into(),
            }],
        )
    }

    /// Offers several edits that belong together.
    #[must_use]
    pub fn fix_all(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fixes.push(Fix {
            title: title.into(),
            edits,
        });
        self
    }

    /// Offers the word that was most likely meant, where one is near.
    #[must_use]
    pub fn did_you_mean(self, meant: Option<&str>, span: Span) -> Self {
        match meant {
            Some(word) => self.help(format!("did you mean `{word}`?")).fix(
                format!("write `{word}`"),
                span,
                word,
            ),
            None => self,
        }
    }

    /// What findings are sorted by: place, code, message.
    pub(super) fn key(&self) -> (Span, &'static str, &str) {
        (self.primary.span, self.code.code(), &self.message)
    }

    /// The same finding at another level.
    #[must_use]
    pub fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }
}

/// Names in back-ticks: "`a`, `b` and `c`".
#[must_use]
pub fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// A word with its article: `an order`, `a contact`.
#[must_use]
pub fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {word}")
}
