//! `vigie export`: a whole table, to take away.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::whole_file::write_whole;
use crate::cli::session::Session;
use crate::cli::values::{date, word};
use vigie::application::{ExportFormat, ExportReader, ExportTable};
use vigie::client::ApiClient;
use vigie::domain::portfolio::edition::EditionId;

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Projects; history (projects at each edition); ministries; series (the portfolio at each edition);
    /// alerts; missions; verdicts (of the last cycle); comparison (of the editions `--from` and `--to`)
    #[arg(value_parser = table, value_name = "TABLE")]
    table: ExportTable,
    /// Date as of which figures and verdicts are taken, as YYYY-MM-DD; today by default. Alerts and missions are those of
    /// now: an earlier date is refused
    #[arg(long, value_parser = date, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// One of the editions to compare, as YYYY-MM
    #[arg(long, value_name = "EDITION")]
    from: Option<EditionId>,
    /// The other edition to compare, as YYYY-MM
    #[arg(long, value_name = "EDITION")]
    to: Option<EditionId>,
    /// File to write, in the format of its extension: CSV, XLSX (French headers, a sheet that explains
    /// them) or Parquet; CSV on standard output by default
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Who opens the CSV file: programs, which get it raw, formulas in texts included (the default), or excel: as
    /// Excel in French reads it, without formulas
    #[arg(long = "for", value_parser = reader, value_name = "READER")]
    reader: Option<ExportReader>,
}

pub(in crate::cli) async fn run(
    request: &ExportArgs,
    Session { api, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let format = format(request.out.as_deref())?;
    let place = api
        .at(&["exports", request.table.as_str()])
        .with("format", Some(format.as_str()))
        .with("for", request.reader.map(ExportReader::as_str))
        .with("as_of", request.as_of)
        .with("from", request.from)
        .with("to", request.to);
    write(request.out.as_deref(), &api.bytes(place).await?)
}

/// Writes the comparison of two editions to a file, in the format of its extension.
pub(super) async fn write_comparison(
    (from, to): (EditionId, EditionId),
    out: &Path,
    api: &ApiClient,
) -> Result<Conclusion, CliError> {
    let place = api
        .at(&["exports", ExportTable::Comparison.as_str()])
        .with("format", Some(format(Some(out))?.as_str()))
        .with("from", Some(from))
        .with("to", Some(to));
    write(Some(out), &api.bytes(place).await?)
}

fn format(out: Option<&Path>) -> Result<ExportFormat, CliError> {
    let Some(path) = out else { return Ok(ExportFormat::Csv) };
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let known = ExportFormat::ALL.into_iter().find(|format| format.as_str() == extension);
    known.ok_or_else(|| CliError::ExportFormat { found: path.display().to_string() })
}

fn write(out: Option<&Path>, bytes: &[u8]) -> Result<Conclusion, CliError> {
    match out {
        Some(path) => write_whole(path, bytes)?,
        None => std::io::stdout().lock().write_all(bytes)?,
    }
    Ok(Conclusion::Good)
}

fn reader(text: &str) -> Result<ExportReader, String> {
    word(text, &ExportReader::ALL.map(ExportReader::as_str))
}

fn table(text: &str) -> Result<ExportTable, String> {
    word(text, &ExportTable::ALL.map(ExportTable::as_str))
}
