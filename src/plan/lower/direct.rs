//! Conditions that ask of nothing but the record's own stored values: the chain
//! of their tests. All others have none.

use super::Lowering;
use crate::model::{PropertyId, Type, Value};
use crate::plan::direct::{Ask, Direct, Test, Then};
use crate::semantic::hir::{Expr, ExprKind, Path, Root};
use crate::syntax::ast::{Comparison, Logic};

impl<'a> Lowering<'a> {
    /// The tests of a condition; `None` where it asks of anything else.
    pub(super) fn direct(self, condition: &Expr) -> Option<Direct> {
        let mut tests = Vec::new();
        self.chain(condition, (Then::Is(true), Then::Is(false)), &mut tests)?;
        Some(Direct::new(tests))
    }

    /// Adds the tests of a part, the last of them first; says where it begins.
    /// What is not true is asked of as what is unknown: nothing here turns one
    /// into the other.
    fn chain(self, part: &Expr, then: (Then, Then), into: &mut Vec<Test>) -> Option<Then> {
        use ExprKind as K;
        let (yes, no) = then;
        match &part.kind {
            K::Logic(Logic::And, terms) => {
                let mut terms = terms.iter().rev();
                terms.try_fold(yes, |yes, term| self.chain(term, (yes, no), into))
            }
            K::Logic(Logic::Or, terms) => {
                let mut terms = terms.iter().rev();
                terms.try_fold(no, |no, term| self.chain(term, (yes, no), into))
            }
            K::Between(value, ends, false) => {
                let (low, high) = (&ends.0, &ends.1);
                let high = self.with_constant(Comparison::LessEqual, (value, high))?;
                let low = self.with_constant(Comparison::GreaterEqual, (value, low))?;
                let yes = add(high, then, into)?;
                add(low, (yes, no), into)
            }
            _ => add(self.test_of(part)?, then, into),
        }
    }

    /// A part that is one test.
    fn test_of(self, part: &Expr) -> Option<(PropertyId, Ask)> {
        use ExprKind as K;
        match &part.kind {
            K::Compare(op, value, with) => self.with_constant(*op, (value, with)),
            K::In(value, list, false) => {
                let (property, ty) = self.stored(value)?;
                let K::List(items) = &list.kind else {
                    return None;
                };
                let among = items.iter().map(|item| constant(ty, item));
                Some((property, Ask::Among(among.collect::<Option<_>>()?)))
            }
            K::Known(value, false) => Some((self.stored(value)?.0, Ask::Known)),
            K::Known(value, true) => Some((self.stored(value)?.0, Ask::Unknown)),
            K::Property(_) if part.ty == Type::Bool => {
                let is = Ask::Compare(Comparison::Equal, Value::Bool(true));
                Some((self.stored(part)?.0, is))
            }
            _ => None,
        }
    }

    fn with_constant(
        self,
        op: Comparison,
        (value, with): (&Expr, &Expr),
    ) -> Option<(PropertyId, Ask)> {
        let (property, ty) = self.stored(value)?;
        Some((property, Ask::Compare(op, constant(ty, with)?)))
    }

    /// The property that an expression is, if its value is stored with the
    /// record that the condition is about.
    fn stored(self, value: &Expr) -> Option<(PropertyId, &'a Type)> {
        let ExprKind::Property(Path { record, property }) = &value.kind else {
            return None;
        };
        let of = &self.program.catalog.objects[record.object].properties[*property];
        let own = record.root == Root::This && record.hops.is_empty();
        (own && !of.builtin && !of.computed).then_some((*property, &of.ty))
    }
}

/// A constant that stored values of a type compare with as they are: of the
/// same type, and of one that has an order and no case that is no matter.
fn constant(ty: &Type, of: &Expr) -> Option<Value> {
    let plain = matches!(
        ty,
        Type::String
            | Type::Phone
            | Type::Url
            | Type::Number
            | Type::Bool
            | Type::Date
            | Type::Datetime
            | Type::Enum(_)
    );
    match &of.kind {
        ExprKind::Literal(value) if plain && of.ty == *ty => Some(value.clone()),
        _ => None,
    }
}

fn add(
    (property, ask): (PropertyId, Ask),
    (yes, no): (Then, Then),
    into: &mut Vec<Test>,
) -> Option<Then> {
    let place = u32::try_from(into.len()).ok()?;
    into.push(Test {
        property,
        ask,
        yes,
        no,
    });
    Some(Then::Test(place))
}
