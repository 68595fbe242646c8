//! regorus: the policy compiled once for its virtual machine, all rules asked at once.

use std::fmt::Write as _;
use std::ops::Range;

use ::regorus::languages::rego::compiler::Compiler;
use ::regorus::rvm::RegoVM;
use ::regorus::{Engine, Rc, Value};

use crate::exchange::{Exchange, Rule};
use crate::race::Peer;

const ASKED: &str = "data.bench.verdicts";

pub struct Regorus {
    machine: RegoVM,
    rows: Vec<Value>,
}

impl Peer for Regorus {
    const NAME: &str = "regorus";
    const HOW: &str =
        "policy compiled once for its virtual machine, one question per row for all rules";

    fn set_up(exchange: &Exchange, rows: Range<usize>) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| error.to_string();
        let mut engine = Engine::new();
        engine
            .add_policy("bench.rego".to_owned(), policy(exchange))
            .map_err(|error| failed(&error))?;
        let compiled =
            engine.compile_with_entrypoint(&Rc::from(ASKED)).map_err(|error| failed(&error))?;
        let program =
            Compiler::compile_from_policy(&compiled, &[ASKED]).map_err(|error| failed(&error))?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_max_instructions(usize::MAX);
        let rows = exchange.rows[rows].iter().map(|row| {
            let figures = exchange.fields.iter().zip(&row.figures);
            let mut object: serde_json::Map<String, serde_json::Value> =
                figures.map(|(name, figure)| (name.clone(), (*figure).into())).collect();
            object.insert("phase".to_owned(), row.phase.clone().into());
            Value::from(serde_json::Value::Object(object))
        });
        let rows = rows.collect();
        Ok(Self { machine, rows })
    }

    fn judge(&mut self, row: usize, verdicts: &mut Vec<i64>) -> Result<(), String> {
        self.machine.set_input(self.rows[row].clone());
        let told = self.machine.execute().map_err(|error| error.to_string())?;
        for verdict in told.as_array().map_err(|error| error.to_string())?.iter() {
            verdicts.push(verdict.as_i64().map_err(|error| error.to_string())?);
        }
        Ok(())
    }
}

fn policy(exchange: &Exchange) -> String {
    let mut policy = String::from("package bench\n\nimport rego.v1\n\n");
    for rule in &exchange.rules {
        writeln!(policy, "{}\n", written(exchange, rule)).expect("a text can be written to");
    }
    let ids: Vec<&str> = exchange.rules.iter().map(|rule| rule.id.as_str()).collect();
    writeln!(policy, "verdicts := [{}]", ids.join(", ")).expect("a text can be written to");
    policy
}

/// The first of its conditions that holds.
fn written(exchange: &Exchange, rule: &Rule) -> String {
    let (a, b) = (exchange.field(rule.a), exchange.field(rule.b));
    let (no_a, no_b) = (Exchange::missing(rule.a), Exchange::missing(rule.b));
    let (watch, high, critical) = (exchange.watch, exchange.high, exchange.critical);
    let conditions = match rule.shape {
        0 => vec![
            (no_a, format!("input.{a} == null")),
            (4, format!("input.{a} > {critical}")),
            (3, format!("input.{a} > {high}")),
            (1, format!("input.{a} > {watch}")),
        ],
        1 => vec![
            (no_a, format!("input.{a} == null")),
            (no_b, format!("input.{a} > {high}; input.{b} == null")),
            (3, format!("input.{a} > {high}; input.{b} > {high}")),
            (1, format!("input.{a} > {watch}")),
            (no_b, format!("input.{b} == null")),
            (1, format!("input.{b} > {watch}")),
        ],
        _ => vec![
            (exchange.missing_phase(), "input.phase == null".to_owned()),
            (0, "input.phase != \"build\"".to_owned()),
            (no_a, format!("input.{a} == null")),
            (2, format!("input.{a} > {high}")),
        ],
    };
    let cases: Vec<String> = conditions
        .iter()
        .map(|(verdict, condition)| format!("{verdict} if {{ {condition} }}"))
        .collect();
    format!("{} := {} else := 0", rule.id, cases.join(" else := "))
}
