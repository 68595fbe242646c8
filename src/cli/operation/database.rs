//! `vigie database`: copying a whole database to another place, and checking one.

use std::sync::Arc;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::audit::in_french;
use crate::cli::language::translate;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::domain::ids::CycleNumber;
use vigie::server::config::Config;
use vigie::store::{CopyReport, DatabaseCheck, DatabaseEngine, Store};
use vigie::support::french;
use vigie::{application, store};

#[derive(Debug, Subcommand)]
pub(crate) enum DatabaseCommand {
    /// Copy a whole database into an empty one, and verify the copy
    ///
    /// From a file to a server or back: `sqlite://data/vigie.db`, `postgres://user:password@host/name`. Stop the service first. A copy
    /// that was cut goes on where it stopped when it is run again. Afterwards each table is read again on both sides, the audit
    /// trail is followed, and every cycle is judged again from the copy.
    Copy {
        /// Address of the database to copy
        #[arg(value_name = "FROM")]
        from: String,
        /// Address of the empty database to fill
        #[arg(value_name = "TO")]
        into: String,
    },
    /// Check that the database is sound, has the tables of this version, and that its audit trail is whole
    Check,
}

#[derive(Debug, Serialize)]
struct Copied {
    from: String,
    into: String,
    done: CopyReport,
    audit_entries: i64,
    /// Cycles judged again from the copy, to the same verdicts byte for byte.
    replayed: u64,
    /// Cycles whose verdicts an earlier engine gave, which this one compares only.
    of_former_engines: u64,
    differing: Vec<CycleNumber>,
}

pub(in crate::cli) async fn run(
    command: &DatabaseCommand,
    config: &Config,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        DatabaseCommand::Copy { from, into } => copy(from, into, config, printer).await,
        DatabaseCommand::Check => {
            let database = Store::open_read_only(&config.database_url).await?;
            let found = store::check_database(&database).await;
            database.close().await;
            show_check(&found?, printer)
        }
    }
}

async fn copy(
    from: &str,
    into: &str,
    config: &Config,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let source = Store::open_read_only(from).await?;
    let target = Store::open_to_fill(into).await?;
    let bar = ProgressBar::new(0);
    let look = ProgressStyle::with_template("{bar:30} {percent} % {msg}");
    bar.set_style(look.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let copied = store::copy_database(&source, &target, &|progress| {
        bar.set_length(progress.rows);
        bar.set_position(progress.copied);
        bar.set_message(progress.table.to_owned());
    })
    .await;
    bar.finish_and_clear();
    let places = (source.place(), target.place());
    source.close().await;
    target.close().await;
    let mut report = Copied {
        from: places.0,
        into: places.1,
        done: copied?,
        audit_entries: 0,
        replayed: 0,
        of_former_engines: 0,
        differing: vec![],
    };
    let at_target = Config { database_url: into.to_owned(), ..config.clone() };
    let audit = replay_all(&at_target, &mut report).await?;
    let is_whole = audit.is_sound() && report.differing.is_empty();
    report.audit_entries = audit.audit.sound;
    let columns = vec![
        ("from", "De"),
        ("into", "Vers"),
        ("tables", "Tables"),
        ("rows", "Lignes, relues des deux côtés"),
        ("audit_entries", "Décisions de la piste d’audit"),
        ("replayed", "Cycles rejoués à l’identique"),
    ];
    let cells = vec![
        Cell::text(&report.from),
        Cell::text(&report.into),
        Cell::count(report.done.tables),
        Cell::count(report.done.rows),
        Cell::of(french::integer(report.audit_entries), report.audit_entries),
        Cell::count(report.replayed),
    ];
    printer.answer(&report, &[Sheet::new("Base copiée", columns, vec![cells])], 0)?;
    for number in &report.differing {
        print::message(&format!(
            "cycle {number} does not replay as it was stored: `vigie replay {number}` shows what differs"
        ));
    }
    Ok(if is_whole { Conclusion::Good } else { Conclusion::Bad })
}

/// Checks the copy, and judges every cycle again from it.
async fn replay_all(config: &Config, report: &mut Copied) -> Result<DatabaseCheck, CliError> {
    let services = config.services(config.clock()).await?;
    let found = store::check_database(&services.store).await?;
    let services = Arc::new(services);
    for cycle in services.store.cycles(u32::MAX).await? {
        let replay = application::replay(&services, cycle.number).await?;
        if replay.identical {
            report.replayed += 1;
        } else if replay.is_of_former_engine() {
            report.of_former_engines += 1;
        } else {
            report.differing.push(cycle.number);
        }
    }
    services.store.close().await;
    Ok(found)
}

fn show_check(found: &DatabaseCheck, printer: &Printer) -> Result<Conclusion, CliError> {
    let engine = match found.engine {
        DatabaseEngine::Sqlite => "SQLite",
        DatabaseEngine::Postgresql => "PostgreSQL",
    };
    let title = if found.is_sound() { "Base saine" } else { "Base EN DÉFAUT" };
    let columns = vec![
        ("engine", "Moteur"),
        ("tables", "Tables"),
        ("rows", "Lignes"),
        ("audit_entries", "Décisions de la piste d’audit"),
    ];
    let cells = vec![
        Cell::text(engine),
        Cell::count(found.tables),
        Cell::count(found.rows),
        Cell::of(french::integer(found.audit.sound), found.audit.sound),
    ];
    printer.answer(found, &[Sheet::new(title, columns, vec![cells])], 0)?;
    for fault in &found.faults {
        print::message(&translate(fault));
    }
    if let Some(flaw) = &found.audit.flaw {
        print::message(&in_french(flaw));
    }
    Ok(if found.is_sound() { Conclusion::Good } else { Conclusion::Bad })
}
