//! The page of a ministry: what its template may name.

use std::cmp::Reverse;

use super::figures::{count, figure, number};
use super::period::Period;
use super::works::Works;
use super::{figures, work};
use crate::application::queries::dossier::{AlertLine, alert_lines};
use crate::application::queries::projects::standings::{ProjectStanding, project_standings};
use crate::application::queries::projects::table;
use crate::application::queries::table_rows::TableRow;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::documents::Datum;
use crate::domain::alerts::alert::AlertState;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::level::Level;
use crate::domain::missions::mission::Awaited;
use crate::domain::missions::review::ReviewState;
use crate::intake::name_key;
use crate::store::AlertFilter;
use crate::support::french;

/// Most decisions of one kind that are named on one page.
const MOST: usize = 8;

/// Everything that the page of a ministry may name. It is requested by its code or its name.
pub(in crate::application) async fn page(
    services: &Services,
    requested: &str,
    period: &Period,
) -> Result<Datum, ApplicationError> {
    let wanted = name_key(requested);
    let is_asked = |row: &TableRow| {
        let names = ["ministry", "ministry_label"].map(|field| figures::text(Some(row), field));
        names.into_iter().flatten().any(|name| name_key(name) == wanted)
            && figures::flag(Some(row), "in_panorama") == Some(true)
    };
    let all = table::projects(services, Some(period.as_of)).await?;
    let mut rows: Vec<TableRow> = all.into_iter().filter(is_asked).collect();
    let Some(code) = rows.first().and_then(|row| figures::text(Some(row), "ministry")) else {
        return Err(ApplicationError::NoSuchMinistry(requested.to_owned()));
    };
    let code = code.to_owned();
    let panorama = view::panorama(services, Some(period.as_of)).await?;
    let is_it = |row: &&TableRow| figures::text(Some(row), "ministry") == Some(&code);
    let totals = panorama.ministries.iter().find(is_it).cloned();
    let standings = project_standings(services).await?;
    let standing = |row: &TableRow| {
        let id = figures::text(Some(row), "project_id").unwrap_or_default();
        standings.get(&ProjectId::new(id)).copied().unwrap_or_default()
    };
    rows.sort_by_key(|row| Reverse((standing(row).level, standing(row).alerts)));
    let projects = rows.iter().map(|row| project(Some(row), standing(row))).collect();
    let works = Works::read(services, &rows).await?;
    let critical = critical(services, &code).await?;
    let mut fields = head(totals.as_ref(), period, rows.first());
    fields.extend([
        ("projects", Datum::List(projects)),
        ("projects_count", count(rows.len(), &format!("/projets?ministere={code}"))),
        ("critical", critical),
    ]);
    fields.extend(awaited(&works, &code));
    Ok(Datum::Group(fields.into_iter().collect()))
}

type Named = Vec<(&'static str, Datum)>;

fn head(totals: Option<&TableRow>, period: &Period, project: Option<&TableRow>) -> Named {
    let code = figures::text(project, "ministry").unwrap_or_default();
    let here = format!("/ministeres/{code}");
    let name = figures::text(project, "ministry_label");
    let ratio = |field: &str| figure(number(totals, field), french::percent, &here);
    vec![
        ("name", name.map(Datum::text).unwrap_or_default()),
        ("edition", figures::edition(period.edition)),
        ("as_of", figures::day(Some(period.as_of))),
        ("cost_total", figure(number(totals, "cost_total"), french::meur, &here)),
        ("budget_drift", ratio("budget_drift_mean")),
        ("calendar_drift", ratio("calendar_drift_mean")),
    ]
}

fn project(row: Option<&TableRow>, standing: ProjectStanding) -> Datum {
    let id = figures::text(row, "project_id").unwrap_or_default();
    let level = standing.level.map(|level| Datum::text(level.label().to_lowercase()));
    let alerts = count(standing.alerts, &format!("/alertes?projet={id}"));
    let own = [("alerts", alerts), ("level", level.unwrap_or_default())];
    Datum::Group(figures::project_fields(row).into_iter().chain(own).collect())
}

/// Critical alerts that nobody acknowledged and no other alert says already.
async fn critical(services: &Services, code: &str) -> Result<Datum, ApplicationError> {
    let (state, level) = (Some(AlertState::Open), Some(Level::Critical));
    let filter = AlertFilter { state, level, ..AlertFilter::default() };
    let alerts = services.store.alerts(&filter).await?;
    let awaits = |line: &AlertLine| {
        line.ministry.as_ref().is_some_and(|ministry| ministry.as_str() == code)
            && line.handling.acknowledged.is_none()
            && line.alert.hidden_by.is_none()
    };
    let lines = alert_lines(services, alerts).await?.into_iter().filter(awaits);
    Ok(Datum::List(lines.take(MOST).map(|line| work::alert(Some(&line))).collect()))
}

/// The missions to decide and the reviews to come.
fn awaited(works: &Works, code: &str) -> Named {
    let is_of = |ministry: Option<&str>| ministry == Some(code);
    let proposed = works.missions.iter().filter(|line| {
        line.awaits == Some(Awaited::Decision)
            && is_of(line.ministry.as_ref().map(MinistryCode::as_str))
    });
    let reviews = works.reviews.iter().filter(|line| {
        line.review.state == ReviewState::Planned && is_of(Some(line.review.ministry.as_str()))
    });
    vec![
        ("proposed", Datum::List(proposed.take(MOST).map(|line| works.mission(line)).collect())),
        ("reviews", Datum::List(reviews.take(MOST).map(|line| work::review(Some(line))).collect())),
    ]
}
