//! Sums that do not depend on the order of their terms: a total of floats does, in its last digit,
//! and Polars adds groups up in whatever order its threads finish. Figures are added as whole
//! billionths, which is what they are rounded to anyway.
//!
//! A total too large for that is added as whole thousandths; one too large for these is missing: no total
//! wraps around, and no figure is left out of one.
//!
//! Each is worked out in two steps, since a plan that repeats its terms costs more than the sums themselves: `parts`
//! inside a group, then `sum` or `mean` of them.

use polars::error::PolarsError;
use polars::prelude::{
    Column, DataType, Expr, Field, Float64Chunked, IntoColumn, NULL, PlSmallStr, RoundMode, Schema,
    col, lit, when,
};

/// The column that says of each group whether it is the only one; `sum` and `mean` read it next to the parts.
pub(super) const IS_ALONE: &str = "is_alone";

/// The parts of a total; no field has such a name, with a space in it.
const COUNT: &str = "count";
const SIZE: &str = "size";
const BILLIONTHS: &str = "billionths";
const THOUSANDTHS: &str = "thousandths";

const BILLION: f64 = 1e9;

const THOUSAND: f64 = 1e3;

/// As billionths, totals below this fit in 64 bits; as thousandths, those below the other do.
const BILLIONTHS_FIT: f64 = 9e9;
const THOUSANDTHS_FIT: f64 = 9e15;

/// What `sum` and `mean` are made of, to be aggregated over each group under `name`: how many figures are known,
/// their size, and their total in whole parts.
pub(super) fn parts(name: &str, figures: &Expr) -> [Expr; 4] {
    let whole = |parts: f64| {
        let parts_of_each = (figures.clone() * lit(parts)).round(0, RoundMode::HalfToEven);
        parts_of_each.cast(DataType::Int64).sum()
    };
    [
        figures.clone().count().alias(part(name, COUNT)),
        // Of both signs, the terms may be beyond what fits, and their total not.
        figures.clone().cast(DataType::Float64).abs().sum().alias(part(name, SIZE)),
        whole(BILLION).alias(part(name, BILLIONTHS)),
        whole(THOUSAND).alias(part(name, THOUSANDTHS)),
    ]
}

/// The sum of the figures that are known, from the parts aggregated under `name`; missing when none is, since a sum
/// of nothing known is not zero.
pub(super) fn sum(name: &str) -> Expr {
    or_missing(name, total(name))
}

/// The mean of the figures that are known, from the parts aggregated under `name`; missing when none is.
pub(super) fn mean(name: &str) -> Expr {
    or_missing(name, total(name) / col(part(name, COUNT)).cast(DataType::Float64))
}

fn total(name: &str) -> Expr {
    let size = || col(part(name, SIZE));
    let whole =
        |kind: &str, parts: f64| divided(col(part(name, kind)).cast(DataType::Float64), parts);
    when(size().lt(lit(BILLIONTHS_FIT)))
        .then(whole(BILLIONTHS, BILLION))
        .when(size().lt(lit(THOUSANDTHS_FIT)))
        .then(whole(THOUSANDTHS, THOUSAND))
        .otherwise(lit(NULL))
}

fn or_missing(name: &str, result: Expr) -> Expr {
    when(col(part(name, COUNT)).gt(lit(0)))
        .then(result)
        .otherwise(lit(NULL))
        .cast(DataType::Float64)
}

/// Divides the total of a lone group, and multiplies those of several groups by the inverse: so Polars divides a column
/// by a number, and so recorded figures were computed. The two may differ in the last digit of a mean.
fn divided(total: Expr, by: f64) -> Expr {
    let quotients = move |columns: &mut [Column]| {
        let [totals, alone] = columns else {
            return Err(PolarsError::ComputeError("expected totals and `is_alone`".into()));
        };
        let (totals, alone) = (totals.f64()?, alone.bool()?);
        let quotients: Float64Chunked = (0..totals.len())
            .map(|row| {
                let value = totals.get(row)?;
                Some(if alone.get(row)? { value / by } else { value * (1.0 / by) })
            })
            .collect();
        Ok(quotients.with_name(totals.name().clone()).into_column())
    };
    let first = |_: &Schema, fields: &[Field]| {
        let name = fields.first().map(|field| field.name().clone()).unwrap_or_default();
        Ok(Field::new(name, DataType::Float64))
    };
    total.map_many(quotients, &[col(IS_ALONE)], first)
}

fn part(name: &str, kind: &str) -> PlSmallStr {
    format!("{name} {kind}").into()
}

#[cfg(test)]
mod tests {
    use polars::df;
    use polars::prelude::IntoLazy as _;

    use super::*;

    fn total_of(figures: &[Option<f64>]) -> Option<f64> {
        total_in_group(figures, true)
    }

    fn total_in_group(figures: &[Option<f64>], is_alone: bool) -> Option<f64> {
        let frame = df!("figure" => figures).unwrap().lazy();
        let parts = frame.select(parts("figure", &col("figure")));
        let parts = parts.with_column(lit(is_alone).alias(IS_ALONE));
        let total = parts.select([sum("figure").alias("figure")]).collect().unwrap();
        total.column("figure").unwrap().f64().unwrap().get(0)
    }

    #[test]
    fn a_total_never_wraps_and_leaves_no_figure_out() {
        assert_eq!(total_of(&[Some(0.1), Some(0.2), None]), Some(0.3));
        assert_eq!(total_of(&[None]), None);
        assert_eq!(total_of(&[Some(6e9), Some(6e9)]), Some(1.2e10));
        assert_eq!(total_of(&[Some(-6e9), Some(6e9 + 0.5)]), Some(0.5));
        assert_eq!(total_of(&[Some(1e10), Some(0.25)]), Some(10_000_000_000.25));
        assert_eq!(total_of(&[Some(1e12); 1000]), Some(1e15));
        assert_eq!(total_of(&[Some(1e16), Some(1.0)]), None);
        assert_eq!(total_of(&[Some(f64::INFINITY), Some(1.0)]), None);
    }

    #[test]
    fn a_lone_total_is_divided_and_those_of_several_groups_multiplied_by_the_inverse() {
        let figures = [Some(0.167_518_746)];
        assert_eq!(total_in_group(&figures, true), Some(167_518_746.0 / 1e9));
        assert_eq!(total_in_group(&figures, false), Some(167_518_746.0 * (1.0 / 1e9)));
        assert_ne!(total_in_group(&figures, true), total_in_group(&figures, false));
    }
}
