//! What people do about alerts: every act, and the state in which acts leave each alert.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::SqliteConnection;

use super::Store;
use super::audit;
use super::connections::end;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use super::outbox;
use crate::domain::alert::AlertChange;
use crate::domain::alert::AlertChangeKind;
use crate::domain::audit::Act;
use crate::domain::audit::Actor;
use crate::domain::audit::Deed;
use crate::domain::cycle::CycleRecord;
use crate::domain::handling::Acknowledgement;
use crate::domain::handling::AlertAct;
use crate::domain::handling::AlertActKind;
use crate::domain::handling::Handling;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::notice::Notice;

impl Store {
    /// Someone has seen the alert as it is; `notices` tell it.
    pub async fn acknowledge(
        &self,
        alert: &AlertId,
        act: &Act,
        notices: &[Notice],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        self.check_alert(&mut transaction, alert).await?;
        let before = handling(&mut transaction, alert).await?;
        let acknowledged = Acknowledgement { by: act.actor.clone(), at: act.at };
        let after = Handling { acknowledged: Some(acknowledged), ..before.clone() };
        leave(&mut transaction, alert, &after).await?;
        append(&mut transaction, (alert, AlertActKind::Acknowledged), act, None).await?;
        let deed = act.deed("alert_acknowledged", format!("alert/{alert}"));
        tell(&mut transaction, act, deed, &before, &after).await?;
        outbox::insert(&mut transaction, notices).await?;
        end(transaction).await
    }

    pub async fn assign(&self, alert: &AlertId, whom: &str, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        self.check_alert(&mut transaction, alert).await?;
        let before = handling(&mut transaction, alert).await?;
        let after = Handling { assigned_to: Some(whom.to_owned()), ..before.clone() };
        leave(&mut transaction, alert, &after).await?;
        append(&mut transaction, (alert, AlertActKind::Assigned), act, Some(whom)).await?;
        let deed = act.deed("alert_assigned", format!("alert/{alert}"));
        tell(&mut transaction, act, deed, &before, &after).await?;
        end(transaction).await
    }

    /// The words are the act's reason.
    pub async fn comment(&self, alert: &AlertId, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        self.check_alert(&mut transaction, alert).await?;
        append(&mut transaction, (alert, AlertActKind::Commented), act, None).await?;
        let deed = act.deed("alert_commented", format!("alert/{alert}"));
        audit::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await
    }

    /// Of one alert, oldest first.
    pub async fn alert_acts(&self, alert: &AlertId) -> Result<Vec<AlertAct>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        if !visible.has_alert(&mut transaction, alert).await? {
            return Ok(vec![]);
        }
        let rows: Vec<ActRow> = sqlx::query_as(
            "select number, alert, kind, actor, at, after_cycle, words, whom
             from alert_acts where alert = $1 order by number",
        )
        .bind(alert.as_str())
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("acts on alerts"))?;
        rows.into_iter().map(ActRow::into_act).collect()
    }

    /// Of every alert about which somebody did something.
    pub async fn handlings(&self) -> Result<BTreeMap<AlertId, Handling>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let alerts = visible.alerts(&mut transaction).await?;
        let rows: Vec<HandlingRow> = sqlx::query_as(
            "select alert, acknowledged_by, acknowledged_at, assigned_to from alert_handling",
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("the handling of alerts"))?;
        let mut handlings: BTreeMap<AlertId, Handling> =
            rows.into_iter().map(HandlingRow::into_handling).collect::<Result<_, _>>()?;
        handlings.retain(|alert, _| alerts.contains(alert));
        Ok(handlings)
    }

    /// An act on an alert that is not there, or not shown, comes to nothing.
    async fn check_alert(
        &self,
        connection: &mut SqliteConnection,
        alert: &AlertId,
    ) -> Result<(), StoreError> {
        let visible = self.visible(connection).await?;
        if visible.has_alert(connection, alert).await? {
            return Ok(());
        }
        Err(StoreError::NoSuchAlert { alert: alert.clone() })
    }
}

/// After the changes of a cycle: what was acknowledged and got worse is to be looked at again, and
/// what people did about an alert goes with it when it moves to another project's id.
pub(super) async fn follow(
    connection: &mut SqliteConnection,
    record: &CycleRecord,
) -> Result<(), StoreError> {
    for change in &record.alert_changes {
        let moved = change.kind == AlertChangeKind::Moved;
        if let Some(into) = change.counterpart.as_ref().filter(|_| moved) {
            hand_over(connection, &change.alert.id, into).await?;
        }
    }
    let again = record.alert_changes.iter().filter(|change| change.kind.asks_for_another_look());
    // A first cycle raises many, and nobody has seen any of them yet.
    let seen = acknowledged(connection).await?;
    for change in again.filter(|change| seen.contains_key(&change.alert.id)) {
        lapse(connection, change, record).await?;
    }
    Ok(())
}

async fn acknowledged(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<AlertId, Handling>, StoreError> {
    let rows: Vec<HandlingRow> = sqlx::query_as(
        "select alert, acknowledged_by, acknowledged_at, assigned_to from alert_handling
         where acknowledged_by is not null",
    )
    .fetch_all(connection)
    .await
    .map_err(reading("the handling of alerts"))?;
    rows.into_iter().map(HandlingRow::into_handling).collect()
}

async fn lapse(
    connection: &mut SqliteConnection,
    change: &AlertChange,
    record: &CycleRecord,
) -> Result<(), StoreError> {
    let alert = &change.alert.id;
    let reason =
        format!("L’alerte a changé depuis qu’elle a été prise en compte : {}", change.reason);
    let act = Act { actor: Actor::vigie(), at: record.started_at, reason };
    let before = handling(connection, alert).await?;
    let after = Handling { acknowledged: None, ..before.clone() };
    leave(connection, alert, &after).await?;
    append(connection, (alert, AlertActKind::Lapsed), &act, None).await?;
    let deed = act.deed("acknowledgement_lapsed", format!("alert/{alert}"));
    tell(connection, &act, deed, &before, &after).await
}

/// Of two alerts that turn out to be one, what was done about the one that stays wins.
async fn hand_over(
    connection: &mut SqliteConnection,
    from: &AlertId,
    into: &AlertId,
) -> Result<(), StoreError> {
    let former = handling(connection, from).await?;
    let own = handling(connection, into).await?;
    let united = Handling {
        acknowledged: own.acknowledged.or(former.acknowledged),
        assigned_to: own.assigned_to.or(former.assigned_to),
    };
    if united != Handling::default() {
        leave(connection, into, &united).await?;
    }
    Ok(())
}

pub(super) async fn handling(
    connection: &mut SqliteConnection,
    alert: &AlertId,
) -> Result<Handling, StoreError> {
    let row: Option<HandlingRow> = sqlx::query_as(
        "select alert, acknowledged_by, acknowledged_at, assigned_to from alert_handling
         where alert = $1",
    )
    .bind(alert.as_str())
    .fetch_optional(connection)
    .await
    .map_err(reading("the handling of an alert"))?;
    let handling = row.map(HandlingRow::into_handling).transpose()?;
    Ok(handling.map(|(_, handling)| handling).unwrap_or_default())
}

pub(super) async fn leave(
    connection: &mut SqliteConnection,
    alert: &AlertId,
    handling: &Handling,
) -> Result<(), StoreError> {
    let acknowledged = handling.acknowledged.as_ref();
    sqlx::query(
        "insert into alert_handling (alert, acknowledged_by, acknowledged_at, assigned_to)
         values ($1, $2, $3, $4)
         on conflict (alert) do update set acknowledged_by = excluded.acknowledged_by,
             acknowledged_at = excluded.acknowledged_at, assigned_to = excluded.assigned_to",
    )
    .bind(alert.as_str())
    .bind(acknowledged.map(|acknowledged| acknowledged.by.as_str()))
    .bind(acknowledged.map(|acknowledged| kept::from_instant(acknowledged.at)))
    .bind(handling.assigned_to.as_deref())
    .execute(connection)
    .await
    .map_err(writing("the handling of an alert"))?;
    Ok(())
}

/// Adds an act to the log of the alert.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    (alert, kind): (&AlertId, AlertActKind),
    act: &Act,
    whom: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into alert_acts (number, alert, kind, actor, at, after_cycle, words, whom)
         values ((select coalesce(max(number), 0) + 1 from alert_acts), $1, $2, $3, $4,
                 (select coalesce(max(number), 0) from cycles), $5, $6)",
    )
    .bind(alert.as_str())
    .bind(kind.as_str())
    .bind(act.actor.as_str())
    .bind(kept::from_instant(act.at))
    .bind(act.reason.as_str())
    .bind(whom)
    .execute(connection)
    .await
    .map_err(writing("acts on alerts"))?;
    Ok(())
}

pub(super) async fn tell(
    connection: &mut SqliteConnection,
    act: &Act,
    deed: Deed,
    before: &Handling,
    after: &Handling,
) -> Result<(), StoreError> {
    let words = |handling: &Handling| {
        let by = handling.acknowledged.as_ref().map(|acknowledged| &acknowledged.by);
        json!({ "acknowledged_by": by, "assigned_to": handling.assigned_to })
    };
    let deed = deed.was(&words(before)).became(&words(after));
    audit::append(connection, act.at, &[deed]).await
}

#[derive(sqlx::FromRow)]
struct HandlingRow {
    alert: String,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<String>,
    assigned_to: Option<String>,
}

impl HandlingRow {
    fn into_handling(self) -> Result<(AlertId, Handling), StoreError> {
        let acknowledged = match (self.acknowledged_by, self.acknowledged_at) {
            (Some(by), Some(at)) => Some(Acknowledgement {
                by: Actor::from_kept(by),
                at: kept::to_instant("alert_handling.acknowledged_at", at)?,
            }),
            (Some(_) | None, Some(_) | None) => None,
        };
        let handling = Handling { acknowledged, assigned_to: self.assigned_to };
        Ok((AlertId::new(self.alert), handling))
    }
}

#[derive(sqlx::FromRow)]
struct ActRow {
    number: i64,
    alert: String,
    kind: String,
    actor: String,
    at: String,
    after_cycle: i64,
    words: String,
    whom: Option<String>,
}

impl ActRow {
    fn into_act(self) -> Result<AlertAct, StoreError> {
        let kind = kept::to_word("alert_acts.kind", &self.kind, "an act on an alert", |text| {
            text.parse::<AlertActKind>().ok()
        })?;
        Ok(AlertAct {
            number: self.number,
            alert: AlertId::new(self.alert),
            kind,
            actor: Actor::from_kept(self.actor),
            at: kept::to_instant("alert_acts.at", self.at)?,
            after_cycle: (self.after_cycle > 0).then_some(CycleNumber(self.after_cycle)),
            words: self.words,
            whom: self.whom,
        })
    }
}
