//! Links of messages that were revoked by hand, before they expire.

use crate::domain::accounts::audit::ActionContext;
use crate::domain::ids::NoticeId;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_scalar};
use crate::store::db::sql_types::Timestamp;

impl Store {
    /// The links of the message serve nobody any more; says whether they were not revoked before.
    pub async fn revoke_links(
        &self,
        notice: &NoticeId,
        act: &ActionContext,
    ) -> Result<bool, StoreError> {
        self.check_whole("revoking the links of a message")?;
        let mut transaction = self.begin_write().await?;
        let revoked = query(
            "insert into revoked_links (notice, revoked_at) values ($1, $2)
             on conflict (notice) do nothing",
        )
        .bind(notice)
        .bind(Timestamp(act.at))
        .run(&mut *transaction, "revoked links")
        .await?;
        if revoked > 0 {
            let deed = act.deed("links_revoked", format!("notice/{notice}"));
            audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        }
        end(transaction).await?;
        Ok(revoked > 0)
    }

    pub async fn are_links_revoked(&self, notice: &NoticeId) -> Result<bool, StoreError> {
        let mut transaction = self.begin_read().await?;
        let found: Option<i64> = query_scalar("select 1 from revoked_links where notice = $1")
            .bind(notice)
            .optional(&mut *transaction, "revoked links")
            .await?;
        Ok(found.is_some())
    }
}
