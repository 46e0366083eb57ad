//! pest's parse → tree. Each file builds what its namesake in `ast/` or in
//! the grammar holds; `recover` turns what the catch-all rules swallowed into
//! findings.

mod action;
mod allow;
mod awaited;
mod branch;
mod calendar;
mod clause;
mod context;
mod declaration;
mod describe;
mod explain;
mod expr;
mod habit;
mod literal;
mod past;
mod path;
mod phrase;
mod pratt;
mod property;
mod recover;
mod schedule;
mod split;
mod step;
mod template;
mod test;
mod text;
mod tie;
mod trigger;
mod wait;
mod webhook;
mod weekday;
mod workflow;

use pest::iterators::Pairs;

use super::ast::{Declaration, Doc, ExprKind, File, Ident, SegmentKind};
use super::grammar::{Pair, Rule};
use super::parse::{Attempt, Parsed};
use super::repair::Patch;
use super::scan::{AllowComment, DocBlock, Scan};
use super::words::is_reserved;
use crate::base::{Name, SourceId, Span};
use crate::diagnostic::{Code, Finding, Findings};

/// What follows a declaration on its line cannot be read: what was read of it
/// says little.
fn unread(declarations: &mut [Declaration]) {
    match declarations.last_mut() {
        Some(Declaration::Segment(last)) => {
            if let SegmentKind::When(condition) = &mut last.kind {
                condition.kind = ExprKind::Broken;
            }
        }
        Some(last @ Declaration::Action(_)) => {
            if let Declaration::Action(action) = last {
                *last = Declaration::Lost(action.name.name.clone());
            }
        }
        _ => {}
    }
}

/// Builds the tree of one file.
pub(super) struct Builder<'i> {
    source: SourceId,
    /// What was parsed: the places of pairs are places in it.
    text: &'i str,
    /// What was written: spans are places in it. The same as `text`, unless
    /// there are patches.
    original: &'i str,
    patch: &'i Patch,
    comments: Vec<(usize, usize)>,
    docs: Vec<(DocBlock, bool)>,
    /// Comments that silence rules, as places in what was parsed.
    allows: Vec<AllowComment>,
    findings: Findings,
    lost: Vec<Name>,
    /// Where the last text ends that could not be read.
    broken_text: usize,
    complete: bool,
    doubtful: bool,
    /// How often text was swallowed that could not be read.
    swallowed: usize,
    /// The last block of fields in which a line stood that is none: its brace is
    /// not closed.
    ended: Option<Span>,
    /// Whether the test at hand names a record that cannot be read.
    nameless: bool,
    /// The declarations in which that was.
    partial: Vec<Name>,
    /// What may be a name in text that could not be read, and that text.
    doubted: Vec<(Name, Span)>,
}

impl<'i> Builder<'i> {
    pub(super) fn new(
        source: SourceId,
        original: &'i str,
        text: &'i str,
        patch: &'i Patch,
        scan: Scan,
    ) -> Self {
        let docs = scan.docs.into_iter().map(|block| DocBlock {
            start: patch.original(block.start),
            end: patch.original(block.end),
            anchor: patch.original(block.anchor),
        });
        Builder {
            source,
            text,
            original,
            patch,
            comments: scan.comments,
            docs: docs.map(|block| (block, false)).collect(),
            allows: scan.allows,
            findings: Findings::default(),
            lost: Vec::new(),
            broken_text: 0,
            complete: true,
            doubtful: false,
            swallowed: 0,
            ended: None,
            nameless: false,
            partial: Vec::new(),
            doubted: Vec::new(),
        }
    }

    /// The whole file.
    pub(super) fn file(mut self, pairs: Pairs<'i, Rule>) -> Attempt {
        let allows = self.allows(&pairs);
        let file = pairs.flat_map(Pair::into_inner);
        let mut declarations: Vec<Declaration> = Vec::new();
        for pair in file {
            if self.is_rest(&pair) {
                unread(&mut declarations);
            }
            declarations.extend(self.declaration(pair));
        }
        declarations.extend(self.lost.drain(..).map(Declaration::Lost));
        declarations.extend(self.partial.drain(..).map(Declaration::Partial));
        let doubted = self.doubted.drain(..);
        declarations.extend(doubted.map(|(name, place)| Declaration::Doubtful(name, place)));
        self.stray_docs();
        let comments = self
            .comments
            .iter()
            .map(|(start, end)| self.at(*start, *end))
            .collect();
        let file = File {
            source: self.source,
            declarations,
            comments,
            allows,
        };
        Attempt {
            parsed: Parsed {
                file,
                findings: self.findings,
                complete: self.complete,
            },
            doubtful: self.doubtful,
        }
    }

    fn at(&self, start: usize, end: usize) -> Span {
        let (start, end) = (self.patch.original(start), self.patch.original(end));
        self.place(self.behind_character(start), self.behind_character(end))
    }

    /// The place itself, or the one behind the character that it is within:
    /// a sign of the text that is parsed may stand for a longer one of the
    /// source.
    fn behind_character(&self, mut place: usize) -> usize {
        while place < self.original.len() && !self.original.is_char_boundary(place) {
            place += 1;
        }
        place
    }

    /// A span of what was written, without mapping.
    fn place(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start as u32, end as u32)
    }

    /// What was written in a span.
    fn written(&self, span: Span) -> &'i str {
        self.original
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// The span of a pair, without the white space and the comments that pest
    /// skips before an optional part.
    fn span(&self, pair: &Pair<'i>) -> Span {
        let (start, end) = self.extent(pair);
        self.at(start, end)
    }

    /// The text of a pair, without what pest skips.
    fn trimmed(&self, pair: &Pair<'i>) -> &'i str {
        let (start, end) = self.extent(pair);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The same in the text that was parsed.
    fn extent(&self, pair: &Pair<'i>) -> (usize, usize) {
        let span = pair.as_span();
        let (start, mut end) = (span.start(), span.end());
        loop {
            let written = self.text.get(start..end).unwrap_or_default();
            end = start + written.trim_end().len();
            let next = self
                .comments
                .partition_point(|(_, comment_end)| *comment_end < end);
            match self.comments.get(next) {
                Some((comment, comment_end)) if *comment_end == end && *comment > start => {
                    end = *comment
                }
                _ => return (start, end),
            }
        }
    }

    fn report(&mut self, finding: Finding) {
        self.doubtful |= matches!(
            finding.code,
            Code::UnexpectedText
                | Code::Unclosed
                | Code::UnknownKeyword
                | Code::BadLiteral
                | Code::ForeignSyntax
        );
        self.findings.push(finding);
    }

    /// The doc comment that stands right before an offset.
    fn doc(&mut self, anchor: u32) -> Doc {
        let place = self
            .docs
            .binary_search_by_key(&(anchor as usize), |(block, _)| block.anchor)
            .ok()?;
        let (block, taken) = self.docs.get_mut(place)?;
        *taken = true;
        let lines = self.original.get(block.start..block.end)?.lines();
        let text: Vec<&str> = lines
            .filter_map(|line| line.trim().strip_prefix("///"))
            .map(trim_one)
            .collect();
        Some(text.join("\n").trim().into())
    }

    /// The doc comments in what could not be read need no finding of their own.
    fn docs_within(&mut self, span: Span) {
        let (start, end) = (span.start as usize, span.end as usize);
        let first = self.docs.partition_point(|(block, _)| block.anchor < start);
        let inside = self.docs.iter_mut().skip(first);
        for (_, taken) in inside.take_while(|(block, _)| block.anchor < end) {
            *taken = true;
        }
    }

    /// Reports the doc comments that nothing has taken.
    fn stray_docs(&mut self) {
        let free: Vec<DocBlock> = self
            .docs
            .iter()
            .filter(|(_, taken)| !taken)
            .map(|(block, _)| *block)
            .collect();
        for block in free {
            let slashes = self.place(block.start, block.start + 3);
            self.report(
                Finding::new(Code::StrayDocComment, self.place(block.start, block.end), "this doc comment belongs to nothing")
                    .help("a doc comment stands before a declaration, property, clause, case or step; inside an expression write `//`")
                    .fix("make it a comment", slashes, "//"),
            );
        }
    }

    /// A name where it is declared: it must be well formed.
    fn declared(&mut self, pair: &Pair<'i>) -> Ident {
        let ident = self.ident(pair);
        self.check_form(&ident);
        if is_reserved(ident.name.as_str()) && !pair.as_str().starts_with('`') {
            let quoted = format!("`{}`", ident.name);
            self.report(
                Finding::new(
                    Code::ReservedWord,
                    ident.span,
                    format!("`{}` is a word of the language", ident.name),
                )
                .help("as a name it needs back-ticks")
                .fix("put it in back-ticks", ident.span, quoted),
            );
        }
        ident
    }

    /// A declared name before a `:`: reserved words may stand here.
    fn key(&mut self, pair: &Pair<'i>) -> Ident {
        let ident = self.ident(pair);
        self.check_form(&ident);
        ident
    }

    /// A name where it is used.
    fn ident(&self, pair: &Pair<'i>) -> Ident {
        Ident {
            name: Name::new(pair.as_str().trim_matches('`')),
            span: self.span(pair),
        }
    }

    fn check_form(&mut self, ident: &Ident) {
        let written = ident.name.as_str();
        if written.chars().count() > Name::MAX {
            self.report(
                Finding::new(
                    Code::NameForm,
                    ident.span,
                    format!("this name has more than {} characters", Name::MAX),
                )
                .help("shorten it"),
            );
            return;
        }
        let below = written.starts_with('_');
        if below || written.chars().any(|c| c.is_ascii_uppercase()) {
            let proper = snake_case(written);
            let why = if below {
                "names begin with a letter"
            } else {
                "names are lower case"
            };
            self.report(
                Finding::new(
                    Code::NameForm,
                    ident.span,
                    format!("`{written}` is not a name: {why}"),
                )
                .help(format!("write `{proper}`"))
                .fix(format!("write `{proper}`"), ident.span, proper),
            );
        }
    }
}

/// A doc line without the one space that usually follows the slashes.
fn trim_one(line: &str) -> &str {
    line.strip_prefix(' ').unwrap_or(line)
}

/// `FirstName` → `first_name`, `_x` → `x`.
fn snake_case(written: &str) -> String {
    let mut proper = String::new();
    let mut after_lower = false;
    for c in written.trim_start_matches('_').chars() {
        if c.is_ascii_uppercase() && after_lower {
            proper.push('_');
        }
        after_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        proper.push(c.to_ascii_lowercase());
    }
    if proper.is_empty() {
        "name".into()
    } else {
        proper
    }
}
