//! `vigie panorama`: the portfolio's figures, its ministries, its editions.

use chrono::NaiveDate;
use serde_json::Value as Json;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use vigie::application::{Panorama, TableRow};
use vigie::support::french;

type Writing = fn(f64) -> String;

pub(in crate::cli) async fn run(
    as_of: Option<NaiveDate>,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    show(&api.get(api.at(&["portfolio"]).with("as_of", as_of)).await?, printer)
}

fn show(panorama: &Panorama, printer: &Printer) -> Result<Conclusion, CliError> {
    let sheets = [figures(panorama), moves(panorama), ministries(panorama), series(panorama)];
    printer.answer(panorama, &sheets, 3)
}

fn whole(value: f64) -> String {
    french::decimal(value, 0)
}

fn figures(panorama: &Panorama) -> Sheet {
    let lines: [(&str, &str, Writing, Option<&str>); 13] = [
        ("project_count", "Projets", whole, None),
        ("cost_total", "Coût total des coûts publiés", french::billions, None),
        ("cost_known_count", "Projets au coût publié", whole, None),
        ("duration_mean", "Durée moyenne", print::years, None),
        (
            "budget_drift_mean",
            "Écart budgétaire moyen",
            french::percent,
            Some("budget_drift_mean_change"),
        ),
        (
            "calendar_drift_mean",
            "Écart calendaire moyen",
            french::percent,
            Some("calendar_drift_mean_change"),
        ),
        ("global_drift", "Taux global de glissement", french::percent, Some("global_drift_change")),
        ("floor_drift", "Indicateur plancher", french::percent, None),
        ("due_to_leave_count", "Sorties prévues", whole, None),
        ("target_drift", "Cible en vigueur", french::percent, None),
        ("target_distance", "Distance du taux global à la cible", french::points, None),
        ("budget_drift_sum", "Écart budgétaire agrégé (rapport des sommes)", french::percent, None),
        ("budget_drift_median", "Écart budgétaire médian", french::percent, None),
    ];
    let rows = lines.into_iter().map(|(field, label, write, change)| {
        vec![
            Cell::of(label, field),
            Cell::figure(panorama.portfolio.get(field), write),
            change.map_or_else(Cell::nothing, |change| {
                Cell::figure(panorama.portfolio.get(change), french::points)
            }),
        ]
    });
    Sheet::new(
        format!(
            "Panorama des grands projets numériques, édition {}, au {}",
            panorama.edition,
            french::date(panorama.as_of)
        ),
        vec![
            ("field", "Indicateur"),
            ("value", "Valeur"),
            ("change", "Depuis l’édition précédente"),
        ],
        rows.collect(),
    )
}

fn moves(panorama: &Panorama) -> Sheet {
    let parts =
        [("stayers", "Projets maintenus"), ("entrants", "Entrants"), ("leavers", "Sortants")];
    let rows = parts.into_iter().map(|(part, label)| {
        let figure = |name: String, write: Writing| {
            Cell::figure(panorama.portfolio.get(name.as_str()), write)
        };
        vec![
            Cell::of(label, part),
            figure(format!("{part}_count"), whole),
            figure(format!("budget_change_{part}"), french::points),
            figure(format!("calendar_change_{part}"), french::points),
        ]
    });
    Sheet::new(
        "D’où vient l’évolution des écarts moyens",
        vec![
            ("part", "Part"),
            ("count", "Projets"),
            ("budget", "Budget"),
            ("calendar", "Calendrier"),
        ],
        rows.collect(),
    )
}

fn ministries(panorama: &Panorama) -> Sheet {
    let rows = panorama.ministries.iter().map(|row| {
        let mut cells = vec![text(row, "ministry"), text(row, "ministry_label")];
        cells.extend(drifts(row, french::meur));
        cells
    });
    let mut columns = vec![("ministry", "Code"), ("ministry_label", "Ministère")];
    columns.extend(DRIFT_COLUMNS);
    Sheet::new("Par ministère : coût, durée moyenne, écarts moyens", columns, rows.collect())
}

fn series(panorama: &Panorama) -> Sheet {
    let rows = panorama.series.iter().map(|row| {
        let mut cells = vec![text(row, "edition")];
        cells.extend(drifts(row, french::billions));
        cells
    });
    let global: Vec<Option<f64>> =
        panorama.series.iter().map(|row| row.get("global_drift").and_then(Json::as_f64)).collect();
    let mut columns = vec![("edition", "Édition")];
    columns.extend(DRIFT_COLUMNS);
    let sheet = Sheet::new(
        "Par édition, telle que connue alors : coût, durée moyenne, écarts moyens",
        columns,
        rows.collect(),
    );
    let line = print::sparkline(&global);
    if line.is_empty() {
        sheet
    } else {
        sheet.with_note(format!("Taux global de glissement, édition par édition : {line}"))
    }
}

const DRIFT_COLUMNS: [(&str, &str); 8] = [
    ("project_count", "Projets"),
    ("cost_total", "Coût"),
    ("duration_mean", "Durée"),
    ("budget_drift_mean", "Budget"),
    ("calendar_drift_mean", "Calendrier"),
    ("global_drift", "Global"),
    ("floor_drift", "Plancher"),
    ("drift_known_count", "Connus"),
];

fn drifts(row: &TableRow, cost: Writing) -> Vec<Cell> {
    let writings: [Writing; 8] = [
        whole,
        cost,
        print::years,
        french::percent,
        french::percent,
        french::percent,
        french::percent,
        whole,
    ];
    DRIFT_COLUMNS
        .iter()
        .zip(writings)
        .map(|((field, _), write)| Cell::figure(row.get(*field), write))
        .collect()
}

fn text(row: &TableRow, field: &str) -> Cell {
    Cell::optional(row.get(field).and_then(Json::as_str))
}
