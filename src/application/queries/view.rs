//! Read-only views of the portfolio for the API and the command line.

use std::sync::Arc;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{IntoLazy, col, lit};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::names::{JudgementLine, verdict_lines};
use super::row_schemas::{HistoryRow, MinistryRow, PortfolioRow, ProjectRow};
use super::table_rows;
use super::table_rows::TableRow;
use crate::application::cache::known_data::{KnownData, KnownDataKey};
use crate::application::cache::rules_in_force::RulesInForce;
use crate::application::distance::of_verdicts::add_distances;
use crate::application::publishing::catalogue::rules_in_force;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::ProjectId;
use crate::domain::operation::cycle::CycleSummary;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::Rebaseline;
use crate::domain::portfolio::import::{Dataset, KnownProject};
use crate::domain::portfolio::import_decision::ImportState;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::verdict::Judgement;
use crate::frame;
use crate::frame::FrameError;
use crate::intake::{name_key, nearest_name};
use crate::store::{ImportSummary, KnownUpTo};
use crate::support::clock::today;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Panorama {
    pub as_of: NaiveDate,
    pub edition: EditionId,
    #[schema(value_type = PortfolioRow)]
    pub portfolio: TableRow,
    #[schema(value_type = Vec<MinistryRow>)]
    pub ministries: Vec<TableRow>,
    /// The portfolio at each edition, oldest first, as it was known then.
    #[schema(value_type = Vec<PortfolioRow>)]
    pub series: Vec<TableRow>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProjectView {
    /// The fields of the frame; absent when the project left before the previous edition.
    #[schema(value_type = Option<ProjectRow>)]
    pub project: Option<TableRow>,
    pub id: ProjectId,
    pub names: Vec<String>,
    /// One row per edition, oldest first.
    #[schema(value_type = Vec<HistoryRow>)]
    pub history: Vec<TableRow>,
    /// Decisions to measure it against a new reference, oldest first; the original stays.
    #[serde(default)]
    #[schema(required = true)]
    pub rebaselines: Vec<Rebaseline>,
    /// The last committed cycle as of the date, and its verdicts on the project.
    pub cycle: Option<CycleSummary>,
    pub verdicts: Vec<JudgementLine>,
}

/// The figures of the portfolio and of each ministry as of a date, today by default, and the portfolio's at each edition.
///
/// # Errors
///
/// Fails when no edition is known at that date, or when the data cannot be read.
pub async fn panorama(
    services: &Services,
    as_of: Option<NaiveDate>,
) -> Result<Panorama, ApplicationError> {
    let (known, rules) = measurable(services, as_of).await?;
    tokio::task::spawn_blocking(move || {
        let day = known.as_of;
        let edition = frame::editions_in_force(&known.portfolio, day)?.current;
        let editions = known.ends_of_editions();
        let totals = known.totals(&rules)?;
        let mut series = table_rows::rows(&totals.portfolio)?;
        let date = Some(Json::String(day.to_string()));
        let is_of_date = |row: &TableRow| row.get("as_of") == date.as_ref();
        let whole = series.iter().find(|row| is_of_date(row)).cloned().unwrap_or_default();
        if !editions.contains(&day) {
            series.retain(|row| !is_of_date(row));
        }
        let ministries = table_rows::rows(&totals.ministries)?;
        Ok(Panorama { as_of: day, edition, portfolio: whole, ministries, series })
    })
    .await?
}

/// One row per edition, oldest first, as the portfolio was known at the end of its month. To be called on a thread that may
/// block.
pub(in crate::application) fn series(
    known: &KnownData,
    rules: &Arc<RulesInForce>,
) -> Result<DataFrame, ApplicationError> {
    let series = known.totals(rules)?.portfolio;
    if known.ends_of_editions().contains(&known.as_of) {
        return Ok(series);
    }
    let of_editions = series.lazy().filter(col("as_of").neq(lit(known.as_of)));
    of_editions.collect().map_err(ApplicationError::Table)
}

/// A project with its history. `requested` is an id or any name the project ever had; case and
/// accents do not matter.
pub async fn project(
    services: &Services,
    requested: &str,
    as_of: Option<NaiveDate>,
) -> Result<ProjectView, ApplicationError> {
    let KnownProject { project: id, names, .. } = find_project(services, requested).await?;
    let (cycle, verdicts) = verdict_lines_as_of(services, &id, as_of).await?;
    let (known, rules) = measurable(services, as_of).await?;
    tokio::task::spawn_blocking(move || {
        let frames = known.frames(&rules)?;
        let of_project = || col("project_id").eq(lit(id.as_str()));
        let only = |frame: DataFrame| {
            frame.lazy().filter(of_project()).collect().map_err(ApplicationError::Table)
        };
        let project = table_rows::rows(&only(frames.projects)?)?.into_iter().next();
        let history = table_rows::rows(&only(known.history()?)?)?;
        let rebaselines = rebaselines_of(&known.portfolio, &id, known.as_of);
        Ok(ProjectView { project, id, names, history, rebaselines, cycle, verdicts })
    })
    .await?
}

/// The decisions on a project's reference up to a date, oldest first.
pub(in crate::application) fn rebaselines_of(
    portfolio: &Portfolio,
    project: &ProjectId,
    as_of: NaiveDate,
) -> Vec<Rebaseline> {
    let of_project = portfolio.rebaselines.iter().filter(|one| one.project == *project);
    let mut decided: Vec<Rebaseline> =
        of_project.filter(|one| one.decided_on <= as_of).cloned().collect();
    decided.sort_by_key(|one| one.decided_on);
    decided
}

/// The verdicts of the last cycle on a project.
pub async fn verdicts(
    services: &Services,
    requested: &str,
) -> Result<Vec<JudgementLine>, ApplicationError> {
    let found = find_project(services, requested).await?;
    Ok(verdict_lines_as_of(services, &found.project, None).await?.1)
}

/// The last cycle as of a date and its verdicts on a project, each with what would change it.
async fn verdict_lines_as_of(
    services: &Services,
    project: &ProjectId,
    as_of: Option<NaiveDate>,
) -> Result<(Option<CycleSummary>, Vec<JudgementLine>), ApplicationError> {
    let (cycle, verdicts) = verdicts_as_of(services, project, as_of).await?;
    let mut lines = verdict_lines(services, verdicts).await?;
    let judged_on = cycle.as_ref().map(|cycle| cycle.inputs.as_of);
    let Some(day) = judged_on.filter(|_| !lines.is_empty()) else { return Ok((cycle, lines)) };
    let (known, rules) = measurable(services, Some(day)).await?;
    let limits = services.limits;
    let with_distances = move || {
        add_distances((&known, &rules), &limits, &mut lines)?;
        Ok::<_, ApplicationError>(lines)
    };
    Ok((cycle, tokio::task::spawn_blocking(with_distances).await??))
}

/// A project by its id or any of its names; case and accents do not matter.
///
/// # Errors
/// When no visible project is called so; the nearest name is then given.
pub async fn find_project(
    services: &Services,
    requested: &str,
) -> Result<KnownProject, ApplicationError> {
    let mut known = services.store.known_projects().await?;
    let wanted = name_key(requested);
    let has_id = |project: &KnownProject| project.project.as_str() == requested;
    let is_called =
        |project: &KnownProject| project.names.iter().any(|name| name_key(name) == wanted);
    // A key is long to make of every name: most ask by the id.
    let by_id = || known.iter().position(has_id);
    if let Some(index) = by_id().or_else(|| known.iter().position(is_called)) {
        return Ok(known.swap_remove(index));
    }
    let names = known.iter().flat_map(|project| &project.names).map(String::as_str);
    let near = nearest_name(requested, names).map(str::to_owned);
    Err(ApplicationError::NoSuchProject { requested: requested.to_owned(), near })
}

async fn verdicts_as_of(
    services: &Services,
    project: &ProjectId,
    as_of: Option<NaiveDate>,
) -> Result<(Option<CycleSummary>, Vec<Judgement>), ApplicationError> {
    let Some(cycle) = last_cycle_as_of(services, as_of).await? else { return Ok((None, vec![])) };
    let subject = Subject::Project(project.clone());
    let verdicts = services.store.judgements_of(&subject, cycle.number).await?;
    Ok((Some(cycle), verdicts))
}

/// The last valid cycle, or the last of those whose date is not after `as_of`.
pub(in crate::application) async fn last_cycle_as_of(
    services: &Services,
    as_of: Option<NaiveDate>,
) -> Result<Option<CycleSummary>, ApplicationError> {
    let last = services.store.last_cycle().await?;
    let Some(as_of) = as_of else { return Ok(last) };
    if last.as_ref().is_none_or(|last| last.inputs.as_of <= as_of) {
        return Ok(last);
    }
    let cycles = services.store.cycles(i32::MAX.unsigned_abs()).await?;
    let is_known = |cycle: &CycleSummary| cycle.voided.is_none() && cycle.inputs.as_of <= as_of;
    Ok(cycles.into_iter().filter(is_known).max_by_key(|cycle| cycle.number))
}

/// Alerts and missions are known as they are now: figures of an earlier date beside them would mislead.
///
/// # Errors
/// When the date is before that of the last cycle.
pub(in crate::application) async fn refuse_the_past(
    services: &Services,
    what: &'static str,
    as_of: Option<NaiveDate>,
) -> Result<(), ApplicationError> {
    let last = services.store.last_cycle().await?.map(|cycle| cycle.inputs.as_of);
    match as_of.filter(|as_of| last.is_some_and(|last| *as_of < last)) {
        Some(as_of) => Err(ApplicationError::OnlyNow { what, as_of }),
        None => Ok(()),
    }
}

/// The fields by which a project is known to be due to leave.
pub const LEAVING_FIELDS: [&str; 3] = ["edition", "expected_exit_on", "in_panorama"];

/// Whether a project of the edition in force is expected to leave by the end of the year after the edition's.
pub fn is_due_to_leave(row: &TableRow) -> bool {
    let text = |field: &str| row.get(field).and_then(Json::as_str);
    let edition = text("edition").and_then(|edition| edition.parse::<EditionId>().ok());
    let exit = text("expected_exit_on").and_then(|date| date.parse::<NaiveDate>().ok());
    let is_listed = row.get("in_panorama").and_then(Json::as_bool) != Some(false);
    is_listed && edition.zip(exit).is_some_and(|(edition, exit)| exit <= frame::leaving_by(edition))
}

/// The portfolio as it was known on a date.
///
/// # Errors
/// When no edition had been published by then.
pub(in crate::application) async fn known_portfolio(
    services: &Services,
    upto: &KnownUpTo,
    as_of: NaiveDate,
) -> Result<Portfolio, ApplicationError> {
    let portfolio = services.store.portfolio(upto, as_of).await?;
    if !portfolio.snapshots.is_empty() {
        return Ok(portfolio);
    }
    if !portfolio.editions.is_empty() {
        return Err(ApplicationError::NoProjectInScope { as_of });
    }
    let imports = services.store.imports().await?;
    let is_held = |import: &&ImportSummary| {
        import.dataset == Dataset::Panorama
            && import.is_waiting()
            && import.edition.as_of() <= as_of
    };
    let held = imports.iter().filter(is_held).map(|import| (import.number, import.edition));
    let held: Vec<_> = held.collect();
    if !held.is_empty() {
        return Err(ApplicationError::EditionsOnHold { held });
    }
    let editions = imports
        .iter()
        .filter(|import| import.dataset == Dataset::Panorama && import.state == ImportState::InUse);
    Err(match editions.map(|import| import.edition).min() {
        Some(first) => FrameError::BeforeFirstEdition { as_of, first },
        None => FrameError::NoEdition,
    }
    .into())
}

/// What is known as of a date, today by default, and the rules in force now: all that figures need.
///
/// # Errors
/// When no edition is known at that date, or when the data or the rules cannot be read.
pub(in crate::application) async fn measurable(
    services: &Services,
    as_of: Option<NaiveDate>,
) -> Result<(Arc<KnownData>, Arc<RulesInForce>), ApplicationError> {
    let known = known_data(services, as_of).await?;
    Ok((known, rules_in_force(services).await?))
}

/// What is known now as of a date, today by default. It is read again only when what is known has changed.
///
/// # Errors
/// When no edition is known at that date, or when the data cannot be read.
pub(in crate::application) async fn known_data(
    services: &Services,
    as_of: Option<NaiveDate>,
) -> Result<Arc<KnownData>, ApplicationError> {
    let as_of = as_of.unwrap_or_else(|| today(services.clock.now()));
    let upto = latest_known(services).await?;
    let key = KnownDataKey { upto, as_of, scope: services.store.scope().clone() };
    let read = async || Ok(KnownData::of(as_of, known_portfolio(services, &upto, as_of).await?));
    services.cache.data.get(key, read).await
}

/// The moment of what is known now.
pub(in crate::application) async fn latest_known(
    services: &Services,
) -> Result<KnownUpTo, ApplicationError> {
    // Read first: a change meanwhile is seen next time.
    let version = services.store.version().await?;
    if let Some(upto) = services.cache.known_up_to.of(&version) {
        return Ok(upto);
    }
    let upto = services.store.latest_known().await?;
    services.cache.known_up_to.set(version, upto);
    Ok(upto)
}
