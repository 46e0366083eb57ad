//! Comments of other languages: `# …`, `-- …`, `/* … */`.

use super::Draft;
use super::token::Token;
use crate::diagnostic::{Code, Edit, Finding};

impl Draft<'_> {
    /// Reports them, and takes them out of the tokens.
    pub(super) fn foreign_comments(&mut self) {
        let mut kept: Vec<Token> = Vec::with_capacity(self.tokens.len());
        let (mut place, mut begins) = (0, None);
        let mut ends = self.text.contains("*/");
        while let Some(mut token) = self.token(place) {
            if let Some(end) = self.comment(place, &mut ends) {
                begins = begins.or(token.first.then_some(token.indent));
                while self.token(place).is_some_and(|token| token.start < end) {
                    place += 1;
                }
                continue;
            }
            if let Some(indent) = begins.take()
                && !token.first
            {
                (token.first, token.indent) = (true, indent);
            }
            kept.push(token);
            place += 1;
        }
        self.tokens = kept;
    }

    /// Where the comment ends that a token begins; `ends` is whether a `*/`
    /// may follow at all.
    fn comment(&mut self, place: usize, ends: &mut bool) -> Option<usize> {
        let token = self.token(place)?;
        let double = self.adjacent(place + 1);
        let spaced = token.first || !self.adjacent(place);
        let start = token.start;
        match (self.word(place), self.word(place + 1)) {
            ("#", _) if spaced => self.line_comment(start, start + 1),
            ("-", "-") if double && spaced && self.is_prose(place + 2) => {
                self.line_comment(start, start + 2)
            }
            ("/", "*") if double && spaced => self.block_comment(start, ends),
            _ => None,
        }
    }

    /// Whether two dashes are followed by a space and something else.
    fn is_prose(&self, place: usize) -> bool {
        !self.adjacent(place) && self.same_line(place)
    }

    fn line_comment(&mut self, start: usize, signs: usize) -> Option<usize> {
        let end = self.end_of_line_at(start);
        let place = self.span(start, signs);
        let finding = Finding::new(Code::ForeignSyntax, place, "a comment begins with `//`");
        self.report(finding.fix("write `//`", place, "//"));
        self.patch.blank(start, end, b' ');
        Some(end)
    }

    fn block_comment(&mut self, start: usize, ends: &mut bool) -> Option<usize> {
        let rest = self.slice(start, self.text.len());
        let length = if *ends { rest.find("*/") } else { None };
        *ends &= length.is_some();
        let end = length.map_or_else(|| self.end_of_line_at(start), |length| start + length + 2);
        let place = self.span(start, start + 2);
        let message = "a comment begins with `//`, on each of its lines";
        let mut finding = Finding::new(Code::ForeignSyntax, place, message);
        let after = self.slice(end, self.end_of_line_at(end));
        if after.trim().is_empty() && *ends {
            finding = finding.fix_all("write `//`", self.lines_of_comment(start, end));
        }
        self.report(finding);
        self.patch.blank(start, end, b' ');
        Some(end)
    }

    fn lines_of_comment(&self, start: usize, end: usize) -> Vec<Edit> {
        let edit = |start, end, text: &str| Edit {
            span: self.span(start, end),
            text: text.into(),
        };
        let mut edits = vec![edit(start, start + 2, "//")];
        let mut at = start;
        for line in self.slice(start, end - 2).split_inclusive('\n') {
            let indent = line.len() - line.trim_start().len();
            if at > start && !line.trim().is_empty() {
                edits.push(edit(at + indent, at + indent, "// "));
            }
            at += line.len();
        }
        edits.push(edit(end - 2, end, ""));
        edits
    }

    fn end_of_line_at(&self, at: usize) -> usize {
        let rest = self.slice(at, self.text.len());
        at + rest.find('\n').unwrap_or(rest.len())
    }
}
