//! Units that people write in headers: `Coût complet estimé (M€)`, `Durée (en mois)`.

use crate::intake::rows::parse::Parse;

/// A header without the unit in brackets that ends it, and that unit.
pub(super) fn parted(header: &str) -> Option<(&str, &str)> {
    let inside = header.trim_end().strip_suffix([')', ']'])?;
    let (base, unit) = inside.rsplit_once(['(', '['])?;
    Some((base.trim_end(), unit.trim()))
}

/// What figures in this unit are multiplied by to be those of the field; `None` when it is no unit of the field.
pub(super) fn factor(field: &str, parse: Parse, unit: &str) -> Option<f64> {
    let unit: String = unit.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let unit = unit.strip_prefix("en").unwrap_or(&unit).replace('’', "'");
    let is_duration = field == "duration_months";
    let is_cost = field.ends_with("_meur");
    match unit.as_str() {
        "m€" | "meur" | "meuros" | "millionsd'euros" if is_cost => Some(1.0),
        "k€" | "keur" | "keuros" | "milliersd'euros" if is_cost => Some(1e-3),
        "€" | "eur" | "euros" if is_cost => Some(1e-6),
        "md€" | "mdeur" | "milliardsd'euros" if is_cost => Some(1e3),
        "années" | "annees" | "année" | "ans" | "an" if is_duration => {
            Some(if parse == Parse::FrenchYears { 1.0 } else { 12.0 })
        }
        "mois" if is_duration => Some(if parse == Parse::FrenchYears { 1.0 / 12.0 } else { 1.0 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str, field: &str) -> Option<(String, f64)> {
        let (base, unit) = parted(header)?;
        Some((base.to_owned(), factor(field, Parse::FrenchYears, unit)?))
    }

    #[test]
    fn a_unit_in_brackets_ends_a_header() {
        assert_eq!(read("Coût (M€)", "cost_meur"), Some(("Coût".to_owned(), 1.0)));
        assert_eq!(read("Coût [en k€]", "cost_meur"), Some(("Coût".to_owned(), 1e-3)));
        assert_eq!(read("Durée (ans) ", "duration_months"), Some(("Durée".to_owned(), 1.0)));
        assert_eq!(read("Durée (M€)", "duration_months"), None);
        assert_eq!(read("Coût (hors taxes)", "cost_meur"), None);
        assert_eq!(read("Coût", "cost_meur"), None);
    }
}
