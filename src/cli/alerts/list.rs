//! `vigie alerts`: what stands, at which level, since when and why, and who looks after it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use vigie::cycle::Parts;
use vigie::cycle::today;
use vigie::domain::alert::Alert;
use vigie::domain::alert::AlertState;
use vigie::domain::dispute::Dispute;
use vigie::domain::french;
use vigie::domain::handling::Handling;
use vigie::domain::ids::AlertId;
use vigie::domain::ids::MinistryCode;
use vigie::domain::ids::ProjectId;
use vigie::domain::level::Level;
use vigie::domain::silence::Silence;

use super::AlertsArgs;
use crate::cli::CliError;
use crate::cli::Conclusion;
use crate::cli::print::Cell;
use crate::cli::print::Printer;
use crate::cli::print::Sheet;

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
    let marks = Marks::read(parts).await?;
    printer.answer(&alerts, &[by_level(&alerts), list(&alerts, &marks)], 1)?;
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

fn list(alerts: &[Alert], marks: &Marks) -> Sheet {
    let rows = alerts.iter().map(|alert| {
        vec![
            Cell::level(alert.level),
            Cell::text(alert.rule.as_str()),
            Cell::text(alert.subject.to_string()),
            Cell::of(state(alert), alert.state.word()),
            Cell::of(french::date(alert.since), alert.since.to_string()),
            Cell::text(marks.of(alert)),
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
            ("handling", "Suivi"),
            ("explanation", "Explication"),
            ("id", ""),
        ],
        rows.collect(),
    )
}

pub(super) fn state(alert: &Alert) -> &'static str {
    match alert.state {
        AlertState::Pending => "en attente",
        AlertState::Open if alert.stale => "ouverte, données manquantes",
        AlertState::Open => "ouverte",
        AlertState::Resolved => "close",
    }
}

/// What people did about alerts, as far as a list shows it.
struct Marks {
    handlings: BTreeMap<AlertId, Handling>,
    silences: Vec<Silence>,
    disputes: Vec<Dispute>,
    ministries: BTreeMap<ProjectId, MinistryCode>,
    today: NaiveDate,
}

impl Marks {
    async fn read(parts: &Parts) -> Result<Self, CliError> {
        let mut disputes = parts.store.disputes().await?;
        disputes.retain(Dispute::is_pending);
        Ok(Self {
            handlings: parts.store.handlings().await?,
            silences: parts.store.silences().await?,
            disputes,
            ministries: vigie::cycle::ministries(parts).await?,
            today: today(parts.clock.now()),
        })
    }

    fn of(&self, alert: &Alert) -> String {
        let ministry = alert.subject.project().and_then(|project| self.ministries.get(project));
        let handling = self.handlings.get(&alert.id);
        let seen = handling.and_then(|handling| handling.acknowledged.as_ref());
        let given = handling.and_then(|handling| handling.assigned_to.as_ref());
        let silenced = self.silences.iter().find(|one| one.hides(alert, ministry, self.today));
        let disputed = self.disputes.iter().find(|dispute| dispute.alert == alert.id);
        let marks = [
            seen.map(|seen| format!("vue par {}", seen.by)),
            given.map(|whom| format!("confiée à {whom}")),
            silenced.map(|silence| format!("silence {}", silence.number)),
            disputed.map(|dispute| format!("contestée ({})", dispute.number)),
            alert.hidden_by.as_ref().map(|rule| format!("masquée par {rule}")),
        ];
        marks.into_iter().flatten().collect::<Vec<_>>().join(" ; ")
    }
}
