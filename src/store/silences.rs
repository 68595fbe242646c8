//! Silences: made and ended by people, looked after by cycles.

use chrono::DateTime;
use chrono::Utc;
use serde_json::json;
use sqlx::SqliteConnection;

use super::Store;
use super::audit;
use super::connections::end;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use super::scope::Visible;
use crate::domain::audit::Act;
use crate::domain::audit::Actor;
use crate::domain::audit::Deed;
use crate::domain::cycle::CycleRecord;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::ids::RuleId;
use crate::domain::ids::SilenceNumber;
use crate::domain::silence::Silence;
use crate::domain::silence::SilenceChange;
use crate::domain::silence::SilenceEnd;
use crate::domain::silence::SilenceScope;

impl Store {
    /// Gives the silence its number.
    pub async fn silence(&self, silence: &Silence) -> Result<Silence, StoreError> {
        let mut transaction = self.begin_write().await?;
        if !self.visible(&mut transaction).await?.silence(&silence.scope) {
            return Err(StoreError::BeyondScope {
                what: "a silence over more than one's ministries",
            });
        }
        let last: i64 = sqlx::query_scalar("select coalesce(max(number), 0) from silences")
            .fetch_one(&mut *transaction)
            .await
            .map_err(reading("silences"))?;
        let silence = Silence { number: SilenceNumber(last + 1), ..silence.clone() };
        write(&mut transaction, &silence).await?;
        let became = json!({
            "scope": silence.scope,
            "last_day": silence.last_day,
            "alerts": silence.levels,
        });
        let deed = Deed::by(&silence.author, "silence_made", subject(&silence))
            .became(&became)
            .because(&silence.reason);
        audit::append(&mut transaction, silence.made_at, &[deed]).await?;
        end(transaction).await?;
        Ok(silence)
    }

    /// Before its time.
    pub async fn unsilence(&self, number: SilenceNumber, act: &Act) -> Result<Silence, StoreError> {
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
        audit::append(&mut transaction, act.at, &[deed]).await?;
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
    connection: &mut SqliteConnection,
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

/// Silences become what a cycle found of them, and the changes are kept.
pub(super) async fn apply(
    connection: &mut SqliteConnection,
    record: &CycleRecord,
) -> Result<(), StoreError> {
    for (position, change) in kept::positioned(&record.silence_changes) {
        write(connection, &change.silence).await?;
        append(connection, (record.number, position), change).await?;
        let action = format!("silence_{}", change.kind.as_str());
        let deed = Deed::by(&Actor::vigie(), action, subject(&change.silence));
        let deed = deed.because(&change.reason);
        audit::append(connection, record.started_at, &[deed]).await?;
    }
    Ok(())
}

pub(super) fn subject(silence: &Silence) -> String {
    format!("silence/{}", silence.number)
}

pub(super) async fn select(
    connection: &mut SqliteConnection,
    number: Option<SilenceNumber>,
) -> Result<Vec<Silence>, StoreError> {
    let rows: Vec<SilenceRow> = sqlx::query_as(
        "select number, rule, project, ministry, author, reason, made_at, last_day, announce_on,
                levels, revisions, to_review, announced_at, ended_at, ended_by, ended_reason
         from silences where (cast($1 as bigint) is null or number = $1) order by number",
    )
    .bind(number.map(|number| number.0))
    .fetch_all(connection)
    .await
    .map_err(reading("silences"))?;
    rows.into_iter().map(SilenceRow::into_silence).collect()
}

pub(super) async fn write(
    connection: &mut SqliteConnection,
    silence: &Silence,
) -> Result<(), StoreError> {
    let Silence { scope, ended, .. } = silence;
    sqlx::query(
        "insert into silences (number, rule, project, ministry, author, reason, made_at, last_day,
                               announce_on, levels, revisions, to_review, announced_at, ended_at,
                               ended_by, ended_reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (number) do update set project = excluded.project,
             to_review = excluded.to_review, announced_at = excluded.announced_at,
             ended_at = excluded.ended_at, ended_by = excluded.ended_by,
             ended_reason = excluded.ended_reason",
    )
    .bind(silence.number.0)
    .bind(scope.rule.as_ref().map(RuleId::as_str))
    .bind(scope.project.as_ref().map(ProjectId::as_str))
    .bind(scope.ministry.as_ref().map(MinistryCode::as_str))
    .bind(silence.author.as_str())
    .bind(silence.reason.as_str())
    .bind(kept::from_instant(silence.made_at))
    .bind(silence.last_day.to_string())
    .bind(silence.announce_on.to_string())
    .bind(kept::from_json("levels under a silence", &silence.levels)?)
    .bind(kept::from_json("revisions under a silence", &silence.revisions)?)
    .bind(kept::from_json("rules to review", &silence.to_review)?)
    .bind(silence.announced_at.map(kept::from_instant))
    .bind(ended.as_ref().map(|ended| kept::from_instant(ended.at)))
    .bind(ended.as_ref().map(|ended| ended.by.as_str()))
    .bind(ended.as_ref().map(|ended| ended.reason.as_str()))
    .execute(connection)
    .await
    .map_err(writing("a silence"))?;
    Ok(())
}

async fn append(
    connection: &mut SqliteConnection,
    (cycle, position): (CycleNumber, i64),
    change: &SilenceChange,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into silence_changes (cycle, position, silence, kind, reason)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(cycle.0)
    .bind(position)
    .bind(change.silence.number.0)
    .bind(change.kind.as_str())
    .bind(change.reason.as_str())
    .execute(connection)
    .await
    .map_err(writing("changes of silences"))?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct SilenceRow {
    number: i64,
    rule: Option<String>,
    project: Option<String>,
    ministry: Option<String>,
    author: String,
    reason: String,
    made_at: String,
    last_day: String,
    announce_on: String,
    levels: String,
    revisions: String,
    to_review: String,
    announced_at: Option<String>,
    ended_at: Option<String>,
    ended_by: Option<String>,
    ended_reason: Option<String>,
}

impl SilenceRow {
    fn into_silence(self) -> Result<Silence, StoreError> {
        let instant = |column, text: Option<String>| -> Result<Option<DateTime<Utc>>, StoreError> {
            text.map(|text| kept::to_instant(column, text)).transpose()
        };
        let ended = match (instant("silences.ended_at", self.ended_at)?, self.ended_by) {
            (Some(at), Some(by)) => Some(SilenceEnd {
                at,
                by: Actor::from_kept(by),
                reason: self.ended_reason.unwrap_or_default(),
            }),
            (Some(_) | None, Some(_) | None) => None,
        };
        Ok(Silence {
            number: SilenceNumber(self.number),
            scope: SilenceScope {
                rule: self.rule.map(RuleId::new),
                project: self.project.map(ProjectId::new),
                ministry: self.ministry.map(MinistryCode::new),
            },
            author: Actor::from_kept(self.author),
            reason: self.reason,
            made_at: kept::to_instant("silences.made_at", self.made_at)?,
            last_day: kept::to_date("silences.last_day", &self.last_day)?,
            announce_on: kept::to_date("silences.announce_on", &self.announce_on)?,
            levels: kept::to_json("silences.levels", &self.levels)?,
            revisions: kept::to_json("silences.revisions", &self.revisions)?,
            to_review: kept::to_json("silences.to_review", &self.to_review)?,
            announced_at: instant("silences.announced_at", self.announced_at)?,
            ended,
        })
    }
}
