//! `vigie editions`: the editions of the panorama, and two of them compared.

use std::path::PathBuf;

use clap::Subcommand;

use super::export;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use vigie::application::{EditionComparison, EditionMove, ProjectComparison};
use vigie::domain::portfolio::edition::EditionId;
use vigie::domain::portfolio::snapshot::Phase;
use vigie::store::ImportSummary;
use vigie::support::french;

#[derive(Debug, Subcommand)]
pub(crate) enum EditionsCommand {
    /// List the editions, with the file in force for each
    List,
    /// Compare two editions: entrants, leavers, and what changed of cost, end, phase, ministry and name
    Compare {
        /// One edition, as YYYY-MM
        from: EditionId,
        /// Another one, as YYYY-MM; the earlier of both is the one before
        to: EditionId,
        /// Include projects of which nothing changed
        #[arg(long)]
        all: bool,
        /// File to write instead, in the format of its extension: CSV, XLSX or Parquet
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub(in crate::cli) async fn run(
    command: &EditionsCommand,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match command {
        EditionsCommand::List => show_list(&api.all(api.at(&["editions"])).await?, printer),
        EditionsCommand::Compare { from, to, out: Some(out), .. } => {
            export::write_comparison((*from, *to), out, api).await
        }
        EditionsCommand::Compare { from, to, all, out: None } => {
            let place = api.at(&["editions", "comparison"]);
            let found = api.get(place.with("from", Some(from)).with("to", Some(to))).await?;
            show(&found, *all, printer)
        }
    }
}

fn show_list(editions: &[ImportSummary], printer: &Printer) -> Result<Conclusion, CliError> {
    let sheet = Sheet::list(
        french::counted(editions.len(), "édition", "éditions"),
        editions.iter(),
        &[
            ("edition", "Édition", &|one| Cell::text(one.edition.to_string())),
            ("rows_kept", "Projets", &|one| Cell::count(one.rows_kept)),
            ("file", "Fichier", &|one| Cell::text(&one.file)),
            ("number", "Importation", &|one| Cell::count(one.number.0)),
        ],
    );
    printer.answer(&editions, &[sheet], 0)
}

fn show(found: &EditionComparison, all: bool, printer: &Printer) -> Result<Conclusion, CliError> {
    let of = |wanted: EditionMove| {
        found.projects.iter().filter(move |project| project.change == wanted).collect::<Vec<_>>()
    };
    let (entered, left) = (of(EditionMove::Entered), of(EditionMove::Left));
    let (mut changed, unchanged) = (of(EditionMove::Changed), of(EditionMove::Unchanged));
    let title = format!("Modifiés : {} ; inchangés : {}", changed.len(), unchanged.len());
    if all {
        changed.extend(unchanged);
    }
    let sheets = [
        totals(found),
        present(format!("Entrants : {}", entered.len()), &entered),
        present(format!("Sortants : {}", left.len()), &left),
        differences(title, &changed),
    ];
    printer.answer(found, &sheets, 3)
}

fn totals(found: &EditionComparison) -> Sheet {
    let row = |edition: EditionId, totals: &vigie::application::EditionTotals| {
        vec![
            Cell::text(edition.to_string()),
            Cell::count(totals.project_count),
            Cell::of(french::billions(totals.cost_total), totals.cost_total),
            Cell::count(totals.cost_known_count),
        ]
    };
    Sheet::new(
        format!("Éditions {} et {}", found.from, found.to),
        vec![
            ("edition", "Édition"),
            ("project_count", "Projets"),
            ("cost_total", "Coût total publié"),
            ("cost_known_count", "Projets au coût publié"),
        ],
        vec![row(found.from, &found.before), row(found.to, &found.after)],
    )
}

/// Projects of one of the editions, as that edition says.
fn present(title: String, projects: &[&ProjectComparison]) -> Sheet {
    Sheet::list(
        title,
        projects.iter().copied(),
        &[
            ("name", "Projet", &|one| Cell::text(&one.name)),
            ("ministry", "Ministère", &|one| Cell::text(one.ministry.as_str())),
            ("phase", "Phase", &|one| phase(one.phase_after.or(one.phase_before))),
            ("cost", "Coût", &|one| meur(one.cost_after.or(one.cost_before))),
            ("end", "Fin prévue", &|one| month(one.end_after.or(one.end_before))),
        ],
    )
}

fn differences(title: String, projects: &[&ProjectComparison]) -> Sheet {
    Sheet::list(
        title,
        projects.iter().copied(),
        &[
            ("name", "Projet", &|one| {
                let was = one.name_before.as_deref().filter(|was| *was != one.name);
                let was = was.map_or_else(String::new, |was| format!(" (était {was})"));
                Cell::of(format!("{}{was}", one.name), one.name.as_str())
            }),
            ("ministry", "Ministère", &|one| {
                let was = one.ministry_before.as_ref().filter(|was| **was != one.ministry);
                let was = was.map_or_else(String::new, |was| format!("{was} → "));
                Cell::of(format!("{was}{}", one.ministry), one.ministry.as_str())
            }),
            ("cost_before", "Coût avant", &|one| meur(one.cost_before)),
            ("cost_after", "Coût après", &|one| meur(one.cost_after)),
            ("cost_change", "Évolution", &|one| {
                let signed = |change: f64| {
                    let sign = if change > 0.0 { "+" } else { "" };
                    format!("{sign}{}", french::meur(change))
                };
                one.cost_change
                    .map_or_else(Cell::nothing, |change| Cell::of(signed(change), change))
            }),
            ("end_before", "Fin avant", &|one| month(one.end_before)),
            ("end_after", "Fin après", &|one| month(one.end_after)),
            ("phase_before", "Phase avant", &|one| phase(one.phase_before)),
            ("phase_after", "Phase après", &|one| phase(one.phase_after)),
        ],
    )
}

fn meur(cost: Option<f64>) -> Cell {
    cost.map_or_else(unknown, |cost| Cell::of(french::meur(cost), cost))
}

fn month(date: Option<chrono::NaiveDate>) -> Cell {
    date.map_or_else(unknown, |date| Cell::of(french::month_and_year(date), date.to_string()))
}

fn phase(phase: Option<Phase>) -> Cell {
    phase.map_or_else(unknown, |phase| Cell::of(phase.label(), phase.as_str()))
}

fn unknown() -> Cell {
    Cell::of(print::UNKNOWN, serde_json::Value::Null)
}
