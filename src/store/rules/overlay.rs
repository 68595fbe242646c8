//! What is in force over the shipped rules: versions and publications, which are only ever added.

use std::collections::BTreeMap;

use crate::domain::accounts::audit::Actor;
use crate::domain::ids::{PublicationNumber, VersionNumber};
use crate::domain::rules::overlay::{
    Overlay, Override, Publication, PublishedFile, RulePath, RuleVersion, VersionState,
};
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query_as, query_scalar};
use crate::store::db::sql_types::Columns;

impl Store {
    /// What is laid over the shipped rules, as of one moment.
    pub async fn overlay(&self) -> Result<Overlay, StoreError> {
        let mut transaction = self.begin_read().await?;
        in_force(&mut transaction).await
    }

    /// Of one file, or of all, by path and number.
    pub async fn rule_versions(
        &self,
        path: Option<&RulePath>,
    ) -> Result<Vec<RuleVersion>, StoreError> {
        let mut transaction = self.begin_read().await?;
        versions(&mut transaction, path).await
    }

    /// In order.
    pub async fn publications(&self) -> Result<Vec<Publication>, StoreError> {
        let mut transaction = self.begin_read().await?;
        publications(&mut transaction).await
    }
}

pub(in crate::store) async fn in_force(connection: &mut Connection) -> Result<Overlay, StoreError> {
    let upto = last_publication(connection).await?;
    let texts: Vec<(RulePath, String, Option<String>)> = query_as(
        "select v.path, t.text, b.text
         from rule_publication_files f
         join rule_versions v on v.path = f.path and v.number = f.version
         join rule_texts t on t.sha256 = v.sha256
         left join rule_texts b on b.sha256 = v.shipped
         where f.publication = (select max(publication) from rule_publication_files
                                where path = f.path)",
    )
    .all(&mut *connection, "the rules in force")
    .await?;
    if texts.is_empty() {
        return Ok(Overlay { upto, overrides: BTreeMap::new() });
    }
    let texts = texts.into_iter().map(|(path, text, base)| (path, (text, base)));
    let mut texts: BTreeMap<RulePath, (String, Option<String>)> = texts.collect();
    let mut overrides = BTreeMap::new();
    for version in versions(connection, None).await? {
        if version.state == VersionState::Published
            && let Some((text, base)) = texts.remove(&version.path)
        {
            overrides.insert(version.path.clone(), Override { version, text, base });
        }
    }
    Ok(Overlay { upto, overrides })
}

async fn last_publication(connection: &mut Connection) -> Result<PublicationNumber, StoreError> {
    query_scalar("select coalesce(max(number), 0) from rule_publications")
        .one(connection, "publications of rules")
        .await
}

async fn versions(
    connection: &mut Connection,
    path: Option<&RulePath>,
) -> Result<Vec<RuleVersion>, StoreError> {
    query_as(
        "select v.path, v.number, v.sha256, v.shipped, v.draft, v.authors, v.comment,
                p.at as published_at, p.actor as published_by,
                (select f.version from rule_publication_files f where f.path = v.path
                 order by f.publication desc limit 1) as in_force,
                (select case when q.draft is null then cast(1 as bigint) else cast(0 as bigint) end
                 from rule_publication_files f join rule_publications q on q.number = f.publication
                 where f.path = v.path and f.former = v.number
                 order by f.publication desc limit 1) as undone
         from rule_versions v join rule_publications p on p.draft = v.draft
         where (cast($1 as text) is null or v.path = $1) order by v.path, v.number",
    )
    .bind(path)
    .all(connection, "versions of rules")
    .await
}

type FileRow = (PublicationNumber, RulePath, Option<VersionNumber>, Option<VersionNumber>);

async fn publications(connection: &mut Connection) -> Result<Vec<Publication>, StoreError> {
    let mut publications: Vec<Publication> =
        query_as("select number, at, actor, reason, draft from rule_publications order by number")
            .all(&mut *connection, "publications of rules")
            .await?;
    let files: Vec<FileRow> = query_as(
        "select publication, path, version, former from rule_publication_files
         order by publication, path",
    )
    .all(connection, "published files")
    .await?;
    let mut of: BTreeMap<PublicationNumber, Vec<PublishedFile>> = BTreeMap::new();
    for (publication, path, version, former) in files {
        of.entry(publication).or_default().push(PublishedFile { path, version, former });
    }
    for publication in &mut publications {
        publication.files = of.remove(&publication.number).unwrap_or_default();
    }
    Ok(publications)
}

impl FromRow for RuleVersion {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        let (number, in_force): (VersionNumber, Option<VersionNumber>) =
            (row.try_get("number")?, row.try_get("in_force")?);
        let undone: Option<i64> = row.try_get("undone")?;
        let state = if in_force == Some(number) {
            VersionState::Published
        } else if undone == Some(1) {
            VersionState::RolledBack
        } else {
            VersionState::Superseded
        };
        Ok(Self {
            path: row.try_get("path")?,
            number,
            sha256: row.try_get("sha256")?,
            shipped: row.try_get("shipped")?,
            draft: row.try_get("draft")?,
            authors: row.json("authors")?,
            comment: row.try_get("comment")?,
            published_at: row.instant("published_at")?,
            published_by: row.try_get("published_by")?,
            state,
        })
    }
}

impl FromRow for Publication {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        let by: Actor = row.try_get("actor")?;
        Ok(Self {
            number: row.try_get("number")?,
            at: row.instant("at")?,
            proved_by: by.proof(),
            by,
            reason: row.try_get("reason")?,
            draft: row.try_get("draft")?,
            files: vec![],
        })
    }
}
