//! pest's parse → tree. Each file builds what its namesake in `ast/` or in
//! the grammar holds; `recover` turns what the catch-all rules swallowed into
//! findings.

mod branch;
mod declaration;
mod describe;
mod expr;
mod literal;
mod path;
mod pratt;
mod property;
mod recover;
mod step;
mod text;
mod trigger;
mod wait;
mod webhook;
mod workflow;

use pest::iterators::Pairs;

use super::ast::{Declaration, Doc, File, Ident};
use super::grammar::{Pair, Rule};
use super::parse::Parsed;
use super::scan::{DocBlock, Scan};
use super::words::is_reserved;
use crate::base::{Name, SourceId, Span};
use crate::diagnostic::{Code, Finding, Findings};

/// Builds the tree of one file.
pub(super) struct Builder<'i> {
    source: SourceId,
    text: &'i str,
    comments: Vec<(usize, usize)>,
    docs: Vec<(DocBlock, bool)>,
    findings: Findings,
    complete: bool,
}

impl<'i> Builder<'i> {
    pub(super) fn new(source: SourceId, text: &'i str, scan: Scan) -> Self {
        let docs = scan.docs.into_iter().map(|block| (block, false)).collect();
        Builder {
            source,
            text,
            comments: scan.comments,
            docs,
            findings: Findings::default(),
            complete: true,
        }
    }

    /// The whole file.
    pub(super) fn file(mut self, pairs: Pairs<'i, Rule>) -> Parsed {
        let file = pairs.flat_map(Pair::into_inner);
        let declarations: Vec<Declaration> =
            file.filter_map(|pair| self.declaration(pair)).collect();
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
        };
        Parsed {
            file,
            findings: self.findings,
            complete: self.complete,
        }
    }

    fn at(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start as u32, end as u32)
    }

    /// The span of a pair, without the white space and the comments that pest
    /// skips before an optional part.
    fn span(&self, pair: &Pair<'i>) -> Span {
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
                _ => return self.at(start, end),
            }
        }
    }

    fn report(&mut self, finding: Finding) {
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
        let lines = self.text.get(block.start..block.end)?.lines();
        let text: Vec<&str> = lines
            .filter_map(|line| line.trim().strip_prefix("///"))
            .map(trim_one)
            .collect();
        Some(text.join("\n").trim().into())
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
            let slashes = self.at(block.start, block.start + 3);
            self.report(
                Finding::new(Code::StrayDocComment, self.at(block.start, block.end), "this doc comment belongs to nothing")
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
        } else if written.starts_with('_') || written.chars().any(|c| c.is_ascii_uppercase()) {
            let proper = snake_case(written);
            self.report(
                Finding::new(
                    Code::NameForm,
                    ident.span,
                    format!("`{written}` is not a name: names are lower case"),
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
