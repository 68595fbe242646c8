//! Everything known of one alert: what cycles found, what people did, and what was known when.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::names;
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::alert::{Alert, AlertChange, AlertChangeKind};
use crate::domain::alerts::dispute::Dispute;
use crate::domain::alerts::handling::{AlertAct, Handling};
use crate::domain::alerts::silence::Silence;
use crate::domain::ids::{
    AlertId, CycleNumber, DisputeNumber, ImportNumber, MinistryCode, SilenceNumber,
};
use crate::domain::level::Level;
use crate::domain::operation::cycle::CycleSummary;
use crate::support::clock::today;
use crate::support::fingerprint::Fingerprint;

/// An alert in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AlertLine {
    #[serde(flatten)]
    pub alert: Alert,
    /// In French.
    pub rule_title: String,
    /// The name of the project as last published, of the ministry, or of the portfolio.
    pub subject_name: String,
    /// Code of the subject's ministry.
    pub ministry: Option<MinistryCode>,
    pub handling: Handling,
    /// The silence that keeps it out of messages, if any.
    pub silenced_by: Option<SilenceNumber>,
    /// The open dispute on its figures: it waits for an answer or a correction.
    pub disputed_in: Option<DisputeNumber>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AlertDossier {
    #[serde(flatten)]
    pub alert: Alert,
    /// In French.
    pub rule_title: String,
    /// The name of the project as last published, of the ministry, or of the portfolio.
    pub subject_name: String,
    /// Code of the subject's ministry.
    pub ministry: Option<MinistryCode>,
    pub handling: Handling,
    /// The silences that cover it, including those that have ended.
    pub silences: Vec<Silence>,
    pub silenced: bool,
    pub disputes: Vec<Dispute>,
    /// Oldest first, with the history of the alerts that it continues.
    pub history: Vec<AlertEvent>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertEvent {
    pub at: DateTime<Utc>,
    pub actor: Actor,
    /// The kind of change or action, such as `worsened`.
    pub kind: String,
    /// The kind in French.
    pub label: String,
    pub level: Option<Level>,
    pub words: String,
    pub whom: Option<String>,
    /// For a change: the cycle that made it, and the data it knew.
    pub known: Option<CycleBasis>,
    /// Number of cycles in a row that found the same; the event has the date of the last one.
    pub times: u32,
    pub until: Option<NaiveDate>,
}

/// The data that a cycle used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CycleBasis {
    pub cycle: CycleNumber,
    pub as_of: NaiveDate,
    pub last_import: ImportNumber,
    pub last_link: i64,
    #[serde(default)]
    #[schema(required = true)]
    pub last_confirmation: i64,
    #[serde(default)]
    #[schema(required = true)]
    pub last_exit: i64,
    pub data: Fingerprint,
    pub catalogue: Fingerprint,
}

/// Alerts with their silences, disputes and what people did about them.
pub async fn alert_lines(
    services: &Services,
    alerts: Vec<Alert>,
) -> Result<Vec<AlertLine>, ApplicationError> {
    let mut handlings = services.store.handlings().await?;
    let silences = services.store.silences().await?;
    let mut disputes = services.store.disputes().await?;
    disputes.retain(Dispute::is_pending);
    let directory = names::directory(services).await?;
    let today = today(services.clock.now());
    let line = |alert: Alert| {
        let ministry = names::ministry_of(&directory, &alert.subject);
        let of_project = ministry.as_ref().filter(|_| alert.subject.project().is_some());
        let silence = silences.iter().find(|silence| silence.hides(&alert, of_project, today));
        let dispute = disputes.iter().find(|dispute| dispute.alert == alert.id);
        AlertLine {
            rule_title: directory.rule_title(&alert.rule),
            subject_name: directory.name(&alert.subject),
            ministry,
            handling: handlings.remove(&alert.id).unwrap_or_default(),
            silenced_by: silence.map(|silence| silence.number),
            disputed_in: dispute.map(|dispute| dispute.number),
            alert,
        }
    };
    Ok(alerts.into_iter().map(line).collect())
}

pub async fn dossier(services: &Services, alert: Alert) -> Result<AlertDossier, ApplicationError> {
    let ids = line_of(services, &alert.id).await?;
    let (mut history, mut cycles) = (Vec::new(), BTreeMap::new());
    for id in &ids {
        history.extend(history_of(services, id, &mut cycles).await?);
    }
    history.sort_by_key(|event| event.at);
    let mut silences = services.store.silences().await?;
    let directory = names::directory(services).await?;
    let ministry = names::ministry_of(&directory, &alert.subject);
    let of_project = ministry.as_ref().filter(|_| alert.subject.project().is_some());
    silences.retain(|silence| silence.scope.covers(&alert.rule, &alert.subject, of_project));
    let today = today(services.clock.now());
    let is_silenced = silences.iter().any(|silence| silence.hides(&alert, of_project, today));
    let mut disputes = services.store.disputes().await?;
    disputes.retain(|dispute| ids.contains(&dispute.alert));
    let handling = services.store.handlings().await?.remove(&alert.id).unwrap_or_default();
    let history = together(history);
    Ok(AlertDossier {
        rule_title: directory.rule_title(&alert.rule),
        subject_name: directory.name(&alert.subject),
        ministry,
        alert,
        handling,
        silences,
        silenced: is_silenced,
        disputes,
        history,
    })
}

/// The history of one alert, oldest first. New events never move earlier ones. `cycles` caches the
/// cycles already looked up.
pub(in crate::application) async fn history_of(
    services: &Services,
    id: &AlertId,
    cycles: &mut BTreeMap<CycleNumber, CycleSummary>,
) -> Result<Vec<AlertEvent>, ApplicationError> {
    let mut history = Vec::new();
    for (number, change) in services.store.alert_history(id).await? {
        let cycle = match cycles.entry(number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let cycle = services.store.cycle(number).await?;
                unknown.insert(cycle.ok_or(ApplicationError::NoSuchCycle(number))?)
            }
        };
        history.push(change_event(change, cycle));
    }
    history.extend(services.store.alert_acts(id).await?.into_iter().map(act_event));
    history.sort_by_key(|event| event.at);
    Ok(history)
}

/// The alert and the earlier alerts that it continues.
pub(in crate::application) async fn line_of(
    services: &Services,
    id: &AlertId,
) -> Result<BTreeSet<AlertId>, ApplicationError> {
    let mut line = BTreeSet::new();
    let mut waiting = vec![id.clone()];
    while let Some(next) = waiting.pop() {
        for (_, change) in services.store.alert_history(&next).await? {
            if change.kind != AlertChangeKind::Moved {
                waiting.extend(change.counterpart.filter(|other| !line.contains(other)));
            }
        }
        line.insert(next);
    }
    Ok(line)
}

fn change_event(change: AlertChange, cycle: &CycleSummary) -> AlertEvent {
    let inputs = &cycle.inputs;
    let void = cycle.voided.as_ref().filter(|_| change.kind == AlertChangeKind::Voided);
    AlertEvent {
        at: void.map_or(cycle.ran_at(), |void| void.at),
        actor: void.map_or_else(Actor::vigie, |void| void.by.clone()),
        kind: change.kind.as_str().to_owned(),
        label: change.kind.label().to_owned(),
        level: Some(change.alert.level),
        words: change.reason,
        whom: None,
        known: Some(CycleBasis {
            cycle: cycle.number,
            as_of: inputs.as_of,
            last_import: inputs.last_import,
            last_link: inputs.last_link,
            last_confirmation: inputs.last_confirmation,
            last_exit: inputs.last_exit,
            data: inputs.data.clone(),
            catalogue: inputs.catalogue.clone(),
        }),
        times: 1,
        until: None,
    }
}

fn act_event(act: AlertAct) -> AlertEvent {
    AlertEvent {
        at: act.at,
        actor: act.actor,
        kind: act.kind.as_str().to_owned(),
        label: act.kind.label().to_owned(),
        level: None,
        words: act.words,
        whom: act.whom,
        known: None,
        times: 1,
        until: None,
    }
}

/// Merges consecutive cycles that found the same, in the same words, into one event.
fn together(events: Vec<AlertEvent>) -> Vec<AlertEvent> {
    let lasts = AlertChangeKind::Persisted.as_str();
    let mut merged: Vec<AlertEvent> = Vec::with_capacity(events.len());
    for event in events {
        match merged.last_mut() {
            Some(last)
                if event.kind == lasts && last.kind == lasts && last.words == event.words =>
            {
                last.times = last.times.saturating_add(1);
                last.until = event.known.map(|known| known.as_of);
            }
            Some(_) | None => merged.push(event),
        }
    }
    merged
}
