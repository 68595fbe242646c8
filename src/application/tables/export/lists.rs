//! Lists of pages as files: all rows that fit the filters of the page, in its order, with the same columns in each format.

use chrono::{DateTime, NaiveDate, Utc};
use polars::prelude::Column;

use super::error::ExportError;
use super::exported::{ExportFormat, Exported};
use super::sheet_contents::{ColumnHead, SheetContents};
use super::{excel_csv, frame_columns, workbook, written};
use crate::application::{ApplicationError, Services};
use crate::domain::words::words;
use crate::frame::dictionary::Unit;
use crate::support::clock::today;
use crate::support::french;

/// Rows of one file.
pub const MOST_LISTED: u32 = 50_000;

words! {
    /// The files that a list can be had as.
    pub enum ListFormat, "a format" {
        /// As Excel in French reads it.
        Csv = "csv",
        Xlsx = "xlsx",
    }
}

impl From<ListFormat> for ExportFormat {
    fn from(format: ListFormat) -> Self {
        match format {
            ListFormat::Csv => Self::Csv,
            ListFormat::Xlsx => Self::Xlsx,
        }
    }
}

/// A list that can be had as a file.
#[derive(Debug)]
pub struct ListTable<T: 'static> {
    /// As its files are named: `alertes`.
    pub name: &'static str,
    pub title: &'static str,
    /// What it holds, for whoever opens its workbook.
    pub meaning: &'static str,
    pub columns: &'static [ExportColumn<T>],
}

/// A column of a list: its header, and its cell in a row.
#[derive(Debug)]
pub struct ExportColumn<T> {
    header: &'static str,
    unit: Option<Unit>,
    cell: ListCell<T>,
}

#[derive(Debug)]
enum ListCell<T> {
    Text(fn(&T) -> String),
    Number(fn(&T) -> Option<f64>),
    Count(fn(&T) -> Option<i64>),
    Flag(fn(&T) -> Option<bool>),
    Day(fn(&T) -> Option<NaiveDate>),
    Moment(fn(&T) -> Option<DateTime<Utc>>),
}

impl<T> ExportColumn<T> {
    /// A text; an empty one is an empty cell.
    pub const fn text(header: &'static str, of: fn(&T) -> String) -> Self {
        Self { header, unit: None, cell: ListCell::Text(of) }
    }

    pub const fn number(header: &'static str, unit: Unit, of: fn(&T) -> Option<f64>) -> Self {
        Self { header, unit: Some(unit), cell: ListCell::Number(of) }
    }

    pub const fn count(header: &'static str, of: fn(&T) -> Option<i64>) -> Self {
        Self { header, unit: None, cell: ListCell::Count(of) }
    }

    pub const fn flag(header: &'static str, of: fn(&T) -> Option<bool>) -> Self {
        Self { header, unit: None, cell: ListCell::Flag(of) }
    }

    pub const fn day(header: &'static str, of: fn(&T) -> Option<NaiveDate>) -> Self {
        Self { header, unit: None, cell: ListCell::Day(of) }
    }

    /// An instant, shown as clocks in Paris do.
    pub const fn moment(header: &'static str, of: fn(&T) -> Option<DateTime<Utc>>) -> Self {
        Self { header, unit: None, cell: ListCell::Moment(of) }
    }

    fn of_frame(&self, rows: &[T]) -> Result<Column, ExportError> {
        let name = self.header;
        Ok(match self.cell {
            ListCell::Text(of) => frame_columns::text(name, rows, &|row| {
                Some(of(row)).filter(|text| !text.is_empty())
            }),
            ListCell::Number(of) => frame_columns::number(name, rows, &of),
            ListCell::Count(of) => frame_columns::count(name, rows, &of),
            ListCell::Flag(of) => frame_columns::flag(name, rows, &of),
            ListCell::Day(of) => frame_columns::date(name, rows, &of)?,
            ListCell::Moment(of) => frame_columns::moment(name, rows, &of)?,
        })
    }

    fn head(&self) -> ColumnHead {
        ColumnHead {
            header: self.header.to_owned(),
            name: String::new(),
            unit: self.unit,
            meaning: None,
        }
    }
}

/// The rows of a list, and the filters that they fit, as people read them.
#[derive(Debug)]
pub struct ListContents<T> {
    pub rows: Vec<T>,
    pub filters: Vec<String>,
}

/// Writes a list as a file, off the threads that answer requests.
///
/// # Errors
/// When the file cannot be written.
pub async fn export_list<T: Send + 'static>(
    services: &Services,
    list: &'static ListTable<T>,
    contents: ListContents<T>,
    format: ListFormat,
) -> Result<Exported, ApplicationError> {
    let day = today(services.clock.now());
    let name = format!("vigie-{}-{day}.{}", list.name, format.as_str());
    let write = move || write(list, &contents, day, format);
    let bytes = tokio::task::spawn_blocking(write).await?;
    Ok(Exported { name, bytes: bytes? })
}

fn write<T>(
    list: &ListTable<T>,
    ListContents { rows, filters }: &ListContents<T>,
    day: NaiveDate,
    format: ListFormat,
) -> Result<Vec<u8>, ExportError> {
    let columns: Result<Vec<Column>, ExportError> =
        list.columns.iter().map(|column| column.of_frame(rows)).collect();
    let frame = written::visible(&frame_columns::whole(columns?)?)?;
    let filters = if filters.is_empty() { "aucun".to_owned() } else { filters.join("\n") };
    let sheet = SheetContents {
        title: list.title.to_owned(),
        meaning: list.meaning.to_owned(),
        of: vec![("Date", french::date(day)), ("Filtres", filters)],
        has_amounts: list.columns.iter().any(|column| column.unit == Some(Unit::Meur)),
        empty_cells: "Rien à dire, ou donnée non connue\u{a0}; jamais zéro.",
        heads: list.columns.iter().map(ExportColumn::head).collect(),
    };
    match format {
        ListFormat::Csv => excel_csv::excel_csv(&sheet, &frame),
        ListFormat::Xlsx => workbook::workbook(&sheet, &frame),
    }
}
