//! Profiles of file layouts that people saved: each version is added, so that who changed which, and why, stays known.

use serde_json::json;

use crate::domain::accounts::audit::ActionContext;
use crate::domain::portfolio::saved_profile::ProfileVersion;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::{Columns, Timestamp};
use crate::support::fingerprint::Fingerprint;

/// Files are of every ministry.
const WHAT: &str = "a profile of files";

impl Store {
    /// The last version of each profile that is not withdrawn, by id.
    pub async fn saved_profiles(&self) -> Result<Vec<ProfileVersion>, StoreError> {
        self.check_whole(WHAT)?;
        let mut transaction = self.begin_read().await?;
        let mut last = versions(&mut transaction, None).await?;
        // Versions come by profile and number: of each, the last one stays.
        last.reverse();
        last.dedup_by(|later, kept| later.profile == kept.profile);
        last.retain(|version| version.text.is_some());
        last.reverse();
        Ok(last)
    }

    /// Every version of a profile, oldest first; none of one that nobody saved.
    pub async fn profile_versions(&self, profile: &str) -> Result<Vec<ProfileVersion>, StoreError> {
        self.check_whole(WHAT)?;
        let mut transaction = self.begin_read().await?;
        versions(&mut transaction, Some(profile)).await
    }

    /// Adds a version of a profile; without a text, withdraws it. `seen` is the number of the version that was read, 0
    /// where there was none.
    ///
    /// # Errors
    ///
    /// Another version was added meanwhile, or there is no profile to withdraw.
    pub async fn save_profile(
        &self,
        (profile, text): (&str, Option<&str>),
        seen: Option<i64>,
        act: &ActionContext,
    ) -> Result<ProfileVersion, StoreError> {
        self.check_whole(WHAT)?;
        let mut transaction = self.begin_write().await?;
        let former = versions(&mut transaction, Some(profile)).await?.pop();
        let found = former.as_ref().map_or(0, |version| version.number);
        if let Some(expected) = seen.filter(|seen| *seen != found) {
            return Err(StoreError::ProfileMoved { profile: profile.to_owned(), found, expected });
        }
        let is_saved = former.as_ref().is_some_and(|version| version.text.is_some());
        if text.is_none() && !is_saved {
            return Err(StoreError::NoSavedProfile { profile: profile.to_owned() });
        }
        let version = ProfileVersion {
            profile: profile.to_owned(),
            number: found + 1,
            text: text.map(str::to_owned),
            reason: act.reason.clone(),
            by: act.actor.clone(),
            at: act.at,
        };
        insert(&mut transaction, &version).await?;
        let action = if text.is_some() { "profile_saved" } else { "profile_withdrawn" };
        let sha256 = text.map(|text| Fingerprint::of(text.as_bytes()));
        let became = json!({ "version": version.number, "sha256": sha256 });
        let deed = act.deed(action, format!("profile/{profile}")).became(&became);
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        Ok(version)
    }
}

async fn insert(connection: &mut Connection, version: &ProfileVersion) -> Result<(), StoreError> {
    query(
        "insert into profile_versions (profile, number, text, reason, actor, at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&version.profile)
    .bind(version.number)
    .bind(&version.text)
    .bind(&version.reason)
    .bind(&version.by)
    .bind(Timestamp(version.at))
    .run(connection, "a profile of files")
    .await?;
    Ok(())
}

async fn versions(
    connection: &mut Connection,
    profile: Option<&str>,
) -> Result<Vec<ProfileVersion>, StoreError> {
    query_as(
        "select profile, number, text, reason, actor, at from profile_versions
         where (cast($1 as text) is null or profile = $1) order by profile, number",
    )
    .bind(profile)
    .all(connection, "profiles of files")
    .await
}

impl FromRow for ProfileVersion {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            profile: row.try_get("profile")?,
            number: row.try_get("number")?,
            text: row.try_get("text")?,
            reason: row.try_get("reason")?,
            by: row.try_get("actor")?,
            at: row.instant("at")?,
        })
    }
}
