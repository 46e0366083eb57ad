//! Tests: the dispatch over their statements, and those that are neither
//! `when` nor a claim.

mod claim;
mod habit;
mod parts;
mod when;

use super::Builder;
use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::test::{
    Advance, Claim, ClaimKind, End, Given, Mock, NewRecord, Occurrence, Outcome, Statement,
    StatementKind, Test, When,
};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn test(&mut self, pair: Pair<'i>) -> Option<Test> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let (mut name, mut statements, mut lost, mut broken) =
            (None, Vec::new(), Vec::new(), false);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_test => {}
                Rule::stray_header => self.stray_header(&part),
                Rule::test_body => {
                    broken = part
                        .clone()
                        .into_inner()
                        .any(|part| part.as_rule() == Rule::stray_statement);
                    (statements, lost) = self.statements(part);
                }
                _ => name = Some(self.plain(part)),
            }
        }
        Some(Test {
            doc,
            name: name?,
            span,
            statements,
            broken,
            nameless: std::mem::take(&mut self.nameless),
            lost,
        })
    }

    /// The statements of a test, and the names in those that cannot be read.
    fn statements(&mut self, pair: Pair<'i>) -> (Vec<Statement>, Vec<Name>) {
        let opener = self.opener(&pair);
        let (mut statements, mut lost): (Vec<Statement>, _) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            let rest = self.is_rest(&part);
            if rest {
                statements.last_mut().map(break_statement);
            }
            if part.as_rule() == Rule::stray_statement {
                // A statement begins with a word of its own.
                let first = part.as_str().split_whitespace().next().filter(|_| rest);
                lost.extend(first.map(Name::new));
                let before = lost.len();
                lost.extend(names(part.as_str()));
                // `given contact {`: whose name is missing, any name may be.
                let head = part.as_str().split('{').next().unwrap_or_default();
                self.nameless |= head.starts_with("given") && lost.len() < before + 2;
            }
            statements.extend(self.statement(part, opener));
        }
        (statements, lost)
    }

    fn statement(&mut self, pair: Pair<'i>, opener: Span) -> Option<Statement> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let kind = match pair.as_rule() {
            Rule::test_at => StatementKind::At(self.inner_expr(pair)),
            Rule::given_record => StatementKind::Given(Given::Record(self.new_record(pair)?)),
            Rule::given_link => StatementKind::Given(Given::Link(self.end(pair)?)),
            Rule::given_member => {
                let (record, segment) = self.two_names(pair)?;
                StatementKind::Given(Given::Member(record, segment))
            }
            Rule::given_event => StatementKind::Given(self.given_event(pair)?),
            Rule::mock => StatementKind::Mock(self.mock(pair)?),
            Rule::advance => StatementKind::Advance(self.advance(pair)?),
            Rule::expect => StatementKind::Expect(self.claim_of(pair)?),
            Rule::always => StatementKind::Always(self.claim_of(pair)?),
            Rule::never => StatementKind::Never(self.claim_of(pair)?),
            rule if is_when(rule) => StatementKind::When(self.when(pair)?),
            _ => {
                self.leftover(&pair, opener, Rule::expect);
                return None;
            }
        };
        Some(Statement { doc, kind, span })
    }

    /// `OBJECT NAME … { … }`.
    fn new_record(&mut self, pair: Pair<'i>) -> Option<NewRecord> {
        let parts = self.parts(pair);
        let (object, name) = (parts.names.first()?, parts.names.get(1)?);
        Some(NewRecord {
            object: self.ident(object),
            name: self.declared(name),
            fields: parts.fields,
        })
    }

    /// `R … PATH [label l]`. A label in brackets is a habit of conditions.
    fn end(&mut self, pair: Pair<'i>) -> Option<End> {
        let parts = self.parts(pair);
        let (record, mut path) = (self.ident(parts.names.first()?), parts.path?);
        let last = match path.rest.last_mut() {
            Some(last) => &mut last.label,
            None => &mut path.label,
        };
        let bracketed = last.take();
        if let Some(label) = &bracketed {
            let place = Span {
                start: label.span.start.saturating_sub(1),
                end: path.span.end,
                ..path.span
            };
            self.foreign(
                "the label of one link stands behind the path",
                place,
                &format!(" label {}", label.name),
            );
        }
        Some(End {
            record,
            path,
            label: parts.label.or(bracketed),
        })
    }

    fn given_event(&mut self, pair: Pair<'i>) -> Option<Given> {
        let mut parts = self.parts(pair);
        let at = parts.expr.take();
        Some(Given::Event(self.occurrence(parts)?, at))
    }

    fn occurrence(&mut self, parts: parts::Parts<'i>) -> Option<Occurrence> {
        Some(Occurrence {
            record: self.ident(parts.names.first()?),
            event: self.ident(parts.names.get(1)?),
            fields: parts.fields,
        })
    }

    fn mock(&mut self, pair: Pair<'i>) -> Option<Mock> {
        let (mut action, mut outcome, mut times) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::action_name => action = Some(self.ident(&part)),
                Rule::mock_answer => outcome = self.answer(part),
                Rule::mock_fails => {
                    let number = part.into_inner().last()?;
                    outcome = Some(Outcome::Fails(self.number(&number)?, self.span(&number)));
                }
                Rule::mock_times_out => outcome = Some(Outcome::TimesOut),
                Rule::mock_times => {
                    let number = part.into_inner().last()?;
                    times = Some((self.number(&number)?, self.span(&number)));
                }
                _ => {}
            }
        }
        Some(Mock {
            action: action?,
            outcome: outcome?,
            times,
        })
    }

    fn answer(&mut self, pair: Pair<'i>) -> Option<Outcome> {
        let mut fields = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::mock_arrow if part.as_str() != "=>" => {
                    let place = self.span(&part);
                    self.foreign("the results of a mock stand behind `=>`", place, "=>");
                }
                Rule::fields => fields = self.fields(part),
                _ => {}
            }
        }
        Some(Outcome::Answer(fields))
    }

    fn advance(&mut self, pair: Pair<'i>) -> Option<Advance> {
        let mut filler = pair.clone().into_inner();
        if let Some(filler) = filler.find(|part| part.as_rule() == Rule::advance_by) {
            let place = self.span(&filler);
            self.foreign("time passes by `advance` and an amount", place, "");
        }
        let form = pair.into_inner().last()?;
        let span = self.span(&form);
        Some(match form.as_rule() {
            Rule::test_amount => Advance::By(self.amount(form)?, span),
            Rule::advance_to => Advance::To(self.inner_expr(form)),
            _ => Advance::Named(self.ident(&form.into_inner().next()?)),
        })
    }

    /// `webhook NAME receives …`: JSON, with a finding where it is none.
    fn body(&mut self, pair: Pair<'i>) -> crate::syntax::ast::Plain {
        let raw = matches!(pair.as_rule(), Rule::raw_block | Rule::raw_string);
        let inner = pair.clone().into_inner().next().filter(|_| raw);
        let plain = self.plain(pair);
        let written = inner.as_ref().map_or(plain.text.as_str(), Pair::as_str);
        if let Some(flaw) = crate::syntax::json::flaw(written) {
            let place = match &inner {
                Some(inner) => {
                    let start = inner.as_span().start() + flaw.at;
                    self.at(start, start + flaw.length)
                }
                None => plain.span,
            };
            self.report(
                Finding::new(Code::BadJson, place, "what a webhook receives must be JSON")
                    .label(flaw.message),
            );
        }
        plain
    }
}

fn is_when(rule: Rule) -> bool {
    use Rule::{
        when_becomes, when_clears, when_created, when_does, when_enrols, when_joins, when_leaves,
        when_merges, when_moved, when_program, when_sets, when_turns, when_webhook,
    };
    matches!(
        rule,
        when_becomes
            | when_clears
            | when_created
            | when_does
            | when_enrols
            | when_joins
            | when_leaves
            | when_merges
            | when_moved
            | when_program
            | when_sets
            | when_turns
            | when_webhook
    )
}

/// The words behind the first of each line: names of records, if any of them
/// is one.
fn names(text: &str) -> impl Iterator<Item = Name> + use<'_> {
    text.lines().flat_map(|line| {
        let line = line.split('{').next().unwrap_or_default();
        let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let words = words.filter(|word| !word.is_empty());
        words.skip(1).take(3).map(Name::new)
    })
}

/// Something follows a statement that does not fit: what it would have said is
/// not known.
fn break_statement(statement: &mut Statement) {
    let broken = |expr: &mut Expr| expr.kind = ExprKind::Broken;
    match &mut statement.kind {
        StatementKind::Expect(claim)
        | StatementKind::Always(claim)
        | StatementKind::Never(claim) => break_claim(claim),
        StatementKind::At(moment) | StatementKind::Advance(Advance::To(moment)) => broken(moment),
        StatementKind::Given(Given::Event(_, Some(moment))) => broken(moment),
        StatementKind::When(When::Sets(_, assignments)) => {
            if let Some(last) = assignments.last_mut() {
                broken(&mut last.value);
            }
        }
        _ => {}
    }
}

fn break_claim(claim: &mut Claim) {
    claim.kind = ClaimKind::Broken;
}
