//! What the import job last found at each path and address.

use super::Store;
use super::connections::end;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use super::outbox;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::ImportNumber;
use crate::domain::job::ImportSource;
use crate::domain::job::SourceOutcome;
use crate::domain::notice::Notice;

impl Store {
    /// By path and address.
    pub async fn import_sources(&self) -> Result<Vec<ImportSource>, StoreError> {
        self.check_whole("what is found at paths")?;
        let rows: Vec<SourceRow> = sqlx::query_as(
            "select source, sha256, size, modified_at, etag, last_modified, outcome, import,
                    context, detail, seen_at
             from import_sources order by source",
        )
        .fetch_all(self.readers()?)
        .await
        .map_err(reading("what was found at paths"))?;
        rows.into_iter().map(SourceRow::into_source).collect()
    }

    /// `notices` tell it.
    pub async fn keep_import_source(
        &self,
        source: &ImportSource,
        notices: &[Notice],
    ) -> Result<(), StoreError> {
        self.check_whole("what is found at paths")?;
        let mut transaction = self.begin_write().await?;
        sqlx::query(
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
        .bind(source.source.as_str())
        .bind(source.sha256.as_ref().map(Fingerprint::as_str))
        .bind(source.size.map(|size| i64::try_from(size).unwrap_or(i64::MAX)))
        .bind(source.modified_at.map(kept::from_instant))
        .bind(source.etag.as_deref())
        .bind(source.last_modified.as_deref())
        .bind(source.outcome.as_str())
        .bind(source.import.map(|number| number.0))
        .bind(source.context.as_str())
        .bind(source.detail.as_str())
        .bind(kept::from_instant(source.seen_at))
        .execute(&mut *transaction)
        .await
        .map_err(writing("what was found at a path"))?;
        outbox::insert(&mut transaction, notices).await?;
        end(transaction).await
    }
}

#[derive(sqlx::FromRow)]
struct SourceRow {
    source: String,
    sha256: Option<String>,
    size: Option<i64>,
    modified_at: Option<String>,
    etag: Option<String>,
    last_modified: Option<String>,
    outcome: String,
    import: Option<i64>,
    context: String,
    detail: String,
    seen_at: String,
}

impl SourceRow {
    fn into_source(self) -> Result<ImportSource, StoreError> {
        let modified_at = self
            .modified_at
            .map(|text| kept::to_instant("import_sources.modified_at", text))
            .transpose()?;
        let size = self.size.map(|size| kept::to_u64("import_sources.size", size)).transpose()?;
        Ok(ImportSource {
            source: self.source,
            sha256: self.sha256.map(Fingerprint::from_kept),
            size,
            modified_at,
            etag: self.etag,
            last_modified: self.last_modified,
            outcome: kept::to_word(
                "import_sources.outcome",
                &self.outcome,
                "an outcome",
                |text| text.parse::<SourceOutcome>().ok(),
            )?,
            import: self.import.map(ImportNumber),
            context: Fingerprint::from_kept(self.context),
            detail: self.detail,
            seen_at: kept::to_instant("import_sources.seen_at", self.seen_at)?,
        })
    }
}
