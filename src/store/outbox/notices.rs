//! Notices read back: what waits, what was delivered, what was given up, and giving it another chance.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::outages;
use crate::domain::accounts::audit::ActionContext;
use crate::domain::ids::{CycleNumber, NoticeId};
use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::{
    ChannelState, Notice, NoticeKind, NoticeState, QueuedNotice, Receiver,
};
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{Builder, query, query_as};
use crate::store::db::sql_types::{Columns, Timestamp};

const SELECT: &str = "select id, receiver, kind, cycle, thread, follows, title, content, \
                      created_at, not_before, \
                      case when state = 'dead' and withdrawn_at is not null then 'withdrawn' \
                           else state end as state, \
                      attempts, first_attempt_at, next_attempt_at, delivered_at, last_error \
                      from notices";

/// The state of a notice: a withdrawn one is stored as dead, with the instant at which it was withdrawn.
const STATE: &str =
    "case when state = 'dead' and withdrawn_at is not null then 'withdrawn' else state end";

/// `None` lets everything through.
#[derive(Clone, Debug, Default)]
pub struct NoticeFilter {
    /// One of these, if there are any.
    pub states: Vec<NoticeState>,
    /// The same.
    pub kinds: Vec<NoticeKind>,
    /// Written before this one.
    pub before: Option<NoticeId>,
    pub receiver: Option<Receiver>,
    pub cycle: Option<CycleNumber>,
}

impl Store {
    /// Newest first.
    pub async fn notices(
        &self,
        filter: &NoticeFilter,
        limit: u32,
    ) -> Result<Vec<QueuedNotice>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut statement = Builder::new(SELECT);
        statement.push(" where 1 = 1");
        one_of(&mut statement, STATE, filter.states.iter().map(|state| state.as_str()));
        one_of(&mut statement, "kind", filter.kinds.iter().map(|kind| kind.as_str()));
        if let Some(receiver) = &filter.receiver {
            statement.push(" and receiver = ").push_bind(receiver);
        }
        if let Some(cycle) = filter.cycle {
            statement.push(" and cycle = ").push_bind(cycle);
        }
        if let Some(before) = &filter.before {
            statement.push(" and position < (select position from notices where id = ");
            statement.push_bind(before).push(")");
        }
        if !visible.is_all() {
            statement.push(" and receiver in (");
            let mut shown = statement.separated();
            for ministry in visible.ministries() {
                shown.push_bind(Receiver::SecretaryGeneral(ministry.clone()));
                shown.push_bind(Receiver::SecurityRelay(ministry.clone()));
            }
            for project in visible.ids().into_iter().flatten() {
                shown.push_bind(Receiver::ProjectDirector(project.clone()));
            }
            statement.push(")");
        }
        statement.push(" order by position desc limit ").push_bind(i64::from(limit));
        statement.query_as().all(&mut *transaction, "notices").await
    }

    pub async fn notice(&self, id: &NoticeId) -> Result<Option<QueuedNotice>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut statement = Builder::new(SELECT);
        statement.push(" where id = ").push_bind(id);
        let notice: Option<QueuedNotice> =
            statement.query_as().optional(&mut *transaction, "a notice").await?;
        Ok(notice.filter(|queued| visible.receiver(&queued.notice.receiver)))
    }

    /// The notices of these kinds that are remembered, and when each was written, oldest first.
    pub async fn written_notices(
        &self,
        kinds: &[NoticeKind],
    ) -> Result<Vec<(NoticeId, DateTime<Utc>)>, StoreError> {
        self.check_whole("what was written to receivers")?;
        let mut statement = Builder::new("select id, created_at from notices where 1 = 1");
        one_of(&mut statement, "kind", kinds.iter().map(|kind| kind.as_str()));
        statement.push(" order by position");
        let rows: Vec<(NoticeId, Timestamp)> =
            statement.query_as().all(self.readers()?, "notices").await?;
        Ok(rows.into_iter().map(|(id, Timestamp(at))| (id, at)).collect())
    }

    /// One that was given up waits again, as if it had never been tried; says whether there was one.
    pub async fn replay_notice(
        &self,
        id: &NoticeId,
        act: &ActionContext,
    ) -> Result<bool, StoreError> {
        self.check_whole("sending a notice again")?;
        Ok(self.replay(Some(id), act).await? > 0)
    }

    /// All that were given up; says how many.
    pub async fn replay_dead_notices(&self, act: &ActionContext) -> Result<u64, StoreError> {
        self.check_whole("sending notices again")?;
        self.replay(None, act).await
    }

    async fn replay(&self, id: Option<&NoticeId>, act: &ActionContext) -> Result<u64, StoreError> {
        let mut transaction = self.begin_write().await?;
        let replayed = query(
            "update notices set state = 'waiting', attempts = 0, first_attempt_at = null,
                                next_attempt_at = $2, leased_until = null,
                                channel_failed_at = null, outage_seconds = 0
             where state = 'dead' and withdrawn_at is null
               and (cast($1 as text) is null or id = $1)",
        )
        .bind(id)
        .bind(Timestamp(act.at))
        .run(&mut *transaction, "notices")
        .await?;
        if replayed > 0 {
            let subject = id.map_or_else(|| "notice/dead".to_owned(), |id| format!("notice/{id}"));
            let deed =
                act.deed("notices_replayed", subject).became(&json!({ "waiting": replayed }));
            audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        }
        end(transaction).await?;
        Ok(replayed)
    }

    /// By name.
    pub async fn lanes(&self) -> Result<Vec<ChannelState>, StoreError> {
        self.check_whole("what carries notices")?;
        let mut transaction = self.begin_read().await?;
        let mut lanes: Vec<ChannelState> =
            query_as("select name, opened_at, closed_at, reason from lanes order by name")
                .all(&mut *transaction, "lanes")
                .await?;
        let outages = outages::under_way(&mut transaction).await?;
        for state in &mut lanes {
            state.outage = outages.iter().find(|outage| outage.lane == state.lane).cloned();
        }
        Ok(lanes)
    }

    /// A lane that its receiver had closed takes notices again; says whether there was one.
    pub async fn reopen_channel(
        &self,
        lane: &Channel,
        act: &ActionContext,
    ) -> Result<bool, StoreError> {
        self.check_whole("what carries notices")?;
        let mut transaction = self.begin_write().await?;
        let reopened = query(
            "update lanes set closed_at = null, reason = null
             where name = $1 and closed_at is not null",
        )
        .bind(lane)
        .run(&mut *transaction, "a lane")
        .await?
            > 0;
        if reopened {
            let deed = act.deed("lane_reopened", format!("lane/{lane}"));
            audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        }
        end(transaction).await?;
        Ok(reopened)
    }

    /// Those delivered before then, and outages that ended before; says how many notices.
    pub async fn forget_notices(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.check_whole("tidying")?;
        let mut transaction = self.begin_write().await?;
        let forgotten =
            query("delete from notices where state = 'delivered' and delivered_at < $1")
                .bind(Timestamp(before))
                .run(&mut *transaction, "notices")
                .await?;
        query("delete from channel_outages where ended_at < $1")
            .bind(Timestamp(before))
            .run(&mut *transaction, "outages")
            .await?;
        end(transaction).await?;
        Ok(forgotten)
    }
}

/// A notice and its place in the order in which notices were written, which `returning` does not keep.
pub(in crate::store) struct NoticeRow {
    pub(in crate::store) position: i64,
    pub(in crate::store) queued: QueuedNotice,
}

impl FromRow for NoticeRow {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self { position: row.try_get("position")?, queued: QueuedNotice::from_row(row)? })
    }
}

impl FromRow for QueuedNotice {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            notice: Notice {
                id: row.try_get("id")?,
                receiver: row.try_get("receiver")?,
                kind: row.try_get("kind")?,
                cycle: row.try_get("cycle")?,
                thread: row.try_get("thread")?,
                follows: row.json("follows")?,
                title: row.try_get("title")?,
                content: row.json("content")?,
                created_at: row.instant("created_at")?,
                not_before: row.instant("not_before")?,
            },
            state: row.try_get("state")?,
            attempts: row.small_count("attempts")?,
            first_attempt_at: row.optional_instant("first_attempt_at")?,
            next_attempt_at: row.instant("next_attempt_at")?,
            delivered_at: row.optional_instant("delivered_at")?,
            last_error: row.try_get("last_error")?,
        })
    }
}

impl FromRow for ChannelState {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            lane: row.try_get("name")?,
            opened_at: row.instant("opened_at")?,
            closed_at: row.optional_instant("closed_at")?,
            reason: row.try_get("reason")?,
            outage: None,
        })
    }
}

/// Narrows a statement to the rows that have one of the words in a column; to none less when there is no word.
fn one_of(
    statement: &mut Builder,
    column: &str,
    words: impl ExactSizeIterator<Item = &'static str>,
) {
    if words.len() == 0 {
        return;
    }
    statement.push(" and ").push(column).push(" in (");
    let mut wanted = statement.separated();
    for word in words {
        wanted.push_bind(word);
    }
    statement.push(")");
}
