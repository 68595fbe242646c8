//! What is in force over the shipped rules: versions and publications, which are only ever added.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row as _, SqliteConnection};

use super::drafts;
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::domain::ids::{DraftNumber, PublicationNumber, VersionNumber};
use crate::domain::messages::notice::Notice;
use crate::domain::rules::draft::{Draft, DraftFile, DraftStep};
use crate::domain::rules::draft_refusal::DraftRefusal;
use crate::domain::rules::overlay::{
    Overlay, Override, Publication, PublishedFile, RulePath, RuleVersion, VersionState,
};
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::error::StoreError;
use crate::store::db::open::Store;
use crate::store::db::queries::{Fetch, RunQuery, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Json, Timestamp};
use crate::store::outbox::deliveries;

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

    /// Puts in force a draft that was proved over what was in force `upto` a publication;
    /// `notices` tell it.
    ///
    /// # Errors
    ///
    /// The draft does not allow it, was changed since `revision`, changes nothing, or other rules came in force meanwhile.
    pub async fn publish_draft(
        &self,
        (number, revision): (DraftNumber, i64),
        upto: PublicationNumber,
        act: &ActionContext,
        notices: &[Notice],
    ) -> Result<Publication, StoreError> {
        self.check_whole(drafts::WHAT)?;
        let mut transaction = self.begin_write().await?;
        let draft = drafts::find(&mut transaction, number).await?;
        drafts::is_as_seen(&mut transaction, &draft, revision).await?;
        draft.allows(DraftStep::Published, &act.actor)?;
        let overlay = in_force(&mut transaction).await?;
        if let Some(file) = draft.files().iter().find(|file| has_moved(file, &overlay)) {
            let path = file.path.clone();
            return Err(DraftRefusal::Moved { path, draft: number }.into());
        }
        let mut files = Vec::new();
        for file in draft.files() {
            let in_force = overlay.overrides.get(&file.path).map(|laid| &laid.version);
            if file.changes(in_force) {
                let version = add_version(&mut transaction, &draft, file).await?;
                let path = file.path.clone();
                files.push(PublishedFile { path, version: Some(version), former: file.former });
            }
        }
        if files.is_empty() {
            return Err(DraftRefusal::Unchanged { draft: number }.into());
        }
        let publication =
            put(&mut transaction, (Some(number), files), (&overlay, upto), act).await?;
        let held = draft.files().to_vec();
        drafts::advance(&mut transaction, draft, (DraftStep::Published, held), act).await?;
        deliveries::insert(&mut transaction, notices).await?;
        end(transaction).await?;
        Ok(publication)
    }

    /// Puts former versions back in force, which were proved over what was in force `upto` a
    /// publication; `notices` tell it.
    ///
    /// # Errors
    ///
    /// Other rules came in force meanwhile.
    pub async fn roll_back_rules(
        &self,
        files: Vec<PublishedFile>,
        upto: PublicationNumber,
        act: &ActionContext,
        notices: &[Notice],
    ) -> Result<Publication, StoreError> {
        self.check_whole(drafts::WHAT)?;
        let mut transaction = self.begin_write().await?;
        let overlay = in_force(&mut transaction).await?;
        let publication = put(&mut transaction, (None, files), (&overlay, upto), act).await?;
        deliveries::insert(&mut transaction, notices).await?;
        end(transaction).await?;
        Ok(publication)
    }
}

fn has_moved(file: &DraftFile, overlay: &Overlay) -> bool {
    overlay.version_of(&file.path) != file.former
}

pub(in crate::store) async fn in_force(
    connection: &mut SqliteConnection,
) -> Result<Overlay, StoreError> {
    let upto = last_publication(connection).await?;
    let texts: Vec<(RulePath, String)> = query_as(
        "select v.path, t.text
         from rule_publication_files f
         join rule_versions v on v.path = f.path and v.number = f.version
         join rule_texts t on t.sha256 = v.sha256
         where f.publication = (select max(publication) from rule_publication_files
                                where path = f.path)",
    )
    .all(&mut *connection, "the rules in force")
    .await?;
    if texts.is_empty() {
        return Ok(Overlay { upto, overrides: BTreeMap::new() });
    }
    let mut texts: BTreeMap<RulePath, String> = texts.into_iter().collect();
    let mut overrides = BTreeMap::new();
    for version in versions(connection, None).await? {
        if version.state == VersionState::Published
            && let Some(text) = texts.remove(&version.path)
        {
            overrides.insert(version.path.clone(), Override { version, text });
        }
    }
    Ok(Overlay { upto, overrides })
}

async fn last_publication(
    connection: &mut SqliteConnection,
) -> Result<PublicationNumber, StoreError> {
    query_scalar("select coalesce(max(number), 0) from rule_publications")
        .one(connection, "publications of rules")
        .await
}

async fn versions(
    connection: &mut SqliteConnection,
    path: Option<&RulePath>,
) -> Result<Vec<RuleVersion>, StoreError> {
    query_as(
        "select v.path, v.number, v.sha256, v.shipped, v.draft, v.authors, v.comment,
                p.at as published_at, p.actor as published_by,
                (select f.version from rule_publication_files f where f.path = v.path
                 order by f.publication desc limit 1) as in_force,
                (select case when q.draft is null then 1 else 0 end
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

async fn publications(connection: &mut SqliteConnection) -> Result<Vec<Publication>, StoreError> {
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

async fn add_version(
    connection: &mut SqliteConnection,
    draft: &Draft,
    file: &DraftFile,
) -> Result<VersionNumber, StoreError> {
    let number: VersionNumber =
        query_scalar("select coalesce(max(number), 0) + 1 from rule_versions where path = $1")
            .bind(&file.path)
            .one(&mut *connection, "versions of rules")
            .await?;
    sqlx::query(
        "insert into rule_versions (path, number, sha256, shipped, draft, authors, comment)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&file.path)
    .bind(number)
    .bind(&file.sha256)
    .bind(file.shipped.as_ref())
    .bind(draft.number)
    .bind(Json(&draft.authors()))
    .bind(draft.comment())
    .run(connection, "a version of a rule")
    .await?;
    Ok(number)
}

/// What was proved is what is put in force, or nothing is.
async fn put(
    connection: &mut SqliteConnection,
    (draft, files): (Option<DraftNumber>, Vec<PublishedFile>),
    (overlay, upto): (&Overlay, PublicationNumber),
    act: &ActionContext,
) -> Result<Publication, StoreError> {
    if overlay.upto != upto {
        return Err(DraftRefusal::ForceMoved.into());
    }
    let publication = Publication {
        number: PublicationNumber(upto.0 + 1),
        at: act.at,
        // As it is read back: only the mark that is part of a stored name says how it was proved.
        proved_by: Actor::from_stored(act.actor.as_str().to_owned()).proof(),
        by: act.actor.clone(),
        reason: act.reason.clone(),
        draft,
        files,
    };
    write(connection, &publication).await?;
    let deeds: Vec<AuditRecord> =
        publication.files.iter().map(|file| deed(file, draft, act)).collect();
    audit_trail::append(connection, act.at, &deeds).await?;
    Ok(publication)
}

fn deed(file: &PublishedFile, draft: Option<DraftNumber>, act: &ActionContext) -> AuditRecord {
    let action = if draft.is_some() { "rule_published" } else { "rule_rolled_back" };
    let version = |number: Option<VersionNumber>| json!({ "version": number });
    let became = match draft {
        Some(draft) => json!({ "version": file.version, "draft": draft }),
        None => version(file.version),
    };
    act.deed(action, format!("rules/{}", file.path)).was(&version(file.former)).became(&became)
}

async fn write(
    connection: &mut SqliteConnection,
    publication: &Publication,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into rule_publications (number, at, actor, reason, draft)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(publication.number)
    .bind(Timestamp(publication.at))
    .bind(&publication.by)
    .bind(&publication.reason)
    .bind(publication.draft)
    .run(&mut *connection, "a publication of rules")
    .await?;
    for file in &publication.files {
        sqlx::query(
            "insert into rule_publication_files (publication, path, version, former)
             values ($1, $2, $3, $4)",
        )
        .bind(publication.number)
        .bind(&file.path)
        .bind(file.version)
        .bind(file.former)
        .run(&mut *connection, "a published file")
        .await?;
    }
    Ok(())
}

impl FromRow<'_, SqliteRow> for RuleVersion {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
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

impl FromRow<'_, SqliteRow> for Publication {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
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
