//! Prints expressions as text, and finds the label of an operand.

use rhai::{Expr, FnCallExpr};

use super::names::PARAMETERS;
use crate::frame::dictionary;
use crate::frame::dictionary::{Past, Unit};
use crate::rules::catalogue::fields::Readable;
use crate::rules::language::library::{
    A_YEAR_AGO, CHANGE, CHANGES_WITHIN, EDITIONS_ABOVE, EDITIONS_ABOVE_WITHIN, LAST_CHANGE,
    PREVIOUS, READ_ALONE, SURELY, parameters,
};

/// One side of a comparison: as its author wrote it, and by its label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operand {
    pub(crate) source: String,
    /// The source, in parentheses if it is an operation itself.
    pub(super) side: String,
    pub(crate) named: NamedExpression,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NamedExpression {
    Field {
        label: &'static str,
        unit: Unit,
    },
    Threshold {
        label: String,
        unit: Unit,
    },
    /// The number of editions in which a field is above a limit, or of changes of a field.
    Editions {
        label: String,
    },
    /// A literal: its value needs no label.
    Literal,
    Expression,
}

impl Operand {
    pub(super) fn of(expression: &Expr, readable: Readable<'_>) -> Self {
        Self {
            source: source(expression),
            side: side(expression),
            named: named(expression, readable),
        }
    }
}

/// The field or threshold that an expression reads, if it does nothing else: `p.field`, `t.name`,
/// or the past of a field.
pub(crate) fn direct_read(expression: &Expr) -> Option<(&str, &str)> {
    match expression {
        Expr::Dot(..) => named_read(expression),
        Expr::FnCall(call, _) => {
            let is_alone = READ_ALONE.contains(&call.name.as_str());
            past_read(call).filter(|_| is_alone).map(|field| ("p", field))
        }
        _ => None,
    }
}

/// The names in `p.field` or `t.name`, as written.
pub(super) fn named_read(expression: &Expr) -> Option<(&str, &str)> {
    let Expr::Dot(both, ..) = expression else { return None };
    let (Expr::Variable(variable, ..), Expr::Property(property, _)) = (&both.lhs, &both.rhs) else {
        return None;
    };
    let name = variable.1.as_str();
    PARAMETERS.contains(&name).then_some((name, property.2.as_str()))
}

/// The field read in place of the one named, in `previous(p.field)` and the like.
pub(crate) fn past_read(call: &FnCallExpr) -> Option<&'static str> {
    let ("p", name) = named_read(call.args.first()?)? else { return None };
    let past = dictionary::past_of(name)?;
    let takes = parameters(&call.name).map(<[_]>::len);
    past_field(past, &call.name).filter(|_| takes == Some(call.args.len()))
}

/// The field that a function reads in place of the one that has this past.
pub(super) fn past_field(past: &Past, function: &str) -> Option<&'static str> {
    match function {
        PREVIOUS => past.previous,
        CHANGE => past.change,
        A_YEAR_AGO => past.a_year_ago,
        EDITIONS_ABOVE | EDITIONS_ABOVE_WITHIN => past.editions,
        CHANGES_WITHIN => past.changes,
        LAST_CHANGE => past.last_change,
        _ => None,
    }
}

fn named(expression: &Expr, readable: Readable<'_>) -> NamedExpression {
    if is_literal(expression) {
        return NamedExpression::Literal;
    }
    if let Expr::Coalesce(choices, _) = expression {
        return choices.first().map_or(NamedExpression::Expression, |first| named(first, readable));
    }
    if let Expr::FnCall(call, _) = expression {
        match (call.name.as_str(), call.args.as_slice()) {
            (EDITIONS_ABOVE, [field, limit]) => {
                return editions("Éditions", &named(field, readable), limit, readable);
            }
            (EDITIONS_ABOVE_WITHIN, [field, limit, _]) => {
                return editions("Éditions récentes", &named(field, readable), limit, readable);
            }
            (CHANGES_WITHIN, [field, _]) => return changes(&named(field, readable)),
            _ => {}
        }
    }
    match direct_read(expression) {
        Some(("p", name)) => {
            readable.dictionary.field(name).map_or(NamedExpression::Expression, |field| {
                NamedExpression::Field { label: field.label, unit: field.unit }
            })
        }
        Some((_, name)) => {
            readable.thresholds.get(name).map_or(NamedExpression::Expression, |threshold| {
                NamedExpression::Threshold { label: threshold.label.clone(), unit: threshold.unit }
            })
        }
        None => NamedExpression::Expression,
    }
}

/// Label of `editions_above`, for example `Éditions où l’on lit : écart budgétaire > seuil élevé`.
fn editions(
    which: &str,
    field: &NamedExpression,
    limit: &Expr,
    readable: Readable<'_>,
) -> NamedExpression {
    let NamedExpression::Field { label: of_field, .. } = field else {
        return NamedExpression::Expression;
    };
    let limit = match named(limit, readable) {
        NamedExpression::Field { label, .. } => label.to_owned(),
        NamedExpression::Threshold { label, .. } => label,
        NamedExpression::Literal
        | NamedExpression::Expression
        | NamedExpression::Editions { .. } => source(limit),
    };
    NamedExpression::Editions {
        label: format!("{which} où {} > {}", lowered(of_field), lowered(&limit)),
    }
}

/// Label of `changes_within`: the field that became another.
fn changes(field: &NamedExpression) -> NamedExpression {
    match field {
        NamedExpression::Field { label, .. } => NamedExpression::Editions {
            label: format!("Changements récents : {}", lowered(label)),
        },
        _ => NamedExpression::Expression,
    }
}

/// A label inside a sentence: without its capital, unless it is an acronym.
pub(crate) fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    let (Some(first), Some(second)) = (letters.next(), letters.next()) else {
        return text.to_owned();
    };
    if second.is_uppercase() {
        return text.to_owned();
    }
    first.to_lowercase().chain([second]).chain(letters).collect()
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

/// The source of an expression, as its author wrote it except for spaces and needless parentheses.
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
        Expr::Custom(custom, _) => format!("{SURELY}({})", list(&custom.inputs)),
        _ => "…".to_owned(),
    }
}

fn list(items: &[Expr]) -> String {
    items.iter().map(source).collect::<Vec<_>>().join(", ")
}

fn joined(items: &[Expr], operator: &str) -> String {
    items.iter().map(side).collect::<Vec<_>>().join(operator)
}

/// The source, in parentheses if it is an operation.
fn side(expression: &Expr) -> String {
    let text = source(expression);
    let is_operation = match expression {
        Expr::And(..) | Expr::Or(..) | Expr::Coalesce(..) => true,
        Expr::FnCall(call, _) => call.op_token.is_some() && call.args.len() == 2,
        _ => false,
    };
    if is_operation { format!("({text})") } else { text }
}
