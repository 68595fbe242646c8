//! `vigie rules sweep`: what each value of a threshold would cost.

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::application::{Sweep, SweepPoint};
use vigie::client::{Address, ApiClient};
use vigie::domain::ids::MinistryCode;
use vigie::foresight::Estimate;
use vigie::rules;
use vigie::support::french;

/// Where the answer is.
pub(in crate::cli) fn place(
    api: &ApiClient,
    threshold: &str,
    (from, to): (f64, f64),
    values: u8,
) -> Address {
    api.at(&["thresholds", threshold, "sweep"])
        .with("from", Some(from))
        .with("to", Some(to))
        .with("values", Some(values))
}

pub(in crate::cli) fn show(found: &Sweep, printer: &Printer) -> Result<Conclusion, CliError> {
    let estimate = |of: Option<Estimate>| {
        of.map_or_else(Cell::nothing, |of| Cell::of(of.in_percent(), of.value))
    };
    let row = |point: &SweepPoint| {
        let value = rules::shown_figure(point.value, found.unit);
        let shown = if point.is_in_force { format!("{value}, en vigueur") } else { value };
        let codes: Vec<&str> = point.ministries.iter().map(MinistryCode::as_str).collect();
        vec![
            Cell::of(shown, point.value),
            Cell::count(point.alerts),
            Cell::count(point.projects),
            Cell::count(point.missions),
            Cell::text(codes.join(" ")),
            Cell::count(point.score.warnings),
            Cell::count(point.score.hits),
            estimate(point.score.precision),
            estimate(point.score.recall),
            Cell::of(point.score.in_words(), point.score.finding.as_str()),
        ]
    };
    let columns = vec![
        ("value", "Valeur"),
        ("alerts", "Alertes"),
        ("projects", "Projets"),
        ("missions", "Missions"),
        ("ministries", "Ministères concernés"),
        ("warnings", "Avertis par le passé"),
        ("hits", "Suivis d’une dérive"),
        ("precision", "Précision"),
        ("recall", "Rappel"),
        ("finding", "Conclusion"),
    ];
    let alerts = found
        .points
        .iter()
        .map(|point| Some(u32::try_from(point.alerts).map_or(f64::INFINITY, f64::from)));
    let curve = print::sparkline(&alerts.collect::<Vec<_>>());
    let title = format!(
        "{} ({}), édition {} au {} : alertes {curve}",
        found.label,
        found.threshold,
        found.edition,
        french::date(found.as_of)
    );
    let plain = Sheet::new(title, columns, found.points.iter().map(row).collect());
    let alike = found.alike_in_words();
    let sheet = if alike.is_empty() { plain } else { plain.with_note(alike.join("\n")) };
    printer.answer(found, &[sheet], 0)?;
    Ok(Conclusion::Good)
}
