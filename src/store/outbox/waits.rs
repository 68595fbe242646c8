//! Waits that end at a stored instant. A clock that was ahead when it wrote one would have it last for
//! years: each kind has a longest that can be set, and a stored instant further ahead than that is no wait.
//!
//! | what waits | longest | further ahead, it is |
//! |---|---|---|
//! | a notice, for its next attempt | until the office opens next, the night ends, or a day of asking | put at the moment when one written now would leave |
//! | a notice claimed for delivery | the lease of a claim made now | anyone's |
//! | a job held by a service | the hold of one taken now | anyone's |
//! | an attempt under an idempotency key | the time that an attempt made now may take | over |
//! | an idempotency key, until forgotten | as long as one given now | expires with one given now |
//! | a session, an invitation | begun at most [`AHEAD`] after now | over |
//! | a sign-in under way | as long as one begun now | over |
//!
//! Besides, a job's firings count as answered up to now at most (`schedule::due`), a silence made after
//! now holds no more (`Silence::holds_on`), and neither a reminder nor an import of after now counts.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::NoticeKind;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_scalar};
use crate::store::db::sql_types::Timestamp;

/// How far ahead another clock may be: what is dated further ahead was dated by a clock that was wrong.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// When notices of one kind leave at the latest, and when one written now would leave.
#[derive(Clone, Copy, Debug)]
pub struct WaitLimit {
    pub kind: NoticeKind,
    pub latest: DateTime<Utc>,
    pub instead: DateTime<Utc>,
}

impl Store {
    /// Notices that a clock which was ahead made to wait longer than they can: says how many there were. None
    /// while the clock is behind what was written last, since then it is this one that is wrong.
    pub async fn bring_back_waits(
        &self,
        lane: &Channel,
        limits: &[WaitLimit],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.check_whole("delivery")?;
        let Some(earliest) = limits.iter().map(|limit| limit.latest).min() else { return Ok(0) };
        let some: bool = query_scalar(
            "select exists (select 1 from notices
                            where lane = $1 and state = 'waiting' and next_attempt_at > $2)",
        )
        .bind(lane)
        .bind(Timestamp(earliest))
        .one(self.readers()?, "notices")
        .await?;
        if !some {
            return Ok(0);
        }
        let mut transaction = self.begin_write().await?;
        if is_behind(&mut transaction, now).await? {
            return Ok(0);
        }
        let mut brought = 0;
        for limit in limits {
            brought += query(
                "update notices set next_attempt_at = $4,
                        not_before = case when not_before < $4 then not_before else $4 end
                 where lane = $1 and kind = $2 and state = 'waiting' and next_attempt_at > $3",
            )
            .bind(lane)
            .bind(limit.kind)
            .bind(Timestamp(limit.latest))
            .bind(Timestamp(limit.instead))
            .run(&mut *transaction, "waits of notices")
            .await?;
        }
        end(transaction).await?;
        Ok(brought)
    }
}

/// Whether a wait that ends at `until` lasts, when none set now would end after `longest`.
pub(in crate::store) fn lasts(
    until: DateTime<Utc>,
    now: DateTime<Utc>,
    longest: DateTime<Utc>,
) -> bool {
    until > now && until <= longest
}

/// Whether a clock that was ahead dated this.
pub(in crate::store) fn is_ahead(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    at > latest(now)
}

/// Whether this clock is behind the one that wrote last: then nothing that it makes of waits is to last.
pub(in crate::store) async fn is_behind(
    connection: &mut Connection,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let last: Option<Timestamp> = query_scalar("select at from audit order by number desc limit 1")
        .optional(connection, "the audit trail")
        .await?;
    Ok(last.is_some_and(|Timestamp(last)| is_ahead(last, now)))
}

/// The latest instant that a clock which is right may have written.
pub(in crate::store) fn latest(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_add_signed(AHEAD).unwrap_or(now)
}
