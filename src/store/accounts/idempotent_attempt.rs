//! Attempts to answer a request once: the key that each came with, and the mark that it was done, which is written in
//! the transaction that does it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::accounts::access::AccountNumber;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::queries::query;
use crate::support::fingerprint::Fingerprint;

/// What an error says was being read or written.
pub(in crate::store) const WHAT: &str = "idempotency keys";

/// Attempts that are remembered as released; the oldest are forgotten.
const MOST_RELEASED: usize = 1000;

/// A key, within the account and the route that it was given for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    pub account: AccountNumber,
    pub route: String,
    pub key: String,
    /// Of all that makes the request what it is.
    pub fingerprint: Fingerprint,
}

/// An attempt to answer a request once. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct IdempotentAttempt(Arc<(IdempotencyKey, i64)>);

impl IdempotentAttempt {
    pub(in crate::store) fn new(key: IdempotencyKey, number: i64) -> Self {
        Self(Arc::new((key, number)))
    }

    pub(in crate::store) fn key_and_number(&self) -> (&IdempotencyKey, i64) {
        (&self.0.0, self.0.1)
    }

    /// What is written in this transaction is done for the attempt, unless a later one took its place.
    pub(in crate::store) async fn mark(
        &self,
        connection: &mut Connection,
    ) -> Result<(), StoreError> {
        let (key, number) = self.key_and_number();
        let marked = query(
            "update idempotency_keys set acted = true
             where account = $1 and route = $2 and key = $3 and attempt = $4",
        )
        .bind(key.account)
        .bind(&key.route)
        .bind(&key.key)
        .bind(number)
        .run(connection, WHAT)
        .await?;
        if marked == 0 {
            return Err(StoreError::TooLate);
        }
        Ok(())
    }
}

/// Attempts that came to nothing while nothing could be written, so that the database still says that they are
/// under way. They would be over by themselves, later.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Released(Arc<Mutex<VecDeque<IdempotentAttempt>>>);

impl Released {
    pub(in crate::store) fn add(&self, attempt: &IdempotentAttempt) {
        let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() >= MOST_RELEASED {
            attempts.pop_front();
        }
        attempts.push_back(attempt.clone());
    }

    pub(in crate::store) fn has(&self, key: &IdempotencyKey, number: i64) -> bool {
        let attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.iter().any(|attempt| attempt.0.1 == number && attempt.0.0 == *key)
    }
}
