//! `vigie restore`: a backup takes the place of the database.

use std::path::PathBuf;

use clap::Parser;
use serde::Serialize;
use vigie::app::config::Config;
use vigie::clock::Clock as _;
use vigie::clock::SystemClock;
use vigie::domain::audit::Actor;
use vigie::store;
use vigie::store::Store;

use super::CliError;
use super::Conclusion;
use super::print::Cell;
use super::print::Printer;
use super::print::Sheet;

#[derive(Debug, Parser)]
pub(crate) struct RestoreArgs {
    /// A backup, as the job `backup` makes them
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Replace the database that is there; it is kept beside the new one
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    database: String,
    replaced: Option<String>,
    cycles: u64,
    backup: &'a PathBuf,
}

/// The file is verified before and after it is copied, then brought up to date.
pub(super) async fn run(
    request: &RestoreArgs,
    config: &Config,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let now = SystemClock.now();
    let restored = store::restore(&config.database_url, &request.file, request.force, now).await?;
    let store = Store::open(&config.database_url).await?;
    let actor = Actor::person(&config.actor).unwrap_or_else(|_| Actor::vigie());
    store.note_restoration(&actor, &request.file, now).await?;
    let last = store.last_cycle().await?;
    store.close().await;
    let report = Report {
        database: restored.database.display().to_string(),
        replaced: restored.replaced.map(|path| path.display().to_string()),
        cycles: last.map_or(0, |last| u64::try_from(last.number.0).unwrap_or_default()),
        backup: &request.file,
    };
    let columns = vec![
        ("database", "Base"),
        ("replaced", "Ancienne base, gardée"),
        ("cycles", "Dernier cycle"),
    ];
    let cells = vec![
        Cell::text(&report.database),
        Cell::optional(report.replaced.as_deref()),
        Cell::count(i64::try_from(report.cycles).unwrap_or(i64::MAX)),
    ];
    printer.answer(&report, &[Sheet::new("Base restaurée", columns, vec![cells])], 0)?;
    Ok(Conclusion::Good)
}
