//! The page of a project: what its template may name.

use std::cmp::Reverse;

use super::figures::{count, figure, number};
use super::period::Period;
use super::works::Works;
use super::{figures, work};
use crate::application::queries::dossier::alert_lines;
use crate::application::queries::projects::records::project_records;
use crate::application::queries::table_rows::TableRow;
use crate::application::queries::{names, view};
use crate::application::{ApplicationError, Services};
use crate::documents::Datum;
use crate::domain::alerts::alert::AlertState;
use crate::domain::ids::{ProjectId, RuleId};
use crate::domain::missions::review::ReviewState;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::WatchList;
use crate::domain::portfolio::subject::Subject;
use crate::store::AlertFilter;
use crate::support::french;

/// Most alerts and editions that are named on one page.
const MOST_ALERTS: usize = 8;
const MOST_EDITIONS: usize = 6;

/// Everything that the page of a project may name. It is requested by its id or any of its names.
pub(in crate::application) async fn page(
    services: &Services,
    requested: &str,
    period: &Period,
) -> Result<Datum, ApplicationError> {
    let view = view::project(services, requested, Some(period.as_of)).await?;
    let row = view.project.as_ref();
    let works = Works::read(services, view.project.as_slice()).await?;
    let mut fields = head(row, period);
    if row.is_none() {
        // It left before the edition in force: its name is all that is said of it now.
        let name = view.names.last().map(|name| Datum::text(name.as_str()));
        fields.retain(|(field, _)| *field != "name");
        fields.push(("name", name.unwrap_or_default()));
    }
    fields.extend(alerts(services, &view.id).await?);
    fields.extend(work_of(&works, &view.id));
    fields.push(("causes", causes(services, &view.id, period).await?));
    let editions = view.history.len().saturating_sub(MOST_EDITIONS);
    let history = view.history.get(editions..).unwrap_or_default();
    fields.push(("history", Datum::List(history.iter().map(|one| step(Some(one))).collect())));
    Ok(Datum::Group(fields.into_iter().collect()))
}

type Named = Vec<(&'static str, Datum)>;

fn head(row: Option<&TableRow>, period: &Period) -> Named {
    let id = figures::text(row, "project_id").unwrap_or_default();
    let here = format!("/projets/{id}");
    let months = |field: &str| figure(number(row, field), french::months, &here);
    let is_on =
        |list: &WatchList| figures::flag(row, &format!("watch_{}", list.as_str())) == Some(true);
    let lists = WatchList::ALL.into_iter().filter(is_on);
    let lists = lists.map(|list| Datum::group([("name", Datum::text(list.label()))])).collect();
    let mut fields: Named = figures::project_fields(row).into();
    fields.extend([
        ("edition", figures::edition(period.edition)),
        ("as_of", figures::day(Some(period.as_of))),
        ("cost_initial", figure(number(row, "cost_initial"), french::meur, &here)),
        ("duration", months("duration_current")),
        ("duration_initial", months("duration_initial")),
        ("lists", Datum::List(lists)),
    ]);
    fields
}

/// Open alerts that no other alert covers, the most serious first; how many more of them there are, and how many are covered.
async fn alerts(services: &Services, project: &ProjectId) -> Result<Named, ApplicationError> {
    let subject = Some(Subject::Project(project.clone()));
    let state = Some(AlertState::Open);
    let filter = AlertFilter { state, subject, ..AlertFilter::default() };
    let mut alerts = services.store.alerts(&filter).await?;
    let open = alerts.len();
    alerts.retain(|alert| alert.hidden_by.is_none());
    let covered = open - alerts.len();
    alerts.sort_by_key(|alert| Reverse(alert.level));
    let others = alerts.len().saturating_sub(MOST_ALERTS);
    alerts.truncate(MOST_ALERTS);
    let lines = alert_lines(services, alerts).await?;
    let there = format!("/alertes?projet={project}");
    let some = |number: usize| if number > 0 { count(number, &there) } else { Datum::Missing };
    let lines = lines.iter().map(|line| work::alert(Some(line))).collect();
    Ok(vec![
        ("alerts", Datum::List(lines)),
        ("other_alerts", some(others)),
        ("covered_alerts", some(covered)),
    ])
}

fn work_of(works: &Works, project: &ProjectId) -> Named {
    let missions = works.live_missions(|line| line.mission.subject.project() == Some(project));
    let reviews = works.reviews.iter().filter(|line| {
        line.review.state == ReviewState::Planned && line.review.project == *project
    });
    let reviews = reviews.map(|line| work::review(Some(line))).collect();
    vec![("missions", missions), ("reviews", Datum::List(reviews))]
}

/// The causes that were found at referral and not lifted.
async fn causes(
    services: &Services,
    project: &ProjectId,
    period: &Period,
) -> Result<Datum, ApplicationError> {
    let records = project_records(services, project, Some(period.as_of)).await?;
    let titles = names::rule_titles(services).await?;
    let stands = records.declared_causes.iter().filter(|cause| {
        cause.declared_on <= period.as_of
            && cause.lifted_on.is_none_or(|lifted| lifted > period.as_of)
    });
    let named = stands.map(|one| {
        let title = titles.get(&RuleId::new(one.cause.as_str()));
        let title = title.map_or(one.cause.as_str(), String::as_str);
        cause(Datum::linked(title, format!("/regles/{}", one.cause)))
    });
    Ok(Datum::List(named.collect()))
}

fn cause(title: Datum) -> Datum {
    Datum::group([("title", title)])
}

fn step(row: Option<&TableRow>) -> Datum {
    let edition: Option<EditionId> =
        figures::text(row, "edition").and_then(|edition| edition.parse().ok());
    let here = edition.map_or_else(String::new, |edition| format!("/editions/{edition}"));
    Datum::group([
        ("edition", edition.map(figures::edition).unwrap_or_default()),
        ("phase", figures::phase(row)),
        ("cost", figure(number(row, "cost_current"), french::meur, &here)),
        ("duration", figure(number(row, "duration_current"), french::months, &here)),
        ("end_on", figures::month(figures::date(row, "forecast_end_on"))),
    ])
}
