//! Drafts of rules: each step is added, so that who wrote what, and over what, stays known.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::overlay;
use crate::domain::accounts::audit::{ActionContext, Actor};
use crate::domain::ids::DraftNumber;
use crate::domain::rules::draft::{
    Draft, DraftFile, DraftRevision, DraftState, DraftStep, Meanwhile, StepTaken,
};
use crate::domain::rules::draft_refusal::DraftRefusal;
use crate::domain::rules::overlay::{Overlay, RulePath};
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Json, Timestamp};
use crate::support::fingerprint::Fingerprint;
use crate::support::text_diff;

/// Rules judge every ministry.
pub(in crate::store) const WHAT: &str = "a change of the rules";

/// A text to save, and the shipped text that it replaces.
#[derive(Clone, Debug)]
pub struct DraftText {
    pub path: RulePath,
    pub text: String,
    pub shipped: Option<String>,
}

/// All the files that a draft is to hold from now on. The comment is the act's reason.
#[derive(Clone, Debug)]
pub struct DraftSave {
    /// The draft, and the revision of it that was looked at; `None` opens one.
    pub over: Option<(DraftNumber, i64)>,
    pub texts: Vec<DraftText>,
}

impl Store {
    /// In the order in which they were opened; those that are over only on request.
    pub async fn drafts(&self, over_too: bool) -> Result<Vec<Draft>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let mut drafts = select(&mut transaction, None).await?;
        drafts.retain(|draft| over_too || draft.state().is_live());
        Ok(drafts)
    }

    /// # Errors
    ///
    /// There is no such draft.
    pub async fn draft(&self, number: DraftNumber) -> Result<Draft, StoreError> {
        let mut transaction = self.begin_read().await?;
        find(&mut transaction, number).await
    }

    pub async fn rule_texts(
        &self,
        wanted: &[&Fingerprint],
    ) -> Result<BTreeMap<Fingerprint, String>, StoreError> {
        let mut transaction = self.begin_read().await?;
        texts(&mut transaction, wanted).await
    }

    /// Refused when somebody else saved it meanwhile, with what they changed.
    ///
    /// # Errors
    ///
    /// The draft was saved by another person since, is no longer open, or another draft changes one of the files.
    pub async fn save_draft(
        &self,
        save: &DraftSave,
        act: &ActionContext,
    ) -> Result<Draft, StoreError> {
        self.check_whole(WHAT)?;
        let mut transaction = self.begin_write().await?;
        let known = match save.over {
            Some((number, revision)) => {
                let draft = find(&mut transaction, number).await?;
                is_as_seen(&mut transaction, &draft, revision).await?;
                draft.allows(DraftStep::Saved, std::slice::from_ref(&act.actor))?;
                draft
            }
            None => opened(&mut transaction).await?,
        };
        let overlay = overlay::in_force(&mut transaction).await?;
        let files = keep_texts(&mut transaction, &save.texts, &overlay).await?;
        held_by_none_other(&mut transaction, &known, &files).await?;
        let draft = advance(&mut transaction, known, (DraftStep::Saved, files), act).await?;
        end(transaction).await?;
        Ok(draft)
    }

    /// Submits, returns or withdraws. `seen` is the revision that was looked at.
    ///
    /// # Errors
    ///
    /// There is no such draft, it was changed since `seen`, or it does not allow the step.
    pub async fn step_draft(
        &self,
        number: DraftNumber,
        seen: Option<i64>,
        step: DraftStep,
        act: &ActionContext,
    ) -> Result<Draft, StoreError> {
        self.check_whole(WHAT)?;
        let mut transaction = self.begin_write().await?;
        let draft = find(&mut transaction, number).await?;
        if let Some(seen) = seen {
            is_as_seen(&mut transaction, &draft, seen).await?;
        }
        draft.allows(step, std::slice::from_ref(&act.actor))?;
        let overlay = overlay::in_force(&mut transaction).await?;
        if step == DraftStep::Submitted && !changes_something(&draft, &overlay) {
            return Err(DraftRefusal::Unchanged { draft: number }.into());
        }
        let files = draft.files().to_vec();
        let draft = advance(&mut transaction, draft, (step, files), act).await?;
        end(transaction).await?;
        Ok(draft)
    }
}

fn changes_something(draft: &Draft, overlay: &Overlay) -> bool {
    let in_force = |path: &RulePath| overlay.overrides.get(path).map(|laid| &laid.version);
    draft.files().iter().any(|file| file.changes(in_force(&file.path)))
}

pub(in crate::store) async fn find(
    connection: &mut Connection,
    number: DraftNumber,
) -> Result<Draft, StoreError> {
    let found = select(connection, Some(number)).await?.into_iter().next();
    found.ok_or(StoreError::NoSuch { what: "draft", number: number.0 })
}

pub(in crate::store) async fn is_as_seen(
    connection: &mut Connection,
    draft: &Draft,
    seen: i64,
) -> Result<(), StoreError> {
    if draft.revision() == seen {
        return Ok(());
    }
    let by_path = |files: &[DraftFile]| -> BTreeMap<RulePath, Fingerprint> {
        files.iter().map(|file| (file.path.clone(), file.sha256.clone())).collect()
    };
    let was = by_path(draft.at_revision(seen).map_or(&[], |step| &step.files));
    let is = by_path(draft.files());
    let wanted: Vec<&Fingerprint> = was.values().chain(is.values()).collect();
    let texts = texts(connection, &wanted).await?;
    let text =
        |of: Option<&Fingerprint>| of.and_then(|sha| texts.get(sha)).map_or("", String::as_str);
    let paths: BTreeSet<&RulePath> = was.keys().chain(is.keys()).collect();
    let differ = |path: &&RulePath| was.get(*path) != is.get(*path);
    let changes = paths.into_iter().filter(differ).map(|path| {
        let (old, new) = (text(was.get(path)), text(is.get(path)));
        (path.clone(), text_diff::written(old, new))
    });
    Err(StoreError::DraftMoved(Box::new(Meanwhile {
        draft: draft.number,
        expected: seen,
        revision: draft.revision(),
        steps: draft
            .steps
            .iter()
            .filter(|step| step.revision > seen)
            .map(StepTaken::from)
            .collect(),
        changes: changes.collect(),
    })))
}

/// A draft that nobody has saved yet.
async fn opened(connection: &mut Connection) -> Result<Draft, StoreError> {
    let number = query_scalar("select coalesce(max(number), 0) + 1 from rule_drafts")
        .one(connection, "drafts")
        .await?;
    Ok(Draft { number, steps: vec![] })
}

async fn held_by_none_other(
    connection: &mut Connection,
    draft: &Draft,
    files: &[DraftFile],
) -> Result<(), StoreError> {
    let paths: BTreeSet<&RulePath> = files.iter().map(|file| &file.path).collect();
    for other in select(connection, None).await? {
        if other.number == draft.number || !other.state().is_live() {
            continue;
        }
        let Some(held) = other.files().iter().find(|file| paths.contains(&file.path)) else {
            continue;
        };
        let by = other.authors().into_iter().next().unwrap_or_else(Actor::vigie);
        let (path, revision) = (held.path.clone(), other.revision());
        return Err(DraftRefusal::Held { path, draft: other.number, revision, by }.into());
    }
    Ok(())
}

async fn keep_texts(
    connection: &mut Connection,
    texts: &[DraftText],
    overlay: &Overlay,
) -> Result<Vec<DraftFile>, StoreError> {
    let mut files = Vec::with_capacity(texts.len());
    for DraftText { path, text, shipped } in texts {
        let sha256 = keep_text(connection, text).await?;
        let shipped = match shipped {
            Some(shipped) => Some(keep_text(connection, shipped).await?),
            None => None,
        };
        let former = overlay.version_of(path);
        files.push(DraftFile { path: path.clone(), sha256, former, shipped });
    }
    Ok(files)
}

async fn keep_text(connection: &mut Connection, text: &str) -> Result<Fingerprint, StoreError> {
    let sha256 = Fingerprint::of(text.as_bytes());
    query("insert into rule_texts (sha256, text) values ($1, $2) on conflict (sha256) do nothing")
        .bind(&sha256)
        .bind(text)
        .run(connection, "a text of the rules")
        .await?;
    Ok(sha256)
}

async fn texts(
    connection: &mut Connection,
    wanted: &[&Fingerprint],
) -> Result<BTreeMap<Fingerprint, String>, StoreError> {
    let mut found = BTreeMap::new();
    for sha256 in wanted {
        let text: Option<String> = query_scalar("select text from rule_texts where sha256 = $1")
            .bind(sha256)
            .optional(&mut *connection, "a text of the rules")
            .await?;
        found.extend(text.map(|text| ((*sha256).clone(), text)));
    }
    Ok(found)
}

/// Moves the draft by one step, and records it in the audit trail.
pub(in crate::store) async fn advance(
    connection: &mut Connection,
    mut draft: Draft,
    (step, files): (DraftStep, Vec<DraftFile>),
    act: &ActionContext,
) -> Result<Draft, StoreError> {
    let words = act.reason.clone();
    let (by, at, revision) = (act.actor.clone(), act.at, draft.revision() + 1);
    draft.steps.push(DraftRevision { revision, step, by, at, words, files });
    write(connection, &draft, step.leads_to()).await?;
    let held: BTreeMap<&RulePath, &Fingerprint> =
        draft.files().iter().map(|file| (&file.path, &file.sha256)).collect();
    let became = json!({ "revision": revision, "state": draft.state().as_str(), "files": held });
    let deed = act.deed(deed_of(step), format!("draft/{}", draft.number)).became(&became);
    audit_trail::append(connection, act.at, &[deed]).await?;
    Ok(draft)
}

fn deed_of(step: DraftStep) -> &'static str {
    match step {
        DraftStep::Saved => "rule_draft_saved",
        DraftStep::Submitted => "rule_draft_submitted",
        DraftStep::Returned => "rule_draft_returned",
        DraftStep::Published => "rule_draft_published",
        DraftStep::Withdrawn => "rule_draft_withdrawn",
    }
}

async fn write(
    connection: &mut Connection,
    draft: &Draft,
    state: DraftState,
) -> Result<(), StoreError> {
    query(
        "insert into rule_drafts (number, revision, state) values ($1, $2, $3)
         on conflict (number) do update set revision = excluded.revision, state = excluded.state",
    )
    .bind(draft.number)
    .bind(draft.revision())
    .bind(state)
    .run(&mut *connection, "a draft")
    .await?;
    let Some(last) = draft.steps.last() else { return Ok(()) };
    query(
        "insert into rule_draft_revisions (draft, revision, step, actor, at, words, files)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(draft.number)
    .bind(last.revision)
    .bind(last.step)
    .bind(&last.by)
    .bind(Timestamp(last.at))
    .bind(&last.words)
    .bind(Json(&last.files))
    .run(connection, "a revision of a draft")
    .await?;
    Ok(())
}

async fn select(
    connection: &mut Connection,
    number: Option<DraftNumber>,
) -> Result<Vec<Draft>, StoreError> {
    let rows: Vec<RevisionRow> = query_as(
        "select draft, revision, step, actor, at, words, files from rule_draft_revisions
         where (cast($1 as bigint) is null or draft = $1) order by draft, revision",
    )
    .bind(number)
    .all(connection, "drafts")
    .await?;
    let mut drafts: Vec<Draft> = Vec::new();
    for row in rows {
        let RevisionRow { draft: of, step } = row;
        match drafts.last_mut().filter(|draft| draft.number == of) {
            Some(draft) => draft.steps.push(step),
            None => drafts.push(Draft { number: of, steps: vec![step] }),
        }
    }
    Ok(drafts)
}

struct RevisionRow {
    draft: DraftNumber,
    step: DraftRevision,
}

impl FromRow for RevisionRow {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self { draft: row.try_get("draft")?, step: DraftRevision::from_row(row)? })
    }
}

impl FromRow for DraftRevision {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            revision: row.try_get("revision")?,
            step: row.try_get("step")?,
            by: row.try_get("actor")?,
            at: row.instant("at")?,
            words: row.try_get("words")?,
            files: row.json("files")?,
        })
    }
}
