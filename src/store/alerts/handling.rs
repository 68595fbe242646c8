//! What people do about alerts: every act, and the state in which acts leave each alert.

use std::collections::BTreeMap;

use serde_json::json;

use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::domain::alerts::alert::{Alert, AlertChange, AlertChangeKind};
use crate::domain::alerts::handling::{
    Acknowledgement, AlertAct, AlertActKind, Handling, SeenAlert,
};
use crate::domain::ids::{AlertId, CycleNumber};
use crate::domain::messages::notice::Notice;
use crate::domain::operation::cycle::CycleRecord;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::{Columns, Timestamp};
use crate::store::outbox::outgoing;

impl Store {
    /// Someone has seen the alert as it is; `notices` tell it.
    ///
    /// # Errors
    ///
    /// There is no such alert, or it has changed since it was read.
    pub async fn acknowledge(
        &self,
        alert: impl Into<SeenAlert<'_>>,
        act: &ActionContext,
        notices: &[Notice],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        let (alert, before) = self.seen(&mut transaction, alert.into()).await?;
        let acknowledged = Acknowledgement { by: act.actor.clone(), at: act.at };
        let after = Handling { acknowledged: Some(acknowledged), ..before.clone() };
        leave(&mut transaction, alert, &after).await?;
        append(&mut transaction, (alert, AlertActKind::Acknowledged), act, None).await?;
        let deed = act.deed("alert_acknowledged", format!("alert/{alert}"));
        tell(&mut transaction, act, deed, &before, &after).await?;
        outgoing::insert(&mut transaction, notices).await?;
        end(transaction).await
    }

    /// # Errors
    ///
    /// There is no such alert, or it has changed since it was read.
    pub async fn assign(
        &self,
        alert: impl Into<SeenAlert<'_>>,
        whom: &str,
        act: &ActionContext,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        let (alert, before) = self.seen(&mut transaction, alert.into()).await?;
        let after = Handling { assigned_to: Some(whom.to_owned()), ..before.clone() };
        leave(&mut transaction, alert, &after).await?;
        append(&mut transaction, (alert, AlertActKind::Assigned), act, Some(whom)).await?;
        let deed = act.deed("alert_assigned", format!("alert/{alert}"));
        tell(&mut transaction, act, deed, &before, &after).await?;
        end(transaction).await
    }

    /// The words are the act's reason.
    ///
    /// # Errors
    ///
    /// There is no such alert.
    pub async fn comment(&self, alert: &AlertId, act: &ActionContext) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        self.check_alert(&mut transaction, alert).await?;
        append(&mut transaction, (alert, AlertActKind::Commented), act, None).await?;
        let deed = act.deed("alert_commented", format!("alert/{alert}"));
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await
    }

    /// Of one alert, oldest first.
    pub async fn alert_acts(&self, alert: &AlertId) -> Result<Vec<AlertAct>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        if !visible.has_alert(&mut transaction, alert).await? {
            return Ok(vec![]);
        }
        query_as(
            "select number, alert, kind, actor, at, after_cycle, words, whom
             from alert_acts where alert = $1 order by number",
        )
        .bind(alert)
        .all(&mut *transaction, "acts on alerts")
        .await
    }

    /// Of every alert about which somebody did something.
    pub async fn handlings(&self) -> Result<BTreeMap<AlertId, Handling>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let alerts = visible.alerts(&mut transaction).await?;
        let rows: Vec<HandlingRow> = query_as(
            "select alert, acknowledged_by, acknowledged_at, assigned_to from alert_handling",
        )
        .all(&mut *transaction, "the handling of alerts")
        .await?;
        let shown = rows.into_iter().filter(|row| alerts.contains(&row.alert));
        Ok(shown.map(|row| (row.alert, row.handling)).collect())
    }

    /// The alert that somebody acts on, and how it was handled so far.
    async fn seen<'a>(
        &self,
        connection: &mut Connection,
        SeenAlert { id, revision }: SeenAlert<'a>,
    ) -> Result<(&'a AlertId, Handling), StoreError> {
        self.check_alert(connection, id).await?;
        let before = handling(connection, id).await?;
        let Some(revision) = revision else { return Ok((id, before)) };
        let alert: Alert = query_as("select * from alerts where id = $1")
            .bind(id)
            .one(connection, "an alert")
            .await?;
        if before.revision(&alert) != revision {
            return Err(StoreError::Changed { what: "alert", id: id.to_string() });
        }
        Ok((id, before))
    }

    /// An act on an alert that is not there, or not shown, comes to nothing.
    async fn check_alert(
        &self,
        connection: &mut Connection,
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
pub(in crate::store) async fn follow(
    connection: &mut Connection,
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
    connection: &mut Connection,
) -> Result<BTreeMap<AlertId, Handling>, StoreError> {
    let rows: Vec<HandlingRow> = query_as(
        "select alert, acknowledged_by, acknowledged_at, assigned_to from alert_handling
         where acknowledged_by is not null",
    )
    .all(connection, "the handling of alerts")
    .await?;
    Ok(rows.into_iter().map(|row| (row.alert, row.handling)).collect())
}

async fn lapse(
    connection: &mut Connection,
    change: &AlertChange,
    record: &CycleRecord,
) -> Result<(), StoreError> {
    let alert = &change.alert.id;
    let reason =
        format!("L’alerte a changé depuis qu’elle a été prise en compte : {}", change.reason);
    let act = ActionContext { actor: Actor::vigie(), at: record.started_at, reason };
    let before = handling(connection, alert).await?;
    let after = Handling { acknowledged: None, ..before.clone() };
    leave(connection, alert, &after).await?;
    append(connection, (alert, AlertActKind::Lapsed), &act, None).await?;
    let deed = act.deed("acknowledgement_lapsed", format!("alert/{alert}"));
    tell(connection, &act, deed, &before, &after).await
}

/// Of two alerts that turn out to be one, what was done about the one that stays wins.
async fn hand_over(
    connection: &mut Connection,
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

pub(in crate::store) async fn handling(
    connection: &mut Connection,
    alert: &AlertId,
) -> Result<Handling, StoreError> {
    let row: Option<HandlingRow> = query_as(
        "select alert, acknowledged_by, acknowledged_at, assigned_to from alert_handling
         where alert = $1",
    )
    .bind(alert)
    .optional(connection, "the handling of an alert")
    .await?;
    Ok(row.map(|row| row.handling).unwrap_or_default())
}

pub(in crate::store) async fn leave(
    connection: &mut Connection,
    alert: &AlertId,
    handling: &Handling,
) -> Result<(), StoreError> {
    let acknowledged = handling.acknowledged.as_ref();
    query(
        "insert into alert_handling (alert, acknowledged_by, acknowledged_at, assigned_to)
         values ($1, $2, $3, $4)
         on conflict (alert) do update set acknowledged_by = excluded.acknowledged_by,
             acknowledged_at = excluded.acknowledged_at, assigned_to = excluded.assigned_to",
    )
    .bind(alert)
    .bind(acknowledged.map(|acknowledged| &acknowledged.by))
    .bind(acknowledged.map(|acknowledged| Timestamp(acknowledged.at)))
    .bind(handling.assigned_to.as_deref())
    .run(connection, "the handling of an alert")
    .await?;
    Ok(())
}

/// Adds an act to the log of the alert.
pub(in crate::store) async fn append(
    connection: &mut Connection,
    (alert, kind): (&AlertId, AlertActKind),
    act: &ActionContext,
    whom: Option<&str>,
) -> Result<(), StoreError> {
    query(
        "insert into alert_acts (number, alert, kind, actor, at, after_cycle, words, whom)
         values ((select coalesce(max(number), 0) + 1 from alert_acts), $1, $2, $3, $4,
                 (select coalesce(max(number), 0) from cycles), $5, $6)",
    )
    .bind(alert)
    .bind(kind)
    .bind(&act.actor)
    .bind(Timestamp(act.at))
    .bind(&act.reason)
    .bind(whom)
    .run(connection, "acts on alerts")
    .await?;
    Ok(())
}

pub(in crate::store) async fn tell(
    connection: &mut Connection,
    act: &ActionContext,
    deed: AuditRecord,
    before: &Handling,
    after: &Handling,
) -> Result<(), StoreError> {
    let words = |handling: &Handling| {
        let by = handling.acknowledged.as_ref().map(|acknowledged| &acknowledged.by);
        json!({ "acknowledged_by": by, "assigned_to": handling.assigned_to })
    };
    let deed = deed.was(&words(before)).became(&words(after));
    audit_trail::append(connection, act.at, &[deed]).await
}

/// What people did about an alert, as it is stored.
struct HandlingRow {
    alert: AlertId,
    handling: Handling,
}

impl FromRow for HandlingRow {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        let by: Option<Actor> = row.try_get("acknowledged_by")?;
        let at = row.optional_instant("acknowledged_at")?;
        let acknowledged = by.zip(at).map(|(by, at)| Acknowledgement { by, at });
        Ok(Self {
            alert: row.try_get("alert")?,
            handling: Handling { acknowledged, assigned_to: row.try_get("assigned_to")? },
        })
    }
}

impl FromRow for AlertAct {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        let after_cycle = row.try_get("after_cycle")?;
        Ok(Self {
            number: row.try_get("number")?,
            alert: row.try_get("alert")?,
            kind: row.try_get("kind")?,
            actor: row.try_get("actor")?,
            at: row.instant("at")?,
            after_cycle: Some(after_cycle).filter(|cycle: &CycleNumber| cycle.0 > 0),
            words: row.try_get("words")?,
            whom: row.try_get("whom")?,
        })
    }
}
