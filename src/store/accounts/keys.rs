//! Keys of the service, which live as long as its database.

use chrono::{DateTime, Utc};

use super::credential::Credential;
use crate::store::db::connections::end;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_scalar};
use crate::store::db::sql_types::Timestamp;

const SESSIONS: &str = "sessions";

const LINKS: &str = "links";

impl Store {
    /// What the cookies of sessions are signed with; made at the first call.
    pub async fn session_key(&self, now: DateTime<Utc>) -> Result<Credential, StoreError> {
        self.key(SESSIONS, now).await
    }

    /// What the links of mails are signed with; made at the first call.
    pub async fn link_key(&self, now: DateTime<Utc>) -> Result<Credential, StoreError> {
        self.key(LINKS, now).await
    }

    /// The same where there is one: whoever presents a link makes none.
    pub async fn existing_link_key(&self) -> Result<Option<Credential>, StoreError> {
        let found: Option<String> = query_scalar("select value from keys where name = $1")
            .bind(LINKS)
            .optional(self.readers()?, "keys")
            .await?;
        Ok(found.map(Credential::presented))
    }

    async fn key(&self, name: &str, now: DateTime<Utc>) -> Result<Credential, StoreError> {
        let mut transaction = self.begin_write().await?;
        let found: Option<String> = query_scalar("select value from keys where name = $1")
            .bind(name)
            .optional(&mut *transaction, "keys")
            .await?;
        if let Some(value) = found {
            return Ok(Credential::presented(value));
        }
        let key = Credential::fresh("")?;
        query("insert into keys (name, value, created_at) values ($1, $2, $3)")
            .bind(name)
            .bind(key.reveal())
            .bind(Timestamp(now))
            .run(&mut *transaction, "keys")
            .await?;
        end(transaction).await?;
        Ok(key)
    }
}
