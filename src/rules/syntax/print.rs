//! Expressions as text, and what an operand is called.

use rhai::Expr;

use super::PARAMETERS;
use super::Setting;
use crate::frame::dictionary;
use crate::frame::dictionary::Unit;

/// One side of a comparison, as its author wrote it and as people call it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operand {
    pub(crate) source: String,
    /// The same, in brackets if it is an operation itself.
    pub(super) side: String,
    pub(crate) named: Named,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Named {
    Field {
        label: &'static str,
        unit: Unit,
    },
    Threshold {
        label: String,
        unit: Unit,
    },
    /// Its value says it all.
    Literal,
    Expression,
}

impl Operand {
    pub(super) fn of(expression: &Expr, setting: Setting<'_>) -> Self {
        Self {
            source: source(expression),
            side: side(expression),
            named: named(expression, setting),
        }
    }
}

/// The field or threshold that an expression reads and does nothing else with.
pub(crate) fn direct_read(expression: &Expr) -> Option<(&str, &str)> {
    let Expr::Dot(both, ..) = expression else { return None };
    let (Expr::Variable(variable, ..), Expr::Property(property, _)) = (&both.lhs, &both.rhs) else {
        return None;
    };
    let name = variable.1.as_str();
    PARAMETERS.contains(&name).then_some((name, property.2.as_str()))
}

fn named(expression: &Expr, setting: Setting<'_>) -> Named {
    if is_literal(expression) {
        return Named::Literal;
    }
    if let Expr::Coalesce(choices, _) = expression {
        return choices.first().map_or(Named::Expression, |first| named(first, setting));
    }
    match direct_read(expression) {
        Some(("p", name)) => dictionary::field(name).map_or(Named::Expression, |field| {
            Named::Field { label: field.label, unit: field.unit }
        }),
        Some((_, name)) => setting.thresholds.get(name).map_or(Named::Expression, |threshold| {
            Named::Threshold { label: threshold.label.clone(), unit: threshold.unit }
        }),
        None => Named::Expression,
    }
}

fn is_literal(expression: &Expr) -> bool {
    match expression {
        Expr::Array(items, _) => items.iter().all(is_literal),
        _ => matches!(
            expression,
            Expr::BoolConstant(..)
                | Expr::IntegerConstant(..)
                | Expr::FloatConstant(..)
                | Expr::CharConstant(..)
                | Expr::StringConstant(..)
        ),
    }
}

/// Close to what the author wrote: spaces and needless brackets are lost.
pub(super) fn source(expression: &Expr) -> String {
    match expression {
        Expr::BoolConstant(held, _) => held.to_string(),
        Expr::IntegerConstant(count, _) => count.to_string(),
        Expr::FloatConstant(figure, _) => figure.to_string(),
        Expr::CharConstant(letter, _) => format!("'{letter}'"),
        Expr::StringConstant(text, _) => format!("\"{text}\""),
        Expr::Unit(_) => "()".to_owned(),
        Expr::Variable(variable, ..) => variable.1.to_string(),
        Expr::Property(property, _) => property.2.to_string(),
        Expr::Array(items, _) => format!("[{}]", list(items)),
        Expr::Dot(both, ..) => format!("{}.{}", source(&both.lhs), source(&both.rhs)),
        Expr::Index(both, ..) => format!("{}[{}]", source(&both.lhs), source(&both.rhs)),
        Expr::And(all, _) => joined(all, " && "),
        Expr::Or(all, _) => joined(all, " || "),
        Expr::Coalesce(all, _) => joined(all, " ?? "),
        Expr::MethodCall(call, _) => format!("{}({})", call.name, list(&call.args)),
        Expr::FnCall(call, _) => match (call.op_token.is_some(), call.args.as_slice()) {
            (true, [within, value]) if call.name == "contains" => {
                format!("{} in {}", side(value), side(within))
            }
            (true, [left, right]) => format!("{} {} {}", side(left), call.name, side(right)),
            (true, [one]) => format!("{}{}", call.name, side(one)),
            (_, arguments) => format!("{}({})", call.name, list(arguments)),
        },
        _ => "…".to_owned(),
    }
}

fn list(items: &[Expr]) -> String {
    items.iter().map(source).collect::<Vec<_>>().join(", ")
}

fn joined(items: &[Expr], operator: &str) -> String {
    items.iter().map(side).collect::<Vec<_>>().join(operator)
}

/// In brackets when it is an operation itself.
fn side(expression: &Expr) -> String {
    let text = source(expression);
    let is_operation = match expression {
        Expr::And(..) | Expr::Or(..) | Expr::Coalesce(..) => true,
        Expr::FnCall(call, _) => call.op_token.is_some() && call.args.len() == 2,
        _ => false,
    };
    if is_operation { format!("({text})") } else { text }
}
