//! The projects of the edition in force, those on the watch lists, and those that are due to leave.

use serde_json::Value as Json;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, ListColumn, Printer, Sheet};
use crate::cli::session::Session;
use vigie::application::TableRow;
use vigie::domain::portfolio::exit::ExitReason;
use vigie::domain::portfolio::follow_up::WatchList;
use vigie::domain::portfolio::snapshot::Phase;
use vigie::support::french;

/// `vigie lists`: the projects of one list, or of each.
pub(in crate::cli) async fn watched(
    wanted: Option<WatchList>,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let lists: Vec<WatchList> = wanted.map_or(WatchList::ALL.to_vec(), |list| vec![list]);
    let mut place = api.at(&["projects"]).with("sort", Some("attention"));
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

/// Which projects `vigie projects` shows.
#[derive(Clone, Copy)]
pub(in crate::cli) enum ProjectSelection {
    /// Those of the edition in force.
    Listed,
    /// Those of the edition in force that are due to leave.
    Leaving,
    /// Those that earlier editions list and the edition in force does not.
    Departed,
}

/// `vigie projects`.
pub(in crate::cli) async fn listed(
    shown: ProjectSelection,
    sort: &str,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let left = matches!(shown, ProjectSelection::Departed);
    let leaving = matches!(shown, ProjectSelection::Leaving).then_some(true);
    let place = api
        .at(&["projects"])
        .with("left", Some(left))
        .with("leaving", leaving)
        .with("sort", Some(sort));
    let rows: Vec<TableRow> = api.all(place).await?;
    show(&rows, shown, printer)
}

fn show(
    rows: &[TableRow],
    shown: ProjectSelection,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let (one, several) = match shown {
        ProjectSelection::Listed => ("projet", "projets"),
        ProjectSelection::Leaving => {
            ("projet dont la sortie est prévue", "projets dont la sortie est prévue")
        }
        ProjectSelection::Departed => ("projet sorti du panorama", "projets sortis du panorama"),
    };
    let (columns, departed) = (columns(), departed_columns());
    let shown = match shown {
        ProjectSelection::Listed => [&[in_order()], &columns[..5]].concat(),
        ProjectSelection::Leaving => [&[in_order()], columns.as_slice()].concat(),
        ProjectSelection::Departed => departed.to_vec(),
    };
    let title = french::counted(rows.len(), one, several);
    printer.answer(&rows, &[Sheet::list(title, rows.iter(), &shown)], 0)
}

/// What is known of the exit of a project, besides its name and its ministry.
fn departed_columns() -> [ListColumn<'static, TableRow>; 6] {
    let [name, ministry, _, cost, ..] = columns();
    [
        name,
        ministry,
        ("edition", "Dernière édition", &|row| text(row, "edition")),
        cost,
        ("exit_explained", "Sortie expliquée", &|row| {
            let reason = word(row, "exit_reason");
            let known = reason.and_then(|word| word.parse::<ExitReason>().ok());
            let explained = row.get("exit_explained").and_then(Json::as_bool) == Some(true);
            let words = match (known, reason) {
                (Some(reason), _) => reason.label(),
                (None, Some(words)) => words,
                (None, None) if explained => "sa dernière phase publiée est une fin",
                (None, None) => "non",
            };
            Cell::of(words, explained)
        }),
        ("project_id", "", &|row| text(row, "project_id")),
    ]
}

/// The place of a project among those to look at first.
fn in_order() -> ListColumn<'static, TableRow> {
    ("attention", "Ordre", &|row| {
        let place = row.get("attention").and_then(Json::as_i64);
        place.map_or_else(Cell::nothing, Cell::count)
    })
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
