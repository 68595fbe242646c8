//! CEL: each rule parsed once, one context per row.

use std::ops::Range;
use std::sync::Arc;

use cel::{Context, Env, Program, Value};

use crate::exchange::Exchange;
use crate::race::Peer;

pub struct Cel {
    rules: Vec<Program>,
    rows: Vec<Context<'static, 'static>>,
}

impl Peer for Cel {
    const NAME: &str = "cel";
    const HOW: &str = "programs parsed once, a context per row made beforehand";

    fn set_up(exchange: &Exchange, rows: Range<usize>) -> Result<Self, String> {
        let env = Arc::new(Env::stdlib());
        let rules = exchange
            .rules
            .iter()
            .map(|rule| env.compile(&exchange.conditions(rule)).map_err(|error| error.to_string()));
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        let rows = exchange.rows[rows].iter().map(|row| {
            let mut context = Context::with_env(Arc::clone(&env));
            for (name, figure) in exchange.fields.iter().zip(&row.figures) {
                let value = figure.map_or(Value::Null, Value::Float);
                context.add_variable_from_value(name.as_str(), value);
            }
            let phase = row.phase.clone();
            let phase = phase.map_or(Value::Null, |phase| Value::String(Arc::new(phase)));
            context.add_variable_from_value("phase", phase);
            context
        });
        let rows = rows.collect();
        Ok(Self { rules, rows })
    }

    fn judge(&mut self, row: usize, verdicts: &mut Vec<i64>) -> Result<(), String> {
        let context = &self.rows[row];
        for rule in &self.rules {
            match rule.execute(context) {
                Ok(Value::Int(verdict)) => verdicts.push(verdict),
                other => return Err(format!("found {other:?}, expected a whole number")),
            }
        }
        Ok(())
    }
}
