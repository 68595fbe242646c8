//! `vigie projects explain-exit`, `withdraw-exit` and `exits`: why projects left the panorama.

use chrono::NaiveDate;
use clap::Subcommand;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::session::Session;
use crate::cli::values::{date, text, word};
use vigie::domain::action_bodies::{ExitExplanation, Reason};
use vigie::domain::portfolio::exit::{ExitEntry, ExitReason};
use vigie::support::french;

#[derive(Debug, Subcommand)]
pub(super) enum ExitCommand {
    /// Say why a project left the panorama: the next cycle closes its dormant alerts
    ExplainExit {
        /// Id or name of the project
        project: String,
        /// Why it is no longer listed
        #[arg(long, value_parser = exit_reason, value_name = "completed|stopped|merged|below_threshold|renamed")]
        because: ExitReason,
        /// Evaluation date from which cycles count it; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        on: Option<NaiveDate>,
        /// In words: the source, the decision; recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
    /// Take back the explanation of an exit
    WithdrawExit {
        /// Id or name of the project
        project: String,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
    /// List every explanation of an exit given or taken back
    Exits,
}

pub(super) async fn run(
    command: &ExitCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let Session { api, printer, .. } = session;
    match command {
        ExitCommand::ExplainExit { project, because, on, reason } => {
            let reason = text("--reason", reason)?;
            let body = ExitExplanation { exit_reason: *because, known_on: *on, reason };
            let entry: ExitEntry = api.post(api.at(&["projects", project, "exit"]), &body).await?;
            print::message(&format!(
                "La sortie de « {project} » est expliquée ({}), à compter du {} : le prochain cycle clôt ses alertes.",
                because.label(),
                french::date(entry.known_on)
            ));
        }
        ExitCommand::WithdrawExit { project, reason } => {
            let body = Reason { reason: text("--reason", reason)? };
            let place = api.at(&["projects", project, "exit", "withdraw"]);
            let entry: ExitEntry = api.post(place, &body).await?;
            print::message(&format!(
                "La sortie de « {project} » n’est plus expliquée, à compter du {}.",
                french::date(entry.known_on)
            ));
        }
        ExitCommand::Exits => {
            let entries: Vec<ExitEntry> = api.all(api.at(&["exits"])).await?;
            return printer.answer(&entries, &[sheet(&entries)], 0);
        }
    }
    Ok(Conclusion::Good)
}

fn sheet(entries: &[ExitEntry]) -> Sheet {
    Sheet::list(
        french::counted(entries.len(), "explication de sortie", "explications de sorties"),
        entries.iter(),
        &[
            ("number", "N°", &|entry| Cell::count(entry.number)),
            ("project", "Projet", &|entry| Cell::text(entry.project.as_str())),
            ("exit_reason", "Motif", &|entry| {
                Cell::text(entry.exit_reason.map_or("explication retirée", ExitReason::label))
            }),
            ("known_on", "À compter du", &|entry| Cell::date(entry.known_on)),
            ("by", "Par", &|entry| Cell::text(entry.by.to_string())),
            ("reason", "En clair", &|entry| Cell::text(entry.reason.as_str())),
        ],
    )
}

fn exit_reason(text: &str) -> Result<ExitReason, String> {
    word(text, &ExitReason::ALL.map(ExitReason::as_str))
}
