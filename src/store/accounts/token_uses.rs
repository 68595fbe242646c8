//! When tokens and sessions were last used: written apart from the requests, which neither wait for it nor fail with it, and
//! several at once, since everything cached from the database is read again after any write.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::token_memory::UsedCredential;
use crate::store::db::connections::end;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::query;
use crate::store::db::sql_types::Timestamp;

/// How long uses are gathered before they are written. A service that is cut loses as much of them.
const GATHERING: Duration = Duration::from_mins(1);

/// The last use is known to that many minutes: a busy caller need not write at each request.
const USE_MINUTES: i64 = 5;

impl Store {
    /// Unless `last` is recent enough. Whatever comes of it, the caller goes on.
    pub(in crate::store) fn note_use(
        &self,
        used: UsedCredential,
        (last, now): (Option<DateTime<Utc>>, DateTime<Utc>),
    ) {
        let is_recent = |at: DateTime<Utc>| (now - at).abs() < TimeDelta::minutes(USE_MINUTES);
        if last.is_some_and(is_recent) {
            return;
        }
        if self.uses.add(used, now) {
            let store = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(GATHERING).await;
                store.write_uses().await;
            });
        }
    }

    /// Until there are none left. Cut short, it leaves what it did not write to the next writer.
    pub(in crate::store) async fn write_uses(&self) {
        while let Some(uses) = self.uses.next() {
            if let Err(fault) = self.update_uses(&uses).await {
                let cause: &dyn std::error::Error = &fault;
                let count = uses.len();
                warn!(
                    error = cause,
                    "The last use of {count} tokens or sessions cannot be written"
                );
            }
            self.uses.forget(&uses);
        }
    }

    async fn update_uses(
        &self,
        uses: &BTreeMap<UsedCredential, DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        for (used, at) in uses {
            let statement = match used {
                UsedCredential::Token(number) => {
                    query("update tokens set last_used_at = $2 where number = $1").bind(*number)
                }
                UsedCredential::Session(hash) => {
                    query("update sessions set last_seen_at = $2 where hash = $1").bind(hash)
                }
            };
            statement.bind(Timestamp(*at)).run(&mut *transaction, "uses").await?;
        }
        end(transaction).await
    }
}
