//! Imports: adding files, and saying what each one changed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::import_index::Filed;
use super::import_report::Recorded;
use super::import_rows::FollowUpRow;
use super::project_logs::link_log;
use super::project_logs::link_log::Links;
use super::{corrections, differences, import_decisions, import_index, import_rows, snapshots};
use crate::domain::accounts::audit::{Actor, AuditRecord};
use crate::domain::ids::ImportNumber;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::{Dataset, Import, ImportedRows};
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::portfolio::subject::Subject;
use crate::store::alerts::disputes;
use crate::store::audit::{audit_records, audit_trail};
use crate::store::db::columns;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_scalar};
use crate::store::db::sql_types::{Json, Timestamp};
use crate::store::db::visibility::Visible;

impl Store {
    /// Adds files in the order given, in one transaction: all of them, or none.
    ///
    /// # Errors
    ///
    /// The rows of a file are not those of its dataset and edition.
    pub async fn record_imports(
        &self,
        imports: &[Import],
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Vec<Recorded>, StoreError> {
        self.check_whole("an import")?;
        let mut transaction = self.begin_write().await?;
        let recorded = record_all(&mut transaction, imports, now).await?;
        for one in &recorded {
            if let Recorded::Replaced { number, differences, .. } = one {
                disputes::settle(&mut transaction, *number, differences, (actor, now)).await?;
            }
        }
        let deeds: Vec<AuditRecord> = imports
            .iter()
            .zip(&recorded)
            .filter_map(|(import, recorded)| audit_records::of_import(import, recorded, actor))
            .collect();
        audit_trail::append(&mut transaction, now, &deeds).await?;
        end(transaction).await?;
        Ok(recorded)
    }

    /// What `record_imports` would answer: it is done, and undone.
    ///
    /// # Errors
    ///
    /// The rows of a file are not those of its dataset and edition.
    pub async fn preview_imports(&self, imports: &[Import]) -> Result<Vec<Recorded>, StoreError> {
        self.check_whole("an import")?;
        let mut transaction = self.begin_write().await?;
        let recorded = record_all(&mut transaction, imports, DateTime::UNIX_EPOCH).await?;
        transaction.rollback().await?;
        Ok(recorded)
    }
}

async fn record_all(
    connection: &mut Connection,
    imports: &[Import],
    now: DateTime<Utc>,
) -> Result<Vec<Recorded>, StoreError> {
    let links = link_log::links(connection, i64::MAX).await?;
    let mut recorded = Vec::with_capacity(imports.len());
    for import in imports {
        let one = record(connection, import, &links, now).await?;
        if let Recorded::Replaced { number, differences, .. } = &one {
            corrections::insert(connection, *number, differences).await?;
        }
        recorded.push(one);
    }
    Ok(recorded)
}

async fn record(
    connection: &mut Connection,
    import: &Import,
    links: &Links,
    now: DateTime<Utc>,
) -> Result<Recorded, StoreError> {
    check_rows(import)?;
    if let Some(number) = already(connection, import).await? {
        let mut known = import_index::replacements(connection, &Visible::All, links).await?;
        let replaced_by = known.replaced_by.remove(&number);
        let state = import_decisions::state(connection, number).await?;
        return Ok(Recorded::Unchanged { number, replaced_by, state });
    }
    let filed = import_index::in_use(connection).await?;
    let number = ImportNumber(import_index::last_import(connection).await?.0 + 1);
    insert(connection, number, import, now).await?;
    if !import.holds.is_empty() {
        return hold(connection, number, import).await;
    }
    if let ImportedRows::Panorama(rows) = &import.rows {
        let former = import_index::panoramas(&filed).remove(&import.edition);
        let numbers = (number, former);
        return record_panorama(connection, numbers, import.edition, rows, links).await;
    }
    let mut earlier = filed;
    earlier.retain(|other| (other.dataset, other.edition) == (import.dataset, import.edition));
    let before = reported_before(connection, &earlier, links).await?;
    let rows = import_rows::of_rows(&import.rows)?;
    import_rows::insert(connection, number, &rows).await?;
    let rows = rows.into_iter().map(|row| row.resolved(links)).collect();
    compare_follow_up(number, import.dataset, &before, rows)
}

/// Kept whole, and used by nothing: what it changes is said if a person confirms it.
async fn hold(
    connection: &mut Connection,
    number: ImportNumber,
    import: &Import,
) -> Result<Recorded, StoreError> {
    if let ImportedRows::Panorama(rows) = &import.rows {
        snapshots::insert(connection, number, rows).await?;
    }
    let rows = import_rows::of_rows(&import.rows)?;
    import_rows::insert(connection, number, &rows).await?;
    Ok(Recorded::Held { number, holds: import.holds.clone() })
}

async fn record_panorama(
    connection: &mut Connection,
    (number, former): (ImportNumber, Option<ImportNumber>),
    edition: EditionId,
    rows: &[Snapshot],
    links: &Links,
) -> Result<Recorded, StoreError> {
    snapshots::insert(connection, number, rows).await?;
    let after = snapshots::resolved(rows.to_vec(), links)?;
    let Some(former) = former else { return Ok(Recorded::Added { number }) };
    let before = snapshots::of_import(connection, former, edition, links).await?;
    let (differences, identical) = differences::between_snapshots(&before, &after);
    Ok(Recorded::Replaced { number, former, differences, identical })
}

/// Only subjects of which both files speak can differ, and of a questionnaire only the fields: of the others, the former
/// file still holds.
fn compare_follow_up(
    number: ImportNumber,
    dataset: Dataset,
    before: &BTreeMap<Subject, (ImportNumber, Vec<String>)>,
    rows: Vec<FollowUpRow>,
) -> Result<Recorded, StoreError> {
    let mut reported: BTreeMap<Subject, Vec<String>> = BTreeMap::new();
    for row in rows {
        reported.entry(row.subject).or_default().push(row.payload);
    }
    let mut replaced: Option<ImportNumber> = None;
    let mut differences = Vec::new();
    let mut identical = 0;
    for (subject, after) in reported {
        let Some((import, former)) = before.get(&subject) else { continue };
        let mut former = former.clone();
        if dataset.answers_by_field() {
            let answered: BTreeSet<String> =
                after.iter().map(|row| import_rows::field(row)).collect::<Result<_, _>>()?;
            former = import_rows::of_fields(former, |field| answered.contains(field))?;
            if former.is_empty() {
                continue;
            }
        }
        let found = differences::between_rows(dataset, &subject, &former, &after)?;
        identical += usize::from(found.is_empty());
        differences.extend(found);
        replaced = replaced.max(Some(*import));
    }
    Ok(match replaced {
        Some(former) => Recorded::Replaced { number, former, differences, identical },
        None => Recorded::Added { number },
    })
}

/// What the earlier files of a dataset and edition say of each subject: the newest wins, of a questionnaire for the
/// fields that it answers.
async fn reported_before(
    connection: &mut Connection,
    earlier: &[Filed],
    links: &Links,
) -> Result<BTreeMap<Subject, (ImportNumber, Vec<String>)>, StoreError> {
    let mut reported: BTreeMap<Subject, (ImportNumber, Vec<String>)> = BTreeMap::new();
    for import in earlier {
        let mut said: BTreeMap<Subject, Vec<String>> = BTreeMap::new();
        for row in import_rows::of_import(connection, import.number, links).await? {
            said.entry(row.subject).or_default().push(row.payload);
        }
        for (subject, mut rows) in said {
            if let Some((_, former)) = reported.remove(&subject).filter(|_| import.by_field) {
                let answered: BTreeSet<String> =
                    rows.iter().map(|row| import_rows::field(row)).collect::<Result<_, _>>()?;
                rows.extend(import_rows::of_fields(former, |field| !answered.contains(field))?);
            }
            reported.insert(subject, (import.number, rows));
        }
    }
    Ok(reported)
}

fn check_rows(import: &Import) -> Result<(), StoreError> {
    let fits = match (&import.rows, import.dataset) {
        (ImportedRows::Panorama(rows), Dataset::Panorama) => {
            rows.iter().all(|Snapshot { edition, .. }| *edition == import.edition)
        }
        (ImportedRows::Facts(_), dataset) => dataset.is_facts(),
        (ImportedRows::Rebaselines(_), Dataset::Rebaselines)
        | (ImportedRows::Milestones(_), Dataset::Milestones)
        | (ImportedRows::Contracts(_), Dataset::Contracts)
        | (ImportedRows::Recommendations(_), Dataset::Recommendations)
        | (ImportedRows::DeclaredCauses(_), Dataset::DeclaredCauses)
        | (ImportedRows::WatchLists(_), Dataset::WatchLists)
        | (ImportedRows::Contacts(_), Dataset::Contacts) => true,
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let (file, dataset) = (import.file.clone(), import.dataset.as_str());
    Err(StoreError::Rows { file, dataset, edition: import.edition })
}

async fn already(
    connection: &mut Connection,
    import: &Import,
) -> Result<Option<ImportNumber>, StoreError> {
    query_scalar("select number from imports where sha256 = $1 and dataset = $2 and edition = $3")
        .bind(&import.sha256)
        .bind(import.dataset)
        .bind(import.edition)
        .optional(connection, "imports")
        .await
}

async fn insert(
    connection: &mut Connection,
    number: ImportNumber,
    import: &Import,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let rows_set_aside: usize = import.set_aside.iter().map(|reason| reason.rows.len()).sum();
    query(
        "insert into imports (number, file, sha256, dataset, edition, profile, profile_reason,
                              imported_at, rows_kept, rows_set_aside, set_aside, withheld, sightings,
                              holds, remarks, by_field)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(number)
    .bind(&import.file)
    .bind(&import.sha256)
    .bind(import.dataset)
    .bind(import.edition)
    .bind(&import.profile)
    .bind(&import.profile_reason)
    .bind(Timestamp(now))
    .bind(columns::count(import.rows.len()))
    .bind(columns::count(rows_set_aside))
    .bind(Json(&import.set_aside))
    .bind(Json(&import.withheld))
    .bind(Json(&import.sightings))
    .bind(Json(&import.holds))
    .bind(Json(&import.remarks))
    .bind(import.dataset.answers_by_field())
    .run(connection, "an import")
    .await?;
    Ok(())
}
