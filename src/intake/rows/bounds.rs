//! What a figure of a field can be, in French.

use crate::domain::plausible;
use crate::frame::dictionary::{Field, Unit};

/// Fails with what was expected.
pub(in crate::intake) fn plausible(field: &Field, figure: f64) -> Result<f64, String> {
    field.plausible(figure).map_err(|_| most(field.unit).to_owned())?;
    let written = |bound: f64| bound.to_string().replace('.', ",");
    let (least, most) = (field.least(), field.max);
    if least.is_some_and(|least| figure < least) || most.is_some_and(|most| figure > most) {
        return Err(match (least, most) {
            (Some(least), Some(most)) => {
                format!("un nombre de {} à {}", written(least), written(most))
            }
            (None, Some(most)) => format!("un nombre d’au plus {}", written(most)),
            (Some(least), None) if least != 0.0 => {
                format!("un nombre d’au moins {}", written(least))
            }
            (_, None) => "un nombre qui ne soit pas négatif".to_owned(),
        });
    }
    if field.is_share() && !(0.0..=1.0).contains(&figure) {
        return Err(share_instead_of(figure));
    }
    Ok(figure)
}

/// `58` may have been meant as a percentage: « 0,58, et non 58 ».
fn share_instead_of(figure: f64) -> String {
    let expected = "une part, de 0 à 1";
    if !(1.0..=100.0).contains(&figure) {
        return expected.to_owned();
    }
    let written = |number: f64| number.to_string().replace('.', ",");
    let share = (figure * 1e7).round() / 1e9;
    format!("{expected} : {}, et non {}", written(share), written(figure))
}

fn most(unit: Unit) -> &'static str {
    match unit {
        Unit::Meur | Unit::MeurPerYear => MOST_MEUR,
        Unit::Months => MOST_MONTHS,
        Unit::None | Unit::Ratio | Unit::Points | Unit::Days | Unit::Count | Unit::Fte => MOST,
    }
}

pub(in crate::intake) const MOST: &str = "un nombre d’au plus 1e12";
const MOST_MEUR: &str = "un coût d’au plus 1000000 M€";
const MOST_MONTHS: &str = "au plus 1200 mois";

/// Of any figure. Fails with what was expected.
pub(in crate::intake) fn figure(number: f64) -> Result<f64, &'static str> {
    plausible::figure(number).map_err(|_| MOST)
}

pub(in crate::intake) fn meur(cost: f64) -> Result<f64, &'static str> {
    plausible::meur(cost).map_err(|_| MOST_MEUR)
}

pub(in crate::intake) fn months(duration: f64) -> Result<f64, &'static str> {
    plausible::months(duration).map_err(|_| MOST_MONTHS)
}
