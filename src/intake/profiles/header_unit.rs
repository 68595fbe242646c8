//! What a unit in a header, as `Coût (k€)`, means for the figures below it.

use super::profile::Column;
use super::units::{MeasureUnit, UnitKind};
use crate::intake::identity::names::key;
use crate::intake::rows::parse::Parse;

/// What a unit in a header means for a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum HeaderUnit {
    /// Figures are multiplied by this to be those of the field.
    Factor(f64),
    /// What the profile says already.
    Said,
    /// Not what the profile says, or the field is.
    Contradicts,
}

/// `None` where the words in brackets are no unit, or no figure of the column has one.
pub(super) fn of_header(column: &Column, unit: &str) -> Option<HeaderUnit> {
    let found = MeasureUnit::read(unit)?;
    if let Some(said) = column.format.unit {
        let fits = if said == found { HeaderUnit::Said } else { HeaderUnit::Contradicts };
        return Some(fits).filter(|_| is_of_kind(found.measure, said.measure, unit));
    }
    let own = column.measure.filter(|own| is_of_kind(found.measure, *own, unit))?;
    let is_read_in_months =
        column.format.parse == Parse::FrenchYears && found.measure == UnitKind::Duration;
    let scale = if is_read_in_months { found.scale / 12.0 } else { found.scale };
    let is_own = (scale - 1.0).abs() < f64::EPSILON;
    Some(match (found.measure == own, column.format.factor.is_some()) {
        (true, _) if is_own => HeaderUnit::Said,
        (true, false) => HeaderUnit::Factor(scale),
        // The header and the profile would both convert.
        (true, true) | (false, false) => HeaderUnit::Contradicts,
        // Another currency, by the rate of the profile.
        (false, true) => HeaderUnit::Said,
    })
}

/// Whether a unit can be meant of such figures. A sign counts always: to the comparison of names it is punctuation, and
/// the column would be read without it.
fn is_of_kind(found: UnitKind, own: UnitKind, unit: &str) -> bool {
    let is_money = |kind| matches!(kind, UnitKind::Money(_));
    found == own || (is_money(found) && is_money(own)) || key(unit).is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::profile::Place;
    use super::super::units::parted;
    use super::*;
    use crate::intake::rows::cell_format::CellFormat;

    fn read(header: &str, measure: UnitKind) -> Option<(String, HeaderUnit)> {
        let (base, unit) = parted(header)?;
        let column = Column {
            place: Place::Formula,
            format: CellFormat::plain(Parse::FrenchYears),
            optional: false,
            default: None,
            measure: Some(measure),
        };
        Some((base.to_owned(), of_header(&column, unit)?))
    }

    #[test]
    fn a_unit_in_brackets_ends_a_header() {
        let (cost, length) = (UnitKind::Money('€'), UnitKind::Duration);
        let is = |name: &str, unit| Some((name.to_owned(), unit));
        assert_eq!(read("Durée (ans) ", length), is("Durée", HeaderUnit::Said));
        assert_eq!(read("Durée [en mois]", length), is("Durée", HeaderUnit::Factor(1.0 / 12.0)));
        assert_eq!(read("Durée (M€)", length), None);
        assert_eq!(read("Durée (€)", length), is("Durée", HeaderUnit::Contradicts));
        assert_eq!(read("Coût (hors taxes)", cost), None);
        assert_eq!(read("Coût", cost), None);
        assert_eq!(read("Coût (£m)", cost), is("Coût", HeaderUnit::Contradicts));
    }
}
