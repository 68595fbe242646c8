//! What people decide on imports: to use one that waits, or to take one out. A log, so that past cycles
//! know what they knew.

use std::collections::BTreeMap;

use serde_json::json;

use super::differences::Difference;
use super::import_index::panoramas;
use super::import_report::ImportSummary;
use super::project_logs::link_log;
use super::{differences, import_index, snapshots};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::ids::ImportNumber;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::{Dataset, HeldImport};
use crate::domain::portfolio::import_decision::{ImportAction, ImportDecision, ImportState};
use crate::domain::portfolio::snapshot::Snapshot;
use crate::store::audit::audit_trail;
use crate::store::db::columns;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{Separated, query, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Timestamp};
use crate::support::fingerprint::Fingerprint;

impl Store {
    /// Makes cycles use an import that waits or was withdrawn, or takes one out that they use. Among the imports
    /// of one edition the newest in use still wins, whenever it was confirmed. Gives the entry's number.
    ///
    /// # Errors
    ///
    /// There is no such import, it is already so, or an edition would have two snapshots of a project.
    pub async fn decide_on_import(
        &self,
        number: ImportNumber,
        action: ImportAction,
        act: &ActionContext,
    ) -> Result<i64, StoreError> {
        self.check_whole("a decision on an import")?;
        let mut transaction = self.begin_write().await?;
        let found: Option<(Dataset, EditionId)> =
            query_as("select dataset, edition from imports where number = $1")
                .bind(number)
                .optional(&mut *transaction, "an import")
                .await?;
        let Some((dataset, edition)) = found else {
            return Err(StoreError::NoSuch { what: "import", number: number.0 });
        };
        let was = state(&mut transaction, number).await?;
        let becomes = match action {
            ImportAction::Confirm => ImportState::InUse,
            ImportAction::Withdraw => ImportState::Withdrawn,
        };
        if was == becomes {
            return Err(StoreError::AlreadySo { import: number, state: was.label() });
        }
        let links = link_log::links(&mut transaction, i64::MAX).await?;
        let before = standing(&mut transaction, edition, &links).await?;
        let entry = last_decision(&mut transaction).await? + 1;
        insert(&mut transaction, (entry, number, action), act).await?;
        if dataset == Dataset::Panorama {
            let after = standing(&mut transaction, edition, &links).await?;
            if let (Some((former, before)), Some((now, after))) = (before, after)
                && former != now
            {
                let (differences, _) = differences::between_snapshots(&before, &after);
                insert_corrections(&mut transaction, (entry, now), &differences).await?;
            }
        }
        let deed = match action {
            ImportAction::Confirm => act.deed("import_confirmed", format!("import/{number}")),
            ImportAction::Withdraw => act.deed("import_withdrawn", format!("import/{number}")),
        };
        let became = json!({ "state": becomes, "entry": entry });
        audit_trail::append(&mut transaction, act.at, &[deed.became(&became)]).await?;
        end(transaction).await?;
        Ok(entry)
    }

    /// Imports that wait for a person and that no later import of their edition replaced, by number.
    pub async fn held_imports(&self) -> Result<Vec<HeldImport>, StoreError> {
        self.check_whole("what waits for a person")?;
        let imports = self.imports().await?;
        let waiting = imports.iter().filter(|import| import.is_waiting());
        Ok(waiting.map(ImportSummary::held).collect())
    }

    /// The last edition in use before this one, as it stands, by project.
    pub async fn edition_before(
        &self,
        edition: EditionId,
    ) -> Result<Option<(EditionId, Vec<Snapshot>)>, StoreError> {
        self.check_whole("an edition")?;
        let mut transaction = self.begin_read().await?;
        let in_use = panoramas(&import_index::in_use(&mut transaction).await?);
        let Some((&former, _)) = in_use.range(..edition).next_back() else { return Ok(None) };
        let links = link_log::links(&mut transaction, i64::MAX).await?;
        let standing = standing(&mut transaction, former, &links).await?;
        Ok(standing.map(|(_, snapshots)| (former, snapshots)))
    }

    /// Every edition in use before this one, as last imported.
    pub async fn editions_before(
        &self,
        edition: EditionId,
    ) -> Result<BTreeMap<EditionId, Vec<Snapshot>>, StoreError> {
        self.check_whole("editions")?;
        let mut transaction = self.begin_read().await?;
        let links = link_log::links(&mut transaction, i64::MAX).await?;
        let mut editions = BTreeMap::new();
        for (former, import) in panoramas(&import_index::in_use(&mut transaction).await?) {
            if former < edition {
                let standing =
                    snapshots::of_import(&mut transaction, import, former, &links).await?;
                editions.insert(former, standing);
            }
        }
        Ok(editions)
    }

    /// Another edition in use whose file has these bytes.
    pub async fn edition_with_bytes(
        &self,
        sha256: &Fingerprint,
        edition: EditionId,
    ) -> Result<Option<EditionId>, StoreError> {
        self.check_whole("an edition")?;
        query_scalar(
            "select edition from imports join import_states on import_states.import = imports.number
             where sha256 = $1 and dataset = 'panorama' and edition <> $2 and state = 'in_use'
             order by number limit 1",
        )
        .bind(sha256)
        .bind(edition)
        .optional(self.readers()?, "imports")
        .await
    }
}

/// What an edition says now, and which import says it.
pub(super) async fn standing(
    connection: &mut Connection,
    edition: EditionId,
    links: &link_log::Links,
) -> Result<Option<(ImportNumber, Vec<Snapshot>)>, StoreError> {
    let in_use = import_index::in_use(connection).await?;
    let Some(import) = panoramas(&in_use).remove(&edition) else { return Ok(None) };
    Ok(Some((import, snapshots::of_import(connection, import, edition, links).await?)))
}

pub(in crate::store) async fn state(
    connection: &mut Connection,
    import: ImportNumber,
) -> Result<ImportState, StoreError> {
    query_scalar("select state from import_states where import = $1")
        .bind(import)
        .one(connection, "the state of an import")
        .await
}

pub(in crate::store) async fn last_decision(
    connection: &mut Connection,
) -> Result<i64, StoreError> {
    query_scalar("select coalesce(max(number), 0) from import_decisions")
        .one(connection, "decisions on imports")
        .await
}

pub(in crate::store) async fn last_of_each(
    connection: &mut Connection,
) -> Result<BTreeMap<ImportNumber, ImportDecision>, StoreError> {
    let decisions: Vec<ImportDecision> = query_as(
        "select number, import, action, reason, actor, at from import_decisions order by number",
    )
    .all(connection, "decisions on imports")
    .await?;
    Ok(decisions.into_iter().map(|decision| (decision.import, decision)).collect())
}

async fn insert(
    connection: &mut Connection,
    (number, import, action): (i64, ImportNumber, ImportAction),
    act: &ActionContext,
) -> Result<(), StoreError> {
    query(
        "insert into import_decisions (number, import, action, reason, actor, at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(number)
    .bind(import)
    .bind(action)
    .bind(&act.reason)
    .bind(&act.actor)
    .bind(Timestamp(act.at))
    .run(connection, "a decision on an import")
    .await?;
    Ok(())
}

async fn insert_corrections(
    connection: &mut Connection,
    (decision, import): (i64, ImportNumber),
    differences: &[Difference],
) -> Result<(), StoreError> {
    let head = "insert into decision_corrections (decision, import, position, subject, field, former, now_says) ";
    let rows: Vec<(i64, &Difference)> = columns::positioned(differences).collect();
    let bind = |mut row: Separated<'_>, (position, difference): &(i64, &Difference)| {
        row.push_bind(decision);
        row.push_bind(import);
        row.push_bind(*position);
        row.push_bind(&difference.subject);
        row.push_bind(&difference.field);
        row.push_bind(&difference.former);
        row.push_bind(&difference.now);
    };
    columns::insert(connection, "corrections", (head, ""), &rows, bind).await
}

impl FromRow for ImportDecision {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get("number")?,
            import: row.try_get("import")?,
            action: row.try_get("action")?,
            reason: row.try_get("reason")?,
            by: row.try_get("actor")?,
            at: row.instant("at")?,
        })
    }
}
