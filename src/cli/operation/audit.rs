//! `vigie audit`: who decided what, and whether the trail is still what was written.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use clap::Subcommand;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use crate::cli::values::date;
use vigie::domain::accounts::audit::{AuditEntry, Flaw, NameProof};
use vigie::store::AuditReport;
use vigie::support::fingerprint::Fingerprint;
use vigie::support::french;

/// Entries listed by default, the latest ones.
const LISTED: u32 = 200;

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List decisions, oldest first
    List {
        /// Subject, such as `alert/4f2a…`, or kind of subjects, such as `alert`
        #[arg(long, value_name = "SUBJECT")]
        subject: Option<String>,
        /// First day, as YYYY-MM-DD, in UTC
        #[arg(long, value_parser = date, value_name = "DATE")]
        since: Option<NaiveDate>,
        /// Maximum number to list
        #[arg(long, value_name = "NUMBER", default_value_t = LISTED)]
        limit: u32,
    },
    /// Verify the hash chain of the audit trail, and report the first entry that does not match
    ///
    /// Exit code 1: an entry was altered, removed or moved, or the end was cut off. Anyone who can write
    /// to the database can also forge a whole new trail: note the hash that this prints in another place,
    /// and check it with `--expect`.
    Verify {
        /// Hash noted earlier, which the trail must still contain
        #[arg(long, value_name = "HASH")]
        expect: Option<String>,
    },
}

pub(in crate::cli) async fn run(
    command: &AuditCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let (api, printer) = (&session.api, session.printer);
    match command {
        AuditCommand::List { subject, since, limit } => {
            let since = since.map(|day| format!("{day}T00:00:00Z"));
            let list = api.at(&["audit"]).with("subject", subject.as_ref()).with("since", since);
            let most = usize::try_from(*limit).unwrap_or(usize::MAX);
            let mut entries: Vec<AuditEntry> = api.first(&list, most).await?;
            entries.reverse();
            show(&entries, printer)
        }
        AuditCommand::Verify { expect } => {
            // Here, a text that is no hash is one that no entry has.
            if let Some(services) = session.database() {
                let expected = expect.as_ref().map(|hash| Fingerprint::from_stored(hash.clone()));
                return conclude(&services.store.verify_audit(expected).await?, printer);
            }
            let place = api.at(&["audit", "verify"]).with("expect", expect.as_ref());
            conclude(&api.get(place).await?, printer)
        }
    }
}

fn show(entries: &[AuditEntry], printer: &Printer) -> Result<Conclusion, CliError> {
    printer.answer(&entries, &[list(entries)], 0)
}

fn conclude(report: &AuditReport, printer: &Printer) -> Result<Conclusion, CliError> {
    printer.answer(report, &[verified(report)], 0)?;
    Ok(if report.flaw.is_none() { Conclusion::Good } else { Conclusion::Bad })
}

fn list(entries: &[AuditEntry]) -> Sheet {
    Sheet::list(
        format!("Piste d’audit : {}", french::counted(entries.len(), "décision", "décisions")),
        entries.iter(),
        &[
            ("number", "N°", &|one| Cell::count(one.number)),
            ("at", "Quand", &|one| Cell::of(moment(&one.at), one.at.clone())),
            ("actor", "Qui", &|one| Cell::text(one.actor.as_str())),
            ("proved_by", "Prouvé par", &|one| {
                Cell::optional(one.proved_by.map(NameProof::label))
            }),
            ("action", "Décision", &|one| Cell::text(&one.action)),
            ("subject", "Objet", &|one| Cell::text(&one.subject)),
            ("was", "Avant", &|one| Cell::optional(one.was.as_deref())),
            ("became", "Après", &|one| Cell::optional(one.became.as_deref())),
            ("reason", "Motif", &|one| Cell::optional(one.reason.as_deref())),
            ("hash", "", &|one| Cell::text(one.hash.as_str())),
        ],
    )
}

/// To the second; as stored when it is no instant.
fn moment(stored: &str) -> String {
    let instant = stored.parse::<DateTime<Utc>>();
    instant.map_or_else(
        |_| stored.to_owned(),
        |instant| instant.to_rfc3339_opts(SecondsFormat::Secs, true),
    )
}

fn verified(report: &AuditReport) -> Sheet {
    let sound = french::integer(report.sound);
    let title = match &report.flaw {
        None => format!(
            "Piste d’audit intègre : {sound} {}",
            if report.sound < 2 { "décision" } else { "décisions" }
        ),
        Some(flaw) => format!("Piste d’audit ROMPUE : {}", in_french(flaw)),
    };
    let note = match &report.flaw {
        None => "À noter hors de cette base : l’empreinte de la dernière décision.".to_owned(),
        Some(_) => format!("Décisions qui se suivent depuis la première : {sound}."),
    };
    let row = vec![Cell::count(report.head.number), Cell::text(report.head.hash.as_str())];
    let columns = vec![("number", "Dernière décision intègre"), ("hash", "Empreinte")];
    Sheet::new(title, columns, vec![row]).with_note(note)
}

pub(super) fn in_french(flaw: &Flaw) -> String {
    match flaw {
        Flaw::Altered { number } => {
            format!(
                "la décision {number} a été altérée, son empreinte n’est pas celle de son texte"
            )
        }
        Flaw::Missing { number } => format!("la décision {number} manque"),
        Flaw::Unlinked { number } => format!(
            "la décision {number} ne suit pas la précédente, l’une des deux a été réécrite ou \
             déplacée"
        ),
        Flaw::Unreadable { number } => format!("la décision {number} est illisible"),
        Flaw::CutOff { found, expected } => {
            format!("la fin a été coupée, de la décision {expected} à la {found}")
        }
        Flaw::ForeignHead { found } => {
            format!("la tête de la piste n’est pas sa dernière décision, la {found}")
        }
        Flaw::NotMet { expected } => format!(
            "aucune décision n’a l’empreinte {expected}, la piste a été coupée ou réécrite depuis \
             qu’elle a été notée"
        ),
    }
}
