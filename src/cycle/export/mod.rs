//! Exports whole tables, for a spreadsheet, a script or another data platform.

mod tables;
mod workbook;
mod written;

use chrono::NaiveDate;
use polars::error::PolarsError;
use polars::frame::DataFrame;
use rust_xlsxwriter::XlsxError;
use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

use super::CycleError;
use super::Parts;

/// The tables that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportTable {
    /// Projects with every field of the dictionary.
    Projects,
    /// Projects at each edition.
    History,
    /// Ministries with every field of the dictionary.
    Ministries,
    /// The portfolio at each edition, as it was known then.
    Series,
    Alerts,
    Missions,
    /// The verdicts of the last cycle.
    Verdicts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// UTF-8, commas, decimal points, one line of field names.
    Csv,
    /// For people: French headers, and a sheet that explains each column.
    Xlsx,
    /// For programs: each column has its type.
    Parquet,
}

#[derive(Debug, Error)]
pub enum ExportError {
    #[error("write the table as CSV or Parquet")]
    Written(#[from] PolarsError),
    #[error("write the workbook")]
    Workbook(#[from] XlsxError),
}

/// A complete file in memory: its size is bounded by what the reader may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// File name, such as `vigie-projects-2020-11-30.xlsx`.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl ExportTable {
    pub const ALL: [Self; 7] = [
        Self::Projects,
        Self::History,
        Self::Ministries,
        Self::Series,
        Self::Alerts,
        Self::Missions,
        Self::Verdicts,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Projects => "projects",
            Self::History => "history",
            Self::Ministries => "ministries",
            Self::Series => "series",
            Self::Alerts => "alerts",
            Self::Missions => "missions",
            Self::Verdicts => "verdicts",
        }
    }

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
    pub const ALL: [Self; 3] = [Self::Csv, Self::Xlsx, Self::Parquet];

    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
        }
    }

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
    parts: &Parts,
    table: ExportTable,
    format: ExportFormat,
    as_of: Option<NaiveDate>,
) -> Result<Exported, CycleError> {
    let day = as_of.unwrap_or_else(|| super::view::today(parts.clock.now()));
    let frame = tables::frame(parts, table, day).await?;
    let name = format!("vigie-{}-{day}.{}", table.word(), format.word());
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
        // Exact values, since programs read this format.
        ExportFormat::Parquet => written::parquet(&mut frame),
        ExportFormat::Xlsx => workbook::workbook(table.title(), &written::visible(&frame)?),
    }
}
