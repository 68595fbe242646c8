//! The projects of the panorama.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::Value as Json;

use crate::api::Problem;
use crate::api::resources::portfolio::projects::{ProjectQuery, list_projects};
use crate::application;
use crate::application::{ExportColumn, ListTable, ProjectStanding, TableRow};
use crate::charts::{Sparkline, sparkline};
use crate::domain::ids::ProjectId;
use crate::domain::level::Level;
use crate::domain::portfolio::follow_up::WatchList;
use crate::domain::portfolio::snapshot::Phase;
use crate::frame::dictionary::Unit;
use crate::support::french;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::list_file;
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
    level: &'static str,
    level_label: &'static str,
    standing: ProjectStanding,
    /// The drift of its cost over the editions.
    course: Option<Sparkline>,
}

const LIST: ListTable<ProjectLine> = ListTable {
    name: "projets",
    title: "Projets",
    meaning: "Les projets de l’édition en vigueur et ceux qui en sont sortis, avec leurs alertes ouvertes.",
    columns: &[
        ExportColumn::text("Projet", |line| line.text("name")),
        ExportColumn::text("Ministère", |line| line.text("ministry")),
        ExportColumn::text("Phase", |line| {
            line.text("phase").parse().map(Phase::label).unwrap_or_default().to_owned()
        }),
        ExportColumn::text("Niveau", |line| line.level_label.to_owned()),
        ExportColumn::number("Coût (M€)", Unit::Meur, |line| line.number("cost_current")),
        ExportColumn::flag("Coût non publié", |line| line.flag("cost_withheld")),
        ExportColumn::number("Dérive du coût", Unit::Ratio, |line| line.number("budget_drift")),
        ExportColumn::number("Dérive de la durée", Unit::Ratio, |line| {
            line.number("calendar_drift")
        }),
        ExportColumn::day("Fin prévue", |line| line.text("forecast_end_on").parse().ok()),
        ExportColumn::count("Alertes", |line| i64::try_from(line.standing.alerts).ok()),
        ExportColumn::count("Sans réponse", |line| i64::try_from(line.standing.unjudged).ok()),
        ExportColumn::flag("Sorti", |line| line.flag("has_left")),
        ExportColumn::text("Identifiant", |line| line.text("project_id")),
    ],
};

impl ProjectLine {
    fn text(&self, field: &str) -> String {
        self.fields.get(field).and_then(Json::as_str).unwrap_or_default().to_owned()
    }

    fn number(&self, field: &str) -> Option<f64> {
        self.fields.get(field).and_then(Json::as_f64)
    }

    fn flag(&self, field: &str) -> Option<bool> {
        self.fields.get(field).and_then(Json::as_bool)
    }
}

/// Lists the projects.
///
/// # Errors
/// If a parameter is unknown, or the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let listing = query.listing::<ProjectQuery>(PARAMETERS)?;
    let page = list_projects(context.request(), listing).await?;
    let standings = application::project_standings(&context).await?;
    let (rows, cursor) = page.into_parts();
    let lines: Vec<ProjectLine> = rows.into_iter().map(|row| line(row, &standings)).collect();
    if let Some(format) = query.format {
        return list_file(&context, (&LIST, format), lines, query.filters(&FILTERS)).await;
    }
    let ministries = context.store.known_projects().await?;
    let ministries: BTreeSet<String> =
        ministries.iter().map(|known| known.ministry.to_string()).collect();
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

/// A project as the list shows it. With no alert and verdicts that could not be given, its level is unknown: that is no good news.
fn line(fields: TableRow, standings: &BTreeMap<ProjectId, ProjectStanding>) -> ProjectLine {
    let text = |field: &str| fields.get(field).and_then(Json::as_str).unwrap_or_default();
    let standing = standings.get(&ProjectId::new(text("project_id"))).copied().unwrap_or_default();
    let (level, level_label) = match standing.level {
        Some(level) => (level.as_str(), level.label()),
        None if standing.unjudged > 0 => ("unknown", "Jugé en partie"),
        None => (Level::Clear.as_str(), Level::Clear.label()),
    };
    let drift: Vec<Option<f64>> =
        text("budget_drift_history").split(' ').map(|value| value.parse().ok()).collect();
    ProjectLine { level, level_label, standing, course: sparkline(&drift), fields }
}
