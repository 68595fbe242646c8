//! What a cycle and an import decide by themselves, as deeds of the audit trail.

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::audit_trail;
use crate::domain::accounts::audit::{Actor, AuditRecord};
use crate::domain::alerts::alert::{AlertChange, AlertChangeKind, AlertState};
use crate::domain::level::Level;
use crate::domain::missions::mission::{Mission, MissionChange};
use crate::domain::missions::review::{Review, ReviewChange};
use crate::domain::operation::cycle::CycleRecord;
use crate::domain::portfolio::import::Import;
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::imports::import_report::Recorded;

/// The cycle itself, then each alert and mission that really moved: what merely lasts is no deed.
/// Some at a time, so that a first cycle does not hold all its deeds in memory.
pub(in crate::store) async fn of_cycle(
    connection: &mut Connection,
    record: &CycleRecord,
) -> Result<(), StoreError> {
    let now = record.started_at;
    audit_trail::append(connection, now, &[cycle(record)]).await?;
    of_changes(connection, now, (&record.alert_changes, &record.mission_changes)).await
}

/// Each alert and mission that really moved.
pub(in crate::store) async fn of_changes(
    connection: &mut Connection,
    now: DateTime<Utc>,
    (alerts, missions): (&[AlertChange], &[MissionChange]),
) -> Result<(), StoreError> {
    for some in columns::chunks(alerts) {
        let deeds: Vec<AuditRecord> =
            some.iter().filter(|change| moves(change)).map(alert).collect();
        audit_trail::append(connection, now, &deeds).await?;
    }
    for some in columns::chunks(missions) {
        let deeds: Vec<AuditRecord> = some.iter().map(mission).collect();
        audit_trail::append(connection, now, &deeds).await?;
    }
    Ok(())
}

/// `None` when the same file was already there.
pub(in crate::store) fn of_import(
    import: &Import,
    recorded: &Recorded,
    actor: &Actor,
) -> Option<AuditRecord> {
    let (number, replaces) = match recorded {
        Recorded::Unchanged { .. } => return None,
        Recorded::Added { number } | Recorded::Held { number, .. } => (number, None),
        Recorded::Replaced { number, former, .. } => (number, Some(former)),
    };
    let mut became = json!({
        "file": import.file,
        "sha256": import.sha256,
        "dataset": import.dataset,
        "edition": import.edition.to_string(),
        "profile": import.profile,
        "rows": import.rows.len(),
        "replaces": replaces,
    });
    if let Recorded::Held { holds, .. } = recorded
        && let Some(became) = became.as_object_mut()
    {
        became.insert("on_hold".to_owned(), json!(holds));
    }
    Some(AuditRecord::by(actor, "import_recorded", format!("import/{number}")).became(&became))
}

fn cycle(record: &CycleRecord) -> AuditRecord {
    let became = json!({
        "as_of": record.inputs.as_of,
        "last_import": record.inputs.last_import,
        "last_link": record.inputs.last_link,
        "last_confirmation": record.inputs.last_confirmation,
        "last_exit": record.inputs.last_exit,
        "data": record.inputs.data,
        "catalogue": record.inputs.catalogue,
        "verdicts": record.verdicts.len(),
    });
    AuditRecord::by(&Actor::vigie(), "cycle_committed", format!("cycle/{}", record.number))
        .became(&became)
}

/// A pending alert that goes on waiting has a level it came from.
fn moves(change: &AlertChange) -> bool {
    match change.kind {
        AlertChangeKind::Persisted => false,
        AlertChangeKind::Pending => change.from.is_none(),
        AlertChangeKind::Raised
        | AlertChangeKind::Reopened
        | AlertChangeKind::Worsened
        | AlertChangeKind::NewFact
        | AlertChangeKind::Eased
        | AlertChangeKind::Hidden
        | AlertChangeKind::Released
        | AlertChangeKind::Dormant
        | AlertChangeKind::Woken
        | AlertChangeKind::Dropped
        | AlertChangeKind::Resolved
        | AlertChangeKind::Retired
        | AlertChangeKind::Moved
        | AlertChangeKind::Voided => true,
    }
}

/// Written by hand, since a first cycle may raise a hundred thousand: words need no escape.
fn alert(change: &AlertChange) -> AuditRecord {
    let alert = &change.alert;
    let action = format!("alert_{}", change.kind.as_str());
    let deed = AuditRecord::by(&Actor::vigie(), action, format!("alert/{}", alert.id));
    AuditRecord {
        was: change.from.map(|level| format!(r#"{{"level":"{}"}}"#, level.as_str())),
        became: Some(state(alert.state, alert.level)),
        reason: Some(change.reason.clone()),
        ..deed
    }
}

fn state(state: AlertState, level: Level) -> String {
    format!(r#"{{"level":"{}","state":"{}"}}"#, level.as_str(), state.as_str())
}

fn mission(change: &MissionChange) -> AuditRecord {
    let mission = &change.mission;
    let became = json!({
        "kind": mission.kind,
        "state": mission.state,
        "automatic": mission.automatic,
        "alerts": mission.alerts,
    });
    mission_deed(change).became(&became)
}

/// What a person did to a mission: only what differs, before and after.
pub(in crate::store) fn of_mission(
    before: &Mission,
    change: &MissionChange,
) -> Result<AuditRecord, StoreError> {
    let whole = |mission: &Mission| {
        serde_json::to_value(mission)
            .map_err(|source| StoreError::Encode { what: "a mission", source })
    };
    let (was, became) = differences(whole(before)?, whole(&change.mission)?);
    Ok(mission_deed(change).was(&was).became(&became))
}

fn mission_deed(change: &MissionChange) -> AuditRecord {
    let actor = change.by.clone().unwrap_or_else(Actor::vigie);
    let action = format!("mission_{}", change.kind.as_str());
    let subject = format!("mission/{}", change.mission.id);
    AuditRecord::by(&actor, action, subject).because(&change.reason)
}

/// What the calendar or a person did to a review: only what differs, before and after.
pub(in crate::store) fn of_review(
    before: Option<&Review>,
    change: &ReviewChange,
) -> Result<AuditRecord, StoreError> {
    let whole = |review: &Review| {
        serde_json::to_value(review)
            .map_err(|source| StoreError::Encode { what: "a review", source })
    };
    let actor = change.by.clone().unwrap_or_else(Actor::vigie);
    let action = format!("review_{}", change.kind.as_str());
    let subject = format!("review/{}", change.review.id);
    let deed = AuditRecord::by(&actor, action, subject).because(&change.reason);
    let after = whole(&change.review)?;
    let Some(before) = before else { return Ok(deed.became(&after)) };
    let (was, became) = differences(whole(before)?, after);
    Ok(deed.was(&was).became(&became))
}

/// The fields of two objects that are not the same in both.
pub(in crate::store) fn differences(before: Json, after: Json) -> (Json, Json) {
    let (Json::Object(mut before), Json::Object(mut after)) = (before, after) else {
        return (Json::Null, Json::Null);
    };
    before.retain(|field, value| {
        let same = after.get(field) == Some(value);
        if same {
            after.remove(field);
        }
        !same
    });
    before.remove("revision");
    after.remove("revision");
    (Json::Object(before), Json::Object(after))
}
