//! Sums that do not depend on the order of their terms: a total of floats does, in its last digit,
//! and Polars adds groups up in whatever order its threads finish. Figures are added as whole
//! billionths, which is what they are rounded to anyway.
//!
//! A total too large for that is added as whole thousandths; one too large for these is missing: no total
//! wraps around, and no figure is left out of one.

use polars::prelude::DataType;
use polars::prelude::Expr;
use polars::prelude::NULL;
use polars::prelude::RoundMode;
use polars::prelude::lit;
use polars::prelude::when;

const BILLION: f64 = 1e9;

const THOUSAND: f64 = 1e3;

/// As billionths, totals below this fit in 64 bits; as thousandths, those below the other do.
const BILLIONTHS_FIT: f64 = 9e9;
const THOUSANDTHS_FIT: f64 = 9e15;

/// Of what is known; missing when nothing is, since a sum of nothing known is not zero.
pub(super) fn sum(figures: &Expr) -> Expr {
    or_missing(figures, total(figures))
}

/// Of what is known; missing when nothing is.
pub(super) fn mean(figures: &Expr) -> Expr {
    or_missing(figures, total(figures) / figures.clone().count().cast(DataType::Float64))
}

fn total(figures: &Expr) -> Expr {
    let whole = |parts: f64| {
        let parts_of_each = (figures.clone() * lit(parts)).round(0, RoundMode::HalfToEven);
        parts_of_each.cast(DataType::Int64).sum().cast(DataType::Float64) / lit(parts)
    };
    // Of both signs, the terms may be beyond what fits, and their total not.
    let size = figures.clone().cast(DataType::Float64).abs().sum();
    when(size.clone().lt(lit(BILLIONTHS_FIT)))
        .then(whole(BILLION))
        .when(size.lt(lit(THOUSANDTHS_FIT)))
        .then(whole(THOUSAND))
        .otherwise(lit(NULL))
}

fn or_missing(figures: &Expr, result: Expr) -> Expr {
    when(figures.clone().count().gt(lit(0)))
        .then(result)
        .otherwise(lit(NULL))
        .cast(DataType::Float64)
}

#[cfg(test)]
mod tests {
    use polars::df;
    use polars::prelude::IntoLazy as _;
    use polars::prelude::col;

    use super::*;

    fn total_of(figures: &[Option<f64>]) -> Option<f64> {
        let frame = df!("figure" => figures).unwrap().lazy();
        let total = frame.select([sum(&col("figure"))]).collect().unwrap();
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
}
