//! Statistics of the columns of a frame, computed once for all rules: whether values are missing,
//! how large they are, and whether they have the types that the dictionary declares.
//!
//! Each cell is read once. For that, ranges are first the bounds of ordinary values, and computed
//! exactly only when a value exceeds these.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{
    ChunkAgg, ChunkedArray, Column, DataType, Expr, Field, PolarsNumericType, PolarsResult, Scalar,
    StringChunked, col,
};

use super::bit_packing::which;
use crate::frame::dictionary::{Dictionary, Field as DictionaryField, FieldKind};
use crate::rules::language::wording::float;

/// The smallest and the largest value, both included.
pub(super) type Range = (f64, f64);

/// Bounds of ordinary floats, and powers of two that bound ordinary whole numbers and days. Two
/// ordinary numbers multiply without overflow, and every ordinary day is a valid date.
const ORDINARY_FLOAT: f64 = 1.0e100;
const ORDINARY_INT: u32 = 31;
const ORDINARY_DAY: u32 = 26;

/// From this many rows on, columns are presumed ordinary and checked while rules read them:
/// checking them before would load them from memory twice.
pub(super) const MANY_ROWS: usize = 50_000;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ColumnStats {
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
pub(super) struct FrameStats(BTreeMap<&'static str, ColumnStats>);

impl FrameStats {
    /// A column without the declared type, or beyond the sandbox's limits, has no statistics.
    pub(super) fn read(
        frame: &DataFrame,
        fields: &BTreeSet<&'static str>,
        text_size: usize,
        dictionary: &Dictionary,
    ) -> Self {
        let stats_of = |name: &&'static str| {
            Some((*name, column_stats(frame, dictionary.field(name)?, text_size)?))
        };
        Self(fields.iter().filter_map(stats_of).collect())
    }

    /// Statistics of ordinary columns. Only the types and the missing values are read.
    pub(super) fn presumed(
        frame: &DataFrame,
        fields: &BTreeSet<&'static str>,
        dictionary: &Dictionary,
    ) -> Self {
        let stats_of = |name: &&'static str| {
            let kind = dictionary.field(name)?.kind;
            let column = frame.column(name).ok()?;
            typed(column, kind).ok()?;
            Some((*name, ColumnStats { nulls: nulls(column), range: ordinary_range(kind) }))
        };
        Self(fields.iter().filter_map(stats_of).collect())
    }

    pub(super) fn of(&self, field: &str) -> Option<&ColumnStats> {
        self.0.get(field)
    }
}

fn column_stats(
    frame: &DataFrame,
    field: &DictionaryField,
    text_size: usize,
) -> Option<ColumnStats> {
    let column = frame.column(field.name).ok()?;
    let nulls = nulls(column);
    if nulls == Nulls::All && !column.is_empty() {
        // There are no values to read, but the type must be right.
        return typed(column, field.kind)
            .ok()
            .map(|()| ColumnStats { nulls, range: Some((0.0, 0.0)) });
    }
    let (fit, range) = read(column, field.kind, text_size).ok()?;
    fit.then_some(ColumnStats { nulls, range })
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

/// Whether a column has only ordinary values.
fn is_ordinary(column: &Column, kind: FieldKind, text_size: usize) -> PolarsResult<bool> {
    Ok(match kind {
        FieldKind::Bool => column.bool().map(|_| true)?,
        FieldKind::Int => {
            all_pass(column.i64()?, are_ordinary_ints, |cell| are_ordinary_ints(&[cell]))
        }
        FieldKind::Float => {
            all_pass(column.f64()?, are_ordinary_floats, |cell| cell.abs() <= ORDINARY_FLOAT)
        }
        FieldKind::Text => are_short(column.str()?, text_size),
        FieldKind::Date => all_pass(column.date()?.physical(), are_ordinary_days, |cell| {
            are_ordinary_days(&[cell])
        }),
    })
}

/// Whether all values pass. A null cell may contain anything, so if one chunk fails, its nulls are
/// left out and it is checked again.
fn all_pass<T: PolarsNumericType>(
    cells: &ChunkedArray<T>,
    all: fn(&[T::Native]) -> bool,
    one: fn(T::Native) -> bool,
) -> bool {
    cells.downcast_iter().all(|chunk| {
        all(chunk.values())
            || chunk.validity().is_some_and(|present| {
                !which(chunk.values(), |cell| !one(cell)).intersects_with(present)
            })
    })
}

fn are_short(texts: &StringChunked, text_size: usize) -> bool {
    let lengths = texts.downcast_iter().flat_map(|chunk| chunk.views().iter());
    let longest = lengths.map(|view| view.length).max().unwrap_or_default();
    // A text may grow a little in lower case.
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

/// Whether the column is usable, and its range if ranges apply to its type.
fn read(column: &Column, kind: FieldKind, text_size: usize) -> PolarsResult<(bool, Option<Range>)> {
    if is_ordinary(column, kind, text_size)? {
        return Ok((true, ordinary_range(kind)));
    }
    Ok(match kind {
        FieldKind::Bool | FieldKind::Text => (false, None),
        FieldKind::Int => {
            let range = min_and_max(column.i64()?);
            (true, range.map(|(low, high)| (float(low), float(high))))
        }
        FieldKind::Float => {
            let figures = column.f64()?;
            (figures.iter().flatten().all(f64::is_finite), min_and_max(figures))
        }
        FieldKind::Date => {
            let fit = min_and_max(column.date()?.physical()).is_none_or(|(low, high)| {
                [low, high].into_iter().all(|day| NaiveDate::from_epoch_days(day).is_some())
            });
            (fit, None)
        }
    })
}

/// Checks that columns are ordinary while a query reads them.
#[derive(Debug)]
pub(super) struct OrdinaryCheck {
    text_size: usize,
    exceeded: Arc<AtomicBool>,
}

impl OrdinaryCheck {
    pub(super) fn new(text_size: usize) -> Self {
        Self { text_size, exceeded: Arc::default() }
    }

    /// A column to compute for each column to check.
    pub(super) fn columns(&self, stats: &FrameStats, dictionary: &Dictionary) -> Vec<Expr> {
        let checked = stats.0.iter().filter(|(_, stats)| stats.nulls != Nulls::All);
        checked.filter_map(|(name, _)| self.column(dictionary.field(name)?)).collect()
    }

    fn column(&self, field: &'static DictionaryField) -> Option<Expr> {
        let (name, kind) = (field.name, field.kind);
        let (text_size, exceeded) = (self.text_size, Arc::clone(&self.exceeded));
        // `?` occurs in no field name.
        let alias = format!("?{name}");
        let name_of_check = alias.clone();
        let check = col(name).map(
            move |column| {
                if !is_ordinary(&column, kind, text_size)? {
                    exceeded.store(true, Ordering::Relaxed);
                }
                Ok(Column::new_scalar(
                    name_of_check.as_str().into(),
                    Scalar::from(true),
                    column.len(),
                ))
            },
            |_, read| Ok(Field::new(read.name().clone(), DataType::Boolean)),
        );
        (kind != FieldKind::Bool).then(|| check.alias(alias))
    }

    /// After the query: whether all values were ordinary.
    pub(super) fn passed(&self) -> bool {
        !self.exceeded.load(Ordering::Relaxed)
    }
}

/// These three checks never stop early: without branches, the processor handles several cells at a
/// time.
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

fn min_and_max<T>(cells: &ChunkedArray<T>) -> Option<(T::Native, T::Native)>
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
    fn values_beyond_a_bound_are_not_ordinary() {
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
