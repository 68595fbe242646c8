//! Gathers what messages are composed from, for cycles, for digests between two cycles and for
//! corrections alike.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::application::actions::alert_actions;
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::{Alert, AlertChange};
use crate::domain::alerts::silence::SilenceChange;
use crate::domain::ids::{AlertId, CycleNumber};
use crate::domain::missions::mission::{Mission, MissionChange};
use crate::domain::portfolio::published::Portfolio;
use crate::notify::{ComposeContext, CycleFacts, Directory, NoticeTerms};
use crate::support::clock::today;
use crate::{notify, rules};

/// The cycle that messages belong to, and where they take names, titles and terms from.
#[derive(Clone, Copy, Debug)]
pub(in crate::application) struct MessageBasis<'a> {
    pub(in crate::application) cycle: CycleNumber,
    pub(in crate::application) as_of: NaiveDate,
    pub(in crate::application) now: DateTime<Utc>,
    pub(in crate::application) portfolio: &'a Portfolio,
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

/// Gathers everything that messages depend on and passes it to `compose`. No rule is compiled.
///
/// # Errors
/// When the message terms have a fault, the store cannot be read, or `compose` fails.
pub(in crate::application) async fn compose<T>(
    services: &Services,
    basis: MessageBasis<'_>,
    situation: Situation<'_>,
    compose: impl FnOnce(ComposeContext<'_>) -> Result<T, ApplicationError>,
) -> Result<T, ApplicationError> {
    let MessageBasis { cycle, as_of, now, portfolio, texts } = basis;
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
    let silence_news = notify::silence_news(silence_changes, &current, &directory, today(now));
    compose(ComposeContext {
        cycle,
        as_of,
        now,
        facts: &facts,
        directory: &directory,
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
