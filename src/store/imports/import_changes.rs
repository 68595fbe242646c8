//! What an import changed, or would change if a person confirmed it, with the row of the file that says each thing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::differences::Difference;
use super::import_decisions::standing;
use super::project_logs::link_log;
use super::project_logs::link_log::Links;
use super::{differences, import_index, snapshots};
use crate::domain::ids::{ImportNumber, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::Dataset;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::query_as;
use crate::store::db::sql_types::Count;

/// One thing that an import says otherwise than what stood before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportChange {
    #[serde(flatten)]
    pub difference: Difference,
    /// Row of the file that says it, as a spreadsheet program numbers it; none of a project that the file does not have, nor
    /// of follow-up data, whose rows are not kept.
    pub row: Option<u32>,
}

/// What an import changed, or would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportChanges {
    /// Whether it waits for a person, and nothing is changed yet.
    pub is_waiting: bool,
    /// The edition that it is compared with: its own where that stands, else the last one before it; `null` without any, and
    /// for follow-up data.
    pub against: Option<EditionId>,
    pub changes: Vec<ImportChange>,
}

impl Store {
    /// What an import changed when it was recorded and when people decided on it; of one that waits, what it would change
    /// now. By project.
    ///
    /// # Errors
    /// If there is no such import, or the data cannot be read.
    pub async fn import_changes(
        &self,
        number: ImportNumber,
    ) -> Result<Option<ImportChanges>, StoreError> {
        let imports = self.imports().await?;
        let Some(import) = imports.into_iter().find(|one| one.number == number) else {
            return Ok(None);
        };
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let links = link_log::links(&mut transaction, i64::MAX).await?;
        let is_panorama = import.dataset == Dataset::Panorama;
        let (against, mut found) = if import.is_waiting() && is_panorama {
            would_change(&mut transaction, (number, import.edition), &links).await?
        } else {
            let own = Some(import.edition).filter(|_| is_panorama);
            (own, self.corrections_of_import(number).await?)
        };
        found.retain(|difference| visible.subject(&difference.subject));
        let rows = rows(&mut transaction, number, &links).await?;
        let change = |difference: Difference| {
            let row = difference.subject.project().and_then(|project| rows.get(project));
            ImportChange { row: row.copied(), difference }
        };
        let changes = found.into_iter().map(change).collect();
        Ok(Some(ImportChanges { is_waiting: import.is_waiting(), against, changes }))
    }
}

/// What a panorama that waits says otherwise than its edition as it stands, or than the last edition before it.
async fn would_change(
    connection: &mut Connection,
    (number, edition): (ImportNumber, EditionId),
    links: &Links,
) -> Result<(Option<EditionId>, Vec<Difference>), StoreError> {
    let in_use = import_index::panoramas(&import_index::in_use(connection).await?);
    let Some((&former, _)) = in_use.range(..=edition).next_back() else {
        return Ok((None, Vec::new()));
    };
    let Some((_, before)) = standing(connection, former, links).await? else {
        return Ok((None, Vec::new()));
    };
    let after = snapshots::of_import(connection, number, edition, links).await?;
    let (found, _) = differences::between_snapshots(&before, &after);
    Ok((Some(former), found))
}

/// The row of each project in the file of a panorama.
async fn rows(
    connection: &mut Connection,
    import: ImportNumber,
    links: &Links,
) -> Result<BTreeMap<ProjectId, u32>, StoreError> {
    let rows: Vec<(ProjectId, Count)> =
        query_as("select project, file_row from snapshots where import = $1")
            .bind(import)
            .all(connection, "snapshots")
            .await?;
    let numbered = |(project, Count(row)): (ProjectId, Count)| {
        (links.resolve(&project).clone(), u32::try_from(row).unwrap_or(u32::MAX))
    };
    Ok(rows.into_iter().map(numbered).collect())
}
