//! `vigie projects`: who is known under which names, and which of them are one.

use clap::{Parser, Subcommand};
use serde::Deserialize;

use super::exits::ExitCommand;
use super::lists::ProjectSelection;
use super::{exits, lists};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use crate::cli::values::text;
use vigie::domain::action_bodies::{NewLink, Reason};
use vigie::domain::ids::ProjectId;
use vigie::domain::portfolio::import::KnownProject;
use vigie::support::french;

#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ProjectsArgs {
    #[command(subcommand)]
    command: Option<ProjectsCommand>,
    /// Only projects that are expected to leave the panorama by the end of next year
    #[arg(long)]
    leaving: bool,
    /// Only projects that earlier editions list and the edition in force does not
    #[arg(long, conflicts_with = "leaving")]
    departed: bool,
    /// Fields to sort by, each after `-` for descending; `attention` gives those to look at first
    #[arg(long, value_name = "FIELDS", default_value = "attention")]
    sort: String,
}

#[derive(Debug, Subcommand)]
enum ProjectsCommand {
    /// List every known project with its names, those that left included
    List,
    /// Link two projects that are one: FROM becomes part of INTO, in past editions too
    Link {
        /// Id or name of the project that becomes part of the other
        from: String,
        /// Id or name of the project that remains
        into: String,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
    #[command(flatten)]
    Exit(ExitCommand),
    /// Undo a link
    Unlink {
        /// Id of the project that was linked to another
        project: String,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
}

pub(in crate::cli) async fn run(
    request: &ProjectsArgs,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let Some(command) = &request.command else {
        let shown = match (request.leaving, request.departed) {
            (true, _) => ProjectSelection::Leaving,
            (false, true) => ProjectSelection::Departed,
            (false, false) => ProjectSelection::Listed,
        };
        return lists::listed(shown, &request.sort, session).await;
    };
    let (api, printer) = (&session.api, session.printer);
    let known: Vec<KnownProject> = api.all(api.at(&["known-projects"])).await?;
    match command {
        ProjectsCommand::Exit(command) => return exits::run(command, session).await,
        ProjectsCommand::List => return list(&known, printer),
        ProjectsCommand::Link { from, into, reason } => {
            let (from, into) = (find(&known, from), find(&known, into));
            let place = api.at(&["projects", from.as_str(), "link"]);
            let body =
                NewLink { into: text("INTO", into.as_str())?, reason: text("--reason", reason)? };
            let Linked { in_alias_table } = api.post(place, &body).await?;
            print::message(&format!(
                "« {from} » est désormais « {into} », dans les éditions passées aussi"
            ));
            if !in_alias_table {
                tell_alias(&from, session);
            }
        }
        ProjectsCommand::Unlink { project, reason } => {
            let place = api.at(&["projects", project, "unlink"]);
            let body = Reason { reason: text("--reason", reason)? };
            let apart: KnownProject = api.post(place, &body).await?;
            print::message(&format!("« {} » est de nouveau un projet distinct", apart.project));
        }
    }
    Ok(Conclusion::Good)
}

/// The table of aliases is a file of the machine that answers.
fn tell_alias(from: &ProjectId, session: &Session<'_>) {
    let text = if session.database().is_some() {
        let table = session.config.aliases.display();
        format!(
            "ajouter les noms de « {from} » à {table} pour que les prochaines éditions le reconnaissent"
        )
    } else {
        format!(
            "faire ajouter les noms de « {from} » à la table d’alias du serveur pour que les prochaines éditions le \
             reconnaissent"
        )
    };
    print::message(&text);
}

/// What is read of the answer to a link.
#[derive(Deserialize)]
struct Linked {
    in_alias_table: bool,
}

/// A name means its project; anything else is taken as an id, and the store says if it is none.
fn find(known: &[KnownProject], wanted_name: &str) -> ProjectId {
    let wanted = vigie::intake::name_key(wanted_name);
    let named = known
        .iter()
        .find(|known| known.names.iter().any(|name| vigie::intake::name_key(name) == wanted));
    named.map_or_else(|| ProjectId::new(wanted_name), |project| project.project.clone())
}

fn list(known: &[KnownProject], printer: &Printer) -> Result<Conclusion, CliError> {
    let sheet = Sheet::list(
        french::counted(known.len(), "projet connu", "projets connus"),
        known.iter(),
        &[
            ("project", "Identifiant", &|one| Cell::text(one.project.as_str())),
            ("ministry", "Ministère", &|one| Cell::text(one.ministry.as_str())),
            ("names", "Noms publiés", &|one| Cell::text(one.names.join(" ; "))),
        ],
    );
    printer.answer(&known, &[sheet], 0)
}
