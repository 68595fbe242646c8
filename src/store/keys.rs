//! Keys of the service, which live as long as its database.

use chrono::DateTime;
use chrono::Utc;

use super::Store;
use super::connections::end;
use super::credential::Credential;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;

const SESSIONS: &str = "sessions";

impl Store {
    /// What the cookies of sessions are signed with; made the first time it is asked for.
    pub async fn session_key(&self, now: DateTime<Utc>) -> Result<Credential, StoreError> {
        let mut transaction = self.begin_write().await?;
        let found: Option<String> = sqlx::query_scalar("select value from keys where name = $1")
            .bind(SESSIONS)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(reading("keys"))?;
        if let Some(value) = found {
            return Ok(Credential::presented(value));
        }
        let key = Credential::fresh("")?;
        sqlx::query("insert into keys (name, value, created_at) values ($1, $2, $3)")
            .bind(SESSIONS)
            .bind(key.reveal())
            .bind(kept::from_instant(now))
            .execute(&mut *transaction)
            .await
            .map_err(writing("keys"))?;
        end(transaction).await?;
        Ok(key)
    }
}
