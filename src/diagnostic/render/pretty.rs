//! Findings for people, with the lines that they speak of, drawn by miette. No other file names
//! it. What is cut out of a source is decided in `excerpt`, how it fits the width in `window`.

mod excerpt;
mod place;
mod window;

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents, ThemeStyles,
};

use self::excerpt::{Excerpt, Mark};
use self::place::{Note, is_near};
use self::window::Room;
use super::{concise, printable};
use crate::base::{Source, Sources};
use crate::diagnostic::{Finding, Findings, Fix, Label, Level};

/// How findings are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are used.
    pub color: bool,
    /// Whether lines are drawn with more than ASCII.
    pub unicode: bool,
    /// How many columns there are.
    pub width: usize,
}

/// The fewest columns that are drawn for.
const LEAST_WIDTH: usize = 40;

/// Draws each finding, with a blank line between two.
#[must_use]
pub fn render(findings: &Findings, sources: &Sources, style: Style) -> String {
    let width = style.width.max(LEAST_WIDTH);
    let painter = Painter {
        sources,
        style: Style { width, ..style },
    };
    let findings = findings.iter();
    let drawn: Vec<String> = findings.map(|finding| painter.finding(finding)).collect();
    drawn.join("\n")
}

/// Draws findings of one set of sources.
struct Painter<'a> {
    sources: &'a Sources,
    style: Style,
}

impl Painter<'_> {
    fn finding(&self, finding: &Finding) -> String {
        let mut drawn = String::new();
        let mut draw = |report| self.handler(report).render_report(&mut drawn, report);
        if self
            .reports(finding)
            .iter()
            .all(|report| draw(report).is_ok())
        {
            // miette pads the empty lines that it numbers.
            let lines = drawn.lines();
            lines.flat_map(|line| [line.trim_end(), "\n"]).collect()
        } else {
            concise::line(finding, self.sources)
        }
    }

    /// The finding with the places near it, then its places farther off. What
    /// to do about it comes last.
    fn reports(&self, finding: &Finding) -> Vec<Report> {
        let place = finding.primary.span;
        let source = self.sources.get(place.source);
        let (near, far): (Vec<&Label>, Vec<&Label>) = finding.others.iter().partition(|label| {
            label.span.source == place.source && is_near(source, place, label.span)
        });
        let mut reports = vec![self.report(finding, &near)];
        reports.extend(far.into_iter().map(|label| self.remark(label)));
        if let Some(last) = reports.last_mut() {
            last.help = help(finding);
        }
        reports
    }

    fn report(&self, finding: &Finding, others: &[&Label]) -> Report {
        let primary = Note::new(&finding.primary, true);
        let others = others.iter().map(|label| Note::new(label, false));
        let notes: Vec<Note<'_>> = std::iter::once(primary).chain(others).collect();
        let (code, level) = (finding.code, finding.level);
        Report {
            head: Some(format!("{}[{code}] {}", level.word(), code.name())),
            message: printable(&finding.message),
            severity: severity(level),
            snippet: self.snippet(self.sources.get(finding.primary.span.source), &notes),
            help: None,
        }
    }

    /// A place that is too far from the finding's own to be shown with it.
    fn remark(&self, label: &Label) -> Report {
        let source = self.sources.get(label.span.source);
        let text = if label.text.is_empty() {
            "see also"
        } else {
            &label.text
        };
        let bare = Label {
            span: label.span,
            text: String::new(),
        };
        Report {
            head: None,
            message: printable(text),
            severity: Severity::Advice,
            snippet: self.snippet(source, &[Note::new(&bare, true)]),
            help: None,
        }
    }

    fn snippet(&self, source: &Source, notes: &[Note<'_>]) -> Snippet {
        let ellipsis = if self.style.unicode { "…" } else { "..." };
        let room = Room {
            width: self.style.width,
            ellipsis,
        };
        Snippet {
            name: printable(source.name()),
            excerpt: Excerpt::new(source, notes, room),
        }
    }

    fn handler(&self, report: &Report) -> GraphicalReportHandler {
        let mut theme = match (self.style.unicode, self.style.color) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => GraphicalTheme::ascii(),
            (false, false) => GraphicalTheme::none(),
        };
        highlight(&mut theme.styles, report);
        GraphicalReportHandler::new_themed(theme)
            .with_width(self.style.width)
            .with_context_lines(1)
            .tab_width(2)
            .with_urls(false)
            .without_cause_chain()
            .without_syntax_highlighting()
    }
}

/// Gives the place of a finding the colour of its level, and the other places
/// that of advice: miette hands the colours out in the order of the text.
fn highlight(styles: &mut ThemeStyles, report: &Report) {
    let own = match report.severity {
        Severity::Error => styles.error,
        Severity::Warning => styles.warning,
        Severity::Advice => styles.advice,
    };
    let marks = report.snippet.excerpt.marks().iter();
    styles.highlights = marks
        .map(|mark| if mark.primary { own } else { styles.advice })
        .collect();
}

/// What to do about a finding: its help, then the fixes that the help does
/// not say already.
fn help(finding: &Finding) -> Option<String> {
    let said = finding.help.as_deref().unwrap_or_default();
    let fixes = finding.fixes.iter().filter(|fix| !says(said, fix));
    let fixes = fixes
        .enumerate()
        .map(|(place, fix)| match (place, said.is_empty()) {
            (0, true) => fix.title.clone(),
            (0, false) => format!("fix: {}", fix.title),
            _ => format!(" or: {}", fix.title),
        });
    let lines: Vec<String> = said.lines().map(str::to_owned).chain(fixes).collect();
    let lines: Vec<String> = lines.iter().map(|line| printable(line)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Whether a help already holds what a fix writes.
fn says(help: &str, fix: &Fix) -> bool {
    match fix.edits.as_slice() {
        [edit] => help.contains(&format!("`{}`", edit.text.trim().trim_matches('"'))),
        _ => false,
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
    }
}

/// What miette draws at a time: words, and places in one source.
#[derive(Debug)]
struct Report {
    head: Option<String>,
    message: String,
    severity: Severity,
    snippet: Snippet,
    help: Option<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let head = self.head.as_deref()?;
        Some(Box::new(head))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_deref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.snippet)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.snippet.excerpt.marks().iter().map(label)))
    }
}

fn label(mark: &Mark) -> LabeledSpan {
    let text = mark.text.clone();
    let range = (mark.start, mark.end - mark.start);
    if mark.primary {
        LabeledSpan::new_primary_with_span(text, range)
    } else {
        LabeledSpan::new_with_span(text, range)
    }
}

/// The lines of a source that a report shows. miette would find them by
/// counting from the start of the text; here they are cut out already, so ten
/// thousand findings in one file do not read it ten thousand times.
#[derive(Debug)]
struct Snippet {
    name: String,
    excerpt: Excerpt,
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let excerpt = &self.excerpt;
        let mut place = (excerpt.line(), 0);
        if lines_before == 0 {
            // Asked for no lines around a place, it is the place that is wanted.
            let mark = excerpt
                .marks()
                .iter()
                .find(|mark| mark.start == span.offset());
            place = mark.map_or(place, |mark| (mark.place.line - 1, mark.place.column - 1));
        }
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            excerpt.text().as_bytes(),
            SourceSpan::from((0, excerpt.text().len())),
            place.0,
            place.1,
            excerpt.line_count(),
        )))
    }
}
