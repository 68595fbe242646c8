//! Two editions of the panorama side by side: who came, who left, and what changed of those that stayed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use polars::prelude::{IntoLazy, col, lit};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::table_rows::TableRow;
use super::{table_rows, view};
use crate::application::{ApplicationError, Services};
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::words::words;
use crate::frame;
use crate::intake::name_key;

/// Fields of the history that a comparison reads.
const COMPARED: [&str; 7] =
    ["project_id", "edition", "name", "ministry", "phase", "cost_current", "forecast_end_on"];

words! {
    /// What became of a project from one edition to another.
    pub enum EditionMove, "what became of a project" {
        Entered = "entered" => "Entrant",
        Left = "left" => "Sortant",
        Changed = "changed" => "Modifié",
        Unchanged = "unchanged" => "Inchangé",
    }
}

words! {
    /// What differs between two editions.
    pub enum ComparedField, "a compared field" {
        Name = "name" => "nom",
        Ministry = "ministry" => "ministère",
        Phase = "phase" => "phase",
        Cost = "cost" => "coût",
        End = "end" => "fin prévue",
    }
}

/// Two editions compared, each as its file in force says.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EditionComparison {
    pub from: EditionId,
    pub to: EditionId,
    pub before: EditionTotals,
    pub after: EditionTotals,
    /// Entrants first, then leavers, those that changed and the others; by name.
    pub projects: Vec<ProjectComparison>,
}

/// What the projects of an edition add up to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EditionTotals {
    pub project_count: u32,
    /// EUR, in millions: the sum of the costs that the edition gives.
    pub cost_total: f64,
    /// Number of projects whose cost the edition gives.
    pub cost_known_count: u32,
}

/// A project in either edition. What an edition does not say is `null`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectComparison {
    pub project_id: ProjectId,
    /// The name in the later edition that lists it.
    pub name: String,
    /// The ministry in the later edition that lists it.
    pub ministry: MinistryCode,
    #[serde(rename = "move")]
    pub change: EditionMove,
    /// What differs, for a project of both editions.
    pub changed: Vec<ComparedField>,
    pub name_before: Option<String>,
    pub name_after: Option<String>,
    pub ministry_before: Option<MinistryCode>,
    pub ministry_after: Option<MinistryCode>,
    pub phase_before: Option<Phase>,
    pub phase_after: Option<Phase>,
    /// EUR, in millions, taxes included.
    pub cost_before: Option<f64>,
    pub cost_after: Option<f64>,
    /// `cost_after` less `cost_before`.
    pub cost_change: Option<f64>,
    pub end_before: Option<NaiveDate>,
    pub end_after: Option<NaiveDate>,
    /// Days by which the forecast end moved; positive when it is later.
    pub end_shift_days: Option<i64>,
}

/// Compares the edition in force with the last one before it that lists a project; `None` if there is none.
///
/// # Errors
/// When no edition is known, or when the data cannot be read.
pub async fn compare_last_editions(
    services: &Services,
) -> Result<Option<EditionComparison>, ApplicationError> {
    let known = view::known_data(services, None).await?;
    let current = frame::editions_in_force(&known.portfolio, known.as_of)?.current;
    let editions = known.portfolio.snapshots.iter().map(|snapshot| snapshot.edition);
    match editions.filter(|edition| *edition < current).max() {
        Some(former) => Ok(Some(compare_editions(services, former, current).await?)),
        None => Ok(None),
    }
}

/// Compares two editions, in the order of time whichever is named first.
///
/// # Errors
/// When one of them is not known, or when the data cannot be read.
pub async fn compare_editions(
    services: &Services,
    one: EditionId,
    other: EditionId,
) -> Result<EditionComparison, ApplicationError> {
    let (from, to) = (one.min(other), one.max(other));
    let known = view::known_data(services, None).await?;
    let portfolio = &known.portfolio;
    let editions = portfolio.snapshots.iter().map(|snapshot| snapshot.edition);
    let mut editions: Vec<EditionId> = editions.chain(portfolio.editions.iter().copied()).collect();
    editions.sort_unstable();
    editions.dedup();
    for edition in [from, to] {
        if !editions.contains(&edition) {
            return Err(ApplicationError::NoSuchEdition { requested: edition, known: editions });
        }
    }
    tokio::task::spawn_blocking(move || {
        let of_either =
            col("edition").eq(lit(from.to_string())).or(col("edition").eq(lit(to.to_string())));
        let listed = known.history()?.lazy().filter(of_either).select(COMPARED.map(col));
        let rows = table_rows::rows(&listed.collect().map_err(ApplicationError::Table)?)?;
        Ok(compared(&rows, from, to))
    })
    .await?
}

fn compared(rows: &[TableRow], from: EditionId, to: EditionId) -> EditionComparison {
    let (before, after) = (of_edition(rows, from), of_edition(rows, to));
    let ids = before.keys().chain(after.keys()).collect::<BTreeSet<_>>();
    let mut projects: Vec<ProjectComparison> = ids
        .into_iter()
        .filter_map(|id| project(id, before.get(id).copied(), after.get(id).copied()))
        .collect();
    projects.sort_by_cached_key(|one| (one.change, name_key(&one.name), one.project_id.clone()));
    EditionComparison { from, to, before: totals(&before), after: totals(&after), projects }
}

fn of_edition(rows: &[TableRow], edition: EditionId) -> BTreeMap<&str, &TableRow> {
    let edition = edition.to_string();
    let listed = rows.iter().filter(|row| text(row, "edition") == Some(&edition));
    listed.filter_map(|row| Some((text(row, "project_id")?, row))).collect()
}

fn totals(rows: &BTreeMap<&str, &TableRow>) -> EditionTotals {
    let costs: Vec<f64> = rows.values().filter_map(|row| cost(row)).collect();
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    EditionTotals {
        project_count: count(rows.len()),
        cost_total: costs.iter().sum(),
        cost_known_count: count(costs.len()),
    }
}

/// `None` for a row without a name or a ministry, which no edition has.
fn project(
    id: &str,
    before: Option<&TableRow>,
    after: Option<&TableRow>,
) -> Option<ProjectComparison> {
    let latest = after.or(before)?;
    let texts = |field: &str| [before, after].map(|row| row.and_then(|row| text(row, field)));
    let owned = |field: &str| texts(field).map(|text| text.map(str::to_owned));
    let [name_before, name_after] = owned("name");
    let [ministry_before, ministry_after] =
        texts("ministry").map(|code| code.map(MinistryCode::new));
    let [phase_before, phase_after] =
        texts("phase").map(|phase| phase.and_then(|phase| phase.parse::<Phase>().ok()));
    let [cost_before, cost_after] = [before, after].map(|row| row.and_then(cost));
    let [end_before, end_after] =
        texts("forecast_end_on").map(|date| date.and_then(|date| date.parse::<NaiveDate>().ok()));
    let differs = [
        (ComparedField::Name, name_before != name_after),
        (ComparedField::Ministry, ministry_before != ministry_after),
        (ComparedField::Phase, phase_before != phase_after),
        (ComparedField::Cost, cost_before != cost_after),
        (ComparedField::End, end_before != end_after),
    ];
    let changed: Vec<ComparedField> = match (before, after) {
        (Some(_), Some(_)) => {
            differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
        }
        _ => vec![],
    };
    let change = match (before, after) {
        (None, _) => EditionMove::Entered,
        (_, None) => EditionMove::Left,
        _ if changed.is_empty() => EditionMove::Unchanged,
        _ => EditionMove::Changed,
    };
    Some(ProjectComparison {
        project_id: ProjectId::new(id),
        name: text(latest, "name")?.to_owned(),
        ministry: MinistryCode::new(text(latest, "ministry")?),
        change,
        changed,
        name_before,
        name_after,
        ministry_before,
        ministry_after,
        phase_before,
        phase_after,
        cost_before,
        cost_after,
        cost_change: cost_before.zip(cost_after).map(|(former, now)| rounded(now - former)),
        end_before,
        end_after,
        end_shift_days: end_before
            .zip(end_after)
            .map(|(former, now)| now.signed_duration_since(former).num_days()),
    })
}

fn text<'row>(row: &'row TableRow, field: &str) -> Option<&'row str> {
    row.get(field).and_then(Json::as_str)
}

fn cost(row: &TableRow) -> Option<f64> {
    row.get("cost_current").and_then(Json::as_f64)
}

/// A difference of two amounts to the euro: `28.2 - 26.9` is `1.3`.
fn rounded(millions: f64) -> f64 {
    (millions * 1e6).round() / 1e6
}
