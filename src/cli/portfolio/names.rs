//! `vigie names`: names of ministries and projects that people record, in addition to the alias table.

use clap::{Args, Subcommand};
use reqwest::Method;
use serde::Deserialize;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::session::Session;
use crate::cli::values::{optional, text};
use vigie::domain::action_bodies::Reason;
use vigie::domain::portfolio::recorded_name::{NameKind, NewName, NewNames, RecordedName};
use vigie::support::french;

#[derive(Debug, Subcommand)]
pub(crate) enum NamesCommand {
    /// List the recorded names that files are read with
    List {
        /// Those that were withdrawn, too
        #[arg(long)]
        all: bool,
    },
    /// Record that a name of files is that of a ministry or of a project
    Record(RecordArgs),
    /// Withdraw a recorded name: files that have it are refused again
    Withdraw {
        /// Number of the recorded name
        #[arg(value_name = "NUMBER")]
        number: i64,
        /// Why it is withdrawn
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// The name, as files write it
    #[arg(value_name = "NAME")]
    name: String,
    /// Ministry that it designates, by its code or any of its names; the code of a new one with `--new-ministry`
    #[arg(long, value_name = "MINISTRY", required_unless_present = "project")]
    ministry: Option<String>,
    /// Project that it designates, by its id or any of its names
    #[arg(long, value_name = "PROJECT", conflicts_with = "ministry")]
    project: Option<String>,
    /// Official name of a new ministry
    #[arg(long, value_name = "NAME", requires = "ministry", conflicts_with = "project")]
    new_ministry: Option<String>,
    /// Why it is recorded
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// What the API answers to names that were recorded.
#[derive(Debug, Deserialize)]
struct Recorded {
    data: Vec<RecordedName>,
}

pub(in crate::cli) async fn run(
    command: &NamesCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match command {
        NamesCommand::List { all } => list(*all, session).await,
        NamesCommand::Record(request) => record(request, session).await,
        NamesCommand::Withdraw { number, reason } => withdraw(*number, reason, session).await,
    }
}

async fn list(all: bool, session: &Session<'_>) -> Result<Conclusion, CliError> {
    let api = &session.api;
    let place = api.at(&["names"]).with("withdrawn", (!all).then_some(false));
    let names: Vec<RecordedName> = api.all(place).await?;
    let withdrawn = |one: &RecordedName| {
        let at = one.withdrawn.as_ref().map(|gone| gone.at.to_rfc3339());
        Cell::optional(at.as_deref())
    };
    let sheet = Sheet::list(
        french::counted(names.len(), "nom enregistré", "noms enregistrés"),
        names.iter(),
        &[
            ("number", "N°", &|one| Cell::count(one.number)),
            ("kind", "Nature", &|one| Cell::of(one.kind.label(), one.kind.as_str())),
            ("name", "Nom", &|one| Cell::text(&one.name)),
            ("designates", "Désigne", &|one| Cell::text(&one.designates)),
            ("new_ministry", "Nouveau ministère", &|one| {
                Cell::optional(one.new_ministry.as_deref())
            }),
            ("at", "Date", &|one| Cell::text(one.at.to_rfc3339())),
            ("by", "Auteur", &|one| Cell::text(one.by.to_string())),
            ("reason", "Motif", &|one| Cell::text(&one.reason)),
            ("withdrawn", "Retiré le", &withdrawn),
        ],
    );
    session.printer.answer(&names, &[sheet], 0)
}

async fn record(request: &RecordArgs, session: &Session<'_>) -> Result<Conclusion, CliError> {
    let RecordArgs { name, ministry, project, new_ministry, reason } = request;
    let (kind, argument, designates) = match project {
        Some(project) => (NameKind::Project, "--project", project.as_str()),
        None => (NameKind::Ministry, "--ministry", ministry.as_deref().unwrap_or_default()),
    };
    let new_name = NewName {
        kind,
        name: text("NAME", name)?,
        designates: text(argument, designates)?,
        new_ministry: optional("--new-ministry", new_ministry.as_deref())?,
    };
    let body = NewNames { names: vec![new_name], reason: text("--reason", reason)? };
    let api = &session.api;
    let recorded: Recorded = api.act((Method::POST, api.at(&["names"])), &body, None).await?;
    for one in &recorded.data {
        print::message(&format!(
            "nom n° {} enregistré : « {} » désigne {}",
            one.number, one.name, one.designates
        ));
    }
    session.printer.answer(&recorded.data, &[], 0)
}

async fn withdraw(
    number: i64,
    reason: &str,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let api = &session.api;
    let place = api.at(&["names", &number.to_string(), "withdrawal"]);
    let body = Reason { reason: text("--reason", reason)? };
    let withdrawn: RecordedName = api.act((Method::POST, place), &body, None).await?;
    print::message(&format!("nom n° {number} retiré : « {} »", withdrawn.name));
    session.printer.answer(&withdrawn, &[], 0)
}
