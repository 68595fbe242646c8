//! The calendar of reviews, month by month, and the actions that reviews left to do.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

use super::filled_form::{FilledForm, SentForm, capital};
use super::tabs;
use super::tabs::Tab;
use crate::api::resources::decisions::reviews::{ReviewQuery, list_reviews};
use crate::api::{Listing, Problem};
use crate::application;
use crate::application::{OpenAction, ReviewLine};
use crate::domain::missions::review::{ReviewChange, ReviewState};
use crate::support::french;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::decisions::{ACTIONS, REVIEWS};
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery, Parameter, labels_of, plain, yes_no};
use crate::web::wording::labels;

/// Reviews of a page: it stays within 60 KB.
const LIMIT: &str = "100";

const PARAMETERS: &[Parameter] = &[
    labels_of::<ReviewState>("etat", "state"),
    plain("ministere", "ministry"),
    plain("projet", "project"),
    yes_no("retard", "late"),
];

const FILTERS: [(&str, &str); 4] =
    [("etat", "État"), ("ministere", "Ministère"), ("projet", "Projet"), ("retard", "En retard")];

#[derive(Debug, Serialize)]
struct CalendarView {
    query: PageQuery,
    tabs: Vec<Tab>,
    found: String,
    months: Vec<Month>,
    next: Option<String>,
    first: Option<String>,
    filters: Vec<Link>,
    planned_only: bool,
    states: Vec<Choice>,
    ministries: Vec<Choice>,
    projects: Option<Vec<Choice>>,
}

/// The reviews of a month; those that are late come first, whatever their month.
#[derive(Debug, Serialize)]
struct Month {
    title: String,
    reviews: Vec<ReviewLine>,
}

/// Shows the calendar: planned reviews unless a state is asked for.
///
/// # Errors
/// If a parameter is unknown, or the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let page = list_reviews(context.request(), listing_of(&query)?).await?;
    let (lines, cursor) = page.into_parts();
    if let Some(format) = query.format {
        let lines = months(lines).into_iter().flat_map(|month| month.reviews).collect();
        return list_file(&context, (&REVIEWS, format), lines, query.filters(&FILTERS)).await;
    }
    let known = context.store.known_projects().await?;
    let ministries: BTreeSet<String> = known.iter().map(|one| one.ministry.to_string()).collect();
    let view = CalendarView {
        tabs: tabs::of_reviews("/revues"),
        found: found(lines.len(), &query, cursor.is_some()),
        months: months(lines),
        next: cursor.map(|cursor| query.with("curseur", &cursor)),
        first: query.given.contains_key("curseur").then(|| query.without("curseur")),
        filters: query.filters(&FILTERS),
        planned_only: !query.given.contains_key("etat"),
        states: Choice::of::<ReviewState>(),
        ministries: ministries.into_iter().map(Choice::plain).collect(),
        projects: Choice::projects(&known),
        query,
    };
    context.page("pages/reviews.html", &Heading::of("Revues", "revues"), &view)
}

/// How many reviews the page shows, and whether there are others.
fn found(count: usize, query: &PageQuery, has_more: bool) -> String {
    if has_more || query.given.contains_key("curseur") {
        return french::counted(count, "revue sur cette page", "revues sur cette page");
    }
    french::counted(count, "revue", "revues")
}

fn listing_of(query: &PageQuery) -> Result<Listing<ReviewQuery>, Problem> {
    let mut asked = query.clone();
    asked.given.entry("limite".to_owned()).or_insert_with(|| vec![LIMIT.to_owned()]);
    let planned = labels::in_address(ReviewState::Planned.label());
    asked.given.entry("etat".to_owned()).or_insert_with(|| vec![planned]);
    asked.listing::<ReviewQuery>(PARAMETERS)
}

fn months(lines: Vec<ReviewLine>) -> Vec<Month> {
    let (late, others): (Vec<ReviewLine>, Vec<ReviewLine>) =
        lines.into_iter().partition(|line| line.late);
    let mut months: Vec<Month> = Vec::new();
    if !late.is_empty() {
        months.push(Month { title: "En retard".to_owned(), reviews: late });
    }
    let is_late_first = months.len();
    for line in others {
        let title = capital(&french::month_and_year(line.review.planned_on));
        match months.get_mut(is_late_first..).and_then(<[Month]>::last_mut) {
            Some(month) if month.title == title => month.reviews.push(line),
            Some(_) | None => months.push(Month { title, reviews: vec![line] }),
        }
    }
    months
}

#[derive(Debug, Serialize)]
struct ActionsView {
    query: PageQuery,
    tabs: Vec<Tab>,
    found: String,
    late: usize,
    actions: Vec<OpenAction>,
    ministries: Vec<Choice>,
}

/// Lists the actions that reviews left to do, by date.
///
/// # Errors
/// If the data cannot be read.
pub(in crate::web) async fn actions(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let mut actions = application::open_actions(&context, None).await?;
    let ministries: BTreeSet<String> =
        actions.iter().map(|action| action.ministry.to_string()).collect();
    if let Some(ministry) = query.one("ministere") {
        actions.retain(|action| action.ministry.as_str() == ministry);
    }
    if let Some(format) = query.format {
        let filters = query.filters(&[("ministere", "Ministère")]);
        return list_file(&context, (&ACTIONS, format), actions, filters).await;
    }
    let view = ActionsView {
        tabs: tabs::of_reviews("/revues/actions"),
        found: french::counted(actions.len(), "action à mener", "actions à mener"),
        late: actions.iter().filter(|action| action.late).count(),
        actions,
        ministries: ministries.into_iter().map(Choice::plain).collect(),
        query,
    };
    let heading = Heading::of("Actions à mener", "actions").under(&[("Revues", "/revues")]);
    context.page("pages/review_actions.html", &heading, &view)
}

#[derive(Debug, Serialize)]
struct PlanningView {
    changes: Vec<PlannedChange>,
}

#[derive(Debug, Serialize)]
struct PlannedChange {
    #[serde(flatten)]
    change: ReviewChange,
    name: String,
    label: String,
}

/// Shows what planning would change, or plans.
///
/// # Errors
/// If the data cannot be read or written.
pub(in crate::web) async fn plan(
    context: PageContext,
    sent: SentForm,
) -> Result<HttpResponse, Problem> {
    let form = FilledForm::of("plan", &["confirmed"], sent)?;
    context.person()?;
    if form.text("confirmed") == "yes" {
        application::plan_reviews(&context, None, false).await?;
        return Ok(context.done(Confirmation::ReviewsPlanned, "/revues"));
    }
    let known = context.store.known_projects().await?;
    let changes = application::plan_reviews(&context, None, true).await?;
    let line = |change: ReviewChange| {
        let project = known.iter().find(|one| one.project == change.review.project);
        PlannedChange {
            name: project
                .map_or_else(|| change.review.project.to_string(), |one| one.name().to_owned()),
            label: capital(change.kind.label()),
            change,
        }
    };
    let view = PlanningView { changes: changes.into_iter().map(line).collect() };
    let heading = Heading::of("Planifier les revues", "revues").under(&[("Revues", "/revues")]);
    context.page_with_status(StatusCode::OK, "pages/review_planning.html", &heading, &view)
}
