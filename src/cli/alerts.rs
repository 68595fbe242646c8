//! `vigie alerts`: what stands, at which level, since when and why.

use std::collections::BTreeMap;

use vigie::cycle::Parts;
use vigie::domain::alert::Alert;
use vigie::domain::alert::AlertState;
use vigie::domain::french;
use vigie::domain::level::Level;

use super::CliError;
use super::Conclusion;
use super::args::AlertsArgs;
use super::print::Cell;
use super::print::Printer;
use super::print::Sheet;

pub(super) async fn run(
    filter: &AlertsArgs,
    parts: &Parts,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let wanted = |alert: &Alert| {
        let state = match filter.state {
            Some(state) => alert.state == state,
            None => alert.state != AlertState::Resolved,
        };
        state
            && filter.level.is_none_or(|level| alert.level >= level)
            && filter.rule.as_deref().is_none_or(|rule| alert.rule.as_str() == rule)
    };
    let mut alerts: Vec<Alert> = parts.store.standing_alerts().await?;
    alerts.retain(wanted);
    alerts.sort_by(|a, b| (b.level, &a.rule, &a.subject).cmp(&(a.level, &b.rule, &b.subject)));
    printer.answer(&alerts, &[by_level(&alerts), list(&alerts)], 1)?;
    Ok(Conclusion::Good)
}

fn by_level(alerts: &[Alert]) -> Sheet {
    let mut counts: BTreeMap<Level, i64> = BTreeMap::new();
    for alert in alerts {
        *counts.entry(alert.level).or_default() += 1;
    }
    let rows =
        counts.iter().rev().map(|(level, count)| vec![Cell::level(*level), Cell::count(*count)]);
    Sheet::new(
        format!("Alertes : {}", alerts.len()),
        vec![("level", "Niveau"), ("count", "Alertes")],
        rows.collect(),
    )
}

fn list(alerts: &[Alert]) -> Sheet {
    let rows = alerts.iter().map(|alert| {
        let state = match alert.state {
            AlertState::Pending => "en attente",
            AlertState::Open if alert.stale => "ouverte, données manquantes",
            AlertState::Open => "ouverte",
            AlertState::Resolved => "close",
        };
        vec![
            Cell::level(alert.level),
            Cell::text(alert.rule.as_str()),
            Cell::text(alert.subject.to_string()),
            Cell::of(state, alert.state.word()),
            Cell::of(french::date(alert.since), alert.since.to_string()),
            Cell::optional(alert.explanation.as_deref()),
            Cell::text(alert.id.as_str()),
        ]
    });
    Sheet::new(
        "De la plus grave à la moins grave",
        vec![
            ("level", "Niveau"),
            ("rule", "Règle"),
            ("subject", "Sujet"),
            ("state", "État"),
            ("since", "Depuis"),
            ("explanation", "Explication"),
            ("id", ""),
        ],
        rows.collect(),
    )
}
