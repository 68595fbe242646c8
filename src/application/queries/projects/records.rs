//! What files say of one project besides its figures: where each figure was read, its contracts, recommendations, milestones,
//! declared causes.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::{ImportNumber, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::{Contract, DeclaredCause, Milestone, Recommendation};
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::import_decision::ImportState;
use crate::domain::portfolio::published::Portfolio;
use crate::store::ImportSummary;

/// The records of one project as of a date, in the order of their dates.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ProjectRecords {
    /// Where each edition says its figures, oldest first.
    pub sources: Vec<FigureSource>,
    pub milestones: Vec<Milestone>,
    pub contracts: Vec<Contract>,
    pub recommendations: Vec<Recommendation>,
    pub declared_causes: Vec<DeclaredCause>,
    /// The day on which each fact in force was reported, by its field.
    pub reported_on: BTreeMap<String, NaiveDate>,
}

/// Where an edition says the figures of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FigureSource {
    pub edition: EditionId,
    /// As a spreadsheet program numbers it: the header is row 1.
    pub row: u32,
    /// The file in force for the edition.
    pub file: Option<String>,
    pub import: Option<ImportNumber>,
}

/// The records of a project that was found by its id.
///
/// # Errors
/// When the data cannot be read.
pub async fn project_records(
    services: &Services,
    project: &ProjectId,
    as_of: Option<NaiveDate>,
) -> Result<ProjectRecords, ApplicationError> {
    let imports = services.store.imports().await?;
    let known = view::known_data(services, as_of).await?;
    Ok(records_of(&known.portfolio, project, known.as_of, &imports))
}

fn records_of(
    portfolio: &Portfolio,
    project: &ProjectId,
    day: NaiveDate,
    imports: &[ImportSummary],
) -> ProjectRecords {
    let mut records = ProjectRecords::default();
    for snapshot in portfolio.snapshots.iter().filter(|one| one.project == *project) {
        if snapshot.edition.as_of() > day {
            continue;
        }
        let import = imports.iter().rfind(|import| is_in_force(import, snapshot.edition));
        records.sources.push(FigureSource {
            edition: snapshot.edition,
            row: snapshot.row,
            file: import.map(|import| import.file.clone()),
            import: import.map(|import| import.number),
        });
    }
    for fact in portfolio.facts.iter().filter(|one| one.project == *project) {
        if fact.reported_on <= day {
            let latest = records.reported_on.entry(fact.field.clone()).or_insert(fact.reported_on);
            *latest = fact.reported_on.max(*latest);
        }
    }
    let is_of = |whose: &ProjectId, on: NaiveDate| whose == project && on <= day;
    records.milestones =
        of_project(&portfolio.milestones, |one| is_of(&one.project, one.reported_on));
    records.milestones.sort_by_key(|one| one.forecast_on.unwrap_or(one.baseline_on));
    records.contracts =
        of_project(&portfolio.contracts, |one| is_of(&one.project, one.reported_on));
    records.contracts.sort_by_key(|one| one.end_on);
    records.recommendations =
        of_project(&portfolio.recommendations, |one| is_of(&one.project, one.issued_on));
    records.recommendations.sort_by_key(|one| (one.closed_on.is_some(), one.issued_on));
    records.declared_causes = of_project(&portfolio.declared_causes, |one| one.project == *project);
    records
}

fn of_project<R: Clone>(rows: &[R], is_of: impl Fn(&R) -> bool) -> Vec<R> {
    rows.iter().filter(|row| is_of(row)).cloned().collect()
}

/// Whether an import is the file in force for an edition of the panorama.
fn is_in_force(import: &ImportSummary, edition: EditionId) -> bool {
    import.dataset == Dataset::Panorama
        && import.edition == edition
        && import.state == ImportState::InUse
        && import.replaced_by.is_none()
}
