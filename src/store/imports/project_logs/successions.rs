//! Recording which ministries took over from which, as soon as the table of ministries says so.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::succession_log;
use crate::domain::accounts::audit::{Actor, AuditRecord};
use crate::domain::portfolio::succession::Successions;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::query;
use crate::store::db::sql_types::{Json, Timestamp};

impl Store {
    /// From now on these are in effect, and no others. Gives whether that changed anything.
    ///
    /// # Errors
    ///
    /// For handles that do not see the whole State.
    pub async fn record_successions(
        &self,
        known: &Successions,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.check_whole("what becomes of ministries")?;
        // Nearly always the same: no other writer waits for that.
        let mut reading = self.begin_read().await?;
        let last = succession_log::last_succession(&mut reading).await?;
        if succession_log::of_entry(&mut reading, last).await? == *known {
            return Ok(false);
        }
        drop(reading);
        let mut transaction = self.begin_write().await?;
        let number = succession_log::last_succession(&mut transaction).await?;
        let former = succession_log::of_entry(&mut transaction, number).await?;
        if former == *known {
            return Ok(false);
        }
        query("insert into successions (number, successions, at) values ($1, $2, $3)")
            .bind(number + 1)
            .bind(Json(known))
            .bind(Timestamp(now))
            .run(&mut *transaction, "the successions of ministries")
            .await?;
        let entry = format!("succession/{}", number + 1);
        let deed = AuditRecord::by(&Actor::vigie(), "ministries_succeeded", entry);
        let deed = deed.was(&json!(former)).became(&json!(known));
        audit_trail::append(&mut transaction, now, &[deed]).await?;
        end(transaction).await?;
        Ok(true)
    }
}
