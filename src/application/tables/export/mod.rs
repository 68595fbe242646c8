//! Exports whole tables, for a spreadsheet, a script or another data platform.

mod error;
mod excel_csv;
mod exported;
mod frame_columns;
mod lists;
mod sheet_contents;
mod table_words;
mod tables;
mod workbook;
mod written;

use chrono::NaiveDate;
use polars::frame::DataFrame;

use crate::application::publishing::catalogue;
use crate::application::{ApplicationError, Services};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::words::words;
use crate::frame::dictionary::Dictionary;
use crate::support::clock::today;
use crate::support::french;

pub use error::ExportError;
pub use exported::{ExportFormat, Exported};
pub use lists::{ExportColumn, ListContents, ListFormat, ListTable, MOST_LISTED, export_list};
use sheet_contents::{ColumnHead, NOT_KNOWN, SheetContents};

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
        /// The verdicts of the last cycle as of the date.
        Verdicts = "verdicts",
        /// Two editions compared, project by project.
        Comparison = "comparison",
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
            Self::Comparison => "Comparaison",
        }
    }
}

impl ExportTable {
    /// What the table holds, for whoever opens its workbook.
    fn meaning(self) -> &'static str {
        match self {
            Self::Projects => {
                "Les projets de l’édition en vigueur et ceux qui viennent de sortir, avec leurs mesures."
            }
            Self::History => "Chaque projet à chaque édition du panorama.",
            Self::Ministries => "Les ministères, avec leurs mesures.",
            Self::Series => "Le portefeuille à chaque édition, tel qu’il était connu alors.",
            Self::Alerts => "Les alertes, closes comprises, avec leur explication.",
            Self::Missions => "Les missions, terminées comprises, avec leurs motifs.",
            Self::Verdicts => {
                "Ce que chaque règle dit de chaque projet, ministère ou du portefeuille, au dernier cycle de la date."
            }
            Self::Comparison => "Deux éditions du panorama comparées, projet par projet.",
        }
    }
}

/// What a table is taken of.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExportScope {
    /// Date as of which figures and verdicts are taken; today by default.
    pub as_of: Option<NaiveDate>,
    /// The editions to compare.
    pub editions: Option<(EditionId, EditionId)>,
}

/// Exports a table.
///
/// # Errors
/// When the table cannot be had as of that date: alerts and missions are known as they are now. When no editions to
/// compare are named. When the data cannot be read.
pub async fn export(
    services: &Services,
    table: ExportTable,
    (format, reader): (ExportFormat, ExportReader),
    scope: ExportScope,
) -> Result<Exported, ApplicationError> {
    let day = scope.as_of.unwrap_or_else(|| today(services.clock.now()));
    let frame = tables::frame(services, table, scope).await?;
    let of = match (table, scope.editions) {
        (ExportTable::Comparison, Some((from, to))) => format!("{}-{}", from.min(to), from.max(to)),
        _ => day.to_string(),
    };
    let name = format!("vigie-{}-{of}.{}", table.as_str(), format.as_str());
    let dictionary = catalogue::dictionary(services).await?;
    let write = move || write((table, &of), (format, reader), frame, &dictionary);
    let written = tokio::task::spawn_blocking(write).await?;
    Ok(Exported { name, bytes: written? })
}

fn write(
    (table, of): (ExportTable, &str),
    (format, reader): (ExportFormat, ExportReader),
    mut frame: DataFrame,
    dictionary: &Dictionary,
) -> Result<Vec<u8>, ExportError> {
    match format {
        ExportFormat::Csv if reader == ExportReader::Excel => {
            let frame = written::visible(&frame)?;
            excel_csv::excel_csv(&contents((table, of), &frame, dictionary), &frame)
        }
        ExportFormat::Csv => written::csv(&mut written::visible(&frame)?),
        // Exact values, since programs read this format.
        ExportFormat::Parquet => written::parquet(&mut frame),
        ExportFormat::Xlsx => {
            let frame = written::with_texts(&written::visible(&frame)?, |column, text| {
                table_words::in_french(column, text, dictionary)
            })?;
            workbook::workbook(&contents((table, of), &frame, dictionary), &frame)
        }
    }
}

/// `of` is the date of the table, or the editions that it compares.
fn contents(
    (table, of): (ExportTable, &str),
    frame: &DataFrame,
    dictionary: &Dictionary,
) -> SheetContents {
    let names = frame.columns().iter().map(|column| column.name().as_str());
    let head = |name| ColumnHead::of(name, table_words::header(name), dictionary);
    let date = of.parse::<NaiveDate>().map_or_else(|_| of.to_owned(), french::date);
    SheetContents {
        title: table.title().to_owned(),
        meaning: table.meaning().to_owned(),
        of: vec![("Date ou éditions", date)],
        has_amounts: true,
        empty_cells: NOT_KNOWN,
        heads: names.map(head).collect(),
    }
}
