//! What the columns of a frame hold, found once for all rules: whether values are missing, how large
//! they are, and whether they are what the dictionary promises. One look at each cell, which is why
//! bounds are first those of ordinary values, and only found exactly where values exceed them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::ChunkAgg;
use polars::prelude::ChunkedArray;
use polars::prelude::Column;
use polars::prelude::DataType;
use polars::prelude::Expr;
use polars::prelude::Field;
use polars::prelude::PolarsNumericType;
use polars::prelude::PolarsResult;
use polars::prelude::Scalar;
use polars::prelude::StringChunked;
use polars::prelude::col;

use super::bits;
use crate::frame::dictionary;
use crate::frame::dictionary::FieldKind;
use crate::rules::french::float;

/// The least and the most that something may be.
pub(super) type Range = (f64, f64);

/// Bounds of ordinary floats, and the powers of two that bound ordinary whole numbers and days. Two
/// ordinary numbers can be multiplied; all ordinary days are dates.
const ORDINARY_FLOAT: f64 = 1.0e100;
const ORDINARY_INT: u32 = 31;
const ORDINARY_DAY: u32 = 26;

/// From so many rows on, columns are presumed to hold ordinary values, and watched as rules read
/// them: looked at before, they would come from memory twice.
pub(super) const MANY_ROWS: usize = 50_000;

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
        let gauge = |name: &&'static str| Some((*name, gauge(frame, name, text_size)?));
        Self(fields.iter().filter_map(gauge).collect())
    }

    /// What ordinary columns have, of which only the types and what is missing are looked at.
    pub(super) fn presumed(frame: &DataFrame, fields: &BTreeSet<&'static str>) -> Self {
        let gauge = |name: &&'static str| {
            let kind = dictionary::field(name)?.kind;
            let column = frame.column(name).ok()?;
            typed(column, kind).ok()?;
            Some((*name, Gauge { nulls: nulls(column), range: ordinary_range(kind) }))
        };
        Self(fields.iter().filter_map(gauge).collect())
    }

    pub(super) fn of(&self, field: &str) -> Option<&Gauge> {
        self.0.get(field)
    }
}

fn gauge(frame: &DataFrame, name: &str, text_size: usize) -> Option<Gauge> {
    let field = dictionary::field(name)?;
    let column = frame.column(name).ok()?;
    let nulls = nulls(column);
    if nulls == Nulls::All && !column.is_empty() {
        // Nothing to look at, apart from its type.
        return typed(column, field.kind).ok().map(|()| Gauge { nulls, range: Some((0.0, 0.0)) });
    }
    let (fit, range) = read(column, field.kind, text_size).ok()?;
    fit.then_some(Gauge { nulls, range })
}

fn nulls(column: &Column) -> Nulls {
    match column.null_count() {
        0 => Nulls::None,
        count if count == column.len() => Nulls::All,
        _ => Nulls::Some,
    }
}

fn ordinary_range(kind: FieldKind) -> Option<Range> {
    match kind {
        FieldKind::Int => Some((-float(1 << ORDINARY_INT), float(1 << ORDINARY_INT))),
        FieldKind::Float => Some((-ORDINARY_FLOAT, ORDINARY_FLOAT)),
        FieldKind::Bool | FieldKind::Text | FieldKind::Date => None,
    }
}

/// Whether a column holds nothing but ordinary values.
fn is_ordinary(column: &Column, kind: FieldKind, text_size: usize) -> PolarsResult<bool> {
    Ok(match kind {
        FieldKind::Bool => column.bool().map(|_| true)?,
        FieldKind::Int => hold(column.i64()?, are_ordinary_ints, |cell| are_ordinary_ints(&[cell])),
        FieldKind::Float => {
            hold(column.f64()?, are_ordinary_floats, |cell| cell.abs() <= ORDINARY_FLOAT)
        }
        FieldKind::Text => are_short(column.str()?, text_size),
        FieldKind::Date => {
            hold(column.date()?.physical(), are_ordinary_days, |cell| are_ordinary_days(&[cell]))
        }
    })
}

/// What stands in place of a missing value may be anything, and seldom is.
fn hold<T: PolarsNumericType>(
    cells: &ChunkedArray<T>,
    all: fn(&[T::Native]) -> bool,
    one: fn(T::Native) -> bool,
) -> bool {
    cells.downcast_iter().all(|chunk| {
        all(chunk.values())
            || chunk.validity().is_some_and(|present| {
                !bits::which(chunk.values(), |cell| !one(cell)).intersects_with(present)
            })
    })
}

fn are_short(texts: &StringChunked, text_size: usize) -> bool {
    let lengths = texts.downcast_iter().flat_map(|chunk| chunk.views().iter());
    let longest = lengths.map(|view| view.length).max().unwrap_or_default();
    // Texts grow a little in lower case.
    usize::try_from(longest).is_ok_and(|longest| longest <= text_size / 4)
}

fn typed(column: &Column, kind: FieldKind) -> PolarsResult<()> {
    match kind {
        FieldKind::Bool => column.bool().map(|_| ()),
        FieldKind::Int => column.i64().map(|_| ()),
        FieldKind::Float => column.f64().map(|_| ()),
        FieldKind::Text => column.str().map(|_| ()),
        FieldKind::Date => column.date().map(|_| ()),
    }
}

/// Whether a column is fit, and its range where that is of use.
fn read(column: &Column, kind: FieldKind, text_size: usize) -> PolarsResult<(bool, Option<Range>)> {
    if is_ordinary(column, kind, text_size)? {
        return Ok((true, ordinary_range(kind)));
    }
    Ok(match kind {
        FieldKind::Bool | FieldKind::Text => (false, None),
        FieldKind::Int => {
            let range = least_and_most(column.i64()?);
            (true, range.map(|(low, high)| (float(low), float(high))))
        }
        FieldKind::Float => {
            let figures = column.f64()?;
            (figures.iter().flatten().all(f64::is_finite), least_and_most(figures))
        }
        FieldKind::Date => {
            let fit = least_and_most(column.date()?.physical()).is_none_or(|(low, high)| {
                [low, high].into_iter().all(|day| NaiveDate::from_epoch_days(day).is_some())
            });
            (fit, None)
        }
    })
}

/// Looks at columns as a query goes through them, for what is not ordinary.
#[derive(Debug)]
pub(super) struct Watch {
    text_size: usize,
    alarm: Arc<AtomicBool>,
}

impl Watch {
    pub(super) fn new(text_size: usize) -> Self {
        Self { text_size, alarm: Arc::default() }
    }

    /// A column to work out for each one that is watched.
    pub(super) fn columns(&self, gauges: &Gauges) -> Vec<Expr> {
        let watched = gauges.0.iter().filter(|(_, gauge)| gauge.nulls != Nulls::All);
        watched.filter_map(|(name, _)| self.column(name)).collect()
    }

    fn column(&self, name: &'static str) -> Option<Expr> {
        let kind = dictionary::field(name)?.kind;
        let (text_size, alarm) = (self.text_size, Arc::clone(&self.alarm));
        // No field has such a name.
        let watch = format!("?{name}");
        let named = watch.clone();
        let seen = col(name).map(
            move |column| {
                if !is_ordinary(&column, kind, text_size)? {
                    alarm.store(true, Ordering::Relaxed);
                }
                Ok(Column::new_scalar(named.as_str().into(), Scalar::from(true), column.len()))
            },
            |_, field| Ok(Field::new(field.name().clone(), DataType::Boolean)),
        );
        (kind != FieldKind::Bool).then(|| seen.alias(watch))
    }

    /// Once the query is over: whether all was ordinary.
    pub(super) fn is_calm(&self) -> bool {
        !self.alarm.load(Ordering::Relaxed)
    }
}

/// Not one of these three stops early: without branches they go several cells at a time.
fn are_ordinary_floats(cells: &[f64]) -> bool {
    cells.iter().fold(true, |so_far, cell| so_far & (cell.abs() <= ORDINARY_FLOAT))
}

fn are_ordinary_ints(cells: &[i64]) -> bool {
    let bits = cells.iter().fold(0, |so_far, cell| so_far | cell.wrapping_add(1 << ORDINARY_INT));
    bits >> (ORDINARY_INT + 1) == 0
}

fn are_ordinary_days(cells: &[i32]) -> bool {
    let bits = cells.iter().fold(0, |so_far, cell| so_far | cell.wrapping_add(1 << ORDINARY_DAY));
    bits >> (ORDINARY_DAY + 1) == 0
}

fn least_and_most<T>(cells: &ChunkedArray<T>) -> Option<(T::Native, T::Native)>
where
    T: PolarsNumericType,
    ChunkedArray<T>: ChunkAgg<T::Native>,
{
    cells.min_max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_values_are_within_bounds() {
        assert!(are_ordinary_floats(&[0.0, -1.0e100, 5.0e-324]));
        for other in [1.1e100, -1.0e200, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(!are_ordinary_floats(&[1.0, other, 1.0]), "{other}");
        }
        let bound = 1_i64 << ORDINARY_INT;
        assert!(are_ordinary_ints(&[0, bound - 1, -bound]));
        for other in [bound, -bound - 1, i64::MAX, i64::MIN] {
            assert!(!are_ordinary_ints(&[1, other, 1]), "{other}");
        }
        assert!(are_ordinary_days(&[0, (1 << ORDINARY_DAY) - 1, -(1 << ORDINARY_DAY)]));
        for other in [1 << ORDINARY_DAY, -(1 << ORDINARY_DAY) - 1, i32::MAX, i32::MIN] {
            assert!(!are_ordinary_days(&[1, other, 1]), "{other}");
        }
    }
}
