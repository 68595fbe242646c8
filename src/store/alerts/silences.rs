//! Silences: made and ended by people, looked after by cycles.

use serde_json::json;

use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::domain::alerts::silence::{Silence, SilenceChange, SilenceEnd, SilenceScope};
use crate::domain::ids::{CycleNumber, SilenceNumber};
use crate::domain::operation::cycle::CycleRecord;
use crate::store::audit::audit_trail;
use crate::store::db::columns;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Date, Json, Timestamp};
use crate::store::db::visibility::Visible;

impl Store {
    /// Gives the silence its number.
    ///
    /// # Errors
    ///
    /// The silence covers more than the handle shows.
    pub async fn silence(&self, silence: &Silence) -> Result<Silence, StoreError> {
        let mut transaction = self.begin_write().await?;
        if !self.visible(&mut transaction).await?.silence(&silence.scope) {
            return Err(StoreError::BeyondScope {
                what: "a silence over more than one's ministries",
            });
        }
        let number = query_scalar("select coalesce(max(number), 0) + 1 from silences")
            .one(&mut *transaction, "silences")
            .await?;
        let silence = Silence { number, ..silence.clone() };
        write(&mut transaction, &silence).await?;
        let became = json!({
            "scope": silence.scope,
            "last_day": silence.last_day,
            "alerts": silence.levels,
        });
        let deed = AuditRecord::by(&silence.author, "silence_made", subject(&silence))
            .became(&became)
            .because(&silence.reason);
        audit_trail::append(&mut transaction, silence.made_at, &[deed]).await?;
        end(transaction).await?;
        Ok(silence)
    }

    /// Before its time.
    ///
    /// # Errors
    ///
    /// There is no such silence, or it has ended.
    pub async fn unsilence(
        &self,
        number: SilenceNumber,
        act: &ActionContext,
    ) -> Result<Silence, StoreError> {
        let mut transaction = self.begin_write().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut found = select(&mut transaction, Some(number)).await?;
        found.retain(|silence| visible.silence(&silence.scope));
        let what = "silence";
        let found = found.pop().ok_or(StoreError::NoSuch { what, number: number.0 })?;
        if let Some(SilenceEnd { at, by, .. }) = &found.ended {
            let how = format!("ended by {by} on {}", at.date_naive());
            return Err(StoreError::Over { what, number: number.0, how });
        }
        let (by, reason) = (act.actor.clone(), act.reason.clone());
        let silence = Silence { ended: Some(SilenceEnd { at: act.at, by, reason }), ..found };
        write(&mut transaction, &silence).await?;
        let deed = act.deed("silence_ended", subject(&silence));
        let deed = deed.was(&json!({ "last_day": silence.last_day }));
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        let shown = shown(&mut transaction, &visible, vec![silence]).await?;
        end(transaction).await?;
        shown.into_iter().next().ok_or(StoreError::NoSuch { what, number: number.0 })
    }

    /// Every silence ever made, in order; those that are over included.
    pub async fn silences(&self) -> Result<Vec<Silence>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let silences = select(&mut transaction, None).await?;
        shown(&mut transaction, &visible, silences).await
    }
}

/// Those that touch only what is visible, each with the alerts that are.
async fn shown(
    connection: &mut Connection,
    visible: &Visible,
    mut silences: Vec<Silence>,
) -> Result<Vec<Silence>, StoreError> {
    silences.retain(|silence| visible.silence(&silence.scope));
    let alerts = visible.alerts(connection).await?;
    for silence in &mut silences {
        silence.levels.retain(|alert, _| alerts.contains(alert));
    }
    Ok(silences)
}

/// Silences become what a cycle found of them, and the changes are recorded.
pub(in crate::store) async fn apply(
    connection: &mut Connection,
    record: &CycleRecord,
) -> Result<(), StoreError> {
    for (position, change) in columns::positioned(&record.silence_changes) {
        write(connection, &change.silence).await?;
        append(connection, (record.number, position), change).await?;
        let action = format!("silence_{}", change.kind.as_str());
        let deed = AuditRecord::by(&Actor::vigie(), action, subject(&change.silence));
        let deed = deed.because(&change.reason);
        audit_trail::append(connection, record.started_at, &[deed]).await?;
    }
    Ok(())
}

pub(in crate::store) fn subject(silence: &Silence) -> String {
    format!("silence/{}", silence.number)
}

pub(in crate::store) async fn select(
    connection: &mut Connection,
    number: Option<SilenceNumber>,
) -> Result<Vec<Silence>, StoreError> {
    query_as(
        "select number, rule, project, ministry, author, reason, made_at, last_day, announce_on,
                levels, revisions, to_review, announced_at, ended_at, ended_by, ended_reason
         from silences where (cast($1 as bigint) is null or number = $1) order by number",
    )
    .bind(number)
    .all(connection, "silences")
    .await
}

pub(in crate::store) async fn write(
    connection: &mut Connection,
    silence: &Silence,
) -> Result<(), StoreError> {
    let Silence { scope, ended, .. } = silence;
    query(
        "insert into silences (number, rule, project, ministry, author, reason, made_at, last_day,
                               announce_on, levels, revisions, to_review, announced_at, ended_at,
                               ended_by, ended_reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (number) do update set project = excluded.project,
             to_review = excluded.to_review, announced_at = excluded.announced_at,
             ended_at = excluded.ended_at, ended_by = excluded.ended_by,
             ended_reason = excluded.ended_reason",
    )
    .bind(silence.number)
    .bind(scope.rule.as_ref())
    .bind(scope.project.as_ref())
    .bind(scope.ministry.as_ref())
    .bind(&silence.author)
    .bind(&silence.reason)
    .bind(Timestamp(silence.made_at))
    .bind(Date(silence.last_day))
    .bind(Date(silence.announce_on))
    .bind(Json(&silence.levels))
    .bind(Json(&silence.revisions))
    .bind(Json(&silence.to_review))
    .bind(silence.announced_at.map(Timestamp))
    .bind(ended.as_ref().map(|ended| Timestamp(ended.at)))
    .bind(ended.as_ref().map(|ended| &ended.by))
    .bind(ended.as_ref().map(|ended| ended.reason.as_str()))
    .run(connection, "a silence")
    .await?;
    Ok(())
}

async fn append(
    connection: &mut Connection,
    (cycle, position): (CycleNumber, i64),
    change: &SilenceChange,
) -> Result<(), StoreError> {
    query(
        "insert into silence_changes (cycle, position, silence, kind, reason)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(cycle)
    .bind(position)
    .bind(change.silence.number)
    .bind(change.kind)
    .bind(&change.reason)
    .run(connection, "changes of silences")
    .await?;
    Ok(())
}

impl FromRow for Silence {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        let at = row.optional_instant("ended_at")?;
        let (by, why): (Option<Actor>, Option<String>) =
            (row.try_get("ended_by")?, row.try_get("ended_reason")?);
        Ok(Self {
            number: row.try_get("number")?,
            scope: SilenceScope {
                rule: row.try_get("rule")?,
                project: row.try_get("project")?,
                ministry: row.try_get("ministry")?,
            },
            author: row.try_get("author")?,
            reason: row.try_get("reason")?,
            made_at: row.instant("made_at")?,
            last_day: row.day("last_day")?,
            announce_on: row.day("announce_on")?,
            levels: row.json("levels")?,
            revisions: row.json("revisions")?,
            to_review: row.json("to_review")?,
            announced_at: row.optional_instant("announced_at")?,
            ended: at.zip(by).map(|(at, by)| SilenceEnd {
                at,
                by,
                reason: why.unwrap_or_default(),
            }),
        })
    }
}
