//! Requests that are sent again: the request of a key, and what was answered the first time.
//!
//! A handle that carries an attempt says so in each transaction that it writes: the act and the note that it
//! was done are one. So a request is done once, wherever the process is cut; its answer may be lost.

use chrono::{DateTime, TimeDelta, Utc};

use super::idempotent_attempt::{IdempotencyKey, IdempotentAttempt, Released, WHAT};
use crate::domain::accounts::access::AccountNumber;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::fields_are_columns;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::{Json, Timestamp};
use crate::store::outbox::waits;
use crate::support::fingerprint::Fingerprint;

/// Of one account; beyond, its oldest ones are forgotten before their time.
const MOST_KEYS: i64 = 10_000;

/// How long an attempt may take. Then it was cut, and another may begin.
const HELD: TimeDelta = TimeDelta::minutes(5);

/// An answer as it was given, and is given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What a key that comes with a request is found to be.
#[derive(Debug)]
pub enum Claimed {
    /// New, or cut before anything was done.
    Begun(IdempotentAttempt),
    Answered(StoredResponse),
    /// Of another request.
    Other,
    UnderWay {
        until: DateTime<Utc>,
    },
    /// Done, and its answer was not stored.
    Done,
}

impl Store {
    /// Keys whose time is over are forgotten meanwhile.
    pub async fn claim_key(
        &self,
        key: &IdempotencyKey,
        (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Claimed, StoreError> {
        // One that was answered is answered again without waiting for those who write.
        let seen = find(&mut *self.begin_read().await?, key).await?;
        if let Some(row) = seen.filter(|row| row.expires_at.0 > now)
            && let Next::Answer(claimed) = row.next(key, now, &self.released)
        {
            return Ok(claimed);
        }
        let mut transaction = self.begin_write().await?;
        bring_back(&mut transaction, now, expires_at).await?;
        forget(&mut transaction, key.account, now).await?;
        let number = match find(&mut transaction, key).await? {
            None => 1,
            Some(row) => match row.next(key, now, &self.released) {
                Next::Answer(claimed) => return Ok(claimed),
                Next::Attempt(number) => number,
            },
        };
        query(
            "insert into idempotency_keys (account, route, key, fingerprint, attempt, begun_at,
                                           held_until, expires_at, acted)
             values ($1, $2, $3, $4, $5, $6, $7, $8, false)
             on conflict (account, route, key) do update set
                 attempt = excluded.attempt, held_until = excluded.held_until",
        )
        .bind(key.account)
        .bind(&key.route)
        .bind(&key.key)
        .bind(&key.fingerprint)
        .bind(number)
        .bind(Timestamp(now))
        .bind(Timestamp(now + HELD))
        .bind(Timestamp(expires_at))
        .run(&mut *transaction, WHAT)
        .await?;
        end(transaction).await?;
        Ok(Claimed::Begun(IdempotentAttempt::new(key.clone(), number)))
    }

    pub async fn store_response(
        &self,
        attempt: &IdempotentAttempt,
        answer: &StoredResponse,
    ) -> Result<(), StoreError> {
        let (key, number) = attempt.key_and_number();
        let mut transaction = self.begin_write().await?;
        query(
            "update idempotency_keys set status = $5, headers = $6, body = $7
             where account = $1 and route = $2 and key = $3 and attempt = $4",
        )
        .bind(key.account)
        .bind(&key.route)
        .bind(&key.key)
        .bind(number)
        .bind(i64::from(answer.status))
        .bind(Json(&answer.headers))
        .bind(answer.body.as_slice())
        .run(&mut *transaction, WHAT)
        .await?;
        end(transaction).await
    }

    /// Nothing was done: the key is free again, even when that cannot be written. The key of something
    /// done stays.
    pub async fn free_key(&self, attempt: &IdempotentAttempt) -> Result<(), StoreError> {
        let freed = self.delete_key(attempt).await;
        if freed.is_err() {
            self.released.add(attempt);
        }
        freed
    }

    async fn delete_key(&self, attempt: &IdempotentAttempt) -> Result<(), StoreError> {
        let (key, number) = attempt.key_and_number();
        let mut transaction = self.begin_write().await?;
        query(
            "delete from idempotency_keys
             where account = $1 and route = $2 and key = $3 and attempt = $4 and not acted",
        )
        .bind(key.account)
        .bind(&key.route)
        .bind(&key.key)
        .bind(number)
        .run(&mut *transaction, WHAT)
        .await?;
        end(transaction).await
    }
}

/// Keys that a clock which was ahead would have made last for years belong to something that was done all the same: they
/// last as long as one that is given now. A clock that is behind now would forget them all.
async fn bring_back(
    connection: &mut Connection,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    if waits::is_behind(connection, now).await? {
        return Ok(());
    }
    query(
        "update idempotency_keys set expires_at = $1,
                begun_at = case when begun_at < $2 then begun_at else $2 end
         where expires_at > $1",
    )
    .bind(Timestamp(expires_at))
    .bind(Timestamp(now))
    .run(connection, WHAT)
    .await?;
    Ok(())
}

async fn forget(
    connection: &mut Connection,
    account: AccountNumber,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    query("delete from idempotency_keys where expires_at <= $1")
        .bind(Timestamp(now))
        .run(&mut *connection, WHAT)
        .await?;
    query(
        "delete from idempotency_keys
         where account = $1 and held_until <= $2 and begun_at <
             (select begun_at from idempotency_keys where account = $1
              order by begun_at desc limit 1 offset $3)",
    )
    .bind(account)
    .bind(Timestamp(now))
    .bind(MOST_KEYS)
    .run(connection, WHAT)
    .await?;
    Ok(())
}

async fn find(
    connection: &mut Connection,
    key: &IdempotencyKey,
) -> Result<Option<KeyRow>, StoreError> {
    query_as(
        "select fingerprint, attempt, held_until, expires_at, acted, status, headers, body
         from idempotency_keys where account = $1 and route = $2 and key = $3",
    )
    .bind(key.account)
    .bind(&key.route)
    .bind(&key.key)
    .optional(connection, WHAT)
    .await
}

enum Found {
    Begun,
    Done,
    Answered(StoredResponse),
}

struct KeyRow {
    fingerprint: Fingerprint,
    attempt: i64,
    held_until: Timestamp,
    expires_at: Timestamp,
    acted: bool,
    status: Option<i64>,
    headers: Option<Json<Vec<(String, String)>>>,
    body: Option<Vec<u8>>,
}

fields_are_columns!(KeyRow {
    fingerprint,
    attempt,
    held_until,
    expires_at,
    acted,
    status,
    headers,
    body
});

/// What is done for a request with a known key.
enum Next {
    Answer(Claimed),
    /// The number of the attempt that begins.
    Attempt(i64),
}

impl KeyRow {
    fn next(self, key: &IdempotencyKey, now: DateTime<Utc>, released: &Released) -> Next {
        if self.fingerprint != key.fingerprint {
            return Next::Answer(Claimed::Other);
        }
        let (until, attempt) = (self.held_until.0, self.attempt);
        match self.into_answer() {
            Found::Answered(answer) => Next::Answer(Claimed::Answered(answer)),
            Found::Done => Next::Answer(Claimed::Done),
            Found::Begun if waits::lasts(until, now, now + HELD) && !released.has(key, attempt) => {
                Next::Answer(Claimed::UnderWay { until })
            }
            Found::Begun => Next::Attempt(attempt.saturating_add(1)),
        }
    }

    fn into_answer(self) -> Found {
        let (Some(status), Some(Json(headers)), Some(body)) =
            (self.status, self.headers, self.body)
        else {
            return if self.acted { Found::Done } else { Found::Begun };
        };
        let status = u16::try_from(status).unwrap_or_default();
        Found::Answered(StoredResponse { status, headers, body })
    }
}
