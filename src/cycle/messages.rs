//! Gathers what messages are composed from, for cycles, for digests between two cycles and for
//! corrections alike.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use super::CycleError;
use super::Parts;
use super::people;
use super::view;
use crate::domain::alert::Alert;
use crate::domain::alert::AlertChange;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::mission::Mission;
use crate::domain::mission::MissionChange;
use crate::domain::portfolio::Portfolio;
use crate::domain::silence::SilenceChange;
use crate::notify;
use crate::notify::Directory;
use crate::notify::Facts;
use crate::notify::Occasion;
use crate::notify::Terms;
use crate::rules;

/// The cycle that messages belong to, and where they take names, titles and terms from.
#[derive(Clone, Copy, Debug)]
pub(super) struct MessageBasis<'a> {
    pub(super) cycle: CycleNumber,
    pub(super) as_of: NaiveDate,
    pub(super) now: DateTime<Utc>,
    pub(super) portfolio: &'a Portfolio,
    /// The texts of the catalogue, by path.
    pub(super) texts: &'a BTreeMap<String, String>,
}

/// Alerts and missions as they are stored, and the changes to report, which are not stored yet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Situation<'a> {
    pub(super) alerts: &'a [Alert],
    pub(super) missions: &'a [Mission],
    pub(super) alert_changes: &'a [AlertChange],
    pub(super) mission_changes: &'a [MissionChange],
    pub(super) silence_changes: &'a [SilenceChange],
}

/// Gathers everything that messages depend on and passes it to `compose`. No rule is compiled.
///
/// # Errors
/// When the message terms have a fault, the store cannot be read, or `compose` fails.
pub(super) async fn compose<T>(
    parts: &Parts,
    basis: MessageBasis<'_>,
    situation: Situation<'_>,
    compose: impl FnOnce(Occasion<'_>) -> Result<T, CycleError>,
) -> Result<T, CycleError> {
    let MessageBasis { cycle, as_of, now, portfolio, texts } = basis;
    let Situation { alert_changes, mission_changes, silence_changes, .. } = situation;
    let terms = Terms::parse(texts.get(notify::TERMS_FILE))?;
    let directory = Directory::of(portfolio, rules::titles(texts), as_of);
    let changed = alert_changes.iter().map(|change| &change.alert);
    let alerts: BTreeMap<&AlertId, &Alert> =
        situation.alerts.iter().chain(changed).map(|alert| (&alert.id, alert)).collect();
    let moved = mission_changes.iter().map(|change| &change.mission);
    let missions = situation.missions.iter().chain(moved);
    let current: Vec<&Alert> = alerts.values().copied().collect();
    let silenced = people::silenced_alerts(parts, &current, silence_changes, now).await?;
    let facts = Facts {
        alerts,
        changes: alert_changes.iter().map(|change| (&change.alert.id, change)).collect(),
        missions: missions.map(|mission| (&mission.id, mission)).collect(),
        silenced: &silenced,
        stale: notify::stale(&parts.store.last_imports(now).await?, &terms, now),
    };
    let silence_news =
        notify::silence_news(silence_changes, &current, &directory, view::today(now));
    compose(Occasion {
        cycle,
        as_of,
        now,
        facts: &facts,
        directory: &directory,
        terms: &terms,
        settings: &parts.notify,
        memories: &parts.store.notification_memory().await?,
        lanes: &parts.store.lanes().await?,
        silences: &silence_news,
        announce: false,
        correction: None,
    })
}
