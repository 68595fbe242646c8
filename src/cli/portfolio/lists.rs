//! The projects of the edition in force, those on the watch lists, and those that are due to leave.

use serde_json::Value as Json;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, ListColumn, Printer, Sheet};
use crate::cli::session::Session;
use vigie::application::TableRow;
use vigie::domain::portfolio::follow_up::WatchList;
use vigie::domain::portfolio::snapshot::Phase;
use vigie::support::french;

/// `vigie lists`: the projects of one list, or of each.
pub(in crate::cli) async fn watched(
    wanted: Option<WatchList>,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let lists: Vec<WatchList> = wanted.map_or(WatchList::ALL.to_vec(), |list| vec![list]);
    let mut place = api.at(&["projects"]);
    for list in &lists {
        place = place.with("watch", Some(list.as_str()));
    }
    let rows: Vec<TableRow> = api.all(place).await?;
    let sheets: Vec<Sheet> = lists.iter().map(|list| of_list(*list, &rows)).collect();
    printer.answer(&rows, &sheets, 0)
}

fn of_list(list: WatchList, rows: &[TableRow]) -> Sheet {
    let field = format!("watch_{}", list.as_str());
    let is_on = |row: &&TableRow| row.get(&field).and_then(Json::as_bool) == Some(true);
    let on: Vec<&TableRow> = rows.iter().filter(is_on).collect();
    let title = format!("{} : {}", heading(list), on.len());
    Sheet::list(title, on, &columns()[..5])
}

fn heading(list: WatchList) -> &'static str {
    match list {
        WatchList::Closing => "Projets en clôture",
        WatchList::Recurrent => "Projets récurrents",
        WatchList::Reframing => "Projets en recadrage",
        WatchList::Heightened => "Projets en vigilance accrue",
    }
}

/// `vigie projects`: all of them, or those that are due to leave.
pub(in crate::cli) async fn listed(
    leaving: bool,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let place = api.at(&["projects"]).with("leaving", leaving.then_some(true));
    show(&api.all(place).await?, leaving, printer)
}

fn show(rows: &[TableRow], leaving: bool, printer: &Printer) -> Result<Conclusion, CliError> {
    let title = if leaving {
        french::counted(
            rows.len(),
            "projet dont la sortie est prévue",
            "projets dont la sortie est prévue",
        )
    } else {
        french::counted(rows.len(), "projet", "projets")
    };
    let columns = columns();
    let shown = if leaving { columns.as_slice() } else { &columns[..5] };
    printer.answer(&rows, &[Sheet::list(title, rows.iter(), shown)], 0)
}

/// The first five are those of every list; the last are about the exit.
fn columns() -> [ListColumn<'static, TableRow>; 7] {
    [
        ("name", "Projet", &|row| text(row, "name")),
        ("ministry", "Ministère", &|row| text(row, "ministry")),
        ("phase", "Phase", &|row| {
            let phase = word(row, "phase").and_then(|word| word.parse::<Phase>().ok());
            phase.map_or_else(unknown, |phase| Cell::of(phase.label(), phase.as_str()))
        }),
        ("cost_current", "Coût", &|row| Cell::figure(row.get("cost_current"), french::meur)),
        ("budget_drift", "Écart budgétaire", &|row| {
            Cell::figure(row.get("budget_drift"), french::percent)
        }),
        ("expected_exit_on", "Sortie prévue", &|row| {
            let date = word(row, "expected_exit_on").and_then(|date| date.parse().ok());
            date.map_or_else(unknown, Cell::date)
        }),
        ("project_id", "", &|row| text(row, "project_id")),
    ]
}

fn word<'row>(row: &'row TableRow, field: &str) -> Option<&'row str> {
    row.get(field).and_then(Json::as_str)
}

fn text(row: &TableRow, field: &str) -> Cell {
    Cell::optional(word(row, field))
}

fn unknown() -> Cell {
    Cell::of(print::UNKNOWN, Json::Null)
}
