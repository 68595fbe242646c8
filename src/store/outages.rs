//! Outages of channels: begun, made longer and ended by what attempts to send come to, and told to people once.

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use sqlx::SqliteConnection;

use super::Store;
use super::connections::end;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use super::outbox;
use crate::domain::ids::NoticeId;
use crate::domain::notice::Lane;
use crate::domain::notice::Notice;
use crate::domain::outage::ChannelFailure;
use crate::domain::outage::Outage;
use crate::domain::outage::OutageNews;
use crate::domain::outage::OutageTurn;

impl Store {
    /// Those under way, by channel.
    pub async fn outages(&self) -> Result<Vec<Outage>, StoreError> {
        self.check_whole("what carries notices")?;
        under_way(&mut *self.begin_read().await?).await
    }

    /// The one under way of a channel.
    pub async fn outage(&self, lane: &Lane) -> Result<Option<Outage>, StoreError> {
        self.check_whole("what carries notices")?;
        let outages = self.outages().await?;
        Ok(outages.into_iter().find(|outage| outage.lane == *lane))
    }

    /// A channel failed: its outage begins, or lasts. Says whether it begins.
    pub async fn record_channel_failure(
        &self,
        lane: &Lane,
        failure: &ChannelFailure,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.check_whole("what carries notices")?;
        let mut transaction = self.begin_write().await?;
        let lasted = sqlx::query(
            "update channel_outages
             set reason = $2, error = $3, failures = $4, last_attempt_at = $5, next_attempt_at = $6,
                 only_notice = case when only_notice = $7 then only_notice end
             where lane = $1 and ended_at is null",
        )
        .bind(lane.to_string())
        .bind(failure.reason)
        .bind(failure.error.as_str())
        .bind(i64::from(failure.failures))
        .bind(kept::from_instant(now))
        .bind(kept::from_instant(failure.next_attempt_at))
        .bind(failure.notice.as_ref().map(NoticeId::as_str))
        .execute(&mut *transaction)
        .await
        .map_err(writing("an outage"))?
        .rows_affected();
        if lasted == 0 {
            sqlx::query(
                "insert into channel_outages (lane, since, reason, error, failures,
                                              last_attempt_at, next_attempt_at, only_notice)
                 values ($1, $5, $2, $3, $4, $5, $6, $7)
                 on conflict (lane, since) do update set ended_at = null, told_at = null",
            )
            .bind(lane.to_string())
            .bind(failure.reason)
            .bind(failure.error.as_str())
            .bind(i64::from(failure.failures))
            .bind(kept::from_instant(now))
            .bind(kept::from_instant(failure.next_attempt_at))
            .bind(failure.notice.as_ref().map(NoticeId::as_str))
            .execute(&mut *transaction)
            .await
            .map_err(writing("an outage"))?;
        }
        end(transaction).await?;
        Ok(lasted == 0)
    }

    /// Ends the outages of channels that are no longer set up, without a word.
    pub async fn end_outages_elsewhere(
        &self,
        set_up: &[Lane],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.check_whole("what carries notices")?;
        let mut transaction = self.begin_write().await?;
        for outage in under_way(&mut transaction).await? {
            if set_up.contains(&outage.lane) {
                continue;
            }
            sqlx::query(
                "update channel_outages set ended_at = $2, end_told_at = $2
                 where lane = $1 and ended_at is null",
            )
            .bind(outage.lane.to_string())
            .bind(kept::from_instant(now))
            .execute(&mut *transaction)
            .await
            .map_err(writing("an outage"))?;
        }
        end(transaction).await
    }

    /// What is to be told of the outages of a channel: those that began before `before` and last, those that
    /// were told and have ended.
    pub async fn outage_news(
        &self,
        lane: &Lane,
        before: DateTime<Utc>,
    ) -> Result<Vec<OutageNews>, StoreError> {
        self.check_whole("what carries notices")?;
        let mut transaction = self.begin_read().await?;
        let rows: Vec<OutageRow> = sqlx::query_as(
            "select lane, since, reason, error, failures, last_attempt_at, next_attempt_at, ended_at
             from channel_outages
             where lane = $1 and end_told_at is null
               and ((ended_at is null and told_at is null and since <= $2)
                    or (ended_at is not null and told_at is not null))
             order by since",
        )
        .bind(lane.to_string())
        .bind(kept::from_instant(before))
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("outages"))?;
        if rows.is_empty() {
            return Ok(vec![]);
        }
        let waiting: i64 = sqlx::query_scalar(
            "select count(*) from notices where lane = $1 and state = 'waiting'",
        )
        .bind(lane.to_string())
        .fetch_one(&mut *transaction)
        .await
        .map_err(reading("notices"))?;
        let waiting = kept::to_u64("notices", waiting)?;
        rows.into_iter()
            .map(|row| {
                let outage = row.into_outage()?;
                let turn = match outage.ended_at {
                    Some(_) => OutageTurn::Ended,
                    None => OutageTurn::Lasts,
                };
                Ok(OutageNews { outage, turn, waiting })
            })
            .collect()
    }

    /// Writes the notices that tell an outage, and that it was told: once, whoever looks at the same time.
    pub async fn tell_outage(
        &self,
        news: &OutageNews,
        notices: &[Notice],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.check_whole("what carries notices")?;
        let statement = match news.turn {
            OutageTurn::Lasts => {
                "update channel_outages set told_at = $3
                 where lane = $1 and since = $2 and ended_at is null and told_at is null"
            }
            OutageTurn::Ended => {
                "update channel_outages set end_told_at = $3
                 where lane = $1 and since = $2 and ended_at is not null and end_told_at is null"
            }
        };
        let mut transaction = self.begin_write().await?;
        let marked = sqlx::query(statement)
            .bind(news.outage.lane.to_string())
            .bind(kept::from_instant(news.outage.since))
            .bind(kept::from_instant(now))
            .execute(&mut *transaction)
            .await
            .map_err(writing("an outage"))?
            .rows_affected();
        if marked == 0 {
            return Ok(false);
        }
        outbox::insert(&mut transaction, notices).await?;
        end(transaction).await?;
        Ok(true)
    }
}

pub(super) async fn under_way(
    connection: &mut SqliteConnection,
) -> Result<Vec<Outage>, StoreError> {
    let rows: Vec<OutageRow> = sqlx::query_as(
        "select lane, since, reason, error, failures, last_attempt_at, next_attempt_at, ended_at
         from channel_outages where ended_at is null order by lane",
    )
    .fetch_all(connection)
    .await
    .map_err(reading("outages"))?;
    rows.into_iter().map(OutageRow::into_outage).collect()
}

/// A receiver answered: the outage of its channel is over, if there was one. The notices that had been tried
/// before do not age for the time that it lasted, but for one that alone had failed.
pub(super) async fn end_of(
    connection: &mut SqliteConnection,
    lane: &Lane,
    now: DateTime<Utc>,
) -> Result<Option<Outage>, StoreError> {
    let outages = under_way(&mut *connection).await?;
    let Some(outage) = outages.into_iter().find(|outage| outage.lane == *lane) else {
        return Ok(None);
    };
    sqlx::query("update channel_outages set ended_at = $2 where lane = $1 and ended_at is null")
        .bind(lane.to_string())
        .bind(kept::from_instant(now))
        .execute(&mut *connection)
        .await
        .map_err(writing("an outage"))?;
    let tried: Vec<(String, String)> = sqlx::query_as(
        "select id, first_attempt_at from notices
         where lane = $1 and state = 'waiting' and first_attempt_at is not null
           and id not in (select only_notice from channel_outages
                          where lane = $1 and since = $2 and only_notice is not null)",
    )
    .bind(lane.to_string())
    .bind(kept::from_instant(outage.since))
    .fetch_all(&mut *connection)
    .await
    .map_err(reading("notices"))?;
    for (id, first) in tried {
        let first = kept::to_instant("notices.first_attempt_at", first)?;
        let lasted = (now - first.max(outage.since)).max(TimeDelta::zero());
        sqlx::query("update notices set outage_seconds = outage_seconds + $2 where id = $1")
            .bind(id)
            .bind(lasted.num_seconds())
            .execute(&mut *connection)
            .await
            .map_err(writing("notices"))?;
    }
    Ok(Some(Outage { ended_at: Some(now), ..outage }))
}

#[derive(sqlx::FromRow)]
struct OutageRow {
    lane: String,
    since: String,
    reason: String,
    error: String,
    failures: i64,
    last_attempt_at: String,
    next_attempt_at: String,
    ended_at: Option<String>,
}

impl OutageRow {
    fn into_outage(self) -> Result<Outage, StoreError> {
        let instant = |column, text| kept::to_instant(column, text);
        Ok(Outage {
            lane: kept::to_word("channel_outages.lane", &self.lane, "a lane", |text| {
                Lane::try_from(text.to_owned()).ok()
            })?,
            since: instant("channel_outages.since", self.since)?,
            reason: self.reason,
            error: self.error,
            failures: kept::to_u32("channel_outages.failures", self.failures)?,
            last_attempt_at: instant("channel_outages.last_attempt_at", self.last_attempt_at)?,
            next_attempt_at: instant("channel_outages.next_attempt_at", self.next_attempt_at)?,
            ended_at: self
                .ended_at
                .map(|at| instant("channel_outages.ended_at", at))
                .transpose()?,
        })
    }
}
