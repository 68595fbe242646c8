//! `vigie projects`: who is known under which names, and which of them are one.

use serde::Deserialize;
use serde_json::json;
use vigie::app::config::Config;
use vigie::client::Remote;
use vigie::cycle::Parts;
use vigie::domain::ids::ProjectId;
use vigie::domain::import::KnownProject;
use vigie::sources::Reader;

use super::CliError;
use super::Conclusion;
use super::act;
use super::args::ProjectsCommand;
use super::print;
use super::print::Cell;
use super::print::Printer;
use super::print::Sheet;

pub(super) async fn run(
    command: &ProjectsCommand,
    config: &Config,
    parts: &Parts,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let known = parts.store.known_projects().await?;
    match command {
        ProjectsCommand::List => list(&known, printer)?,
        ProjectsCommand::Link { from, into, reason } => {
            let (from, into) = (find(&known, from), find(&known, into));
            parts.store.link(&from, &into, &act(config, parts, reason)?).await?;
            print::message(&format!("`{from}` is now known as `{into}`, in past editions too"));
            let aliases = Reader::open(&config.profiles, &config.aliases)?;
            if !aliases.aliases().implied_links(&known).contains(&(from.clone(), into)) {
                print::message(&format!(
                    "add the names of `{from}` to {} so that the next editions know it",
                    config.aliases.display()
                ));
            }
        }
        ProjectsCommand::Unlink { project, reason } => {
            let project = ProjectId::new(project.as_str());
            parts.store.unlink(&project, &act(config, parts, reason)?).await?;
            print::message(&format!("`{project}` is a project of its own again"));
        }
    }
    Ok(Conclusion::Good)
}

/// The same of a server.
pub(super) async fn ask(
    command: &ProjectsCommand,
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let known = ask_known(remote).await?;
    match command {
        ProjectsCommand::List => list(&known, printer)?,
        ProjectsCommand::Link { from, into, reason } => {
            let (from, into) = (find(&known, from), find(&known, into));
            let place = remote.at(&["projects", from.as_str(), "link"]);
            let body = json!({ "into": into, "reason": reason });
            let Linked { in_alias_table } = remote.post(place, &body).await?;
            print::message(&format!("`{from}` is now known as `{into}`, in past editions too"));
            if !in_alias_table {
                print::message(&format!(
                    "have the names of `{from}` added to the server's table of aliases so that the \
                     next editions know it"
                ));
            }
        }
        ProjectsCommand::Unlink { project, reason } => {
            let place = remote.at(&["projects", project, "unlink"]);
            let apart: KnownProject = remote.post(place, &json!({ "reason": reason })).await?;
            print::message(&format!("`{}` is a project of its own again", apart.project));
        }
    }
    Ok(Conclusion::Good)
}

/// Of what a server answers to a link, what is told.
#[derive(Deserialize)]
struct Linked {
    in_alias_table: bool,
}

pub(super) async fn ask_known(remote: &Remote) -> Result<Vec<KnownProject>, CliError> {
    Ok(remote.all(remote.at(&["known-projects"])).await?)
}

/// A name stands for its project; anything else is taken as an id, and the store says if it is none.
fn find(known: &[KnownProject], asked: &str) -> ProjectId {
    let wanted = vigie::sources::name_key(asked);
    let named = known
        .iter()
        .find(|known| known.names.iter().any(|name| vigie::sources::name_key(name) == wanted));
    named.map_or_else(|| ProjectId::new(asked), |project| project.project.clone())
}

fn list(known: &[KnownProject], printer: &Printer) -> Result<(), CliError> {
    let rows = known.iter().map(|project| {
        vec![
            Cell::text(project.project.as_str()),
            Cell::text(project.ministry.as_str()),
            Cell::text(project.names.join(" ; ")),
        ]
    });
    let sheet = Sheet::new(
        format!("{} projets connus", known.len()),
        vec![("project", "Identifiant"), ("ministry", "Ministère"), ("names", "Noms publiés")],
        rows.collect(),
    );
    printer.answer(&known, &[sheet], 0)
}
