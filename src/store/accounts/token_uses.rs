//! When tokens were last used: written apart from the requests, which neither wait for it nor fail with it, and
//! several at once, since everything cached from the database is read again after any write.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::warn;

use crate::store::db::connections::end;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::RunQuery;
use crate::store::db::sql_types::Timestamp;

/// How long uses are gathered before they are written. A service that is cut loses as much of them.
const GATHERING: Duration = Duration::from_mins(1);

impl Store {
    /// Whatever comes of it, the caller goes on.
    pub(in crate::store) fn note_use(&self, token: i64, now: DateTime<Utc>) {
        if self.uses.add(token, now) {
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
                warn!(error = cause, "The last use of {} tokens cannot be written", uses.len());
            }
            self.uses.forget(&uses);
        }
    }

    async fn update_uses(&self, uses: &BTreeMap<i64, DateTime<Utc>>) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        for (token, at) in uses {
            sqlx::query("update tokens set last_used_at = $2 where number = $1")
                .bind(token)
                .bind(Timestamp(*at))
                .run(&mut *transaction, "tokens")
                .await?;
        }
        end(transaction).await
    }
}
