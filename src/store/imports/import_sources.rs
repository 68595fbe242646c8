//! What the import job last found at each path and address.

use crate::domain::messages::notice::Notice;
use crate::domain::operation::job::ImportSource;
use crate::store::db::connections::end;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::{Columns, Count, Timestamp};
use crate::store::outbox::outgoing;

impl Store {
    /// By path and address.
    pub async fn import_sources(&self) -> Result<Vec<ImportSource>, StoreError> {
        self.check_whole("what is found at paths")?;
        query_as(
            "select source, sha256, size, modified_at, etag, last_modified, outcome, import,
                    context, detail, seen_at
             from import_sources order by source",
        )
        .all(self.readers()?, "what was found at paths")
        .await
    }

    /// `notices` tell it.
    pub async fn keep_import_source(
        &self,
        source: &ImportSource,
        notices: &[Notice],
    ) -> Result<(), StoreError> {
        self.check_whole("what is found at paths")?;
        let mut transaction = self.begin_write().await?;
        query(
            "insert into import_sources (source, sha256, size, modified_at, etag, last_modified,
                                         outcome, import, context, detail, seen_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             on conflict (source) do update set
                 sha256 = excluded.sha256, size = excluded.size,
                 modified_at = excluded.modified_at, etag = excluded.etag,
                 last_modified = excluded.last_modified, outcome = excluded.outcome,
                 import = excluded.import, context = excluded.context,
                 detail = excluded.detail, seen_at = excluded.seen_at",
        )
        .bind(&source.source)
        .bind(source.sha256.as_ref())
        .bind(source.size.map(Count))
        .bind(source.modified_at.map(Timestamp))
        .bind(source.etag.as_deref())
        .bind(source.last_modified.as_deref())
        .bind(source.outcome)
        .bind(source.import)
        .bind(&source.context)
        .bind(&source.detail)
        .bind(Timestamp(source.seen_at))
        .run(&mut *transaction, "what was found at a path")
        .await?;
        outgoing::insert(&mut transaction, notices).await?;
        end(transaction).await
    }
}

impl FromRow for ImportSource {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        let size: Option<Count> = row.try_get("size")?;
        Ok(Self {
            source: row.try_get("source")?,
            sha256: row.try_get("sha256")?,
            size: size.map(|Count(size)| size),
            modified_at: row.optional_instant("modified_at")?,
            etag: row.try_get("etag")?,
            last_modified: row.try_get("last_modified")?,
            outcome: row.try_get("outcome")?,
            import: row.try_get("import")?,
            context: row.try_get("context")?,
            detail: row.try_get("detail")?,
            seen_at: row.instant("seen_at")?,
        })
    }
}
