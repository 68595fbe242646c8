//! The note to the COSINUM on an edition: what its template may name.

use chrono::NaiveDate;

use super::figures::{count, counted_field, figure, number};
use super::period::Period;
use super::works::Works;
use super::{candidates, evolutions, figures};
use crate::application::actions::missions::MissionLine;
use crate::application::actions::reviews::ReviewLine;
use crate::application::cache::known_data::TARGET;
use crate::application::queries::edition_comparison::{EditionMove, compare_editions};
use crate::application::queries::projects::rate_chart::rate_chart;
use crate::application::queries::projects::table;
use crate::application::queries::table_rows::TableRow;
use crate::application::queries::view;
use crate::application::queries::view::Panorama;
use crate::application::{ApplicationError, Services};
use crate::charts::{ChartPicture, picture};
use crate::documents::{Chart, Datum};
use crate::domain::missions::mission::{MissionKind, MissionState};
use crate::domain::missions::review::ReviewState;
use crate::domain::note_text::{NoteSection, NoteText};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::value::Value;
use crate::frame;
use crate::support::french;

/// Most editions of the trajectory that are shown.
const PATH: usize = 6;

/// Everything that the note may name.
pub(super) async fn note(services: &Services, period: &Period) -> Result<Datum, ApplicationError> {
    let panorama = view::panorama(services, Some(period.as_of)).await?;
    let all = table::projects(services, Some(period.as_of)).await?;
    let listed: Vec<TableRow> = all
        .into_iter()
        .filter(|row| figures::flag(Some(row), "in_panorama") == Some(true))
        .collect();
    let works = Works::read(services, &listed).await?;
    let mut fields = headline(&panorama, period);
    fields.extend(path(services, &panorama, period).await?);
    fields.extend(moves(services, &listed, period).await?);
    fields.extend(evolutions::evolutions(services, period, &listed, &works).await?.named());
    fields.extend(lists(&listed));
    fields.push(("candidates", candidates::candidates(services, period, &listed).await?));
    fields.extend(decisions(&works, period));
    fields.push(("texts", texts(services, period.edition).await?));
    Ok(Datum::Group(fields.into_iter().collect()))
}

type Named = Vec<(&'static str, Datum)>;

fn headline(panorama: &Panorama, period: &Period) -> Named {
    let former = period.previous.and_then(|previous| row_of(&panorama.series, previous));
    let row = Some(&panorama.portfolio);
    let here = format!("/editions/{}", period.edition);
    let there = period.comparison();
    // The change since the edition right before is by the same references, as is known now.
    let is_next = period.previous == period.before;
    let change = |field: &str| {
        let exact = number(row, &format!("{field}_change")).filter(|_| is_next);
        let apart = number(row, field).zip(number(former, field)).map(|(now, then)| now - then);
        figure(exact.or(apart), french::points, &there)
    };
    let ratio = |field: &str| figure(number(row, field), french::percent, &here);
    let count = number(row, "project_count");
    let unknown = count.zip(number(row, "cost_known_count")).map(|(all, known)| all - known);
    let unknown = unknown.filter(|unknown| *unknown > 0.0);
    let floor = number(row, "floor_drift");
    let difference = floor.zip(number(row, "global_drift")).map(|(floor, now)| floor - now);
    vec![
        ("edition", figures::edition(period.edition)),
        ("previous", period.previous.map(figures::edition).unwrap_or_default()),
        ("as_of", figures::day(Some(period.as_of))),
        ("projects", counted_field(row, "project_count", &here)),
        ("cost_total", figure(number(row, "cost_total"), french::billions, &here)),
        ("cost_unknown", figure(unknown, |value| french::decimal(value, 0), &here)),
        ("budget_drift", ratio("budget_drift_mean")),
        ("calendar_drift", ratio("calendar_drift_mean")),
        ("global_drift", ratio("global_drift")),
        ("budget_change", change("budget_drift_mean")),
        ("calendar_change", change("calendar_drift_mean")),
        ("global_change", change("global_drift")),
        ("target", figure(number(row, "target_drift"), french::percent_at_most, "/seuils")),
        ("target_distance", figure(number(row, "target_distance"), french::points, "/seuils")),
        // Rounded as the note has it: the floor is an order of magnitude.
        ("floor", figure(floor, whole_percent, &here)),
        ("floor_difference", figure(difference, french::points, &here)),
    ]
}

/// `21 %`
fn whole_percent(ratio: f64) -> String {
    format!("{}{}%", french::decimal(ratio * 100.0, 0), french::THIN)
}

fn row_of(series: &[TableRow], edition: EditionId) -> Option<&TableRow> {
    let edition = edition.to_string();
    series.iter().rfind(|row| figures::text(Some(row), "edition") == Some(&edition))
}

/// The dated targets, and the rate at the last editions.
async fn path(
    services: &Services,
    panorama: &Panorama,
    period: &Period,
) -> Result<Named, ApplicationError> {
    let (_, rules) = view::measurable(services, Some(period.as_of)).await?;
    let values = rules.thresholds().get(TARGET).map(|target| target.values.as_slice());
    let values = values.unwrap_or_default();
    let targets = values.iter().enumerate().map(|(index, dated)| {
        let next = values.get(index + 1).and_then(|next| next.from);
        target_group(ratio_of(&dated.value), dated.from, next.and_then(|next| next.pred_opt()))
    });
    let targets: Vec<Datum> = targets.collect();
    let past = |row: &&TableRow| {
        let edition = figures::text(Some(row), "edition").and_then(|text| text.parse().ok());
        edition.is_some_and(|edition: EditionId| edition <= period.edition)
    };
    let steps: Vec<&TableRow> = panorama.series.iter().filter(past).collect();
    let shown = steps.get(steps.len().saturating_sub(PATH)..).unwrap_or_default();
    let path = shown.iter().map(|row| step(row)).collect();
    let chart = path_chart(&steps).unwrap_or_default();
    Ok(vec![("targets", Datum::List(targets)), ("path_chart", chart), ("path", Datum::List(path))])
}

/// The picture of the dashboard; none of a single edition.
fn path_chart(steps: &[&TableRow]) -> Option<Datum> {
    if steps.len() < 2 {
        return None;
    }
    let ChartPicture { svg, width, height, words } = picture(&rate_chart(steps)?);
    let title = "Taux global, cibles et indicateur plancher à chaque édition".to_owned();
    Some(Datum::Chart(Chart { name: "path_chart", title, words, svg, width, height }))
}

fn ratio_of(value: &Value) -> Option<f64> {
    match value {
        Value::Float(ratio) => Some(*ratio),
        Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Date(_) => None,
    }
}

fn target_group(value: Option<f64>, since: Option<NaiveDate>, until: Option<NaiveDate>) -> Datum {
    Datum::group([
        ("value", figure(value, french::percent_at_most, "/seuils")),
        ("since", figures::day(since)),
        ("until", figures::day(until)),
    ])
}

fn step(row: &TableRow) -> Datum {
    let row = Some(row);
    let edition: Option<EditionId> =
        figures::text(row, "edition").and_then(|edition| edition.parse().ok());
    let ratio = |field: &str| figure(number(row, field), french::percent, "/editions");
    Datum::group([
        ("edition", edition.map(figures::edition).unwrap_or_default()),
        ("projects", counted_field(row, "project_count", "/editions")),
        ("budget_drift", ratio("budget_drift_mean")),
        ("calendar_drift", ratio("calendar_drift_mean")),
        ("global_drift", ratio("global_drift")),
        ("target", figure(number(row, "target_drift"), french::percent_at_most, "/seuils")),
    ])
}

/// Who came and left since the edition that the note is compared with, and who is due to leave.
async fn moves(
    services: &Services,
    listed: &[TableRow],
    period: &Period,
) -> Result<Named, ApplicationError> {
    let (mut entrants, mut leavers) = (Vec::new(), Vec::new());
    if let Some(previous) = period.previous {
        let comparison = compare_editions(services, previous, period.edition).await?;
        for one in comparison.projects {
            match one.change {
                EditionMove::Entered => {
                    let id = one.project_id.as_str();
                    let row = listed
                        .iter()
                        .find(|row| figures::text(Some(row), "project_id") == Some(id));
                    entrants.push(figures::project(row));
                }
                EditionMove::Left => {
                    let mut row = TableRow::new();
                    row.insert("project_id".to_owned(), one.project_id.as_str().into());
                    row.insert("name".to_owned(), one.name.as_str().into());
                    leavers.push(figures::project(Some(&row)));
                }
                EditionMove::Changed | EditionMove::Unchanged => {}
            }
        }
    }
    let leaving: Vec<Datum> =
        ordered(listed.iter().filter(|row| view::is_due_to_leave(row)).collect());
    let there = period.comparison();
    Ok(vec![
        ("entrants_count", count(entrants.len(), &there)),
        ("entrants", Datum::List(entrants)),
        ("leavers_count", count(leavers.len(), &there)),
        ("leavers", Datum::List(leavers)),
        ("leaving_count", count(leaving.len(), "/projets?sortant=oui")),
        ("leaving", Datum::List(leaving)),
        ("leaving_by", figures::day(Some(frame::leaving_by(period.edition)))),
    ])
}

/// The four lists of the note.
fn lists(listed: &[TableRow]) -> Named {
    let names = ["closing", "recurrent", "reframing", "heightened"];
    let on = |name: &str| -> Vec<&TableRow> {
        let field = format!("watch_{name}");
        listed.iter().filter(|row| figures::flag(Some(row), &field) == Some(true)).collect()
    };
    let is_listed = names.iter().any(|name| !on(name).is_empty());
    let list = |name: &'static str| (name, Datum::List(ordered(on(name))));
    names.into_iter().map(list).chain([("listed", Datum::Flag(is_listed))]).collect()
}

/// Projects, the largest drift first; those whose drifts are not known last.
fn ordered(mut rows: Vec<&TableRow>) -> Vec<Datum> {
    let drift = |row: &TableRow| {
        let both = ["budget_drift", "calendar_drift"].map(|field| number(Some(row), field));
        both.into_iter().flatten().fold(f64::NEG_INFINITY, f64::max)
    };
    rows.sort_by(|a, b| drift(b).total_cmp(&drift(a)));
    rows.into_iter().map(|row| figures::project(Some(row))).collect()
}

fn decisions(works: &Works, period: &Period) -> Named {
    let mut fields = decision_fields(&works.missions, &works.reviews, period);
    let kind = MissionKind::Securisation;
    fields.retain(|(name, _)| *name != "securisation");
    let triggered = works.decided_missions(period, |line| line.mission.kind == kind);
    fields.push(("securisation", Datum::List(triggered)));
    fields
}

fn decision_fields(missions: &[MissionLine], reviews: &[ReviewLine], period: &Period) -> Named {
    let in_state =
        |state: MissionState| missions.iter().filter(move |line| line.mission.state == state);
    let to_decide = in_state(MissionState::Proposed)
        .filter(|line| line.mission.kind == MissionKind::Securisation)
        .count();
    let closed = in_state(MissionState::Closed).filter(|line| {
        line.mission.conduct.closing.as_ref().is_some_and(|closing| period.covers(closing.on))
    });
    let meant = || {
        let is_held_or_planned = |line: &&ReviewLine| line.review.state != ReviewState::Cancelled;
        reviews
            .iter()
            .filter(is_held_or_planned)
            .filter(|line| period.covers(line.review.planned_on))
    };
    let held = meant().filter(|line| line.review.state == ReviewState::Held).count();
    let coming = reviews.iter().filter(|line| {
        line.review.state == ReviewState::Planned && line.review.planned_on > period.as_of
    });
    vec![
        (
            "missions_proposed",
            count(in_state(MissionState::Proposed).count(), "/missions?etat=proposee"),
        ),
        ("missions_open", count(in_state(MissionState::Open).count(), "/missions?etat=ouverte")),
        ("missions_closed", count(closed.count(), "/missions?etat=close")),
        ("reviews_planned", count(meant().count(), "/revues")),
        ("reviews_held", count(held, "/revues?etat=tenue")),
        (
            "reviews_late",
            count(reviews.iter().filter(|line| line.late).count(), "/revues?retard=oui"),
        ),
        ("reviews_coming", count(coming.count(), "/revues")),
        ("securisation", Datum::List(Vec::new())),
        ("securisation_proposed", count(to_decide, "/missions?etat=proposee")),
    ]
}

async fn texts(services: &Services, edition: EditionId) -> Result<Datum, ApplicationError> {
    Ok(texts_group(&services.store.note_texts(edition).await?, edition))
}

/// What people wrote, or where it is to be written.
fn texts_group(written: &[NoteText], edition: EditionId) -> Datum {
    let of = |section: NoteSection| {
        let text = written.iter().find(|one| one.section == section && !one.text.is_empty());
        match text {
            Some(text) => Datum::Prose(text.text.clone()),
            None => Datum::Wanted {
                label: section.label().to_owned(),
                href: format!("/documents/cosinum/{edition}#{}", section.as_str()),
            },
        }
    };
    Datum::Group(
        NoteSection::ALL.into_iter().map(|section| (section.as_str(), of(section))).collect(),
    )
}
