//! Warns of code that compiles but fails if it is reached: operands of different types, and an
//! `assess` that may end without a level.

use rhai::{Expr, FnCallExpr, Position, Stmt, StmtBlock};

use super::names::LEVELS;
use super::print::{direct_read, source};
use crate::domain::portfolio::snapshot::Phase;
use crate::frame::dictionary::{Dictionary, FieldKind};

const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];
const ARITHMETIC: [&str; 6] = ["+", "-", "*", "/", "%", "**"];

/// A warning at a place of a rule, with a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rules) struct Doubt {
    pub(in crate::rules) position: Position,
    pub(in crate::rules) message: String,
    pub(in crate::rules) hint: String,
}

/// The type of a value, as far as the text alone shows it. In the order in which messages list
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Boolean,
    Number,
    Text,
    Date,
    Level,
    List,
}

impl Sort {
    fn word(self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::Text => "text",
            Self::Date => "a date",
            Self::Level => "a level",
            Self::List => "a list",
        }
    }
}

/// Warns of a phase that is none: `p.phase == "Réalisation"`, `p.phase in ["build", "essai"]`.
pub(super) fn of_phase(call: &FnCallExpr, position: Position) -> Option<Doubt> {
    if !matches!(call.name.as_str(), "==" | "!=" | "contains") {
        return None;
    }
    let reads = |one: &Expr| matches!(direct_read(one), Some(("p", "phase" | "phase_previous")));
    call.args.iter().find(|one| reads(one))?;
    let found = call.args.iter().flat_map(texts).find(|text| text.parse::<Phase>().is_err())?;
    let operation = source(&Expr::FnCall(Box::new(call.clone()), position));
    let known = Phase::ALL.map(|phase| format!("`{}` ({})", phase.as_str(), phase.label()));
    let message = format!("`{operation}` is never true: no phase is called {found}");
    Some(Doubt { position, message, hint: known.join(", ") })
}

fn texts(expression: &Expr) -> Vec<String> {
    match expression {
        Expr::StringConstant(text, _) => vec![text.to_string()],
        Expr::Array(items, _) => items.iter().flat_map(texts).collect(),
        _ => vec![],
    }
}

/// Warns of operands whose types the operator cannot take.
pub(super) fn of_call(
    call: &FnCallExpr,
    position: Position,
    dictionary: &Dictionary,
) -> Option<Doubt> {
    let name = call.name.as_str();
    let [left, right] = call.args.as_slice() else { return None };
    let (one, other) = (sort(left, dictionary)?, sort(right, dictionary)?);
    let is_comparison = COMPARISONS.contains(&name) && one != other;
    let both_texts = name == "+" && (one, other) == (Sort::Text, Sort::Text);
    let is_sum =
        ARITHMETIC.contains(&name) && (one, other) != (Sort::Number, Sort::Number) && !both_texts;
    if !is_comparison && !is_sum {
        return None;
    }
    let verb = if is_comparison { "compares" } else { "combines" };
    let operation = format!("{} {name} {}", source(left), source(right));
    let message =
        format!("`{operation}` {verb} {} with {}: it always fails", one.word(), other.word());
    let hint = if one == Sort::Date || other == Sort::Date {
        "`days_between` and `months_between` give the distance between two dates".to_owned()
    } else {
        [(left, one), (right, other)]
            .map(|(side, sort)| described(side, sort, dictionary))
            .join(", ")
    };
    Some(Doubt { position, message, hint })
}

/// Warns of a condition that is not a boolean.
pub(super) fn of_condition(condition: &Expr, dictionary: &Dictionary) -> Option<Doubt> {
    let sort = sort(condition, dictionary).filter(|sort| *sort != Sort::Boolean)?;
    let shown = source(condition);
    let message = format!("`{shown}` is {}, a condition is true or false", sort.word());
    let hint = format!("compare it: `{shown} > …`, `{shown} == …`");
    Some(Doubt { position: condition.start_position(), message, hint })
}

/// Warns of a function that may end at this place without the level that it is to return.
pub(super) fn of_missing_level(position: Position) -> Doubt {
    Doubt {
        position,
        message: "`assess` may end here without a level".to_owned(),
        hint: "write at the end the level of every other subject, most often `CLEAR`".to_owned(),
    }
}

/// Where a statement at the end of a function may leave it without a value.
pub(super) fn without_value(statement: &Stmt) -> Option<Position> {
    match statement {
        Stmt::If(flow, position) if flow.branch.statements().is_empty() => Some(*position),
        Stmt::If(flow, position) => {
            let parts = [&flow.body, &flow.branch];
            parts.into_iter().find_map(|block| in_block(block, *position))
        }
        Stmt::Switch(both, position) => {
            let cases = &both.1;
            let mut arms = cases.expressions.iter().map(|arm| &arm.rhs);
            let within = arms.find_map(|arm| in_expression(arm, *position));
            if cases.def_case.is_none() { Some(*position) } else { within }
        }
        Stmt::Block(block) => in_block(block, block.position()),
        Stmt::Expr(expression) => in_expression(expression, expression.start_position()),
        Stmt::Return(Some(_), ..) | Stmt::FnCall(..) => None,
        _ => Some(statement.position()),
    }
}

fn in_expression(expression: &Expr, otherwise: Position) -> Option<Position> {
    match expression {
        Expr::Stmt(block) => in_block(block, otherwise),
        Expr::Unit(_) => Some(otherwise),
        _ => None,
    }
}

fn in_block(block: &StmtBlock, otherwise: Position) -> Option<Position> {
    block.statements().last().map_or(Some(otherwise), without_value)
}

fn described(side: &Expr, sort: Sort, dictionary: &Dictionary) -> String {
    let label = match direct_read(side) {
        Some(("p", name)) => dictionary.field(name).map(|field| field.label),
        _ => None,
    };
    let label = label.map_or_else(String::new, |label| format!(" (« {label} »)"));
    format!("`{}`{label} is {}", source(side), sort.word())
}

fn sort(expression: &Expr, dictionary: &Dictionary) -> Option<Sort> {
    if let Some((parameter, name)) = direct_read(expression) {
        if parameter != "p" {
            return Some(Sort::Number);
        }
        return dictionary.field(name).map(|field| match field.kind {
            FieldKind::Bool => Sort::Boolean,
            FieldKind::Int | FieldKind::Float => Sort::Number,
            FieldKind::Text => Sort::Text,
            FieldKind::Date => Sort::Date,
        });
    }
    match expression {
        Expr::BoolConstant(..) | Expr::And(..) | Expr::Or(..) | Expr::Custom(..) => {
            Some(Sort::Boolean)
        }
        Expr::IntegerConstant(..) | Expr::FloatConstant(..) => Some(Sort::Number),
        Expr::StringConstant(..) | Expr::CharConstant(..) | Expr::InterpolatedString(..) => {
            Some(Sort::Text)
        }
        Expr::Array(..) => Some(Sort::List),
        Expr::Variable(variable, ..) => {
            LEVELS.iter().any(|(level, _)| *level == variable.1).then_some(Sort::Level)
        }
        Expr::FnCall(call, _) => sort_of_call(call.name.as_str()),
        _ => None,
    }
}

/// The type of the results of a function or operator, if it is always the same.
fn sort_of_call(name: &str) -> Option<Sort> {
    match name {
        "!" | "has" | "between" | "any_of" | "contains" | "starts_with" | "ends_with" => {
            Some(Sort::Boolean)
        }
        "-" | "*" | "/" | "%" | "**" | "abs" | "round" | "days_between" | "months_between"
        | "editions_above" => Some(Sort::Number),
        "pct" | "points" | "meur" | "months" | "days" | "number" | "date_fr" | "month_fr"
        | "year_fr" | "lower" => Some(Sort::Text),
        "add_days" | "add_months" => Some(Sort::Date),
        name if COMPARISONS.contains(&name) => Some(Sort::Boolean),
        _ => None,
    }
}
