//! What Polars does otherwise than the language, or not at all: the language's own functions, cell
//! by cell.

use polars::prelude::BooleanChunked;
use polars::prelude::Column;
use polars::prelude::DataType;
use polars::prelude::Expr;
use polars::prelude::Field;
use polars::prelude::Float64Chunked;
use polars::prelude::Int64Chunked;
use polars::prelude::IntoColumn as _;
use polars::prelude::PolarsResult;
use polars::prelude::Schema;
use polars::prelude::StringChunked;

use super::fold;
use super::tree::Operation;
use super::tree::TextTest;

pub(super) fn of_floats(operation: Operation, left: Expr, right: Expr) -> Expr {
    both(left, right, DataType::Float64, move |left, right| {
        let (left, right) = (left.f64()?, right.f64()?);
        let results = left.iter().zip(right.iter()).map(|cells| match cells {
            (Some(left), Some(right)) => Some(fold::of_floats(operation, left, right)),
            _ => None,
        });
        Ok(results.collect::<Float64Chunked>().into_column())
    })
}

pub(super) fn remainder(left: Expr, right: Expr) -> Expr {
    both(left, right, DataType::Int64, |left, right| {
        let (left, right) = (left.i64()?, right.i64()?);
        let results = left.iter().zip(right.iter()).map(|cells| match cells {
            (Some(left), Some(right)) => left.checked_rem(right),
            _ => None,
        });
        Ok(results.collect::<Int64Chunked>().into_column())
    })
}

pub(super) fn text_test(test: TextTest, text: Expr, part: Expr) -> Expr {
    both(text, part, DataType::Boolean, move |text, part| {
        let (text, part) = (text.str()?, part.str()?);
        let results = text.iter().zip(part.iter()).map(|cells| match (cells, test) {
            ((Some(text), Some(part)), TextTest::Contains) => Some(text.contains(part)),
            ((Some(text), Some(part)), TextTest::StartsWith) => Some(text.starts_with(part)),
            ((Some(text), Some(part)), TextTest::EndsWith) => Some(text.ends_with(part)),
            _ => None,
        });
        Ok(results.collect::<BooleanChunked>().into_column())
    })
}

pub(super) fn round(figure: Expr, places: u8) -> Expr {
    figure.map(
        move |column| {
            let figures = column.f64()?.iter();
            let results = figures.map(|figure| figure.map(|one| fold::round(one, places)));
            Ok(named(results.collect::<Float64Chunked>().into_column(), &column))
        },
        |_, field| Ok(Field::new(field.name().clone(), DataType::Float64)),
    )
}

pub(super) fn lower(text: Expr) -> Expr {
    text.map(
        |column| {
            let results = column.str()?.iter().map(|text| text.map(str::to_lowercase));
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
            let [left, right] = columns else { return Ok(Column::default()) };
            // A literal comes as one cell.
            let rows = if left.len() == 1 { right.len() } else { left.len() };
            let result = work(&spread(left, rows), &spread(right, rows))?;
            Ok(named(result, left))
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
