//! Sums that do not depend on the order of their terms: a total of floats does, in its last digit,
//! and Polars adds groups up in whatever order its threads finish. Figures are added as whole
//! billionths, which is what they are rounded to anyway.
//!
//! A total that does not fit in 64 bits as billionths is added as whole numbers and billionths apart, which
//! cannot wrap around on fewer than nine million terms. A figure too large to be a term makes the total
//! missing: it is never left out, nor does the total wrap.

use polars::prelude::DataType;
use polars::prelude::Expr;
use polars::prelude::NULL;
use polars::prelude::RoundMode;
use polars::prelude::lit;
use polars::prelude::when;

use crate::domain::plausible;

const BILLION: f64 = 1e9;

/// Billionths of totals below this fit in 64 bits.
const FITS: i64 = 9_000_000_000;

/// Of what is known; missing when nothing is, since a sum of nothing known is not zero.
pub(super) fn sum(figures: &Expr) -> Expr {
    or_missing(figures, total(figures))
}

/// Of what is known; missing when nothing is.
pub(super) fn mean(figures: &Expr) -> Expr {
    or_missing(figures, total(figures) / figures.clone().count().cast(DataType::Float64))
}

fn total(figures: &Expr) -> Expr {
    let int = |expr: Expr| expr.cast(DataType::Int64);
    let float = |expr: Expr| expr.cast(DataType::Float64);
    let whole = int(figures.clone().round(0, RoundMode::HalfToEven));
    let rest = (figures.clone() - float(whole.clone())) * lit(BILLION);
    let rest = int(rest.round(0, RoundMode::HalfToEven));
    // As they were always added: the same total to the last digit.
    let billionths = int((figures.clone() * lit(BILLION)).round(0, RoundMode::HalfToEven));
    // Of both signs, each may be beyond what fits, and their total not.
    let fits = whole.clone().abs().sum().lt(lit(FITS));
    when(fits)
        .then(float(billionths.sum()) / lit(BILLION))
        .otherwise(float(whole.sum()) + float(rest.sum()) / lit(BILLION))
}

fn or_missing(figures: &Expr, result: Expr) -> Expr {
    let largest = figures.clone().cast(DataType::Float64).abs().max();
    when(figures.clone().count().gt(lit(0)).and(largest.lt_eq(lit(plausible::MOST))))
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
        assert_eq!(total_of(&[Some(plausible::MOST); 1000]), Some(1e15));
        assert_eq!(total_of(&[Some(1e13), Some(1.0)]), None);
    }
}
