//! Clauses of a workflow.

use crate::diagnostic::Finding;
use crate::syntax::repair::Draft;
use crate::syntax::repair::token::Kind;
use crate::syntax::repair::walk::{Block, Walk};
use crate::syntax::words::{CLAUSES, STEPS};

const COMPARISONS: &[&str] = &[
    "=",
    "!",
    "<",
    ">",
    "is",
    "in",
    "not",
    "contains",
    "between",
    "within",
    "starts_with",
    "ends_with",
    "matches",
];

impl Draft<'_> {
    /// One clause; answers what its brace opens.
    pub(in crate::syntax::repair) fn clause_item(&mut self, place: usize, walk: &Walk) -> Block {
        self.dash(place);
        self.foreign_clause(place);
        self.misspelt_clause(place);
        self.clause_sign(place);
        self.comma_after(place, CLAUSES);
        match self.word(place) {
            "steps" => self.brackets_of_steps(place, walk),
            "schedule" => self.schedule_clause(place),
            "at" | "limit" | "max" => self.bare_breaker(place),
            "enroll" | "reenroll" | "unenroll" => self.trigger(place),
            "suppress" => self.suppressed(place),
            _ => {}
        }
        if self.word(place) == "steps" {
            Block::Steps
        } else {
            Block::Other
        }
    }

    /// `- wait 2 days`.
    pub(in crate::syntax::repair) fn dash(&mut self, place: usize) {
        let first = self.token(place).is_some_and(|token| token.first);
        if first && self.word(place) == "-" && self.is_name(place + 1) && self.same_line(place + 1)
        {
            self.too_much(place, place, "no dash stands before an item");
        }
    }

    /// Clauses of other languages.
    fn foreign_clause(&mut self, place: usize) {
        let (word, next) = (self.word(place), self.word(place + 1));
        let text = next.starts_with('"')
            || matches!(next, ":" | "=") && self.word(place + 2).starts_with('"');
        let (instead, message): (&'static str, _) = match word {
            "trigger" | "triggers" | "start" if matches!(next, "on" | "when") => {
                ("enroll", "what enrols records begins with `enroll`")
            }
            "trigger" | "triggers" if next == ":" => {
                return self.trigger_colon(place);
            }
            "only" if next == "once" && self.same_line(place + 1) => {
                let message = "a record is enrolled once, where no `reenroll` says more";
                return self.too_much(place, place + 1, message);
            }
            "name" | "label" | "display_name" if text => {
                ("title", "the name to show is the `title`")
            }
            "actions" | "action" if next == "{" => {
                ("steps", "what a workflow does stands in `steps`")
            }
            "when" if self.value_on_line(place + 1) => {
                ("enroll when", "what enrols records begins with `enroll`")
            }
            "on" if !matches!(next, "edit" | "merge" | ":") && self.is_name(place + 1) => {
                ("enroll on", "what enrols records begins with `enroll`")
            }
            _ => return,
        };
        self.written_as((place, place), message, instead);
        self.alias(place, instead);
    }

    /// `trigger: form_submitted`.
    fn trigger_colon(&mut self, place: usize) {
        if !self.is_name(place + 2) || !self.same_line(place + 2) {
            return;
        }
        let compared = COMPARISONS.contains(&self.word(place + 3)) && self.same_line(place + 3);
        let instead = if compared { "enroll when" } else { "enroll on" };
        let finding = self.habit(
            place,
            place,
            &format!("what enrols records begins with `{instead}`"),
        );
        let edits = vec![self.edit(place, place + 1, instead)];
        self.amend(finding, &format!("write `{instead}`"), edits);
        self.alias(place, "enroll");
        self.alias(place + 1, if compared { "when" } else { "on" });
    }

    /// `enrol when score > 50`, `re-enroll on form_submitted`.
    fn misspelt_clause(&mut self, place: usize) {
        if self.word(place) == "re" && self.word(place + 1) == "-" && self.adjacent(place + 1) {
            if self.word(place + 2).starts_with("enrol") {
                let finding = Finding::new(
                    crate::diagnostic::Code::UnknownKeyword,
                    self.over(place, place + 2),
                    format!("`{}` opens no clause", self.written(place, place + 2)),
                );
                let edits = vec![self.edit(place, place + 2, "reenroll")];
                self.amend(
                    finding.help("did you mean `reenroll`?"),
                    "write `reenroll`",
                    edits,
                );
                self.alias(place, "reenroll");
                self.alias(place + 1, "");
                self.alias(place + 2, "");
            }
            return;
        }
        let first = self.token(place).is_some_and(|token| token.first);
        let Some(meant) = self.meant(place, CLAUSES).filter(|_| first) else {
            return;
        };
        let next = self.word(place + 1);
        let fits = match meant {
            "steps" => next == "{" || !self.same_line(place + 1),
            "off" => !self.same_line(place + 1),
            "title" | "campaign" | "alert" | "timezone" => next.starts_with('"'),
            "let" => self.word(place + 2) == "=",
            _ => self.same_line(place + 1) && self.is_name(place + 1),
        };
        if fits {
            let message = format!("`{}` opens no clause", self.word(place));
            self.misspelt(place, meant, &message);
        }
    }

    /// `title: "Warm up"`, `title = "Warm up"`, `off: true`.
    fn clause_sign(&mut self, place: usize) {
        let (word, sign, value) = (self.word(place), self.word(place + 1), self.word(place + 2));
        let signed = match sign {
            ":" => CLAUSES.contains(&word) && self.same_line(place + 1),
            "=" => matches!(word, "title" | "campaign" | "steps" | "timezone"),
            _ => false,
        };
        if !signed {
            return;
        }
        let yes = matches!(value, "true" | "yes" | "always" | "on");
        match word {
            "off" if yes => self.too_much(place + 1, place + 2, "`off` stands alone"),
            "reenroll" if yes => {
                let message = "`reenroll` says when: `always`, `on EVENT` or `when CONDITION`";
                self.written_as((place + 1, place + 2), message, " always");
                self.alias(place + 1, "always");
                self.alias(place + 2, "");
            }
            "off" | "reenroll" => {}
            _ => {
                let message = format!("a clause has no `{sign}` behind its word");
                self.too_much(place + 1, place + 1, &message);
            }
        }
    }

    /// A comma behind an item, where the next one begins on its own line.
    pub(in crate::syntax::repair) fn comma_after(&mut self, place: usize, words: &[&str]) {
        let mut before = place;
        while before > 0 && self.word(before - 1).is_empty() {
            before -= 1;
        }
        let comma = before
            .checked_sub(1)
            .filter(|before| self.word(*before) == ",");
        let opens = words.contains(&self.word(place)) || self.word(place) == "}";
        if let (Some(comma), true) = (comma, opens) {
            self.too_much(comma, comma, "no comma stands between steps or clauses");
        }
    }

    /// `steps ( … )`, `steps [ … ]`.
    fn brackets_of_steps(&mut self, place: usize, walk: &Walk) {
        let open = place + 1;
        if !matches!(self.word(open), "(" | "[") {
            return;
        }
        let Some(close) = walk.partner(open) else {
            return;
        };
        let finding = self.habit(open, open, "the steps stand in braces");
        let edits = vec![self.edit(open, open, "{"), self.edit(close, close, "}")];
        self.amend(finding, "write braces", edits);
        self.alias(open, "{");
        self.alias(close, "}");
    }

    /// `suppress vip`, where `vip` is a segment.
    fn suppressed(&mut self, place: usize) {
        let name = place + 1;
        if !self.is_name(name)
            || !self.same_line(name)
            || self.same_line(name + 1)
            || self.word(name) == "when"
        {
            return;
        }
        let finding = self.unfit(
            name,
            name,
            &format!("expected `when`, found `{}`", self.word(name)),
        );
        let finding = finding.help(format!(
            "for the members of a segment write `suppress when in segment {}`",
            self.word(name)
        ));
        let edits = vec![self.ahead(name, "when in segment ")];
        self.amend(finding, "write `when in segment`", edits);
    }

    /// What stands behind `enroll`, `reenroll` and `unenroll`.
    fn trigger(&mut self, place: usize) {
        let at = place + 1;
        let (word, after) = (self.word(at).to_owned(), self.word(at + 1).to_owned());
        if !self.same_line(at) {
            return;
        }
        match word.as_str() {
            "on" if self.date_as_event(at) => {}
            "on" => self.event(at),
            "cron" => self.bare_cron(at),
            "at" if after == "most" => self.period(at + 2),
            _ if self.word(place) == "enroll" && self.rhythm(at) => {}
            _ if self.word(place) == "reenroll" && self.reenrolment(place) => {}
            "if" => {
                self.written_as((at, at), "a condition stands behind `when`", "when");
                self.alias(at, "when");
            }
            _ => self.lacks_on_or_when(place),
        }
    }

    /// `enroll form_submitted`, `enroll score > 50`, `enroll wehn …`.
    fn lacks_on_or_when(&mut self, place: usize) {
        let at = place + 1;
        let after = self.word(at + 1);
        let value = self.value_on_line(at + 1) && !COMPARISONS.contains(&after);
        if value && let Some(meant) = self.meant(at, &["when", "every", "once"]) {
            let message = format!("expected `on` or `when`, found `{}`", self.word(at));
            self.misspelt(at, meant, &message);
            return;
        }
        if !self.is_name(at)
            || Self::is_word_of_language(self.word(at)) && self.word(at) != "created"
        {
            return;
        }
        let compared = self.same_line(at + 1) && COMPARISONS.contains(&after);
        let instead = match after {
            _ if compared => "when",
            "where" | "at" | "per" => "on",
            _ if !self.same_line(at + 1) => "on",
            _ => return,
        };
        let message = format!("expected `on` or `when`, found `{}`", self.word(at));
        let finding = self.unfit(at, at, &message);
        let edits = vec![self.ahead(at, format!("{instead} "))];
        self.amend(finding, &format!("write `{instead}`"), edits);
    }

    /// What stands behind `on`.
    fn event(&mut self, on: usize) {
        let (at, after) = (on + 1, self.word(on + 2).to_owned());
        let more = self.same_line(on + 2);
        if !self.is_name(at) || !self.same_line(at) {
            return;
        }
        if more && COMPARISONS.contains(&after.as_str()) {
            let finding = self.unfit(
                on,
                on,
                "an event stands behind `on`, a condition behind `when`",
            );
            let edits = vec![self.edit(on, on, "when")];
            self.amend(finding, "write `when`", edits);
            self.alias(on, "when");
            return;
        }
        if more && after == "changed" && !Self::is_word_of_language(self.word(at)) {
            let proper = format!("changed {}", self.word(at));
            self.written_as(
                (at, at + 1),
                "the event is written `changed PROPERTY`",
                &proper,
            );
            return;
        }
        let property = more && self.is_name(on + 2) && !Self::is_word_of_language(&after);
        if property && matches!(self.word(at), "change" | "changes" | "updated" | "update") {
            let message = format!("there is no event `{}`", self.word(at));
            self.misspelt(at, "changed", &message);
            return;
        }
        self.behind_event(at);
    }

    /// `when` for `where`, further events, a count before `where`.
    fn behind_event(&mut self, event: usize) {
        let at = event + 1;
        if !self.same_line(at) && !matches!(self.word(at), "when" | "where" | "at") {
            return;
        }
        let kind = self.token(at + 1).map(|token| token.kind);
        match self.word(at) {
            "when" | "if" | "with" if kind.is_some() => {
                let finding = self.unfit(at, at, "the filter of an event stands behind `where`");
                let edits = vec![self.edit(at, at, "where")];
                self.amend(finding, "write `where`", edits);
                self.alias(at, "where");
            }
            "," | "or" if kind == Some(Kind::Word) && self.same_line(at + 1) => {
                let message = "each event has an `enroll on` of its own";
                let finding = self.unfit(at, at, message);
                let edits = vec![self.edit(at, at, "\n  enroll on")];
                self.amend(finding, "write `enroll on`", edits);
            }
            "at" => self.count_before_filter(at),
            word if !STEPS.contains(&word) => {
                if let Some(meant) = self.meant(at, &["where"]) {
                    let message = format!("expected `where`, found `{}`", self.word(at));
                    self.misspelt(at, meant, &message);
                }
            }
            _ => {}
        }
    }

    /// `at least 3 times where (…)`.
    fn count_before_filter(&mut self, at: usize) {
        let filter = at + 4;
        if self.word(at + 3) != "times" || self.word(filter) != "where" || !self.same_line(filter) {
            return;
        }
        let count = self.written(at, at + 3).to_owned();
        let last = self.line_end(filter);
        let finding = self.unfit(filter, filter, "the filter stands before the count");
        let edits = vec![
            self.edit(at, at + 3, ""),
            self.behind(last, format!(" {count}")),
        ];
        self.amend(finding, "write the filter first", edits);
    }
}
