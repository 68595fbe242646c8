//! Outages of channels: begun, made longer and ended by what attempts to send come to, and reported to people once.

use chrono::{DateTime, TimeDelta, Utc};

use super::outgoing;
use crate::domain::ids::NoticeId;
use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::Notice;
use crate::domain::messages::outage::{ChannelFailure, Outage, OutageNews, OutageTurn};
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Count, Timestamp};

/// Makes the outage of a channel that is under way last, with the values that [`write_failure`] binds.
const LASTS: &str = "update channel_outages
      set reason = $2, error = $3, failures = $4, last_attempt_at = $5, next_attempt_at = $6,
         only_notice = case when only_notice = $7 then only_notice end
      where lane = $1 and ended_at is null";

/// Begins the outage of a channel, with the values that [`write_failure`] binds.
const BEGINS: &str = "insert into channel_outages (lane, since, reason, error, failures,
                                      last_attempt_at, next_attempt_at, only_notice)
         values ($1, $5, $2, $3, $4, $5, $6, $7)
         on conflict (lane, since) do update set ended_at = null, told_at = null";

impl Store {
    /// Those under way, by channel.
    pub async fn outages(&self) -> Result<Vec<Outage>, StoreError> {
        self.check_whole("what carries notices")?;
        under_way(&mut *self.begin_read().await?).await
    }

    /// The one under way of a channel.
    pub async fn outage(&self, lane: &Channel) -> Result<Option<Outage>, StoreError> {
        self.check_whole("what carries notices")?;
        let outages = self.outages().await?;
        Ok(outages.into_iter().find(|outage| outage.lane == *lane))
    }

    /// A channel failed: its outage begins, or lasts. Says whether it begins.
    pub async fn record_channel_failure(
        &self,
        lane: &Channel,
        failure: &ChannelFailure,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.check_whole("what carries notices")?;
        let mut transaction = self.begin_write().await?;
        let lasts = write_failure(&mut transaction, LASTS, (lane, failure), now).await? > 0;
        if !lasts {
            write_failure(&mut transaction, BEGINS, (lane, failure), now).await?;
        }
        end(transaction).await?;
        Ok(!lasts)
    }

    /// Ends the outages of channels that are no longer set up, without a word.
    pub async fn end_outages_elsewhere(
        &self,
        set_up: &[Channel],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.check_whole("what carries notices")?;
        let mut transaction = self.begin_write().await?;
        for outage in under_way(&mut transaction).await? {
            if set_up.contains(&outage.lane) {
                continue;
            }
            query(
                "update channel_outages set ended_at = $2, end_told_at = $2
                 where lane = $1 and ended_at is null",
            )
            .bind(&outage.lane)
            .bind(Timestamp(now))
            .run(&mut *transaction, "an outage")
            .await?;
        }
        end(transaction).await
    }

    /// What is to be reported of the outages of a channel: those that began before `before` and last, and those that
    /// were reported and have ended.
    pub async fn outage_news(
        &self,
        lane: &Channel,
        before: DateTime<Utc>,
    ) -> Result<Vec<OutageNews>, StoreError> {
        self.check_whole("what carries notices")?;
        let mut transaction = self.begin_read().await?;
        let outages: Vec<Outage> = query_as(
            "select lane, since, reason, error, failures, last_attempt_at, next_attempt_at, ended_at
             from channel_outages
             where lane = $1 and end_told_at is null
               and ((ended_at is null and told_at is null and since <= $2)
                    or (ended_at is not null and told_at is not null))
             order by since",
        )
        .bind(lane)
        .bind(Timestamp(before))
        .all(&mut *transaction, "outages")
        .await?;
        if outages.is_empty() {
            return Ok(vec![]);
        }
        let Count(waiting) =
            query_scalar("select count(*) from notices where lane = $1 and state = 'waiting'")
                .bind(lane)
                .one(&mut *transaction, "notices")
                .await?;
        let news = |outage: Outage| {
            let turn = match outage.ended_at {
                Some(_) => OutageTurn::Ended,
                None => OutageTurn::Lasts,
            };
            OutageNews { outage, turn, waiting }
        };
        Ok(outages.into_iter().map(news).collect())
    }

    /// Writes the notices that report an outage, and records that it was reported: once, even when several programs
    /// look at the same time.
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
        let marked = query(statement)
            .bind(&news.outage.lane)
            .bind(Timestamp(news.outage.since))
            .bind(Timestamp(now))
            .run(&mut *transaction, "an outage")
            .await?;
        if marked == 0 {
            return Ok(false);
        }
        outgoing::insert(&mut transaction, notices).await?;
        end(transaction).await?;
        Ok(true)
    }
}

/// Says how many outages were written.
async fn write_failure(
    connection: &mut Connection,
    statement: &'static str,
    (lane, failure): (&Channel, &ChannelFailure),
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    query(statement)
        .bind(lane)
        .bind(failure.reason)
        .bind(&failure.error)
        .bind(i64::from(failure.failures))
        .bind(Timestamp(now))
        .bind(Timestamp(failure.next_attempt_at))
        .bind(failure.notice.as_ref())
        .run(connection, "an outage")
        .await
}

pub(in crate::store) async fn under_way(
    connection: &mut Connection,
) -> Result<Vec<Outage>, StoreError> {
    query_as(
        "select lane, since, reason, error, failures, last_attempt_at, next_attempt_at, ended_at
         from channel_outages where ended_at is null order by lane",
    )
    .all(connection, "outages")
    .await
}

/// A receiver answered: the outage of its channel is over, if there was one. The notices that had been tried
/// before do not age for the time that it lasted, but for one that alone had failed.
pub(in crate::store) async fn end_of(
    connection: &mut Connection,
    lane: &Channel,
    now: DateTime<Utc>,
) -> Result<Option<Outage>, StoreError> {
    let outages = under_way(&mut *connection).await?;
    let Some(outage) = outages.into_iter().find(|outage| outage.lane == *lane) else {
        return Ok(None);
    };
    query("update channel_outages set ended_at = $2 where lane = $1 and ended_at is null")
        .bind(lane)
        .bind(Timestamp(now))
        .run(&mut *connection, "an outage")
        .await?;
    let tried: Vec<(NoticeId, Timestamp)> = query_as(
        "select id, first_attempt_at from notices
         where lane = $1 and state = 'waiting' and first_attempt_at is not null
           and id not in (select only_notice from channel_outages
                          where lane = $1 and since = $2 and only_notice is not null)",
    )
    .bind(lane)
    .bind(Timestamp(outage.since))
    .all(&mut *connection, "notices")
    .await?;
    for (id, Timestamp(first)) in tried {
        let lasted = (now - first.max(outage.since)).max(TimeDelta::zero());
        query("update notices set outage_seconds = outage_seconds + $2 where id = $1")
            .bind(id)
            .bind(lasted.num_seconds())
            .run(&mut *connection, "notices")
            .await?;
    }
    Ok(Some(Outage { ended_at: Some(now), ..outage }))
}

impl FromRow for Outage {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            lane: row.try_get("lane")?,
            since: row.instant("since")?,
            reason: row.try_get("reason")?,
            error: row.try_get("error")?,
            failures: row.small_count("failures")?,
            last_attempt_at: row.instant("last_attempt_at")?,
            next_attempt_at: row.instant("next_attempt_at")?,
            ended_at: row.optional_instant("ended_at")?,
        })
    }
}
