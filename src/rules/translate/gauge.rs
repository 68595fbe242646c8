//! What the columns of a frame hold, found once for all rules: whether values are missing, how large
//! they are, and whether they are what the dictionary promises.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::ChunkAgg;
use polars::prelude::ChunkedArray;
use polars::prelude::Column;
use polars::prelude::PolarsNumericType;
use polars::prelude::PolarsResult;
use polars::prelude::StringNameSpaceImpl as _;

use crate::frame::dictionary;
use crate::frame::dictionary::FieldKind;
use crate::rules::french::float;

/// The least and the most that something may be.
pub(super) type Range = (f64, f64);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gauge {
    pub(super) nulls: Nulls,
    pub(super) range: Option<Range>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nulls {
    None,
    Some,
    All,
}

#[derive(Debug, Default)]
pub(super) struct Gauges(BTreeMap<&'static str, Gauge>);

impl Gauges {
    /// A column that breaks the dictionary's promise, or the sandbox's limits, has no gauge.
    pub(super) fn read(
        frame: &DataFrame,
        fields: &BTreeSet<&'static str>,
        text_size: usize,
    ) -> Self {
        let gauges = fields.iter().filter_map(|name| {
            let field = dictionary::field(name)?;
            let column = frame.column(name).ok()?;
            let (fit, range) = read(column, field.kind, text_size).ok()?;
            let nulls = match column.null_count() {
                0 => Nulls::None,
                count if count == column.len() => Nulls::All,
                _ => Nulls::Some,
            };
            fit.then_some((*name, Gauge { nulls, range }))
        });
        Self(gauges.collect())
    }

    pub(super) fn of(&self, field: &str) -> Option<&Gauge> {
        self.0.get(field)
    }
}

/// Whether a column is fit, and its range where that is of use.
fn read(column: &Column, kind: FieldKind, text_size: usize) -> PolarsResult<(bool, Option<Range>)> {
    Ok(match kind {
        FieldKind::Bool => column.bool().map(|_| (true, None))?,
        FieldKind::Int => {
            let range = least_and_most(column.i64()?);
            (true, range.map(|(low, high)| (float(low), float(high))))
        }
        FieldKind::Float => {
            let figures = column.f64()?;
            let fit = figures.sum().is_none_or(f64::is_finite)
                || figures.iter().flatten().all(f64::is_finite);
            (fit, least_and_most(figures))
        }
        FieldKind::Text => {
            let longest = column.str()?.str_len_bytes().max().unwrap_or_default();
            // Texts grow a little in lower case.
            (usize::try_from(longest).is_ok_and(|longest| longest <= text_size / 4), None)
        }
        FieldKind::Date => {
            let days = least_and_most(column.date()?.physical());
            let fit = days.is_none_or(|(low, high)| {
                [low, high].into_iter().all(|day| NaiveDate::from_epoch_days(day).is_some())
            });
            (fit, None)
        }
    })
}

fn least_and_most<T>(cells: &ChunkedArray<T>) -> Option<(T::Native, T::Native)>
where
    T: PolarsNumericType,
    ChunkedArray<T>: ChunkAgg<T::Native>,
{
    cells.min_max()
}
