//! Units that people write, in headers (`Coût complet estimé (M€)`, `Durée (en mois)`) and in cells (`26,19 M€`, `£2,013.02`).

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::intake) enum UnitKind {
    /// Of a currency, by its sign.
    Money(char),
    Duration,
    Share,
}

/// A unit, and what its figures are multiplied by to be millions, months, or a share of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::intake) struct MeasureUnit {
    pub measure: UnitKind,
    pub scale: f64,
}

/// Signs and words of currencies.
const CURRENCIES: [(&str, char); 7] =
    [("€", '€'), ("eur", '€'), ("euros", '€'), ("£", '£'), ("gbp", '£'), ("$", '$'), ("usd", '$')];

/// Words for how many at a time, to millions.
const SCALES: [(&str, f64); 13] = [
    ("", 1e-6),
    ("k", 1e-3),
    ("m", 1.0),
    ("md", 1e3),
    ("bn", 1e3),
    ("b", 1e3),
    ("mn", 1.0),
    ("milliersd'", 1e-3),
    ("millionsd'", 1.0),
    ("milliardsd'", 1e3),
    ("thousand", 1e-3),
    ("million", 1.0),
    ("billion", 1e3),
];

impl MeasureUnit {
    /// `None` when the text is no unit.
    pub(in crate::intake) fn read(text: &str) -> Option<Self> {
        let text: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        let text = text.strip_prefix("en").unwrap_or(&text).replace('’', "'");
        let duration = |scale| Some(Self { measure: UnitKind::Duration, scale });
        match text.as_str() {
            "années" | "annees" | "année" | "ans" | "an" | "years" | "year" => duration(12.0),
            "mois" | "months" | "month" => duration(1.0),
            "jours" | "jour" | "days" | "day" => duration(12.0 / 365.25),
            "%" => Some(Self { measure: UnitKind::Share, scale: 0.01 }),
            "meuros" => Self::read("m€"),
            "keuros" => Self::read("k€"),
            money => Self::money(money),
        }
    }

    /// `M€`, `€m`, `k£`, `GBPm`: the scale before or after the currency.
    fn money(text: &str) -> Option<Self> {
        // Longer words come last, and are right: `euros` ends in no other.
        let mut parted = CURRENCIES.iter().rev().filter_map(|(word, sign)| {
            let scale = text.strip_suffix(word).or_else(|| text.strip_prefix(word))?;
            let (_, scale) = SCALES.iter().find(|(known, _)| *known == scale)?;
            Some(Self { measure: UnitKind::Money(*sign), scale: *scale })
        });
        parted.next()
    }

    /// The signs around the digits of a cell, as a unit of this measure; itself for a currency's sign alone, which says
    /// nothing of the scale. `None` when they are another unit.
    pub(in crate::intake) fn of_cell(self, signs: &str) -> Option<Self> {
        if signs.is_empty() {
            return Some(self);
        }
        let found = Self::read(signs).filter(|found| found.measure == self.measure)?;
        Some(if is_bare_currency(signs) { self } else { found })
    }
}

/// Whether a unit is a currency, without how many at a time.
pub(in crate::intake) fn is_bare_currency(unit: &str) -> bool {
    CURRENCIES.iter().any(|(word, _)| word.eq_ignore_ascii_case(unit.trim()))
}

/// The digits of a cell, with the signs between them, and the signs around them.
pub(in crate::intake) fn without_signs(cell: &str) -> (String, String) {
    let is_figure = |letter: char| letter.is_ascii_digit();
    let start = cell.find(is_figure).unwrap_or(cell.len());
    let end = cell.rfind(is_figure).map_or(start, |last| last.saturating_add(1));
    let before = cell.get(..start).unwrap_or_default();
    let (sign, before) = match before.trim().strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest.to_owned()),
        None => match before.trim_end().strip_suffix('-') {
            Some(rest) => ("-", rest.to_owned()),
            None => ("", before.to_owned()),
        },
    };
    let digits = cell.get(start..end).unwrap_or_default();
    let after = cell.get(end..).unwrap_or_default();
    (format!("{sign}{digits}"), format!("{}{}", before.trim(), after.trim()))
}

/// A header without the unit in brackets that ends it, and that unit.
pub(in crate::intake) fn parted(header: &str) -> Option<(&str, &str)> {
    let inside = header.trim_end().strip_suffix([')', ']'])?;
    let (base, unit) = inside.rsplit_once(['(', '['])?;
    Some((base.trim_end(), unit.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_a_scale_and_a_currency_in_either_order() {
        for (text, sign, scale) in [
            ("M€", '€', 1.0),
            ("k€", '€', 1e-3),
            ("€", '€', 1e-6),
            ("Md€", '€', 1e3),
            ("millions d’euros", '€', 1.0),
            ("£m", '£', 1.0),
            ("£", '£', 1e-6),
            ("$bn", '$', 1e3),
            ("MEUR", '€', 1.0),
        ] {
            let expected = Some(MeasureUnit { measure: UnitKind::Money(sign), scale });
            assert_eq!(MeasureUnit::read(text), expected, "{text}");
        }
        assert_eq!(MeasureUnit::read("hors taxes"), None);
    }

    #[test]
    fn the_signs_of_a_cell_are_told_from_its_digits() {
        for (cell, digits, signs) in [
            ("£2,013.02", "2,013.02", "£"),
            ("26,19 M€", "26,19", "M€"),
            ("-£3.5m", "-3.5", "£m"),
            ("1 234 k€", "1 234", "k€"),
            ("12", "12", ""),
            ("néant", "", "néant"),
        ] {
            assert_eq!(without_signs(cell), (digits.to_owned(), signs.to_owned()), "{cell}");
        }
    }

    #[test]
    fn a_bare_currency_keeps_the_scale_of_the_column() {
        let millions = MeasureUnit::read("£m").unwrap();
        assert_eq!(millions.of_cell("£"), Some(millions));
        assert_eq!(millions.of_cell("k£").map(|unit| unit.scale), Some(1e-3));
        assert_eq!(millions.of_cell("€"), None);
    }
}
