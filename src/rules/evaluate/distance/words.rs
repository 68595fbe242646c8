//! Changes of levels, said in French.

use chrono::NaiveDate;

use crate::domain::level::Level;
use crate::domain::rules::distance::ComparedQuantity;
use crate::domain::value::Value;
use crate::frame::dictionary::{Dictionary, Field, Unit};
use crate::rules::evaluate::trace_words::expression_in_words;
use crate::rules::language::syntax::{NamedExpression, Operand};
use crate::rules::language::wording;
use crate::support::french;
use crate::support::french_article::Named;

/// A change of one figure.
pub(super) struct WordedChange<'c> {
    pub(super) field: &'c Field,
    pub(super) is_time: bool,
    pub(super) from: &'c Value,
    pub(super) to: &'c Value,
    /// That of now, and the one reached.
    pub(super) levels: (Level, Level),
    /// The end that the new duration gives.
    pub(super) end: Option<NaiveDate>,
    pub(super) compared: Option<&'c ComparedQuantity>,
}

impl WordedChange<'_> {
    /// « Passerait à « Critique » si le coût actualisé atteignait 44,2 M€, contre 40,8 M€. »
    pub(super) fn in_words(&self) -> String {
        let said = outcome(self.levels);
        let mut words = match (self.is_time, self.to) {
            (true, Value::Date(day)) => {
                format!("{said} le {}, si rien ne change d’ici là.", french::date(*day))
            }
            _ => format!("{said} si {}.", self.condition()),
        };
        if let Some(near) = self.compared.and_then(|one| nearness(one, self.field.label)) {
            words.push(' ');
            words.push_str(&near);
        }
        words
    }

    fn condition(&self) -> String {
        let (subject, is_plural) = subject(self.field.label);
        let shown = |value: &Value| match value {
            Value::Date(day) => french::date(*day),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                wording::value(value, self.field.unit)
            }
        };
        let (from, to) = (shown(self.from), shown(self.to));
        let verb = match (self.to, self.rises(), is_plural) {
            (Value::Date(_), _, false) => "passait au",
            (Value::Date(_), _, true) => "passaient au",
            (_, true, false) => "atteignait",
            (_, true, true) => "atteignaient",
            (_, false, false) => "descendait à",
            (_, false, true) => "descendaient à",
        };
        let end = self.end.map(|end| format!(" (fin prévue en {})", french::month_and_year(end)));
        format!("{subject} {verb} {to}{}, contre {from}", end.unwrap_or_default())
    }

    fn rises(&self) -> bool {
        match (self.from, self.to) {
            (Value::Int(from), Value::Int(to)) => to > from,
            (Value::Float(from), Value::Float(to)) => to > from,
            (Value::Date(from), Value::Date(to)) => to > from,
            _ => true,
        }
    }
}

/// A truth that becomes the opposite.
pub(super) fn turned(label: &str, held: bool, levels: (Level, Level)) -> String {
    format!("{} si « {label} » devenait « {} ».", outcome(levels), wording::boolean(held))
}

/// What something compared is called.
pub(super) fn of_operand(operand: &Operand, dictionary: &Dictionary) -> String {
    match &operand.named {
        NamedExpression::Field { label, .. } => (*label).to_owned(),
        NamedExpression::Threshold { label, .. } | NamedExpression::Editions { label } => {
            label.clone()
        }
        NamedExpression::Literal | NamedExpression::Expression => {
            expression_in_words(&operand.source, dictionary)
        }
    }
}

fn outcome((now, reached): (Level, Level)) -> String {
    if reached == Level::Clear {
        "Plus rien ne serait signalé".to_owned()
    } else if reached < now {
        format!("Ne serait plus que « {} »", reached.label())
    } else {
        format!("Passerait à « {} »", reached.label())
    }
}

fn subject(label: &str) -> (String, bool) {
    match Named::of(label) {
        Some(named) => (named.definite(), named.is_plural()),
        None => (format!("« {label} »"), false),
    }
}

/// « L’écart budgétaire, 28,2 %, est à 1,8 point du seuil critique de l’écart budgétaire (30 %). » `None` of an expression of the rule
/// that words do not say.
fn nearness(compared: &ComparedQuantity, changed: &str) -> Option<String> {
    if compared.label.contains('«') {
        return None;
    }
    let unit = compared.unit.as_deref().and_then(|unit| unit.parse().ok()).unwrap_or(Unit::None);
    let distance = (compared.value - compared.limit).abs();
    // Amounts that a tenth of a million does not tell apart are written to the hundredth, as their difference is.
    let is_close = unit == Unit::Meur && distance < 0.1;
    let shown = |figure: f64| {
        if is_close {
            return format!("{}{}M€", french::decimal(figure, 2), french::THIN);
        }
        wording::value(&Value::Float(figure), unit)
    };
    if distance < 1e-9 {
        let named = compared.limit_label.as_deref().and_then(Named::of);
        let limit = named.map(|label| format!(", {}", label.definite())).unwrap_or_default();
        let value = shown(compared.limit);
        return Some(format!(
            "La limite{limit} ({value}) est juste atteinte : il suffit de la passer."
        ));
    }
    let gap = if compared.is_rate { points(distance) } else { shown(distance) };
    let limit = match &compared.limit_label {
        Some(label) => Named::of(label).map_or_else(|| format!("de « {label} »"), Named::after_de),
        None => "de la limite".to_owned(),
    };
    let to_limit = format!("{gap} {limit} ({})", shown(compared.limit));
    if compared.label == changed {
        return Some(format!("À {to_limit}."));
    }
    let (named, is_plural) = subject(&compared.label);
    let mut letters = named.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    let begun: String = first.chain(letters).collect();
    let verb = if is_plural { "sont" } else { "est" };
    Some(format!("{begun}, {}, {verb} à {to_limit}.", shown(compared.value)))
}

/// A distance between rates, without sign.
fn points(gap: f64) -> String {
    let figure = french::decimal_at_most(gap * 100.0, 1);
    // As printed: 1.99 is « 2 points ».
    let word = if (gap * 1_000.0).round() < 20.0 { "point" } else { "points" };
    if figure == "0" {
        "moins de 0,1 point".to_owned()
    } else {
        format!("{figure}{}{word}", french::THIN)
    }
}
