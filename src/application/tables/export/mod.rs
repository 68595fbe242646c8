//! Exports whole tables, for a spreadsheet, a script or another data platform.

mod error;
mod excel_csv;
mod tables;
mod workbook;
mod written;

use chrono::NaiveDate;
use polars::frame::DataFrame;

use crate::application::{ApplicationError, Services};
use crate::domain::words::words;
use crate::support::clock::today;

pub use error::ExportError;

words! {
    /// The tables that can be exported.
    pub enum ExportTable, "a table" {
        /// Projects with every field of the dictionary.
        Projects = "projects",
        /// Projects at each edition.
        History = "history",
        /// Ministries with every field of the dictionary.
        Ministries = "ministries",
        /// The portfolio at each edition, as it was known then.
        Series = "series",
        Alerts = "alerts",
        Missions = "missions",
        /// The verdicts of the last cycle.
        Verdicts = "verdicts",
    }
}

words! {
    pub enum ExportFormat, "a format" {
        /// UTF-8, commas, decimal points, one line of field names.
        Csv = "csv",
        /// For people: French headers, and a sheet that explains each column.
        Xlsx = "xlsx",
        /// For programs: each column has its type.
        Parquet = "parquet",
    }
}

words! {
    /// Who opens a CSV file.
    #[derive(Default)]
    pub enum ExportReader, "a reader of the file" {
        /// Raw: field names, decimal points, texts as they are, whatever a spreadsheet program would make of them.
        #[default]
        Programs = "programs",
        /// As Excel in French reads it: semicolons, decimal commas, dates as 30/11/2020, French headers; a text that
        /// Excel would take for a formula is kept a text.
        Excel = "excel",
    }
}

/// A complete file in memory: its size is bounded by what the reader may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// File name, such as `vigie-projects-2020-11-30.xlsx`.
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

/// Exports a table. Figures are as of a date, by default today; alerts, missions and verdicts are
/// the current ones.
pub async fn export(
    services: &Services,
    table: ExportTable,
    (format, reader): (ExportFormat, ExportReader),
    as_of: Option<NaiveDate>,
) -> Result<Exported, ApplicationError> {
    let day = as_of.unwrap_or_else(|| today(services.clock.now()));
    let frame = tables::frame(services, table, day).await?;
    let name = format!("vigie-{}-{day}.{}", table.as_str(), format.as_str());
    let written =
        tokio::task::spawn_blocking(move || write(table, (format, reader), frame)).await?;
    Ok(Exported { name, bytes: written? })
}

fn write(
    table: ExportTable,
    (format, reader): (ExportFormat, ExportReader),
    mut frame: DataFrame,
) -> Result<Vec<u8>, ExportError> {
    match format {
        ExportFormat::Csv if reader == ExportReader::Excel => {
            excel_csv::excel_csv(&written::visible(&frame)?)
        }
        ExportFormat::Csv => written::csv(&mut written::visible(&frame)?),
        // Exact values, since programs read this format.
        ExportFormat::Parquet => written::parquet(&mut frame),
        ExportFormat::Xlsx => workbook::workbook(table.title(), &written::visible(&frame)?),
    }
}
