//! Sums that do not depend on the order of their terms: a total of floats does, in its last digit,
//! and Polars adds groups up in whatever order its threads finish. Figures are added as whole
//! billionths, which is what they are rounded to anyway.

use polars::prelude::DataType;
use polars::prelude::Expr;
use polars::prelude::NULL;
use polars::prelude::RoundMode;
use polars::prelude::lit;
use polars::prelude::when;

const BILLION: f64 = 1e9;

/// Of what is known; missing when nothing is, since a sum of nothing known is not zero.
pub(super) fn sum(figures: &Expr) -> Expr {
    or_missing(figures, total(figures))
}

/// Of what is known; missing when nothing is.
pub(super) fn mean(figures: &Expr) -> Expr {
    or_missing(figures, total(figures) / figures.clone().count().cast(DataType::Float64))
}

fn total(figures: &Expr) -> Expr {
    (figures.clone() * lit(BILLION))
        .round(0, RoundMode::HalfToEven)
        .cast(DataType::Int64)
        .sum()
        .cast(DataType::Float64)
        / lit(BILLION)
}

fn or_missing(figures: &Expr, result: Expr) -> Expr {
    when(figures.clone().count().gt(lit(0)))
        .then(result)
        .otherwise(lit(NULL))
        .cast(DataType::Float64)
}
