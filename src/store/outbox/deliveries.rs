//! Delivery: notices claimed from the outbox, what became of each, and reminders of those that nobody answered.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::notices::NoticeRow;
use super::{notification_memory, outages, outgoing};
use crate::domain::accounts::audit::{Actor, AuditRecord};
use crate::domain::ids::NoticeId;
use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::{
    Content, DeliveryOutcome, Notice, NoticeKind, QueuedNotice, Reminded,
};
use crate::domain::messages::outage::Outage;
use crate::store::audit::audit_trail;
use crate::store::db::columns;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::Timestamp;

/// What became of an attempt to send a notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    pub id: NoticeId,
    /// Why it came to nothing, in the words of the metrics.
    pub failure: Option<&'static str>,
    pub outcome: DeliveryOutcome,
    /// The receiver dealt with it, whatever it said: an outage of the channel is over.
    pub answered: bool,
}

/// A notice to be sent, and what its waiting hangs on besides.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedNotice {
    pub queued: QueuedNotice,
    /// Its channel was blamed for its last failure, and has delivered others since.
    pub failed_alone: bool,
    /// Since its first attempt that counts, how long its channel was down.
    pub in_outages: TimeDelta,
}

impl Store {
    /// Takes notices that are due in a lane, for one program until `leased_until`: should it die, they
    /// are anyone's again, as they are when they are held for longer than that. A notice waits for those written
    /// before it in its thread.
    pub async fn claim_notices(
        &self,
        lane: &Channel,
        now: DateTime<Utc>,
        leased_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<ClaimedNotice>, StoreError> {
        self.check_whole("delivery")?;
        let mut transaction = self.begin_write().await?;
        let mut rows: Vec<NoticeRow> = query_as(
            "update notices set leased_until = $3 where id in (
                 select due.id from notices due
                 where due.lane = $1 and due.state = 'waiting' and due.next_attempt_at <= $2
                   and (due.leased_until is null or due.leased_until <= $2
                        or due.leased_until > $3)
                   and not exists (
                       select 1 from notices earlier
                       where earlier.lane = due.lane and earlier.thread = due.thread
                         and earlier.state = 'waiting' and earlier.position < due.position)
                 order by due.next_attempt_at, due.position limit $4)
             returning id, position, receiver, kind, cycle, thread, follows, title, content,
                       created_at, not_before, state, attempts, first_attempt_at, next_attempt_at,
                       delivered_at, last_error",
        )
        .bind(lane)
        .bind(Timestamp(now))
        .bind(Timestamp(leased_until))
        .bind(i64::from(limit))
        .all(&mut *transaction, "claims of notices")
        .await?;
        let mut pasts = pasts(&mut transaction, lane, leased_until).await?;
        end(transaction).await?;
        rows.sort_by_key(|row| row.position);
        let claimed = rows.into_iter().map(|NoticeRow { queued, .. }| {
            let (failed_alone, in_outages) = pasts.remove(&queued.notice.id).unwrap_or_default();
            ClaimedNotice { queued, failed_alone, in_outages }
        });
        Ok(claimed.collect())
    }

    /// Gives a notice that has not left its whole content, and the time at which it may leave. Says whether it was done: one
    /// that is leaving, or was tried, stays as it is.
    pub async fn complete_notice(
        &self,
        id: &NoticeId,
        content: &Content,
        not_before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.check_whole("delivery")?;
        let mut transaction = self.begin_write().await?;
        let completed = query(
            "update notices set content = $2, not_before = $3, next_attempt_at = $3
             where id = $1 and state = 'waiting' and attempts = 0
               and (leased_until is null or leased_until <= $4)",
        )
        .bind(id)
        .bind(columns::to_json("the content of a notice", content)?)
        .bind(Timestamp(not_before))
        .bind(Timestamp(now))
        .run(&mut *transaction, "a notice")
        .await?;
        end(transaction).await?;
        Ok(completed > 0)
    }

    /// Claimed and not tried: anyone's again.
    pub async fn release_notices(&self, ids: &[NoticeId]) -> Result<(), StoreError> {
        self.check_whole("delivery")?;
        let mut transaction = self.begin_write().await?;
        for id in ids {
            query("update notices set leased_until = null where id = $1 and state = 'waiting'")
                .bind(id)
                .run(&mut *transaction, "claims of notices")
                .await?;
        }
        end(transaction).await
    }

    /// What attempts in a lane came to, in one transaction. Gives the outage that they end, if they do.
    pub async fn record_outcomes(
        &self,
        lane: &Channel,
        outcomes: &[Tried],
        now: DateTime<Utc>,
    ) -> Result<Option<Outage>, StoreError> {
        self.check_whole("delivery")?;
        let mut transaction = self.begin_write().await?;
        for Tried { id, failure, outcome, answered: _ } in outcomes {
            record(&mut transaction, id, outcome, now).await?;
            if let Some(reason) = failure {
                let spared = matches!(outcome, DeliveryOutcome::Spared { .. });
                count_failure(&mut transaction, id, (reason, spared)).await?;
            }
            if let DeliveryOutcome::Refused { error } = outcome {
                close_lane(&mut transaction, id, error, now).await?;
            }
        }
        let ended = if outcomes.iter().any(|tried| tried.answered) {
            outages::end_of(&mut transaction, lane, now).await?
        } else {
            None
        };
        end(transaction).await?;
        Ok(ended)
    }

    /// Reminders and escalations, with the count of them: one transaction. Written twice, they are
    /// there once. Says how many are new.
    pub async fn commit_reminders(
        &self,
        notices: &[Notice],
        reminded: &[Reminded],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.check_whole("reminders")?;
        let mut transaction = self.begin_write().await?;
        let written = outgoing::insert(&mut transaction, notices).await?;
        if written > 0 {
            notification_memory::remember_reminders(&mut transaction, reminded).await?;
            let deeds: Vec<AuditRecord> = notices.iter().filter_map(escalation).collect();
            audit_trail::append(&mut transaction, now, &deeds).await?;
        }
        end(transaction).await?;
        Ok(written)
    }
}

async fn count_failure(
    connection: &mut Connection,
    id: &NoticeId,
    (reason, spared): (&str, bool),
) -> Result<(), StoreError> {
    query(
        "insert into delivery_failures (lane, reason, failed, spared)
         select lane, $2, 1, $3 from notices where id = $1
         on conflict (lane, reason) do update set failed = delivery_failures.failed + 1,
                                                  spared = delivery_failures.spared + excluded.spared",
    )
    .bind(id)
    .bind(reason)
    .bind(i64::from(spared))
    .run(connection, "failures of notices")
    .await?;
    Ok(())
}

/// What is escalated is a decision of Vigie's own.
fn escalation(notice: &Notice) -> Option<AuditRecord> {
    (notice.kind == NoticeKind::Escalation).then(|| {
        AuditRecord::by(&Actor::vigie(), "notice_escalated", format!("notice/{}", notice.id))
            .because(&notice.title)
    })
}

/// What was delivered stays delivered, whatever a slower program says later. What was withdrawn while it
/// was on its way is not tried again; when it arrived all the same, that is said.
async fn record(
    connection: &mut Connection,
    id: &NoticeId,
    outcome: &DeliveryOutcome,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (state, next, delivered, error) = match outcome {
        DeliveryOutcome::Delivered => ("delivered", now, Some(now), None),
        DeliveryOutcome::Waits { until, error } => ("waiting", *until, None, Some(error)),
        DeliveryOutcome::Dead { error } | DeliveryOutcome::Refused { error } => {
            ("dead", now, None, Some(error))
        }
        DeliveryOutcome::Spared { until, error } => {
            return spare(connection, id, (*until, error), now).await;
        }
    };
    query(
        "update notices set state = $2, next_attempt_at = $3, delivered_at = $4, last_error = $5,
                            attempts = attempts + 1, leased_until = null,
                            first_attempt_at = coalesce(first_attempt_at, $6),
                            channel_failed_at = case when channel_failed_at is null then null
                                                     else $6 end
         where id = $1
           and (state = 'waiting' or (withdrawn_at is not null and $2 = 'delivered'))",
    )
    .bind(id)
    .bind(state)
    .bind(Timestamp(next))
    .bind(delivered.map(Timestamp))
    .bind(error)
    .bind(Timestamp(now))
    .run(connection, "what became of a notice")
    .await?;
    Ok(())
}

/// Its channel failed: neither attempts nor age. `until` lets others be tried before it, when it may be to blame.
async fn spare(
    connection: &mut Connection,
    id: &NoticeId,
    (until, error): (Option<DateTime<Utc>>, &str),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    query(
        "update notices set last_error = $2, leased_until = null,
                            next_attempt_at = coalesce($3, next_attempt_at),
                            channel_failed_at = case when $3 is null then channel_failed_at
                                                     else $4 end
         where id = $1 and state = 'waiting'",
    )
    .bind(id)
    .bind(error)
    .bind(until.map(Timestamp))
    .bind(Timestamp(now))
    .run(connection, "what became of a notice")
    .await?;
    Ok(())
}

/// Of those just claimed, by id: whether each failed alone, and the outages since its first attempt.
async fn pasts(
    connection: &mut Connection,
    lane: &Channel,
    leased_until: DateTime<Utc>,
) -> Result<BTreeMap<NoticeId, (bool, TimeDelta)>, StoreError> {
    let rows: Vec<(NoticeId, bool, i64)> = query_as(
        "select id, channel_failed_at is not null and exists (
                        select 1 from notices others
                        where others.lane = $1 and others.delivered_at >= notices.channel_failed_at),
                outage_seconds
         from notices
         where lane = $1 and state = 'waiting' and leased_until = $2
           and (channel_failed_at is not null or outage_seconds > 0)",
    )
    .bind(lane)
    .bind(Timestamp(leased_until))
    .all(connection, "claims of notices")
    .await?;
    let past = |(id, alone, seconds)| (id, (alone, TimeDelta::seconds(seconds)));
    Ok(rows.into_iter().map(past).collect())
}

/// Closes the lane of a receiver that wants nothing more; what waits for it can be replayed.
async fn close_lane(
    connection: &mut Connection,
    refused: &NoticeId,
    error: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    query(
        "update lanes set closed_at = $2, reason = $3
         where closed_at is null and name = (select lane from notices where id = $1)",
    )
    .bind(refused)
    .bind(Timestamp(now))
    .bind(error)
    .run(&mut *connection, "a lane")
    .await?;
    let deed = AuditRecord::by(&Actor::vigie(), "lane_closed", format!("notice/{refused}"));
    audit_trail::append(connection, now, &[deed.because(error)]).await?;
    query(
        "update notices set state = 'dead', last_error = $2, leased_until = null
         where state = 'waiting' and lane = (select lane from notices where id = $1)",
    )
    .bind(refused)
    .bind(error)
    .run(connection, "notices")
    .await?;
    Ok(())
}
