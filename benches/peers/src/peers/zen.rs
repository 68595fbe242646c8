//! zen-expression: each rule compiled to its opcodes, one machine for all rows.

use std::ops::Range;

use serde_json::{Map, Value};
use zen_expression::expression::Standard;
use zen_expression::vm::VM;
use zen_expression::{Expression, Isolate, Scope, Variable};

use crate::exchange::Exchange;
use crate::race::Peer;

pub struct Zen {
    rules: Vec<Expression<Standard>>,
    rows: Vec<Scope>,
    machine: VM,
}

impl Peer for Zen {
    const NAME: &str = "zen-expression";
    const HOW: &str = "opcodes compiled once, one machine per core";

    fn set_up(exchange: &Exchange, rows: Range<usize>) -> Result<Self, String> {
        let mut isolate = Isolate::new();
        let rules = exchange.rules.iter().map(|rule| {
            let source = exchange.conditions(rule);
            isolate.compile_standard(&source).map_err(|error| error.to_string())
        });
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        let rows = exchange.rows[rows].iter().map(|row| {
            let figures = exchange.fields.iter().zip(&row.figures);
            let mut object: Map<String, Value> =
                figures.map(|(name, figure)| (name.clone(), Value::from(*figure))).collect();
            object.insert("phase".to_owned(), Value::from(row.phase.clone()));
            Scope::new(Variable::from(Value::Object(object)))
        });
        let rows = rows.collect();
        Ok(Self { rules, rows, machine: VM::new() })
    }

    fn judge(&mut self, row: usize, verdicts: &mut Vec<i64>) -> Result<(), String> {
        let scope = &self.rows[row];
        for rule in &self.rules {
            let told = rule
                .evaluate_with_scope(scope, &mut self.machine)
                .map_err(|error| error.to_string())?;
            let Variable::Number(verdict) = told else {
                return Err(format!("found {told:?}, expected a number"));
            };
            verdicts.push(i64::try_from(verdict).map_err(|error| error.to_string())?);
        }
        Ok(())
    }
}
