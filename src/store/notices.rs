//! Notices read back: what waits, what was delivered, what was given up, and giving it another chance.

use chrono::DateTime;
use chrono::Utc;
use serde_json::json;
use sqlx::QueryBuilder;
use sqlx::Sqlite;

use super::Store;
use super::audit;
use super::connections::end;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use super::outages;
use crate::domain::audit::Act;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::NoticeId;
use crate::domain::notice::Lane;
use crate::domain::notice::LaneState;
use crate::domain::notice::Notice;
use crate::domain::notice::NoticeKind;
use crate::domain::notice::NoticeState;
use crate::domain::notice::QueuedNotice;
use crate::domain::notice::Receiver;

const SELECT: &str = "select id, position, receiver, kind, cycle, thread, follows, title, content, \
                      created_at, not_before, \
                      case when state = 'dead' and withdrawn_at is not null then 'withdrawn' \
                           else state end as state, \
                      attempts, first_attempt_at, next_attempt_at, delivered_at, last_error \
                      from notices";

/// One that was withdrawn is kept as dead, and told apart.
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
        let mut statement = QueryBuilder::<Sqlite>::new(SELECT);
        statement.push(" where 1 = 1");
        let states = filter.states.iter().map(|state| state.as_str());
        one_of(&mut statement, STATE, states.collect());
        let kinds = filter.kinds.iter().map(|kind| kind.as_str());
        one_of(&mut statement, "kind", kinds.collect());
        if let Some(receiver) = &filter.receiver {
            statement.push(" and receiver = ").push_bind(receiver.to_string());
        }
        if let Some(cycle) = filter.cycle {
            statement.push(" and cycle = ").push_bind(cycle.0);
        }
        if let Some(before) = &filter.before {
            statement.push(" and position < (select position from notices where id = ");
            statement.push_bind(before.to_string()).push(")");
        }
        if !visible.is_all() {
            statement.push(" and receiver in (");
            let mut shown = statement.separated(", ");
            for ministry in visible.ministries() {
                shown.push_bind(Receiver::SecretaryGeneral(ministry.clone()).to_string());
            }
            statement.push(")");
        }
        statement.push(" order by position desc limit ").push_bind(i64::from(limit));
        let rows: Vec<NoticeRow> = statement
            .build_query_as()
            .fetch_all(&mut *transaction)
            .await
            .map_err(reading("notices"))?;
        rows.into_iter().map(NoticeRow::into_notice).collect()
    }

    pub async fn notice(&self, id: &NoticeId) -> Result<Option<QueuedNotice>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut statement = QueryBuilder::<Sqlite>::new(SELECT);
        statement.push(" where id = ").push_bind(id.as_str());
        let row: Option<NoticeRow> = statement
            .build_query_as()
            .fetch_optional(&mut *transaction)
            .await
            .map_err(reading("a notice"))?;
        let notice = row.map(NoticeRow::into_notice).transpose()?;
        Ok(notice.filter(|queued| visible.receiver(&queued.notice.receiver)))
    }

    /// One that was given up waits again, as if it had never been tried; says whether there was one.
    pub async fn replay_notice(&self, id: &NoticeId, act: &Act) -> Result<bool, StoreError> {
        self.check_whole("sending a notice again")?;
        Ok(self.replay(Some(id), act).await? > 0)
    }

    /// All that were given up; says how many.
    pub async fn replay_dead_notices(&self, act: &Act) -> Result<u64, StoreError> {
        self.check_whole("sending notices again")?;
        self.replay(None, act).await
    }

    async fn replay(&self, id: Option<&NoticeId>, act: &Act) -> Result<u64, StoreError> {
        let mut transaction = self.begin_write().await?;
        let replayed = sqlx::query(
            "update notices set state = 'waiting', attempts = 0, first_attempt_at = null,
                                next_attempt_at = $2, leased_until = null,
                                channel_failed_at = null, outage_seconds = 0
             where state = 'dead' and withdrawn_at is null
               and (cast($1 as text) is null or id = $1)",
        )
        .bind(id.map(NoticeId::as_str))
        .bind(kept::from_instant(act.at))
        .execute(&mut *transaction)
        .await
        .map_err(writing("notices"))?
        .rows_affected();
        if replayed > 0 {
            let subject = id.map_or_else(|| "notice/dead".to_owned(), |id| format!("notice/{id}"));
            let deed =
                act.deed("notices_replayed", subject).became(&json!({ "waiting": replayed }));
            audit::append(&mut transaction, act.at, &[deed]).await?;
        }
        end(transaction).await?;
        Ok(replayed)
    }

    /// By name.
    pub async fn lanes(&self) -> Result<Vec<LaneState>, StoreError> {
        self.check_whole("what carries notices")?;
        let mut transaction = self.begin_read().await?;
        let rows: Vec<(String, String, Option<String>, Option<String>)> =
            sqlx::query_as("select name, opened_at, closed_at, reason from lanes order by name")
                .fetch_all(&mut *transaction)
                .await
                .map_err(reading("lanes"))?;
        let outages = outages::under_way(&mut transaction).await?;
        rows.into_iter()
            .map(|(name, opened, closed, reason)| {
                let closed = closed.map(|at| kept::to_instant("lanes.closed_at", at));
                let lane = to_lane("lanes.name", &name)?;
                Ok(LaneState {
                    outage: outages.iter().find(|outage| outage.lane == lane).cloned(),
                    lane,
                    opened_at: kept::to_instant("lanes.opened_at", opened)?,
                    closed_at: closed.transpose()?,
                    reason,
                })
            })
            .collect()
    }

    /// A lane that its receiver had closed takes notices again; says whether there was one.
    pub async fn reopen_lane(&self, lane: &Lane, act: &Act) -> Result<bool, StoreError> {
        self.check_whole("what carries notices")?;
        let mut transaction = self.begin_write().await?;
        let reopened = sqlx::query(
            "update lanes set closed_at = null, reason = null
             where name = $1 and closed_at is not null",
        )
        .bind(lane.to_string())
        .execute(&mut *transaction)
        .await
        .map_err(writing("a lane"))?
        .rows_affected()
            > 0;
        if reopened {
            let deed = act.deed("lane_reopened", format!("lane/{lane}"));
            audit::append(&mut transaction, act.at, &[deed]).await?;
        }
        end(transaction).await?;
        Ok(reopened)
    }

    /// Those delivered before then, and outages that ended before; says how many notices.
    pub async fn forget_notices(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.check_whole("tidying")?;
        let mut transaction = self.begin_write().await?;
        let forgotten =
            sqlx::query("delete from notices where state = 'delivered' and delivered_at < $1")
                .bind(kept::from_instant(before))
                .execute(&mut *transaction)
                .await
                .map_err(writing("notices"))?;
        sqlx::query("delete from channel_outages where ended_at < $1")
            .bind(kept::from_instant(before))
            .execute(&mut *transaction)
            .await
            .map_err(writing("outages"))?;
        end(transaction).await?;
        Ok(forgotten.rows_affected())
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct NoticeRow {
    id: String,
    position: i64,
    receiver: String,
    kind: String,
    cycle: Option<i64>,
    thread: String,
    follows: String,
    title: String,
    content: String,
    created_at: String,
    not_before: String,
    state: String,
    attempts: i64,
    first_attempt_at: Option<String>,
    next_attempt_at: String,
    delivered_at: Option<String>,
    last_error: Option<String>,
}

impl NoticeRow {
    /// In the order in which they were written, which `returning` does not keep.
    pub(super) fn into_notices(mut rows: Vec<Self>) -> Result<Vec<QueuedNotice>, StoreError> {
        rows.sort_by_key(|row| row.position);
        rows.into_iter().map(Self::into_notice).collect()
    }

    fn into_notice(self) -> Result<QueuedNotice, StoreError> {
        let instant = |column, text: Option<String>| {
            text.map(|text| kept::to_instant(column, text)).transpose()
        };
        let receiver = kept::to_word("notices.receiver", &self.receiver, "a receiver", |text| {
            Receiver::try_from(text.to_owned()).ok()
        })?;
        let notice = Notice {
            id: NoticeId::new(self.id),
            receiver,
            kind: kept::to_word("notices.kind", &self.kind, "a kind", |text| {
                text.parse::<NoticeKind>().ok()
            })?,
            cycle: self.cycle.map(CycleNumber),
            thread: self.thread,
            follows: kept::to_json("notices.follows", &self.follows)?,
            title: self.title,
            content: kept::to_json("notices.content", &self.content)?,
            created_at: kept::to_instant("notices.created_at", self.created_at)?,
            not_before: kept::to_instant("notices.not_before", self.not_before)?,
        };
        Ok(QueuedNotice {
            notice,
            state: to_state(&self.state)?,
            attempts: kept::to_u32("notices.attempts", self.attempts)?,
            first_attempt_at: instant("notices.first_attempt_at", self.first_attempt_at)?,
            next_attempt_at: kept::to_instant("notices.next_attempt_at", self.next_attempt_at)?,
            delivered_at: instant("notices.delivered_at", self.delivered_at)?,
            last_error: self.last_error,
        })
    }
}

fn to_state(text: &str) -> Result<NoticeState, StoreError> {
    kept::to_word("notices.state", text, "a notice's state", |text| {
        text.parse::<NoticeState>().ok()
    })
}

fn to_lane(column: &'static str, text: &str) -> Result<Lane, StoreError> {
    kept::to_word(column, text, "a lane", |text| Lane::try_from(text.to_owned()).ok())
}

/// Of no words, all.
fn one_of(statement: &mut QueryBuilder<Sqlite>, column: &str, words: Vec<&'static str>) {
    if words.is_empty() {
        return;
    }
    statement.push(format!(" and {column} in ("));
    let mut wanted = statement.separated(", ");
    for word in words {
        wanted.push_bind(word);
    }
    statement.push(")");
}
