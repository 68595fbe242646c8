//! Formulas of file layouts, in the language of rules: one expression over the names of a row, run in the same sandbox.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "Rhai's trees and errors are open enums, of which few nodes are of a formula"
)]

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use polars::frame::DataFrame;
use rhai::{AST, ASTNode, Dynamic, Engine, EvalAltResult, Expr, FnCallExpr, Scope, Stmt};

use super::library::{FUNCTIONS, SURELY, is_of_a_field};
use super::sandbox;
use super::sandbox::ScriptLimits;
use super::value::{Scalar, to_script};
use crate::domain::formula::{Formula, FormulaFault, FormulaLanguage};
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::value::Value;
use crate::frame::dictionary::built_in;
use crate::rules::catalogue::fault::nearest;
use crate::rules::catalogue::fields::Readable;
use crate::rules::catalogue::table::SubjectTable;
use crate::rules::catalogue::thresholds::Thresholds;
use crate::rules::evaluate::budget::Budget;
use crate::rules::evaluate::script_run::{EvalContext, RecordingMode, ScriptRun};
use crate::rules::language::syntax::Analysis;

/// Operations of one formula on one row: far fewer than a rule may take, as there may be many rows.
const OPERATIONS: u64 = 1_000;
const MILLISECONDS: u64 = 500;

/// The engine of every formula: what it registers does not depend on the formula.
static ENGINE: LazyLock<Engine> = LazyLock::new(engine);

/// The language of rules, for formulas.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowFormulas;

struct CompiledFormula {
    text: String,
    reads: Vec<String>,
    ast: AST,
}

impl fmt::Debug for CompiledFormula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Formula").field(&self.text).finish()
    }
}

fn engine() -> Engine {
    let limits = ScriptLimits {
        operations: OPERATIONS,
        milliseconds: MILLISECONDS,
        ..ScriptLimits::default()
    };
    let thresholds = Thresholds::default();
    let readable = Readable { dictionary: built_in(), thresholds: &thresholds };
    let mut engine = sandbox::engine(&limits, readable, &Budget::unlimited());
    engine.set_allow_anonymous_fn(false);
    // Operators look for the evaluation that they are called in: this one reads no subject and records nothing.
    let ground = EvalContext {
        table: Arc::new(SubjectTable::open(
            &DataFrame::empty(),
            SubjectKind::Portfolio,
            built_in(),
        )),
        row: 0,
        changed: Arc::default(),
        thresholds: Arc::new(BTreeMap::new()),
        budget: Budget::unlimited(),
    };
    let run = ScriptRun::new(&Arc::new(Analysis::default()), &ground, RecordingMode::Off);
    engine.set_default_tag(Dynamic::from(run));
    engine
}

impl FormulaLanguage for RowFormulas {
    fn compile(&self, text: &str, names: &[&str]) -> Result<Arc<dyn Formula>, FormulaFault> {
        let ast = ENGINE.compile_expression(text).map_err(|error| {
            let found = format!("`{text}`, où l’analyse s’arrête ({error})");
            FormulaFault::new(found, "une expression, comme `months_between(debut, fin)`")
        })?;
        let mut reads = Vec::new();
        let mut fault = None;
        ast.walk(&mut |path| {
            if let Some(node) = path.last() {
                fault = check(node, names, &mut reads).err();
            }
            fault.is_none()
        });
        match fault {
            Some(fault) => Err(fault),
            None => Ok(Arc::new(CompiledFormula { text: text.to_owned(), reads, ast })),
        }
    }
}

/// Adds the name that a node of the tree reads, or refuses what is not for formulas.
fn check(node: &ASTNode<'_>, names: &[&str], reads: &mut Vec<String>) -> Result<(), FormulaFault> {
    match node {
        ASTNode::Expr(Expr::Variable(variable, ..)) => {
            let name = variable.1.as_str();
            if !names.contains(&name) {
                let known: Vec<String> = names.iter().map(|known| format!("`{known}`")).collect();
                let expected = format!("l’un des noms {}", known.join(", "));
                return Err(FormulaFault::new(format!("le nom `{name}`"), expected));
            }
            if !reads.iter().any(|read| read == name) {
                reads.push(name.to_owned());
            }
            Ok(())
        }
        ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
            check_call(call, call.args.len())
        }
        ASTNode::Expr(Expr::MethodCall(call, _)) => {
            check_call(call, call.args.len().saturating_add(1))
        }
        ASTNode::Expr(Expr::Property(property, _)) => {
            let found = format!("`.{}`", property.2);
            Err(FormulaFault::new(found, "un nom de colonne ou de champ, sans point"))
        }
        ASTNode::Expr(Expr::Custom(..) | Expr::ThisPtr(..)) => {
            Err(FormulaFault::new("une tournure des règles", "une expression simple"))
        }
        ASTNode::Expr(_)
        | ASTNode::Stmt(
            Stmt::Expr(_) | Stmt::If(..) | Stmt::Switch(..) | Stmt::Block(_) | Stmt::Noop(_),
        ) => Ok(()),
        _ => Err(FormulaFault::new("une instruction", "une seule expression")),
    }
}

fn check_call(call: &FnCallExpr, arguments: usize) -> Result<(), FormulaFault> {
    let name = call.name.as_str();
    if call.op_token.is_some() || name == "contains" {
        return Ok(());
    }
    let of_history = |known: &str| known == SURELY || (is_of_a_field(known) && known != "has");
    let known = FUNCTIONS.iter().filter(|function| !of_history(function.name));
    let Some(function) = known.clone().find(|function| function.name == name) else {
        let near = nearest(name, known.map(|function| function.name));
        let near = near.map(|near| format!(" (la plus proche : `{near}`)")).unwrap_or_default();
        let expected = format!("une fonction du langage des règles{near}");
        return Err(FormulaFault::new(format!("la fonction `{name}`"), expected));
    };
    if function.parameters.len() == arguments && !call.is_qualified() {
        return Ok(());
    }
    let expected = format!("`{name}({})`", function.parameters.join(", "));
    Err(FormulaFault::new(format!("`{name}` avec {arguments} valeur(s)"), expected))
}

impl Formula for CompiledFormula {
    fn reads(&self) -> &[String] {
        &self.reads
    }

    fn value(&self, values: &[Option<Value>]) -> Result<Option<Value>, FormulaFault> {
        let mut scope = Scope::with_capacity(self.reads.len());
        for (name, value) in self.reads.iter().zip(values) {
            let value = value.as_ref().map_or(Dynamic::UNIT, given);
            scope.push_constant_dynamic(name.as_str(), value);
        }
        sandbox::begin();
        match ENGINE.eval_ast_with_scope::<Dynamic>(&mut scope, &self.ast) {
            Ok(value) if value.is_unit() => Ok(None),
            Ok(value) => Scalar::of(&value).value().map(Some).ok_or_else(|| {
                let expected = "un nombre, une date, un texte ou un booléen";
                FormulaFault::new("une liste ou un autre assemblage", expected)
            }),
            // A missing value combines with nothing: what is made of it is missing too.
            Err(error) if values.iter().any(Option::is_none) && is_of_nothing(&error) => Ok(None),
            Err(error) => Err(fault(&error, values)),
        }
    }
}

/// Figures of a file are read alike whether they count or measure: a whole one may be the count that a function takes.
/// Divisions of whole figures have decimals all the same.
fn given(value: &Value) -> Dynamic {
    /// Counts that may be multiplied a few times without going beyond what a whole number holds.
    const MOST_COUNTED: f64 = 1e6;
    match value {
        Value::Float(figure) if figure.fract() == 0.0 && figure.abs() <= MOST_COUNTED => {
            #[expect(
                clippy::as_conversions,
                clippy::cast_possible_truncation,
                reason = "it is whole, and not large"
            )]
            let count = *figure as i64;
            count.into()
        }
        other => to_script(other),
    }
}

/// Whether a calculation failed because it met a missing value.
fn is_of_nothing(error: &EvalAltResult) -> bool {
    match error {
        EvalAltResult::ErrorRuntime(message, _) => message.to_string().contains("nothing"),
        EvalAltResult::ErrorMismatchDataType(_, found, _) => found.contains("()"),
        EvalAltResult::ErrorFunctionNotFound(call, _) => call.contains("()"),
        _ => false,
    }
}

fn fault(error: &EvalAltResult, values: &[Option<Value>]) -> FormulaFault {
    let given: Vec<String> = values.iter().flatten().map(written).collect();
    let given = given.join(", ");
    match error {
        EvalAltResult::ErrorRuntime(message, _)
            if message.to_string().contains("divides by zero") =>
        {
            FormulaFault::new(
                format!("une division par zéro ({given})"),
                "un diviseur qui ne soit pas nul",
            )
        }
        EvalAltResult::ErrorTerminated(..)
        | EvalAltResult::ErrorTooManyOperations(..)
        | EvalAltResult::ErrorDataTooLarge(..)
        | EvalAltResult::ErrorStackOverflow(..) => {
            FormulaFault::new("un calcul hors des limites", "une formule plus courte")
        }
        _ => FormulaFault::new(
            format!("des valeurs qui ne se combinent pas ainsi ({given})"),
            "des valeurs que la formule sache combiner",
        ),
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::Bool(held) => held.to_string(),
        Value::Int(count) => count.to_string(),
        Value::Float(figure) => figure.to_string(),
        Value::Text(text) => format!("`{text}`"),
        Value::Date(date) => NaiveDate::to_string(date),
    }
}
