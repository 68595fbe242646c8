//! Operations that Polars does differently from the rule language, or not at all: computed cell by
//! cell by the language's own functions.

use chrono::NaiveDate;
use polars::prelude::{
    BooleanChunked, ChunkedArray, Column, DataType, Expr, Field, Float64Chunked, Int32Chunked,
    Int64Chunked, IntoColumn as _, PolarsNumericType, PolarsResult, Schema, StringChunked,
};
use polars_arrow::array::BooleanArray;
use polars_arrow::datatypes::ArrowDataType;

use super::bit_packing::which;
use super::fold;
use super::ir::TextTest;
use crate::rules::language::library;
use crate::rules::language::operators::{Comparator, Operation};

pub(super) fn of_floats(operation: Operation, left: Expr, right: Expr) -> Expr {
    both(left, right, DataType::Float64, move |lefts, rights| {
        let (lefts, rights) = (lefts.f64()?, rights.f64()?);
        let results = lefts.iter().zip(rights.iter()).map(|cells| match cells {
            (Some(one), Some(other)) => Some(operation.of_floats(one, other)),
            _ => None,
        });
        Ok(results.collect::<Float64Chunked>().into_column())
    })
}

pub(super) fn remainder(left: Expr, right: Expr) -> Expr {
    both(left, right, DataType::Int64, |lefts, rights| {
        let (lefts, rights) = (lefts.i64()?, rights.i64()?);
        let results = lefts.iter().zip(rights.iter()).map(|cells| match cells {
            (Some(one), Some(other)) => one.checked_rem(other),
            _ => None,
        });
        Ok(results.collect::<Int64Chunked>().into_column())
    })
}

pub(super) fn text_test(test: TextTest, whole: Expr, part: Expr) -> Expr {
    both(whole, part, DataType::Boolean, move |wholes, parts| {
        let (wholes, parts) = (wholes.str()?, parts.str()?);
        let results = wholes.iter().zip(parts.iter()).map(|cells| match cells {
            (Some(one), Some(other)) => Some(fold::text_test(test, one, other)),
            _ => None,
        });
        Ok(results.collect::<BooleanChunked>().into_column())
    })
}

/// Compares a number with a constant, one bit per row. Rows with NaN have already been left to the
/// interpreter.
pub(super) fn against_float(figure: Expr, comparator: Comparator, limit: f64) -> Expr {
    against(figure, move |column| Ok(compared(column.f64()?, comparator, limit)))
}

pub(super) fn against_int(count: Expr, comparator: Comparator, limit: i64) -> Expr {
    against(count, move |column| Ok(compared(column.i64()?, comparator, limit)))
}

fn compared<T: PolarsNumericType>(
    cells: &ChunkedArray<T>,
    comparator: Comparator,
    limit: T::Native,
) -> BooleanChunked {
    match comparator {
        Comparator::Equal => tested(cells, |cell| cell == limit),
        Comparator::Different => tested(cells, |cell| cell != limit),
        Comparator::Less => tested(cells, |cell| cell < limit),
        Comparator::AtMost => tested(cells, |cell| cell <= limit),
        Comparator::More => tested(cells, |cell| cell > limit),
        Comparator::AtLeast => tested(cells, |cell| cell >= limit),
    }
}

fn against(
    one: Expr,
    work: impl Fn(&Column) -> PolarsResult<BooleanChunked> + Send + Sync + 'static,
) -> Expr {
    one.map(
        move |column| Ok(named(work(&column)?.into_column(), &column)),
        |_, field| Ok(Field::new(field.name().clone(), DataType::Boolean)),
    )
}

fn tested<T: PolarsNumericType>(
    cells: &ChunkedArray<T>,
    test: impl Fn(T::Native) -> bool,
) -> BooleanChunked {
    let chunks = cells.downcast_iter().map(|chunk| {
        let passed = which(chunk.values(), &test);
        BooleanArray::new(ArrowDataType::Boolean, passed, chunk.validity().cloned())
    });
    BooleanChunked::from_chunk_iter(cells.name().clone(), chunks)
}

/// Shifts a date by a whole number of days or months.
pub(super) fn shifted(
    date: Expr,
    count: Expr,
    shift: fn(NaiveDate, i64) -> Option<NaiveDate>,
) -> Expr {
    both(date, count, DataType::Date, move |dates, counts| {
        let (dates, counts) = (dates.date()?, counts.i64()?);
        let results = dates.physical().iter().zip(counts.iter()).map(|cells| match cells {
            (Some(day), Some(by)) => {
                Some(shift(NaiveDate::from_epoch_days(day)?, by)?.to_epoch_days())
            }
            _ => None,
        });
        results.collect::<Int32Chunked>().into_column().cast(&DataType::Date)
    })
}

pub(super) fn count_above(figures: Expr, limit: Expr) -> Expr {
    both(figures, limit, DataType::Int64, |series, limits| {
        let (series, limits) = (series.str()?, limits.f64()?);
        let results = series.iter().zip(limits.iter()).map(|cells| match cells {
            (Some(one), Some(most)) => Some(library::count_above(one, most)),
            _ => None,
        });
        Ok(results.collect::<Int64Chunked>().into_column())
    })
}

pub(super) fn count_since(days: Expr, since: Expr) -> Expr {
    both(days, since, DataType::Int64, |texts, starts| {
        let (texts, starts) = (texts.str()?, starts.date()?);
        let results = texts.iter().zip(starts.physical().iter()).map(|cells| match cells {
            (Some(text), Some(start)) => {
                Some(library::count_since(text, NaiveDate::from_epoch_days(start)?))
            }
            _ => None,
        });
        Ok(results.collect::<Int64Chunked>().into_column())
    })
}

/// `others` are the editions, the limit and the day from which editions count.
pub(super) fn count_above_since(figures: Expr, others: &[Expr; 3]) -> Expr {
    figures.map_many(
        |columns| {
            let rows = columns.iter().map(Column::len).max().unwrap_or_default();
            let [first, second, third, last] = &*columns else { return Ok(Column::default()) };
            let [series, editions, limits, starts] =
                [first, second, third, last].map(|column| spread(column, rows));
            let beside = editions
                .str()?
                .iter()
                .zip(limits.f64()?.iter())
                .zip(starts.date()?.physical().iter());
            let cells = series.str()?.iter().zip(beside);
            let results = cells.map(|(written, ((listed, limit), start))| {
                let since = NaiveDate::from_epoch_days(start?)?;
                library::count_above_since(written?, listed?, limit?, since)
            });
            Ok(named(results.collect::<Int64Chunked>().into_column(), first))
        },
        others,
        |_: &Schema, fields| {
            let name = fields.first().map(|field| field.name().clone()).unwrap_or_default();
            Ok(Field::new(name, DataType::Int64))
        },
    )
}

pub(super) fn round(figure: Expr, places: u8) -> Expr {
    figure.map(
        move |column| {
            let figures = column.f64()?.iter();
            let results = figures.map(|cell| cell.map(|one| library::rounded(one, places)));
            Ok(named(results.collect::<Float64Chunked>().into_column(), &column))
        },
        |_, field| Ok(Field::new(field.name().clone(), DataType::Float64)),
    )
}

pub(super) fn lower(text: Expr) -> Expr {
    text.map(
        |column| {
            let results = column.str()?.iter().map(|cell| cell.map(str::to_lowercase));
            Ok(named(results.collect::<StringChunked>().into_column(), &column))
        },
        |_, field| Ok(Field::new(field.name().clone(), DataType::String)),
    )
}

fn both(
    left: Expr,
    right: Expr,
    gives: DataType,
    work: impl Fn(&Column, &Column) -> PolarsResult<Column> + Send + Sync + 'static,
) -> Expr {
    left.map_many(
        move |columns| {
            let [one, other] = columns else { return Ok(Column::default()) };
            // Polars gives a literal as one cell.
            let rows = if one.len() == 1 { other.len() } else { one.len() };
            let result = work(&spread(one, rows), &spread(other, rows))?;
            Ok(named(result, one))
        },
        &[right],
        move |_: &Schema, fields| {
            let name = fields.first().map(|field| field.name().clone()).unwrap_or_default();
            Ok(Field::new(name, gives.clone()))
        },
    )
}

fn spread(column: &Column, rows: usize) -> Column {
    if column.len() == 1 && rows != 1 { column.new_from_index(0, rows) } else { column.clone() }
}

fn named(mut column: Column, like: &Column) -> Column {
    column.rename(like.name().clone());
    column
}
