//! The condition in the language of `zen-engine`, by `zen-expression`.

use zen_expression::Variable;
use zen_expression::expression::Standard;
use zen_expression::variable::VariableMap;
use zen_expression::vm::VM;
use zen_expression::{Expression, Isolate, Scope};

use crate::{Row, ZEN};

pub(crate) struct Zen {
    expression: Expression<Standard>,
    scopes: Vec<Scope>,
}

impl Zen {
    pub(crate) fn new(rows: &[Row]) -> Self {
        let expression = Isolate::new().compile_standard(ZEN);
        let contexts: Vec<Variable> = rows.iter().map(context).collect();
        Zen {
            expression: expression.expect("it has no mistake"),
            scopes: contexts.into_iter().map(Scope::new).collect(),
        }
    }

    /// Every record is a scope already; one machine evaluates all.
    pub(crate) fn prepared(&self) -> impl FnMut(&mut Vec<bool>) + '_ {
        let mut machine = VM::new();
        move |into| into.extend(self.scopes.iter().map(|scope| self.is(scope, &mut machine)))
    }

    /// A scope is made of each record.
    pub(crate) fn fresh<'a>(&'a self, rows: &'a [Row]) -> impl FnMut(&mut Vec<bool>) + 'a {
        let mut machine = VM::new();
        move |into| {
            let answers = rows.iter();
            let answers = answers.map(|row| self.is(&Scope::new(context(row)), &mut machine));
            into.extend(answers);
        }
    }

    fn is(&self, scope: &Scope, machine: &mut VM) -> bool {
        let answer = self.expression.evaluate_with_scope(scope, machine);
        let answer = answer.expect("it can be asked");
        answer.as_bool().expect("it is true or false")
    }
}

/// What a record is to it.
fn context(row: &Row) -> Variable {
    let mut map = VariableMap::with_capacity(5);
    let text = |text: &str| Variable::String(text.into());
    map.insert(Variable::key("country"), text(&row.country));
    map.insert(Variable::key("score"), Variable::Number(row.score.into()));
    map.insert(Variable::key("active"), Variable::Bool(row.active));
    map.insert(Variable::key("born"), Variable::Number(row.born.into()));
    map.insert(Variable::key("stage"), text(&row.stage));
    Variable::from_object(map)
}
