//! Converts columns of a table to the dictionary's types.

use chrono::{NaiveDate, TimeDelta};
use polars::error::{PolarsError, PolarsResult};
use polars::frame::DataFrame;
use polars::prelude::{
    ChunkApply as _, ChunkFull as _, Column, DataType, IntoSeries as _, NamedFrom as _, Series,
    StringChunked,
};

use super::error::TableError;
use crate::domain::plausible;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary::FieldKind;
use crate::intake::{Cells, FileFault, TableField, TableLayout};

/// A fault and its row, counted from the first row of the chunk.
pub(super) type Placed = (usize, FileFault);

pub(super) fn of_cells(layout: &TableLayout, columns: Vec<Cells>) -> Result<DataFrame, TableError> {
    let columns = layout.fields.iter().zip(columns).map(|(field, cells)| of_field(field, cells));
    DataFrame::new_infer_height(columns.collect()).map_err(TableError::Batch)
}

fn of_field(field: &TableField, cells: Cells) -> Column {
    let name = field.field.name.into();
    Column::from(match cells {
        Cells::Bool(cells) => Series::new(name, cells),
        Cells::Int(cells) => Series::new(name, cells),
        Cells::Float(cells) => Series::new(name, cells),
        Cells::Text(cells) => Series::new(name, cells),
        Cells::Date(cells) => Series::new(name, cells),
    })
}

/// Whether values of a type may be those of a field. Texts are parsed as the profile says.
pub(super) fn can_be(found: &DataType, kind: FieldKind) -> bool {
    let same = match kind {
        FieldKind::Bool => found.is_bool(),
        // A text field may have a name that is written as a number.
        FieldKind::Int => found.is_integer() || matches!(found, DataType::Decimal(_, 0)),
        FieldKind::Text => found.is_integer() || is_category(found),
        FieldKind::Float => found.is_primitive_numeric() || matches!(found, DataType::Decimal(..)),
        FieldKind::Date => matches!(found, DataType::Date | DataType::Datetime(_, _)),
    };
    same || found.is_string() || found.is_null()
}

/// Texts of a closed list, kept as numbers.
fn is_category(found: &DataType) -> bool {
    matches!(found, DataType::Categorical(..) | DataType::Enum(..))
}

/// The columns that the layout reads, under the names of their fields.
pub(super) fn of_table(layout: &TableLayout, table: &DataFrame) -> Result<DataFrame, Vec<Placed>> {
    let mut columns = Vec::new();
    let mut faults = Vec::new();
    for field in &layout.fields {
        let typed = table
            .column(&field.header)
            .map_err(|error| vec![unreadable(field, error.to_string())])
            .and_then(|column| of_column(field, column));
        match typed {
            Ok(column) => columns.push(column.with_name(field.field.name.into())),
            Err(found) => faults.extend(found),
        }
    }
    if !faults.is_empty() {
        faults.sort_by_key(|(row, _)| *row);
        return Err(faults);
    }
    DataFrame::new_infer_height(columns).map_err(|error| {
        let fault = FileFault {
            row: None,
            column: None,
            found: error.to_string(),
            expected: "des colonnes de même hauteur".to_owned(),
            unknown_name: None,
        };
        vec![(0, fault)]
    })
}

fn of_column(field: &TableField, column: &Column) -> Result<Column, Vec<Placed>> {
    if column.dtype().is_string() {
        return of_texts(field, column);
    }
    if is_category(column.dtype()) {
        let texts = column.strict_cast(&DataType::String);
        return of_texts(
            field,
            &texts.map_err(|error| vec![unreadable(field, error.to_string())])?,
        );
    }
    let cast = cast(field, column);
    let typed = cast.map_err(|error| vec![unreadable(field, error.to_string())])?;
    match field.field.kind {
        FieldKind::Float => not_numbers(field, &typed)?,
        FieldKind::Int => not_counts(field, &typed)?,
        FieldKind::Date => not_dates(field, &typed)?,
        FieldKind::Bool | FieldKind::Text => {}
    }
    Ok(typed)
}

fn cast(field: &TableField, column: &Column) -> PolarsResult<Column> {
    let kind = match field.field.kind {
        FieldKind::Bool => DataType::Boolean,
        FieldKind::Int => DataType::Int64,
        FieldKind::Float => DataType::Float64,
        FieldKind::Text => DataType::String,
        FieldKind::Date => DataType::Date,
    };
    let typed = column.strict_cast(&kind)?;
    if field.is_as_is() {
        return Ok(typed);
    }
    let scaled = typed.cast(&DataType::Float64)?;
    let scaled = scaled.f64()?.apply_values(|number| field.scaled(number));
    Column::from(scaled.into_series()).strict_cast(&kind)
}

fn of_texts(field: &TableField, column: &Column) -> Result<Column, Vec<Placed>> {
    let texts = column.str().map_err(|error| vec![unreadable(field, error.to_string())])?;
    if texts.iter().flatten().all(|text| field.takes_as_is(text)) {
        return Ok(column.clone());
    }
    let mut cells = Cells::of(field.field.kind, texts.len());
    let mut faults = Vec::new();
    for (row, text) in texts.iter().enumerate() {
        match text {
            None => cells.push_missing(),
            Some(text) => {
                if let Err(expected) = cells.push(field, text) {
                    faults.push((row, fault(&field.header, FileFault::quote(text), expected)));
                }
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(of_field(field, cells))
}

/// Frames contain no NaN or infinity.
fn not_numbers(field: &TableField, column: &Column) -> Result<(), Vec<Placed>> {
    let numbers = column.f64().map_err(|error| vec![unreadable(field, error.to_string())])?;
    let faults: Vec<_> = numbers
        .iter()
        .enumerate()
        .filter_map(|(row, number)| Some((row, number?)))
        .filter_map(|(row, number)| {
            let expected = if number.is_finite() {
                field.plausible(number).err()?
            } else {
                "un nombre, ou rien".to_owned()
            };
            Some((row, fault(&field.header, format!("`{number}`"), expected)))
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Frames contain no number too large to be a count.
fn not_counts(field: &TableField, column: &Column) -> Result<(), Vec<Placed>> {
    let floats = column.cast(&DataType::Float64);
    let floats = floats.map_err(|error| vec![unreadable(field, error.to_string())])?;
    not_numbers(field, &floats)
}

/// Frames contain no date that no project can have.
fn not_dates(field: &TableField, column: &Column) -> Result<(), Vec<Placed>> {
    let unread = |error: PolarsError| vec![unreadable(field, error.to_string())];
    let days = column.cast(&DataType::Int32).map_err(unread)?;
    let counts = days.i32().map_err(unread)?;
    let date =
        |count: i32| NaiveDate::default().checked_add_signed(TimeDelta::days(i64::from(count)));
    let faults: Vec<_> = counts
        .iter()
        .enumerate()
        .filter_map(|(row, count)| Some((row, count?)))
        .filter(|(_, count)| !date(*count).is_some_and(plausible::is_date))
        .map(|(row, count)| {
            let found = date(count).map_or_else(|| format!("day {count}"), |date| date.to_string());
            let expected =
                "une date du 1970-01-01 au 2100-12-31, telle que `2026-11-25`".to_owned();
            (row, fault(&field.header, format!("`{found}`"), expected))
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn unreadable(field: &TableField, found: String) -> Placed {
    let expected = format!("{}, pour le champ `{}`", field.expected(), field.field.name);
    (0, fault(&field.header, found, expected))
}

/// The row number is added by the caller.
pub(super) fn fault(column: &str, found: String, expected: String) -> FileFault {
    FileFault { row: None, column: Some(column.to_owned()), found, expected, unknown_name: None }
}

/// The subject of each row, or the rows that have none.
pub(super) fn subjects(
    table: &DataFrame,
    scope: SubjectKind,
    layout: &TableLayout,
) -> Result<Result<StringChunked, Vec<Placed>>, TableError> {
    let name = match scope {
        SubjectKind::Project => "project_id",
        SubjectKind::Ministry => "ministry",
        SubjectKind::Portfolio => {
            return Ok(Ok(StringChunked::full("".into(), "portfolio", table.height())));
        }
    };
    let texts = table.column(name).and_then(|column| column.str()).map_err(TableError::Batch)?;
    if !texts.has_nulls() {
        return Ok(Ok(texts.clone()));
    }
    let nameless = texts.iter().enumerate().filter(|(_, text)| text.is_none());
    let faults = nameless.map(|(row, _)| {
        let expected = "le nom du sujet".to_owned();
        (row, fault(layout.subject_header(), "rien".to_owned(), expected))
    });
    Ok(Err(faults.collect()))
}
