//! Putting rules in force: a draft that a second person publishes, and former versions put back.

use serde_json::json;

use super::drafts;
use super::overlay::in_force;
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::domain::ids::{DraftNumber, PublicationNumber, VersionNumber};
use crate::domain::messages::notice::Notice;
use crate::domain::rules::draft::{Draft, DraftFile, DraftStep};
use crate::domain::rules::draft_refusal::DraftRefusal;
use crate::domain::rules::overlay::{Overlay, Publication, PublishedFile};
use crate::store::accounts::former_names;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_scalar};
use crate::store::db::sql_types::{Json, Timestamp};
use crate::store::outbox::outgoing;

impl Store {
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
        let names = former_names::names_of(&mut transaction, &act.actor).await?;
        draft.allows(DraftStep::Published, &names)?;
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
        outgoing::insert(&mut transaction, notices).await?;
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
        outgoing::insert(&mut transaction, notices).await?;
        end(transaction).await?;
        Ok(publication)
    }
}

fn has_moved(file: &DraftFile, overlay: &Overlay) -> bool {
    overlay.version_of(&file.path) != file.former
}

async fn add_version(
    connection: &mut Connection,
    draft: &Draft,
    file: &DraftFile,
) -> Result<VersionNumber, StoreError> {
    let number: VersionNumber =
        query_scalar("select coalesce(max(number), 0) + 1 from rule_versions where path = $1")
            .bind(&file.path)
            .one(&mut *connection, "versions of rules")
            .await?;
    query(
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
    connection: &mut Connection,
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

async fn write(connection: &mut Connection, publication: &Publication) -> Result<(), StoreError> {
    query(
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
        query(
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
