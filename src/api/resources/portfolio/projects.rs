//! Projects: list, one project, its history, timeline and verdicts.

use std::collections::BTreeSet;

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value as Json;

use super::panorama::AsOf;
use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::extract::query::QueryParameters;
use crate::api::openapi::answers::NoData;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{
    AttentionOrder, HistoryRow, JudgementLine, ProjectRow, ProjectView, TableRow, TimelineEvent,
    TimelineKind,
};
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::follow_up::WatchList;
use crate::domain::portfolio::snapshot::Phase;
use crate::intake::name_key;

/// What the parameter `project` of a path is.
const PROJECT: &str = "Id or any name of the project; case and accents do not matter";

/// The place of a project in the order in which to look at them, by which the list can be sorted.
const ATTENTION: &str = "attention";

/// Maximum length of the text to search for, in characters.
const LONGEST: usize = 200;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProjectQuery {
    /// Date as of which figures are taken; today in Paris by default.
    as_of: Option<NaiveDate>,
    /// Code of a ministry.
    ministry: Vec<MinistryCode>,
    /// Phase of the project.
    phase: Vec<Phase>,
    /// Only projects on one of these watch lists.
    watch: Vec<WatchList>,
    /// Whether the project is expected to leave the panorama by the end of the year after the edition's.
    leaving: Option<bool>,
    /// Whether the project has left: an earlier edition lists it, and the edition in force does not.
    left: Option<bool>,
    /// Text to find in the id or in any name of the project. Case and accents do not matter.
    #[param(max_length = 200)]
    q: Option<String>,
}

/// List the projects of the edition in force, and those that have left. `sort=attention` gives those to look at first.
#[utoipa::path(
    get,
    path = "/api/v1/projects",
    params(ProjectQuery),
    responses((status = 200, description = "A page of projects", body = Page<ProjectRow>), NoData)
)]
pub(crate) async fn list_projects(
    context: RequestContext,
    listing: Listing<ProjectQuery>,
) -> Result<Page<TableRow>, Problem> {
    let called = listing.called(&context).await?;
    let table = application::project_table(&context, listing.as_of).await?;
    let order = application::attention_order(&context, listing.as_of).await?;
    let mut fields: BTreeSet<&str> = listing.sort_fields().collect();
    if fields.iter().any(|field| *field != ATTENTION && !table.has(field)) {
        // The refusal names every field there is.
        fields.extend(table.fields());
    }
    let filters = listing.fields();
    fields.extend(filters.iter().map(String::as_str));
    let mut outlines = table.outlines(&fields).await?;
    place_all(&mut outlines, &order);
    outlines.retain(|row| {
        listing.fits(row)
            && called.as_ref().is_none_or(|called| called.contains(text(row, "project_id")))
    });
    let id = |row: &TableRow| text(row, "project_id").to_owned();
    let mut page = listing.page(outlines, id)?;
    let ids = page.entries_mut().iter().map(id).collect();
    *page.entries_mut() = table.rows_of(ids).await?;
    place_all(page.entries_mut(), &order);
    Ok(page)
}

/// Gives each project its place in the order of attention; `null` if it is not under way.
fn place_all(rows: &mut [TableRow], order: &AttentionOrder) {
    for row in rows {
        let place = order.place(&ProjectId::new(text(row, "project_id")));
        row.insert(ATTENTION.to_owned(), place.map_or(Json::Null, Json::from));
    }
}

impl ProjectQuery {
    /// The fields by which projects are chosen.
    fn fields(&self) -> Vec<String> {
        let lists = self.watch.iter().map(|watch| format!("watch_{}", watch.as_str()));
        let leaving = self.leaving.map(|_| application::LEAVING_FIELDS.map(str::to_owned));
        let others = [
            (!self.ministry.is_empty()).then_some("ministry"),
            (!self.phase.is_empty()).then_some("phase"),
            self.left.map(|_| "has_left"),
        ];
        let others = others.into_iter().flatten().map(str::to_owned);
        lists.chain(leaving.into_iter().flatten()).chain(others).collect()
    }

    fn fits(&self, row: &TableRow) -> bool {
        let on_list = |watch: &WatchList| {
            row.get(&format!("watch_{}", watch.as_str())).and_then(Json::as_bool) == Some(true)
        };
        let (ministry, phase) = (text(row, "ministry"), text(row, "phase"));
        (self.ministry.is_empty() || self.ministry.iter().any(|one| one.as_str() == ministry))
            && (self.phase.is_empty() || self.phase.iter().any(|one| one.as_str() == phase))
            && (self.watch.is_empty() || self.watch.iter().any(on_list))
            && self.left.is_none_or(|left| row.get("has_left") == Some(&Json::Bool(left)))
            && self.leaving.is_none_or(|leaving| application::is_due_to_leave(row) == leaving)
    }

    /// Ids of the projects whose id or names contain the text searched for; `None` if there is none.
    async fn called(&self, context: &RequestContext) -> Result<Option<BTreeSet<String>>, Problem> {
        let Some(q) = &self.q else { return Ok(None) };
        if q.chars().count() > LONGEST {
            let words = format!("parameter `q`: expected at most {LONGEST} characters");
            return Err(Problem::BadParameter(words));
        }
        let wanted = name_key(q);
        let like = |name: &str| name_key(name).contains(&wanted);
        let known = context.store.known_projects().await?.into_iter().filter(|known| {
            like(known.project.as_str()) || known.names.iter().any(|name| like(name))
        });
        Ok(Some(known.map(|known| known.project.to_string()).collect()))
    }
}

/// The text of a field; empty if it is unknown.
fn text<'row>(row: &'row TableRow, field: &str) -> &'row str {
    row.get(field).and_then(Json::as_str).unwrap_or_default()
}

/// Return one project by id or by any of its names.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}",
    params(("project" = String, Path, description = PROJECT), AsOf),
    responses((status = 200, description = "The project: fields, history, and verdicts of the last cycle", body = ProjectView), NoData)
)]
pub(crate) async fn find_project(
    context: RequestContext,
    project: web::Path<String>,
    query: QueryParameters<AsOf>,
) -> Result<web::Json<ProjectView>, Problem> {
    let mut view = application::project(&context, &project, query.as_of).await?;
    let order = application::attention_order(&context, query.as_of).await?;
    place_all(view.project.as_mut_slice(), &order);
    Ok(web::Json(view))
}

/// List what each edition reported about a project.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/history",
    params(("project" = String, Path, description = PROJECT), AsOf),
    responses((status = 200, description = "A page with one row per edition", body = Page<HistoryRow>), NoData)
)]
pub(crate) async fn list_history(
    context: RequestContext,
    project: web::Path<String>,
    listing: Listing<AsOf>,
) -> Result<Page<TableRow>, Problem> {
    let history = application::project(&context, &project, listing.as_of).await?.history;
    listing.page(history, |row| text(row, "edition").to_owned())
}

/// List the verdicts of the last cycle on a project, with evidence and explanation.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/verdicts",
    params(("project" = String, Path, description = PROJECT)),
    responses((status = 200, description = "A page of verdicts, by rule", body = Page<JudgementLine>))
)]
pub(crate) async fn list_verdicts(
    context: RequestContext,
    project: web::Path<String>,
    listing: Listing<NoFilters>,
) -> Result<Page<JudgementLine>, Problem> {
    let verdicts = application::verdicts(&context, &project).await?;
    listing.page(verdicts, |verdict| verdict.judgement.rule.clone())
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineQuery {
    /// Kind of event.
    about: Vec<TimelineKind>,
    /// Only events on this day or later.
    since: Option<NaiveDate>,
}

/// List the events of a project, newest first: editions, alerts, missions, reviews, silences.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{project}/timeline",
    params(("project" = String, Path, description = PROJECT), TimelineQuery),
    responses((status = 200, description = "A page of events", body = Page<TimelineEvent>), NoData)
)]
pub(crate) async fn list_timeline(
    context: RequestContext,
    project: web::Path<String>,
    listing: Listing<TimelineQuery>,
) -> Result<Page<TimelineEvent>, Problem> {
    let mut events = application::timeline(&context, &project).await?;
    events.retain(|event| {
        (listing.about.is_empty() || listing.about.contains(&event.about))
            && listing.since.is_none_or(|since| since <= event.on)
    });
    listing.page_as_is(events, |event| event.name.clone())
}
