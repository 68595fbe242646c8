//! The list of imports, and what was said of each file when it was read.

use std::collections::{BTreeMap, BTreeSet};

use super::import_decisions;
use super::import_index::replacements;
use super::import_report::{ImportReport, ImportSummary};
use super::project_logs::link_log;
use crate::domain::accounts::audit::Actor;
use crate::domain::ids::ImportNumber;
use crate::domain::portfolio::import::{Dataset, SightingKind};
use crate::domain::portfolio::import_decision::ImportState;
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{Builder, query_as};
use crate::store::db::sql_types::{Columns, Count};
use crate::store::db::visibility::Visible;

impl Store {
    /// Every import, in order; where only some projects are shown, those that speak of one, with as
    /// many rows as speak of them.
    pub async fn imports(&self) -> Result<Vec<ImportSummary>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let links = link_log::links(&mut transaction, i64::MAX).await?;
        let replacements = replacements(&mut transaction, &visible, &links).await?;
        let mut imports: Vec<ImportSummary> = query_as(
            "select number, file, dataset, edition, profile, imported_at, rows_kept, rows_set_aside,
                    state, holds
             from imports join import_states on import_states.import = imports.number
             order by number",
        )
        .all(&mut *transaction, "imports")
        .await?;
        if let Some(counts) = visible_row_counts(&mut transaction, &visible).await? {
            imports.retain_mut(|import| {
                let count = counts.get(&import.number);
                (import.rows_kept, import.set_aside_count) = (count.copied().unwrap_or(0), 0);
                count.is_some()
            });
        }
        let shown: BTreeSet<ImportNumber> = imports.iter().map(|import| import.number).collect();
        let other = |others: &BTreeMap<ImportNumber, ImportNumber>, number| {
            others.get(&number).copied().filter(|other| shown.contains(other))
        };
        let in_use: Vec<_> = imports
            .iter()
            .filter(|import| import.state == ImportState::InUse)
            .map(|import| (import.dataset, import.edition, import.number))
            .collect();
        let mut decisions = import_decisions::last_of_each(&mut transaction).await?;
        for import in &mut imports {
            import.replaces = other(&replacements.replaces, import.number);
            import.replaced_by = other(&replacements.replaced_by, import.number);
            if import.state == ImportState::OnHold && import.dataset == Dataset::Panorama {
                let later = in_use.iter().find(|(dataset, edition, number)| {
                    (*dataset, *edition) == (import.dataset, import.edition)
                        && *number > import.number
                });
                import.replaced_by = later.map(|(_, _, number)| *number);
            }
            import.decision = decisions.remove(&import.number);
            if !visible.is_all() {
                // Reasons name other ministries' projects.
                import.holds.clear();
                import.decision = None;
            }
        }
        Ok(imports)
    }

    /// Who brought each import, as the audit trail says.
    pub async fn import_authors(&self) -> Result<BTreeMap<ImportNumber, Actor>, StoreError> {
        self.check_whole("who brought an import")?;
        let rows: Vec<(ImportNumber, Actor)> = query_as(
            "select imports.number, audit.actor from imports
             join audit on audit.subject = 'import/' || imports.number
                       and audit.action = 'import_recorded'",
        )
        .all(self.readers()?, "who brought imports")
        .await?;
        Ok(rows.into_iter().collect())
    }

    /// Rows set aside are of no project, and shown to those who see the whole State.
    pub async fn import_report(
        &self,
        number: ImportNumber,
    ) -> Result<Option<ImportReport>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let counts = visible_row_counts(&mut transaction, &visible).await?;
        let report: Option<ImportReport> = query_as(
            "select profile_reason, set_aside, withheld, sightings, remarks from imports where number = $1",
        )
        .bind(number)
        .optional(&mut *transaction, "an import")
        .await?;
        let is_shown = counts.is_none_or(|counts| counts.contains_key(&number));
        let narrow = |whole| if visible.is_all() { whole } else { narrowed(whole, &visible) };
        Ok(report.filter(|_| is_shown).map(narrow))
    }
}

/// By import, how many rows speak of what is visible; `None` when everything is.
async fn visible_row_counts(
    connection: &mut Connection,
    visible: &Visible,
) -> Result<Option<BTreeMap<ImportNumber, u64>>, StoreError> {
    let Some(ids) = visible.ids() else { return Ok(None) };
    let mut counts: BTreeMap<ImportNumber, u64> = BTreeMap::new();
    for some in columns::chunks(&ids) {
        for table in ["snapshots", "follow_up"] {
            let mut statement = Builder::new("select import, count(*) from ");
            statement.push(table).push(" where project in (");
            let mut projects = statement.separated();
            for id in some {
                projects.push_bind(id);
            }
            statement.push(") group by import");
            add(connection, &mut counts, statement).await?;
        }
    }
    for ministry in visible.ministries() {
        let mut statement = Builder::new("select import, count(*) from follow_up ");
        statement.push("where ministry = ").push_bind(ministry).push(" group by import");
        add(connection, &mut counts, statement).await?;
    }
    Ok(Some(counts))
}

async fn add(
    connection: &mut Connection,
    counts: &mut BTreeMap<ImportNumber, u64>,
    statement: Builder,
) -> Result<(), StoreError> {
    let rows: Vec<(ImportNumber, Count)> =
        statement.query_as().all(connection, "what imports speak of").await?;
    for (import, Count(count)) in rows {
        *counts.entry(import).or_default() += count;
    }
    Ok(())
}

/// What a report says of visible projects. One that resembles another's is merely new.
fn narrowed(report: ImportReport, visible: &Visible) -> ImportReport {
    let ImportReport { profile_reason, mut withheld, mut sightings, set_aside: _, remarks: _ } =
        report;
    withheld.retain(|figure| visible.project(&figure.project));
    sightings.retain(|sighting| visible.project(&sighting.project));
    for sighting in &mut sightings {
        let SightingKind::Resembles { project, .. } = &sighting.kind else { continue };
        if !visible.project(project) {
            sighting.kind = SightingKind::New;
        }
    }
    ImportReport { profile_reason, set_aside: vec![], withheld, sightings, remarks: vec![] }
}

impl FromRow for ImportSummary {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get("number")?,
            file: row.try_get("file")?,
            dataset: row.try_get("dataset")?,
            edition: row.try_get("edition")?,
            profile: row.try_get("profile")?,
            imported_at: row.instant("imported_at")?,
            rows_kept: row.count("rows_kept")?,
            set_aside_count: row.count("rows_set_aside")?,
            replaces: None,
            replaced_by: None,
            state: row.try_get("state")?,
            holds: row.json("holds")?,
            decision: None,
        })
    }
}

impl FromRow for ImportReport {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            profile_reason: row.try_get("profile_reason")?,
            set_aside: row.json("set_aside")?,
            withheld: row.json("withheld")?,
            sightings: row.json("sightings")?,
            remarks: row.json("remarks")?,
        })
    }
}
