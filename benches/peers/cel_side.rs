//! The condition in CEL, by the `cel` crate.

use std::sync::Arc;

use cel::common::types::{CelBool, CelInt, CelString};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::{Context, Env, Program, Value};

use crate::{CEL, Row};

/// A record as values of CEL, which are lent to whoever asks.
struct Record {
    country: CelString<'static>,
    score: CelInt,
    active: CelBool,
    born: CelInt,
    stage: CelString<'static>,
}

impl Record {
    fn new(row: &Row) -> Self {
        Record {
            country: CelString::from(row.country.clone()),
            score: CelInt::from(row.score),
            active: CelBool::from(row.active),
            born: CelInt::from(row.born),
            stage: CelString::from(row.stage.clone()),
        }
    }
}

impl VariableResolver for Record {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        Some(CowVal::Borrowed(match name {
            "country" => &self.country,
            "score" => &self.score,
            "active" => &self.active,
            "born" => &self.born,
            "stage" => &self.stage,
            _ => return None,
        }))
    }
}

pub(crate) struct Cel {
    program: Program,
    env: Arc<Env>,
    contexts: Vec<Context<'static, 'static>>,
    records: Vec<Record>,
}

impl Cel {
    pub(crate) fn new(rows: &[Row]) -> Self {
        let env = Arc::new(Env::stdlib());
        Cel {
            program: env.compile(CEL).expect("it has no mistake"),
            contexts: rows.iter().map(|row| context(&env, row)).collect(),
            records: rows.iter().map(Record::new).collect(),
            env,
        }
    }

    /// Every record is a context already.
    pub(crate) fn prepared(&self) -> impl FnMut(&mut Vec<bool>) + '_ {
        |into| into.extend(self.contexts.iter().map(|context| self.is(context)))
    }

    /// Every record is values of CEL already; a context leads to them.
    pub(crate) fn resolved(&self) -> impl FnMut(&mut Vec<bool>) + '_ {
        |into| {
            let answers = self.records.iter().map(|record| {
                let mut context = Context::with_env(self.env.clone());
                context.set_variable_resolver(record);
                self.is(&context)
            });
            into.extend(answers);
        }
    }

    /// A context is made of each record.
    pub(crate) fn fresh<'a>(&'a self, rows: &'a [Row]) -> impl FnMut(&mut Vec<bool>) + 'a {
        |into| into.extend(rows.iter().map(|row| self.is(&context(&self.env, row))))
    }

    fn is(&self, context: &Context<'_, '_>) -> bool {
        let answer = Value::resolve_val(self.program.expression(), context);
        let answer = answer.expect("it can be asked");
        let answer = answer
            .downcast_ref::<CelBool>()
            .expect("it is true or false");
        *answer.inner()
    }
}

fn context(env: &Arc<Env>, row: &Row) -> Context<'static, 'static> {
    let record = Record::new(row);
    let mut context = Context::with_env(env.clone());
    context.add_variable_as_val("country", Box::new(record.country));
    context.add_variable_as_val("score", Box::new(record.score));
    context.add_variable_as_val("active", Box::new(record.active));
    context.add_variable_as_val("born", Box::new(record.born));
    context.add_variable_as_val("stage", Box::new(record.stage));
    context
}
