//! Requests that are sent again: what a key stands for, and what was answered the first time.
//!
//! A handle that carries an attempt says so in each transaction that it writes: the act and the note that it
//! was done are one. So a request is done once, wherever the process is cut; its answer may be lost.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

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
use super::waits;
use crate::domain::access::AccountNumber;
use crate::domain::fingerprint::Fingerprint;

const WHAT: &str = "idempotency keys";

/// Of one account; beyond, its oldest ones are forgotten before their time.
const MOST_KEYS: i64 = 10_000;

/// Attempts that are remembered as released; the oldest are forgotten.
const MOST_RELEASED: usize = 1000;

/// How long an attempt may take. Then it was cut, and another may begin.
const HELD: TimeDelta = TimeDelta::minutes(5);

/// A key, within the account and the route that it was given for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnceKey {
    pub account: AccountNumber,
    pub route: String,
    pub key: String,
    /// Of all that makes the request what it is.
    pub fingerprint: Fingerprint,
}

/// An attempt to answer a request once. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Attempt(Arc<(OnceKey, i64)>);

/// Attempts that came to nothing while nothing could be written, so that the database still says that they are
/// under way. They would be over by themselves, later.
#[derive(Clone, Debug, Default)]
pub(super) struct Released(Arc<Mutex<VecDeque<Attempt>>>);

impl Released {
    fn add(&self, attempt: &Attempt) {
        let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() >= MOST_RELEASED {
            attempts.pop_front();
        }
        attempts.push_back(attempt.clone());
    }

    fn has(&self, key: &OnceKey, number: i64) -> bool {
        let attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.iter().any(|attempt| attempt.0.1 == number && attempt.0.0 == *key)
    }
}

/// An answer as it was given, and is given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What a key that comes with a request is found to be.
#[derive(Debug)]
pub enum Claimed {
    /// New, or cut before anything was done.
    Begun(Attempt),
    Answered(KeptAnswer),
    /// Of another request.
    Other,
    UnderWay {
        until: DateTime<Utc>,
    },
    /// Done, and its answer was not kept.
    Done,
}

impl Store {
    /// Writes through this handle are of the attempt.
    #[must_use]
    pub fn attempting(&self, attempt: Attempt) -> Self {
        Self { attempt: Some(attempt), ..self.clone() }
    }

    /// Keys whose time is over are forgotten meanwhile.
    pub async fn claim_key(
        &self,
        key: &OnceKey,
        (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Claimed, StoreError> {
        // One that was answered is answered again without waiting for those who write.
        let seen = find(&mut *self.begin_read().await?, key).await?;
        if let Some(row) = seen.filter(|row| row.expires_at > kept::from_instant(now))
            && let Next::Answer(claimed) = row.next(key, now, &self.released)?
        {
            return Ok(claimed);
        }
        let mut transaction = self.begin_write().await?;
        bring_back(&mut transaction, now, expires_at).await?;
        forget(&mut transaction, key.account, now).await?;
        let number = match find(&mut transaction, key).await? {
            None => 1,
            Some(row) => match row.next(key, now, &self.released)? {
                Next::Answer(claimed) => return Ok(claimed),
                Next::Attempt(number) => number,
            },
        };
        sqlx::query(
            "insert into idempotency_keys (account, route, key, fingerprint, attempt, begun_at,
                                           held_until, expires_at, acted)
             values ($1, $2, $3, $4, $5, $6, $7, $8, false)
             on conflict (account, route, key) do update set
                 attempt = excluded.attempt, held_until = excluded.held_until",
        )
        .bind(key.account.0)
        .bind(&key.route)
        .bind(&key.key)
        .bind(key.fingerprint.as_str())
        .bind(number)
        .bind(kept::from_instant(now))
        .bind(kept::from_instant(now + HELD))
        .bind(kept::from_instant(expires_at))
        .execute(&mut *transaction)
        .await
        .map_err(writing(WHAT))?;
        end(transaction).await?;
        Ok(Claimed::Begun(Attempt(Arc::new((key.clone(), number)))))
    }

    pub async fn keep_answer(
        &self,
        attempt: &Attempt,
        answer: &KeptAnswer,
    ) -> Result<(), StoreError> {
        let (key, number) = attempt.0.as_ref();
        let mut transaction = self.begin_write().await?;
        sqlx::query(
            "update idempotency_keys set status = $5, headers = $6, body = $7
             where account = $1 and route = $2 and key = $3 and attempt = $4",
        )
        .bind(key.account.0)
        .bind(&key.route)
        .bind(&key.key)
        .bind(number)
        .bind(i64::from(answer.status))
        .bind(kept::from_json("headers", &answer.headers)?)
        .bind(answer.body.as_slice())
        .execute(&mut *transaction)
        .await
        .map_err(writing(WHAT))?;
        end(transaction).await
    }

    /// Nothing was done: the key is free again, even when that cannot be written. One that stands for something
    /// done stays.
    pub async fn free_key(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let freed = self.delete_key(attempt).await;
        if freed.is_err() {
            self.released.add(attempt);
        }
        freed
    }

    async fn delete_key(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let (key, number) = attempt.0.as_ref();
        let mut transaction = self.begin_write().await?;
        sqlx::query(
            "delete from idempotency_keys
             where account = $1 and route = $2 and key = $3 and attempt = $4 and not acted",
        )
        .bind(key.account.0)
        .bind(&key.route)
        .bind(&key.key)
        .bind(number)
        .execute(&mut *transaction)
        .await
        .map_err(writing(WHAT))?;
        end(transaction).await
    }
}

/// What is written in this transaction is done for the attempt, unless a later one took its place.
pub(super) async fn mark(
    connection: &mut SqliteConnection,
    attempt: &Attempt,
) -> Result<(), StoreError> {
    let (key, number) = attempt.0.as_ref();
    let marked = sqlx::query(
        "update idempotency_keys set acted = true
         where account = $1 and route = $2 and key = $3 and attempt = $4",
    )
    .bind(key.account.0)
    .bind(&key.route)
    .bind(&key.key)
    .bind(number)
    .execute(connection)
    .await
    .map_err(writing(WHAT))?;
    if marked.rows_affected() == 0 {
        return Err(StoreError::TooLate);
    }
    Ok(())
}

/// Keys that a clock which was ahead would have kept for years stand for what was done all the same: they
/// are kept as long as one that is given now. A clock that is behind now would forget them all.
async fn bring_back(
    connection: &mut SqliteConnection,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    if waits::is_behind(connection, now).await? {
        return Ok(());
    }
    sqlx::query(
        "update idempotency_keys set expires_at = $1, begun_at = min(begun_at, $2)
         where expires_at > $1",
    )
    .bind(kept::from_instant(expires_at))
    .bind(kept::from_instant(now))
    .execute(connection)
    .await
    .map_err(writing(WHAT))?;
    Ok(())
}

async fn forget(
    connection: &mut SqliteConnection,
    account: AccountNumber,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("delete from idempotency_keys where expires_at <= $1")
        .bind(kept::from_instant(now))
        .execute(&mut *connection)
        .await
        .map_err(writing(WHAT))?;
    sqlx::query(
        "delete from idempotency_keys
         where account = $1 and held_until <= $2 and begun_at <
             (select begun_at from idempotency_keys where account = $1
              order by begun_at desc limit 1 offset $3)",
    )
    .bind(account.0)
    .bind(kept::from_instant(now))
    .bind(MOST_KEYS)
    .execute(connection)
    .await
    .map_err(writing(WHAT))?;
    Ok(())
}

async fn find(
    connection: &mut SqliteConnection,
    key: &OnceKey,
) -> Result<Option<KeyRow>, StoreError> {
    sqlx::query_as(
        "select fingerprint, attempt, held_until, expires_at, acted, status, headers, body
         from idempotency_keys where account = $1 and route = $2 and key = $3",
    )
    .bind(key.account.0)
    .bind(&key.route)
    .bind(&key.key)
    .fetch_optional(connection)
    .await
    .map_err(reading(WHAT))
}

enum Found {
    Begun,
    Done,
    Answered(KeptAnswer),
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    fingerprint: String,
    attempt: i64,
    held_until: String,
    expires_at: String,
    acted: bool,
    status: Option<i64>,
    headers: Option<String>,
    body: Option<Vec<u8>>,
}

/// What is done for whoever comes with a key that is known.
enum Next {
    Answer(Claimed),
    /// The number of the attempt that begins.
    Attempt(i64),
}

impl KeyRow {
    fn next(
        self,
        key: &OnceKey,
        now: DateTime<Utc>,
        released: &Released,
    ) -> Result<Next, StoreError> {
        if self.fingerprint != key.fingerprint.as_str() {
            return Ok(Next::Answer(Claimed::Other));
        }
        let until = kept::to_instant("idempotency_keys.held_until", self.held_until.clone())?;
        let attempt = self.attempt;
        Ok(match self.into_answer()? {
            Found::Answered(answer) => Next::Answer(Claimed::Answered(answer)),
            Found::Done => Next::Answer(Claimed::Done),
            Found::Begun if waits::lasts(until, now, now + HELD) && !released.has(key, attempt) => {
                Next::Answer(Claimed::UnderWay { until })
            }
            Found::Begun => Next::Attempt(attempt.saturating_add(1)),
        })
    }

    fn into_answer(self) -> Result<Found, StoreError> {
        let (Some(status), Some(headers), Some(body)) = (self.status, self.headers, self.body)
        else {
            return Ok(if self.acted { Found::Done } else { Found::Begun });
        };
        let status = kept::to_u32("idempotency_keys.status", status)?;
        let status = u16::try_from(status).unwrap_or_default();
        let headers = kept::to_json("idempotency_keys.headers", &headers)?;
        Ok(Found::Answered(KeptAnswer { status, headers, body }))
    }
}
