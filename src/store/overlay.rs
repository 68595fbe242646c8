//! What is in force over the shipped rules: versions and publications, which are only ever added.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::SqliteConnection;

use super::Store;
use super::audit;
use super::connections::end;
use super::drafts;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use super::outbox;
use crate::domain::audit::Act;
use crate::domain::audit::Actor;
use crate::domain::audit::Deed;
use crate::domain::audit::NameProof;
use crate::domain::draft::Draft;
use crate::domain::draft::DraftFile;
use crate::domain::draft::DraftRefusal;
use crate::domain::draft::DraftStep;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::DraftNumber;
use crate::domain::ids::PublicationNumber;
use crate::domain::ids::VersionNumber;
use crate::domain::notice::Notice;
use crate::domain::overlay::Overlay;
use crate::domain::overlay::Override;
use crate::domain::overlay::Publication;
use crate::domain::overlay::PublishedFile;
use crate::domain::overlay::RulePath;
use crate::domain::overlay::Version;
use crate::domain::overlay::VersionState;

impl Store {
    /// What is laid over the shipped rules, as of one moment.
    pub async fn overlay(&self) -> Result<Overlay, StoreError> {
        let mut transaction = self.begin_read().await?;
        in_force(&mut transaction).await
    }

    /// Of one file, or of all, by path and number.
    pub async fn rule_versions(&self, path: Option<&RulePath>) -> Result<Vec<Version>, StoreError> {
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
    pub async fn publish_draft(
        &self,
        (number, revision): (DraftNumber, i64),
        upto: PublicationNumber,
        act: &Act,
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
        outbox::insert(&mut transaction, notices).await?;
        end(transaction).await?;
        Ok(publication)
    }

    /// Puts former versions back in force, which were proved over what was in force `upto` a
    /// publication; `notices` tell it.
    pub async fn roll_back_rules(
        &self,
        files: Vec<PublishedFile>,
        upto: PublicationNumber,
        act: &Act,
        notices: &[Notice],
    ) -> Result<Publication, StoreError> {
        self.check_whole(drafts::WHAT)?;
        let mut transaction = self.begin_write().await?;
        let overlay = in_force(&mut transaction).await?;
        let publication = put(&mut transaction, (None, files), (&overlay, upto), act).await?;
        outbox::insert(&mut transaction, notices).await?;
        end(transaction).await?;
        Ok(publication)
    }
}

fn has_moved(file: &DraftFile, overlay: &Overlay) -> bool {
    overlay.version_of(&file.path) != file.former
}

pub(super) async fn in_force(connection: &mut SqliteConnection) -> Result<Overlay, StoreError> {
    let upto = last_publication(connection).await?;
    let texts: Vec<(String, String)> = sqlx::query_as(
        "select v.path, t.text
         from rule_publication_files f
         join rule_versions v on v.path = f.path and v.number = f.version
         join rule_texts t on t.sha256 = v.sha256
         where f.publication = (select max(publication) from rule_publication_files
                                where path = f.path)",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(reading("the rules in force"))?;
    if texts.is_empty() {
        return Ok(Overlay { upto, overrides: BTreeMap::new() });
    }
    let mut texts: BTreeMap<String, String> = texts.into_iter().collect();
    let mut overrides = BTreeMap::new();
    for version in versions(connection, None).await? {
        if version.state == VersionState::Published
            && let Some(text) = texts.remove(version.path.as_str())
        {
            overrides.insert(version.path.clone(), Override { version, text });
        }
    }
    Ok(Overlay { upto, overrides })
}

async fn last_publication(
    connection: &mut SqliteConnection,
) -> Result<PublicationNumber, StoreError> {
    sqlx::query_scalar("select coalesce(max(number), 0) from rule_publications")
        .fetch_one(connection)
        .await
        .map(PublicationNumber)
        .map_err(reading("publications of rules"))
}

async fn versions(
    connection: &mut SqliteConnection,
    path: Option<&RulePath>,
) -> Result<Vec<Version>, StoreError> {
    let rows: Vec<VersionRow> = sqlx::query_as(
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
    .bind(path.map(RulePath::as_str))
    .fetch_all(connection)
    .await
    .map_err(reading("versions of rules"))?;
    rows.into_iter().map(VersionRow::into_version).collect()
}

async fn publications(connection: &mut SqliteConnection) -> Result<Vec<Publication>, StoreError> {
    let rows: Vec<(i64, String, String, String, Option<i64>)> = sqlx::query_as(
        "select number, at, actor, reason, draft from rule_publications order by number",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(reading("publications of rules"))?;
    let files: Vec<(i64, String, Option<i64>, Option<i64>)> = sqlx::query_as(
        "select publication, path, version, former from rule_publication_files
         order by publication, path",
    )
    .fetch_all(connection)
    .await
    .map_err(reading("published files"))?;
    let mut of: BTreeMap<i64, Vec<PublishedFile>> = BTreeMap::new();
    for (publication, path, version, former) in files {
        of.entry(publication).or_default().push(PublishedFile {
            path: RulePath::from_kept(path),
            version: version.map(VersionNumber),
            former: former.map(VersionNumber),
        });
    }
    let row = |(number, at, actor, reason, draft): (i64, String, String, String, Option<i64>)| {
        Ok(Publication {
            number: PublicationNumber(number),
            at: kept::to_instant("rule_publications.at", at)?,
            proved_by: unproved(&actor),
            by: Actor::from_kept(actor),
            reason,
            draft: draft.map(DraftNumber),
            files: of.remove(&number).unwrap_or_default(),
        })
    };
    rows.into_iter().map(row).collect()
}

async fn add_version(
    connection: &mut SqliteConnection,
    draft: &Draft,
    file: &DraftFile,
) -> Result<VersionNumber, StoreError> {
    let last: i64 =
        sqlx::query_scalar("select coalesce(max(number), 0) from rule_versions where path = $1")
            .bind(file.path.as_str())
            .fetch_one(&mut *connection)
            .await
            .map_err(reading("versions of rules"))?;
    sqlx::query(
        "insert into rule_versions (path, number, sha256, shipped, draft, authors, comment)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(file.path.as_str())
    .bind(last + 1)
    .bind(file.sha256.as_str())
    .bind(file.shipped.as_ref().map(Fingerprint::as_str))
    .bind(draft.number.0)
    .bind(kept::from_json("the authors of a version", &draft.authors())?)
    .bind(draft.comment())
    .execute(connection)
    .await
    .map_err(writing("a version of a rule"))?;
    Ok(VersionNumber(last + 1))
}

/// What was proved is what is put in force, or nothing is.
async fn put(
    connection: &mut SqliteConnection,
    (draft, files): (Option<DraftNumber>, Vec<PublishedFile>),
    (overlay, upto): (&Overlay, PublicationNumber),
    act: &Act,
) -> Result<Publication, StoreError> {
    if overlay.upto != upto {
        return Err(DraftRefusal::ForceMoved.into());
    }
    let publication = Publication {
        number: PublicationNumber(upto.0 + 1),
        at: act.at,
        proved_by: unproved(act.actor.as_str()),
        by: act.actor.clone(),
        reason: act.reason.clone(),
        draft,
        files,
    };
    write(connection, &publication).await?;
    let deeds: Vec<Deed> = publication.files.iter().map(|file| deed(file, draft, act)).collect();
    audit::append(connection, act.at, &deeds).await?;
    Ok(publication)
}

fn deed(file: &PublishedFile, draft: Option<DraftNumber>, act: &Act) -> Deed {
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
    .bind(publication.number.0)
    .bind(kept::from_instant(publication.at))
    .bind(publication.by.as_str())
    .bind(publication.reason.as_str())
    .bind(publication.draft.map(|draft| draft.0))
    .execute(&mut *connection)
    .await
    .map_err(writing("a publication of rules"))?;
    for file in &publication.files {
        sqlx::query(
            "insert into rule_publication_files (publication, path, version, former)
             values ($1, $2, $3, $4)",
        )
        .bind(publication.number.0)
        .bind(file.path.as_str())
        .bind(file.version.map(|version| version.0))
        .bind(file.former.map(|version| version.0))
        .execute(&mut *connection)
        .await
        .map_err(writing("a published file"))?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    path: String,
    number: i64,
    sha256: String,
    shipped: Option<String>,
    draft: i64,
    authors: String,
    comment: String,
    published_at: String,
    published_by: String,
    in_force: Option<i64>,
    undone: Option<i64>,
}

impl VersionRow {
    fn into_version(self) -> Result<Version, StoreError> {
        let state = if self.in_force == Some(self.number) {
            VersionState::Published
        } else if self.undone == Some(1) {
            VersionState::RolledBack
        } else {
            VersionState::Superseded
        };
        Ok(Version {
            path: RulePath::from_kept(self.path),
            number: VersionNumber(self.number),
            sha256: Fingerprint::from_kept(self.sha256),
            shipped: self.shipped.map(Fingerprint::from_kept),
            draft: DraftNumber(self.draft),
            authors: kept::to_json("rule_versions.authors", &self.authors)?,
            comment: self.comment,
            published_at: kept::to_instant("rule_versions.published_at", self.published_at)?,
            published_by: Actor::from_kept(self.published_by),
            state,
        })
    }
}

/// As the actor's kept name tells, the same when it is written and when it is read back.
fn unproved(actor: &str) -> Option<NameProof> {
    Actor::from_kept(actor.to_owned()).proof()
}
