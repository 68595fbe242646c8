//! Tables that leave Vigie whole: for a spreadsheet, a script, another data platform.

mod tables;
mod workbook;
mod written;

use chrono::NaiveDate;
use polars::error::PolarsError;
use polars::frame::DataFrame;
use rust_xlsxwriter::XlsxError;
use thiserror::Error;

use super::CycleError;
use super::Parts;

use crate::domain::words::words;

words! {
    /// What there is to take away.
    pub enum ExportTable, "a table" {
        /// Projects with every field of the dictionary.
        Projects = "projects",
        /// Projects at each edition.
        History = "history",
        /// Ministries with every field of theirs.
        Ministries = "ministries",
        /// The portfolio at each edition, as it was known then.
        Series = "series",
        Alerts = "alerts",
        Missions = "missions",
        /// What the last cycle judged.
        Verdicts = "verdicts",
    }
}

words! {
    pub enum ExportFormat, "a format" {
        /// UTF-8, commas, decimal points, one line of field names.
        Csv = "csv",
        /// For people: French headers, and a sheet that says what each column means.
        Xlsx = "xlsx",
        /// Typed, for programs.
        Parquet = "parquet",
    }
}

#[derive(Debug, Error)]
pub enum ExportError {
    #[error("write the table as CSV or Parquet")]
    Written(#[from] PolarsError),
    #[error("write the workbook")]
    Workbook(#[from] XlsxError),
}

/// A whole file in memory: its size is that of what the reader may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// `vigie-projects-2020-11-30.xlsx`
    pub name: String,
    pub bytes: Vec<u8>,
}

impl ExportTable {
    fn title(self) -> &'static str {
        match self {
            Self::Projects => "Projets",
            Self::History => "Historique",
            Self::Ministries => "Ministères",
            Self::Series => "Séries",
            Self::Alerts => "Alertes",
            Self::Missions => "Missions",
            Self::Verdicts => "Verdicts",
        }
    }
}

impl ExportFormat {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// Figures as of a date, today by default; alerts, missions and verdicts as they stand.
pub async fn export(
    parts: &Parts,
    table: ExportTable,
    format: ExportFormat,
    as_of: Option<NaiveDate>,
) -> Result<Exported, CycleError> {
    let day = as_of.unwrap_or_else(|| super::view::today(parts.clock.now()));
    let frame = tables::frame(parts, table, day).await?;
    let name = format!("vigie-{}-{day}.{}", table.as_str(), format.as_str());
    let written = tokio::task::spawn_blocking(move || write(table, format, frame)).await?;
    Ok(Exported { name, bytes: written? })
}

fn write(
    table: ExportTable,
    format: ExportFormat,
    mut frame: DataFrame,
) -> Result<Vec<u8>, ExportError> {
    match format {
        ExportFormat::Csv => written::csv(&mut written::visible(&frame)?),
        // For programs: to the letter.
        ExportFormat::Parquet => written::parquet(&mut frame),
        ExportFormat::Xlsx => workbook::workbook(table.title(), &written::visible(&frame)?),
    }
}
