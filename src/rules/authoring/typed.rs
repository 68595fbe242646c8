//! Figures as people type them in a form, with their unit.

use crate::domain::value::Value;
use crate::frame::dictionary::Unit;
use crate::rules::language::wording;
use crate::support::french;

/// A share beyond which a percentage was surely meant.
const MOST_SHARE: f64 = 3.0;

/// The figure that a text in French gives, in this unit: `20 %` and `0,2` are both 0.2 of a ratio. `None` if it is none, or
/// if `20` was typed for a ratio, which may be 20 % or 2000 %.
pub fn typed_figure(text: &str, unit: Unit) -> Option<f64> {
    let bare: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let bare = bare.to_lowercase().replace(',', ".").replace('\u{2212}', "-");
    let suffixes: &[(&str, f64)] = match unit {
        Unit::Ratio => &[("%", 100.0)],
        Unit::Points => &[("points", 100.0), ("point", 100.0), ("%", 100.0)],
        Unit::Meur => &[("m€", 1.0)],
        Unit::MeurPerYear => &[("m€paran", 1.0), ("m€/an", 1.0), ("m€", 1.0)],
        Unit::Months => &[("mois", 1.0)],
        Unit::Days => &[("jours", 1.0), ("jour", 1.0), ("j", 1.0)],
        Unit::Fte => &[("etp", 1.0)],
        Unit::None | Unit::Count => &[],
    };
    let suffix = suffixes.iter().find_map(|(word, by)| Some((bare.strip_suffix(word)?, *by)));
    let is_bare = suffix.is_none();
    let (digits, by) = suffix.unwrap_or((&bare, 1.0));
    let is_figure =
        digits.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '+'));
    let figure = digits.parse::<f64>().ok().filter(|figure| is_figure && figure.is_finite())? / by;
    (!is_bare || unit != Unit::Ratio || figure.abs() <= MOST_SHARE).then_some(figure)
}

/// The figure that a text in French gives, in the unit that it says: `25 %` is 0.25, `0,15` is 0.15 and `18 mois` is 18.
pub fn typed_number(text: &str) -> Option<f64> {
    let plain = text.trim().parse::<f64>().ok().filter(|figure| figure.is_finite());
    plain.or_else(|| Unit::ALL.into_iter().find_map(|unit| typed_figure(text, unit)))
}

/// A figure as a form shows it: with its unit, unless that would round it.
pub fn shown_figure(figure: f64, unit: Unit) -> String {
    let shown = wording::value(&Value::Float(figure), unit);
    let exact = |read: f64| read.to_bits() == figure.to_bits();
    if typed_figure(&shown, unit).is_some_and(exact) {
        return shown;
    }
    let decimals = french::decimal_at_most(figure, 6);
    if typed_figure(&decimals, unit).is_some_and(exact) { decimals } else { figure.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_as_french_people_type_them() {
        let cases = [
            ("20 %", Unit::Ratio, Some(0.2)),
            ("12,5\u{202f}%", Unit::Ratio, Some(0.125)),
            ("0,2", Unit::Ratio, Some(0.2)),
            ("20", Unit::Ratio, None),
            ("+3 points", Unit::Points, Some(0.03)),
            ("1 860,5 M€", Unit::Meur, Some(1860.5)),
            ("120 jours", Unit::Days, Some(120.0)),
            ("18", Unit::Count, Some(18.0)),
            ("dix", Unit::Count, None),
            ("inf", Unit::Count, None),
            ("", Unit::Count, None),
        ];
        for (text, unit, expected) in cases {
            assert_eq!(typed_figure(text, unit), expected, "{text}");
        }
    }

    #[test]
    fn a_number_is_read_in_the_unit_that_it_says() {
        let cases = [
            ("0.15", Some(0.15)),
            ("0,15", Some(0.15)),
            ("25 %", Some(0.25)),
            ("-3 points", Some(-0.03)),
            ("18 mois", Some(18.0)),
            ("1e3", Some(1000.0)),
            ("20", Some(20.0)),
            ("dix", None),
            ("NaN", None),
        ];
        for (text, expected) in cases {
            assert_eq!(typed_number(text), expected, "{text}");
        }
    }

    #[test]
    fn a_figure_that_is_shown_is_read_back_as_it_was() {
        for (figure, unit) in [
            (0.2, Unit::Ratio),
            (0.123_456, Unit::Ratio),
            (1_860.5, Unit::Meur),
            (0.05, Unit::Points),
            (90.0, Unit::Days),
            (0.7, Unit::Fte),
            (3.0, Unit::Count),
        ] {
            let shown = shown_figure(figure, unit);
            assert_eq!(typed_figure(&shown, unit), Some(figure), "{shown}");
        }
    }
}
