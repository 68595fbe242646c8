//! What fires now, as supervision tools have it: open alerts with their labels, and what keeps each
//! from being told.

use super::CycleError;
use super::Parts;
use super::catalogue::catalogue;
use super::people;
use super::view;
use crate::domain::alert::Alert;
use crate::domain::alert::AlertState;
use crate::domain::ids::AlertId;
use crate::domain::ids::SilenceNumber;
use crate::domain::notice::Receiver;
use crate::notify;
use crate::notify::Directory;
use crate::notify::Labels;

#[derive(Clone, Debug)]
pub struct Firing {
    pub alert: Alert,
    pub labels: Labels,
    pub annotations: Labels,
    pub office: Receiver,
    pub silenced_by: Vec<SilenceNumber>,
    /// The alert that says it already.
    pub hidden_by: Option<AlertId>,
}

/// By id. Neither those that wait for their rule's `for`, nor those that are over.
pub async fn firing(parts: &Parts) -> Result<Vec<Firing>, CycleError> {
    let mut alerts = parts.store.standing_alerts().await?;
    alerts.retain(|alert| alert.state == AlertState::Open);
    let today = view::today(parts.clock.now());
    let mut silences = parts.store.silences().await?;
    silences.retain(|silence| silence.holds_on(today));
    let ministries = people::ministries(parts).await?;
    let terms = catalogue(parts).await?.catalogue.terms();
    let directory = Directory::of_known(parts.store.known_projects().await?, &terms);
    let of_alert = |alert: Alert| {
        let ministry = alert.subject.project().and_then(|project| ministries.get(project));
        let silenced_by = silences.iter().filter(|one| one.hides(&alert, ministry, today));
        let explanation = alert.explanation.as_deref().unwrap_or_default();
        Firing {
            labels: notify::labels(&alert, &directory),
            annotations: notify::annotations(&alert, explanation, &directory),
            office: notify::office(&alert, &directory),
            silenced_by: silenced_by.map(|silence| silence.number).collect(),
            hidden_by: alert.hidden_by.as_ref().map(|rule| Alert::id_of(rule, &alert.subject)),
            alert,
        }
    };
    let mut firing: Vec<Firing> = alerts.into_iter().map(of_alert).collect();
    firing.sort_by(|a, b| a.alert.id.cmp(&b.alert.id));
    Ok(firing)
}
