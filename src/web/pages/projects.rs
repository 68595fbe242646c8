//! The projects of the panorama.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::Value as Json;

use crate::api::Problem;
use crate::api::resources::portfolio::projects::{ProjectQuery, list_projects};
use crate::application::TableRow;
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::level::Level;
use crate::domain::portfolio::follow_up::WatchList;
use crate::domain::portfolio::snapshot::Phase;
use crate::support::french;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::query::{Choice, PageQuery, Parameter, labels_of, plain, sorted_by, yes_no};

const PARAMETERS: &[Parameter] = &[
    plain("recherche", "q"),
    plain("ministere", "ministry"),
    labels_of::<Phase>("phase", "phase"),
    labels_of::<WatchList>("liste", "watch"),
    yes_no("sortant", "leaving"),
    yes_no("sorti", "left"),
    sorted_by(&[
        ("nom", "name"),
        ("ministere", "ministry"),
        ("cout", "cost_current"),
        ("derive-budget", "budget_drift"),
        ("derive-calendrier", "calendar_drift"),
        ("fin", "forecast_end_on"),
    ]),
];

#[derive(Debug, Serialize)]
struct ProjectsView {
    query: PageQuery,
    projects: Vec<ProjectLine>,
    /// `12 projets`
    found: String,
    /// The address of the next page.
    next: Option<String>,
    ministries: Vec<Choice>,
    phases: Vec<Choice>,
    lists: Vec<Choice>,
    /// The filters in force, each with the address of the list without it.
    filters: Vec<Link>,
}

/// A project in the list.
#[derive(Debug, Serialize)]
struct ProjectLine {
    #[serde(flatten)]
    fields: TableRow,
    /// The worst level of its open alerts; `clear` if it has none.
    level: Level,
    level_label: &'static str,
    alerts: usize,
}

/// Lists the projects.
///
/// # Errors
/// If a parameter is unknown, or the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let listing = query.listing::<ProjectQuery>(PARAMETERS)?;
    let page = list_projects(context.request(), listing).await?;
    let alerts = context.store.standing_alerts().await?;
    let levels = levels_by_project(&alerts);
    let (rows, cursor) = page.into_parts();
    let ministries = context.store.known_projects().await?;
    let ministries: BTreeSet<String> =
        ministries.iter().map(|known| known.ministry.to_string()).collect();
    let lines: Vec<ProjectLine> = rows.into_iter().map(|row| line(row, &levels)).collect();
    let view = ProjectsView {
        found: french::counted(lines.len(), "projet", "projets"),
        next: cursor.map(|cursor| query.with("curseur", &cursor)),
        ministries: ministries.into_iter().map(Choice::plain).collect(),
        phases: Choice::of::<Phase>(),
        lists: Choice::of::<WatchList>(),
        filters: query.filters(&FILTERS),
        projects: lines,
        query,
    };
    context.page("pages/projects.html", &Heading::of("Projets", "projets"), &view)
}

/// What each filter is called where it is in force.
const FILTERS: [(&str, &str); 6] = [
    ("recherche", "Nom"),
    ("ministere", "Ministère"),
    ("phase", "Phase"),
    ("liste", "Liste"),
    ("sortant", "Sort bientôt"),
    ("sorti", "Sorti"),
];

/// The worst level and the number of open alerts of each project that has some.
fn levels_by_project(alerts: &[Alert]) -> BTreeMap<&str, (Level, usize)> {
    let mut levels: BTreeMap<&str, (Level, usize)> = BTreeMap::new();
    for alert in alerts.iter().filter(|alert| alert.state == AlertState::Open) {
        let Some(project) = alert.subject.project() else { continue };
        let (worst, count) = levels.entry(project.as_str()).or_insert((alert.level, 0));
        *worst = alert.level.max(*worst);
        *count += 1;
    }
    levels
}

fn line(fields: TableRow, levels: &BTreeMap<&str, (Level, usize)>) -> ProjectLine {
    let id = fields.get("project_id").and_then(Json::as_str).unwrap_or_default();
    let (level, alerts) = levels.get(id).copied().unwrap_or((Level::Clear, 0));
    ProjectLine { fields, level, level_label: level.label(), alerts }
}
