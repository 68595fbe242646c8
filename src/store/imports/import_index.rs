//! Which import is about what, which one is in force, and which one replaced which.

use std::collections::BTreeMap;

use super::import_rows;
use super::project_logs::link_log::Links;
use crate::domain::ids::ImportNumber;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::subject::Subject;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::fields_are_columns;
use crate::store::db::error::StoreError;
use crate::store::db::queries::{query_as, query_scalar};
use crate::store::db::visibility::Visible;

/// An import by what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Filed {
    pub(in crate::store) number: ImportNumber,
    pub(in crate::store) dataset: Dataset,
    pub(in crate::store) edition: EditionId,
    /// Whether it leaves standing what it says nothing of, field by field; else it speaks of a subject wholly.
    pub(in crate::store) by_field: bool,
}

fields_are_columns!(Filed { number, dataset, edition, by_field });

/// Imports in use up to a number, in order: neither on hold nor withdrawn after so many decisions on imports.
pub(in crate::store) async fn filed(
    connection: &mut Connection,
    (last, last_decision): (i64, i64),
) -> Result<Vec<Filed>, StoreError> {
    query_as(
        "select number, dataset, edition, by_field from imports
         where number <= $1
           and coalesce((select action from import_decisions
                         where import = imports.number and import_decisions.number <= $2
                         order by import_decisions.number desc limit 1),
                        case holds when '[]' then 'confirm' else 'wait' end) = 'confirm'
         order by number",
    )
    .bind(last)
    .bind(last_decision)
    .all(connection, "imports")
    .await
}

/// The number of the last import, whether it is in use or not; 0 without any.
pub(in crate::store) async fn last_import(
    connection: &mut Connection,
) -> Result<ImportNumber, StoreError> {
    query_scalar("select coalesce(max(number), 0) from imports").one(connection, "imports").await
}

/// Every import that is in use now.
pub(in crate::store) async fn in_use(
    connection: &mut Connection,
) -> Result<Vec<Filed>, StoreError> {
    filed(connection, (i64::MAX, i64::MAX)).await
}

/// The panorama in force for each edition: the newest.
pub(in crate::store) fn panoramas(filed: &[Filed]) -> BTreeMap<EditionId, ImportNumber> {
    filed
        .iter()
        .filter(|import| import.dataset == Dataset::Panorama)
        .map(|import| (import.edition, import.number))
        .collect()
}

/// Who replaced whom, links applied, as far as it is visible.
#[derive(Debug, Default)]
pub(in crate::store) struct Replacements {
    pub(in crate::store) replaces: BTreeMap<ImportNumber, ImportNumber>,
    pub(in crate::store) replaced_by: BTreeMap<ImportNumber, ImportNumber>,
}

/// A panorama replaces the former one of its edition; a follow-up file those that spoke, for the same
/// edition, of one of its subjects.
pub(in crate::store) async fn replacements(
    connection: &mut Connection,
    visible: &Visible,
    links: &Links,
) -> Result<Replacements, StoreError> {
    let mut subjects: BTreeMap<ImportNumber, Vec<Option<Subject>>> = BTreeMap::new();
    let spoken_of = import_rows::subjects(connection, links).await?;
    for (import, subject) in spoken_of.into_iter().filter(|(_, subject)| visible.subject(subject)) {
        subjects.entry(import).or_default().push(Some(subject));
    }
    let mut replacements = Replacements::default();
    let mut latest: BTreeMap<(Dataset, EditionId, Option<Subject>), ImportNumber> = BTreeMap::new();
    for import in in_use(connection).await? {
        let subjects_of_import = if import.dataset == Dataset::Panorama {
            vec![None]
        } else {
            subjects.remove(&import.number).unwrap_or_default()
        };
        for subject in subjects_of_import {
            let former = latest.insert((import.dataset, import.edition, subject), import.number);
            if let Some(former) = former.filter(|former| *former != import.number) {
                let replaces = replacements.replaces.entry(import.number).or_insert(former);
                *replaces = former.max(*replaces);
                replacements.replaced_by.entry(former).or_insert(import.number);
            }
        }
    }
    Ok(replacements)
}
