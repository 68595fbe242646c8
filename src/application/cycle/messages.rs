//! Gathers what messages are composed from, for cycles, for digests between two cycles and for
//! corrections alike.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use polars::frame::DataFrame;

use crate::application::actions::alert_actions;
use crate::application::foresight::attention_order::attention_order_at_once;
use crate::application::queries::table_rows;
use crate::application::queries::table_rows::TableRow;
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::{Alert, AlertChange};
use crate::domain::alerts::silence::SilenceChange;
use crate::domain::ids::{AlertId, CycleNumber, ProjectId};
use crate::domain::missions::mission::{Mission, MissionChange};
use crate::domain::portfolio::published::Portfolio;
use crate::frame::dictionary::built_in;
use crate::notify::{ComposeContext, CycleFacts, Directory, NoticeTerms, ProjectCost, Stakes};
use crate::support::clock::today;
use crate::{frame, notify, rules};

/// The cycle that messages belong to, and where they take names, titles and terms from.
#[derive(Clone, Copy, Debug)]
pub(in crate::application) struct MessageBasis<'a> {
    pub(in crate::application) cycle: CycleNumber,
    pub(in crate::application) as_of: NaiveDate,
    pub(in crate::application) now: DateTime<Utc>,
    pub(in crate::application) portfolio: &'a Portfolio,
    pub(in crate::application) stakes: &'a Stakes,
    /// The texts of the catalogue, by path.
    pub(in crate::application) texts: &'a BTreeMap<String, String>,
}

/// Alerts and missions as they are stored, and the changes to report, which are not stored yet.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::application) struct Situation<'a> {
    pub(in crate::application) alerts: &'a [Alert],
    pub(in crate::application) missions: &'a [Mission],
    pub(in crate::application) alert_changes: &'a [AlertChange],
    pub(in crate::application) mission_changes: &'a [MissionChange],
    pub(in crate::application) silence_changes: &'a [SilenceChange],
}

/// Gathers everything that messages depend on and passes it to `compose`.
///
/// # Errors
/// When the message terms have a fault, the store cannot be read, or `compose` fails.
pub(in crate::application) async fn compose<T>(
    services: &Services,
    basis: MessageBasis<'_>,
    situation: Situation<'_>,
    compose: impl FnOnce(ComposeContext<'_>) -> Result<T, ApplicationError>,
) -> Result<T, ApplicationError> {
    let MessageBasis { cycle, as_of, now, portfolio, stakes, texts } = basis;
    let Situation { alert_changes, mission_changes, silence_changes, .. } = situation;
    let terms = NoticeTerms::parse(texts.get(notify::TERMS_FILE))?;
    let directory = Directory::of(portfolio, rules::titles(texts), as_of);
    let changed = alert_changes.iter().map(|change| &change.alert);
    let alerts: BTreeMap<&AlertId, &Alert> =
        situation.alerts.iter().chain(changed).map(|alert| (&alert.id, alert)).collect();
    let moved = mission_changes.iter().map(|change| &change.mission);
    let missions = situation.missions.iter().chain(moved);
    let current: Vec<&Alert> = alerts.values().copied().collect();
    let silenced = alert_actions::silenced_alerts(services, &current, silence_changes, now).await?;
    let facts = CycleFacts {
        alerts,
        changes: alert_changes.iter().map(|change| (&change.alert.id, change)).collect(),
        missions: missions.map(|mission| (&mission.id, mission)).collect(),
        silenced: &silenced,
        stale: notify::stale(&services.store.last_imports(now).await?, &terms, now),
        on_hold: services.store.held_imports().await?,
    };
    // Of many past editions and projects, messages do not wait for the order: projects come by the money at stake.
    let attention = attention_order_at_once(services, as_of).await?;
    let in_order = stakes.clone().in_order(attention.into_places());
    let silence_news = notify::silence_news(silence_changes, &current, &directory, today(now));
    compose(ComposeContext {
        cycle,
        as_of,
        now,
        facts: &facts,
        directory: &directory,
        stakes: &in_order,
        terms: &terms,
        settings: &services.notify,
        memories: &services.store.notification_memory().await?,
        lanes: &services.store.lanes().await?,
        silences: &silence_news,
        announce: false,
        untold: false,
        correction: None,
    })
}

/// What projects cost, from the frame of projects.
///
/// # Errors
/// When the frame cannot be read.
pub(in crate::application) fn stakes(projects: &DataFrame) -> Result<Stakes, ApplicationError> {
    let columns = projects
        .select(["project_id", "cost_current", "cost_initial"])
        .map_err(ApplicationError::Table)?;
    let cost = |row: TableRow| {
        let project = ProjectId::new(row.get("project_id")?.as_str()?);
        let number = |field: &str| row.get(field).and_then(serde_json::Value::as_f64);
        let (current, initial) = (number("cost_current"), number("cost_initial"));
        Some((project, ProjectCost { current, initial }))
    };
    Ok(table_rows::rows(&columns)?.into_iter().filter_map(cost).collect())
}

/// What projects cost as of a date, when nothing is judged; nothing is known before the first edition.
///
/// # Errors
/// When the portfolio cannot be measured.
pub(in crate::application) async fn stakes_of(
    portfolio: &Portfolio,
    as_of: NaiveDate,
) -> Result<Stakes, ApplicationError> {
    if frame::editions_in_force(portfolio, as_of).is_err() {
        return Ok(Stakes::default());
    }
    let portfolio = portfolio.clone();
    let measured = move || stakes(&frame::build(&portfolio, built_in(), as_of, None)?.projects);
    tokio::task::spawn_blocking(measured).await?
}
