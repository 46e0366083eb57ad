//! Blocks and steps.

use super::Builder;
use crate::base::Span;
use crate::diagnostic::{Code, Edit, Finding};
use crate::syntax::ast::{
    Do, ExprKind, Field, Ident, Path, Retry, SetOp, Step, StepKind, Value, Wait,
};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn block(&mut self, pair: Pair<'i>) -> Vec<Step> {
        let opener = self.opener(&pair);
        let mut steps = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::step => steps.extend(self.step(part)),
                _ if self.is_rest(&part) => {
                    if let Some(last) = steps.last_mut() {
                        break_end(&mut last.kind);
                    }
                    self.leftover(&part, opener, Rule::step);
                }
                _ => self.leftover(&part, opener, Rule::step),
            }
        }
        steps
    }

    fn step(&mut self, pair: Pair<'i>) -> Option<Step> {
        let doc = self.doc(self.span(&pair).start);
        let mut parts = pair.into_inner();
        let mut body = parts.next()?;
        let mut name = None;
        if body.as_rule() == Rule::step_name {
            name = Some(self.declared(&body.into_inner().next()?));
            body = parts.next()?;
        }
        let span = self.span(&body);
        let head = self.head(&body);
        let kind = self.step_kind(body)?;
        Some(Step {
            doc,
            name,
            kind,
            span,
            head,
        })
    }

    fn step_kind(&mut self, pair: Pair<'i>) -> Option<StepKind> {
        Some(match pair.as_rule() {
            Rule::wait => self.wait(pair)?,
            Rule::set => self.set(pair)?,
            Rule::clear => StepKind::Clear(self.target(pair)?),
            Rule::r#do => StepKind::Do(Box::new(self.do_action(pair)?)),
            Rule::branch => StepKind::Branch(self.branch(pair)?),
            Rule::r#match => StepKind::Match(self.match_step(pair)?),
            Rule::stop => StepKind::Stop,
            Rule::enroll_in => {
                let (name, path) = self.named_target(pair)?;
                StepKind::EnrollIn(name, path)
            }
            Rule::add => {
                let (name, path) = self.named_target(pair)?;
                StepKind::AddTo(name, path)
            }
            Rule::remove => {
                let (name, path) = self.named_target(pair)?;
                StepKind::RemoveFrom(name, path)
            }
            Rule::copy => self.copy(pair)?,
            Rule::create => StepKind::Create(Box::new(self.create(pair)?)),
            Rule::associate => StepKind::Associate(Box::new(self.associate(pair)?)),
            Rule::dissociate => StepKind::Dissociate(Box::new(self.dissociate(pair)?)),
            Rule::delete => StepKind::Delete,
            Rule::unenroll_from => StepKind::Unenroll(self.only_name(pair)),
            Rule::split => StepKind::Split(self.split(pair)?),
            Rule::goto => StepKind::Goto(self.only_name(pair)?),
            _ => StepKind::Todo(self.plain(pair.into_inner().last()?)),
        })
    }

    /// The only name of a step.
    fn only_name(&mut self, pair: Pair<'i>) -> Option<Ident> {
        let name = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::name)?;
        Some(self.ident(&name))
    }

    fn copy(&mut self, pair: Pair<'i>) -> Option<StepKind> {
        let mut paths = pair
            .into_inner()
            .filter(|part| part.as_rule() == Rule::path);
        let (source, target) = (paths.next()?, paths.next()?);
        Some(StepKind::Copy(self.path(source)?, self.path(target)?))
    }

    /// From the start of a step to its first inner block.
    pub(super) fn head(&self, pair: &Pair<'i>) -> Span {
        let whole = self.span(pair);
        // The forms of `wait` have their blocks one level further in.
        let inner = pair.clone().into_inner().flat_map(|part| {
            let is_form = matches!(
                part.as_rule(),
                Rule::wait_until | Rule::wait_event | Rule::wait_first
            );
            let form = is_form.then(|| part.clone().into_inner());
            std::iter::once(part).chain(form.into_iter().flatten())
        });
        let blocks = [
            Rule::block,
            Rule::branch_body,
            Rule::match_body,
            Rule::split_body,
            Rule::wait_body,
            Rule::first_body,
            Rule::on_error,
        ];
        let block = inner
            .into_iter()
            .find(|part| blocks.contains(&part.as_rule()));
        let end = block.map_or(whole.end, |block| self.opener(&block).start);
        let written = self.written(Span { end, ..whole });
        Span {
            end: whole.start + written.trim_end().len() as u32,
            ..whole
        }
    }

    fn set(&mut self, pair: Pair<'i>) -> Option<StepKind> {
        let whole = self.span(&pair);
        let mut parts = pair
            .into_inner()
            .filter(|part| part.as_rule() != Rule::kw_set);
        let path = self.path(parts.next()?)?;
        let (sign, value) = (parts.next()?, parts.next()?);
        let op = self.set_op(&sign);
        if op == SetOp::Assign && is_nothing(self.trimmed(&value)) {
            let clear = format!("clear {}", self.written(path.span));
            self.report(
                Finding::new(
                    Code::ForeignSyntax,
                    whole,
                    "what is not known is no value; a property is emptied by `clear`",
                )
                .fix(format!("write `{clear}`"), whole, clear),
            );
            return Some(StepKind::Clear(path));
        }
        Some(StepKind::Set(path, op, self.expr(value)))
    }

    /// The sign of an assignment.
    pub(super) fn set_op(&mut self, sign: &Pair<'i>) -> SetOp {
        match sign.as_str() {
            "+=" => SetOp::Add,
            "-=" => SetOp::Subtract,
            "=" => SetOp::Assign,
            _ => {
                let place = self.span(sign);
                self.foreign("an assignment is written `=`", place, "=");
                SetOp::Assign
            }
        }
    }

    /// The only path of a step.
    fn target(&mut self, pair: Pair<'i>) -> Option<Path> {
        let path = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::path)?;
        self.path(path)
    }

    /// `NAME [for PATH]`.
    fn named_target(&mut self, pair: Pair<'i>) -> Option<(Ident, Option<Path>)> {
        let (mut name, mut path) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.ident(&part)),
                Rule::for_path => path = self.target(part),
                _ => {}
            }
        }
        Some((name?, path))
    }

    fn do_action(&mut self, pair: Pair<'i>) -> Option<Do> {
        let mut action = None;
        let (mut arguments, mut bindings, mut retries, mut on_error) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::action_name => action = Some(self.ident(&part)),
                Rule::fields => arguments = self.fields(part),
                Rule::call_fields => arguments = self.call_fields(part),
                Rule::binding => bindings.extend(self.binding(part)),
                Rule::retry => retries.extend(self.retry(part)),
                Rule::on_error => {
                    let span = self.first_word(&part);
                    let block = part
                        .into_inner()
                        .find(|part| part.as_rule() == Rule::block)?;
                    on_error.push((self.block(block), span));
                }
                _ => {}
            }
        }
        Some(Do {
            action: action?,
            arguments,
            bindings,
            retries,
            on_error,
        })
    }

    /// `as NAME`.
    pub(super) fn binding(&mut self, pair: Pair<'i>) -> Option<Ident> {
        let name = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::name)?;
        Some(self.declared(&name))
    }

    pub(super) fn retry(&mut self, pair: Pair<'i>) -> Option<Retry> {
        let span = self.span(&pair);
        let mut parts = pair
            .into_inner()
            .filter(|part| matches!(part.as_rule(), Rule::number | Rule::duration));
        let number = parts.next()?;
        let times = self.number(&number)?;
        let over = self.duration(parts.next()?)?;
        let whole = u32::try_from(times)
            .ok()
            .filter(|_| times.fract().is_zero());
        let Some(times) = whole.filter(|times| *times > 0) else {
            let place = self.span(&number);
            self.report(
                Finding::new(
                    Code::BadLiteral,
                    place,
                    format!("`{}` is no number of attempts", number.as_str()),
                )
                .help("write a whole number from 1"),
            );
            return None;
        };
        Some(Retry { times, over, span })
    }

    /// `(NAME: VALUE …)`, which should be braces.
    fn call_fields(&mut self, pair: Pair<'i>) -> Vec<Field> {
        let (start, end) = self.extent(&pair);
        let edit = |span, text: &str| Edit {
            span,
            text: text.into(),
        };
        let open = self.at(start, start + 1);
        let edits = vec![edit(open, " { "), edit(self.at(end - 1, end), " }")];
        self.report(
            Finding::new(
                Code::ForeignSyntax,
                open,
                "the arguments of an action stand in braces",
            )
            .fix_all("write braces", edits),
        );
        let fields = pair.into_inner();
        fields.filter_map(|field| self.field(field)).collect()
    }

    /// `{ NAME: VALUE … }`.
    pub(super) fn fields(&mut self, pair: Pair<'i>) -> Vec<Field> {
        let opener = self.opener(&pair);
        let (mut fields, mut last) = (Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::field => {
                    self.separated(&mut last, &part);
                    fields.extend(self.field(part));
                }
                _ => self.leftover(&part, opener, Rule::field),
            }
        }
        fields
    }

    fn field(&mut self, pair: Pair<'i>) -> Option<Field> {
        let span = self.span(&pair);
        self.doc(span.start);
        let mut parts = pair.into_inner();
        let name = self.ident(&parts.next()?);
        let value: Value = self.value(parts.next()?);
        Some(Field { name, value, span })
    }
}

/// A step that something follows which does not fit: what its end would have
/// been is not known.
fn break_end(kind: &mut StepKind) {
    let bounds = match kind {
        StepKind::Set(.., value) => {
            value.kind = ExprKind::Broken;
            return;
        }
        StepKind::Wait(Wait::Event(event)) => &mut event.bounds,
        StepKind::Wait(Wait::Until(until)) => &mut until.bounds,
        _ => return,
    };
    bounds.cut();
}

/// Whether a word stands for the absence of a value, here or elsewhere.
pub(super) fn is_nothing(word: &str) -> bool {
    matches!(
        word,
        "null" | "NULL" | "nil" | "undefined" | "None" | "unknown"
    )
}
