//! The history of one project, newest first: what each edition said, what cycles and people did to
//! its alerts, missions and reviews, its silences, and the identity links that concern it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use polars::prelude::{IntoLazy as _, col, lit};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::dossier::AlertEvent;
use super::table_rows::TableRow;
use super::{dossier, table_rows, view};
use crate::application::publishing::catalogue::rules_in_force;
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::alert::{Alert, AlertChangeKind};
use crate::domain::alerts::silence::Silence;
use crate::domain::ids::ProjectId;
use crate::domain::level::Level;
use crate::domain::missions::review::Review;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::Rebaseline;
use crate::domain::portfolio::subject::Subject;
use crate::domain::words::words;
use crate::store::{AlertFilter, LinkAction, LinkEntry, MissionEntry, MissionFilter, ReviewEntry};
use crate::support::clock::today;
use crate::support::french;

/// An event in the history of a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEvent {
    /// A name that never changes and is unique in the timeline: `alert/1f2e3d4c5b6a/3`.
    pub name: String,
    /// The day in Paris.
    pub on: NaiveDate,
    /// The instant; `None` for an edition, of which only the day is known.
    pub at: Option<DateTime<Utc>>,
    pub about: TimelineKind,
    /// The kind of change or action: `worsened`, `commented`, `held`.
    pub kind: String,
    /// In French.
    pub title: String,
    pub words: String,
    /// For an alert: its level after the event.
    pub level: Option<Level>,
    /// Who did it. Absent for editions and identity links: the audit trail has the authors of
    /// links.
    pub by: Option<Actor>,
    /// Where all of it is shown: `/api/v1/alerts/1f2e3d4c5b6a`.
    pub path: String,
}

words! {
    pub enum TimelineKind, "a kind of event" {
        Edition = "edition",
        /// A decision to measure the project against a new reference.
        Baseline = "baseline",
        /// The project was found to be the same as another, or not to be after all.
        Identity = "identity",
        Alert = "alert",
        Mission = "mission",
        Review = "review",
        Silence = "silence",
    }
}

impl TimelineKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Edition => "Édition",
            Self::Baseline => "Référence",
            Self::Identity => "Identité",
            Self::Alert => "Alerte",
            Self::Mission => "Mission",
            Self::Review => "Revue",
            Self::Silence => "Silence",
        }
    }
}

/// The timeline of a project, by its id or any name it ever had. What people did to other projects
/// is left out.
pub async fn timeline(
    services: &Services,
    requested: &str,
) -> Result<Vec<TimelineEvent>, ApplicationError> {
    let project = view::find_project(services, requested).await?.project;
    let subject = Subject::Project(project.clone());
    let mut events = editions(services, &project).await?;
    let links = services.store.identity_log().await?;
    events.extend(links.iter().filter_map(|entry| link_event(entry, &project)));
    events.extend(alert_events(services, &subject).await?);
    let of_it = MissionFilter { subject: Some(subject), ..MissionFilter::default() };
    for mission in services.store.missions(&of_it).await? {
        let history = services.store.mission_history(&mission.id).await?;
        events.extend(history.into_iter().enumerate().map(mission_event));
    }
    for (review, _) in services.store.reviews().await? {
        if review.project == project {
            let history = services.store.review_history(&review.id).await?;
            events.extend(history.into_iter().enumerate().map(review_event));
        }
    }
    let mut silences = services.store.silences().await?;
    silences.retain(|silence| silence.scope.project.as_ref() == Some(&project));
    events.extend(silences.iter().flat_map(silence_events));
    // At the same instant, what is added later results from what is added earlier.
    events.sort_by_key(|event| (event.on, event.at));
    events.reverse();
    Ok(events)
}

async fn editions(
    services: &Services,
    project: &ProjectId,
) -> Result<Vec<TimelineEvent>, ApplicationError> {
    let today = today(services.clock.now());
    let known = view::known_data(services, Some(today)).await?;
    let decided = view::rebaselines_of(&known.portfolio, project, known.as_of);
    let id = project.clone();
    let rows = tokio::task::spawn_blocking(move || {
        let history = known.history()?.lazy();
        let own = history.filter(col("project_id").eq(lit(id.as_str()))).collect();
        table_rows::rows(&own.map_err(ApplicationError::Table)?)
    });
    let mut events: Vec<TimelineEvent> = rows.await??.iter().filter_map(edition_event).collect();
    events.extend(decided.iter().enumerate().map(baseline_event));
    Ok(events)
}

fn baseline_event((place, decision): (usize, &Rebaseline)) -> TimelineEvent {
    let Rebaseline { project, decided_on, cost_meur, duration_months, reason, decided_by } =
        decision;
    let figures = [
        cost_meur.map(|cost| format!("coût de référence : {}", french::meur(cost))),
        duration_months.map(|count| format!("durée de référence : {}", french::months(count))),
        decided_by.as_ref().map(|by| format!("décidé par : {by}")),
    ];
    let figures: Vec<String> = figures.into_iter().flatten().collect();
    TimelineEvent {
        name: format!("baseline/{decided_on}/{place}"),
        on: *decided_on,
        at: None,
        about: TimelineKind::Baseline,
        kind: "restated".to_owned(),
        title: "Recalage de la référence".to_owned(),
        words: format!("{reason} ({})", figures.join(" ; ")),
        level: None,
        by: None,
        path: format!("/api/v1/projects/{project}"),
    }
}

fn edition_event(row: &TableRow) -> Option<TimelineEvent> {
    let edition: EditionId = row.get("edition")?.as_str()?.parse().ok()?;
    let number = |field: &str| row.get(field).and_then(Json::as_f64);
    let withheld = |field: &str| row.get(field).and_then(Json::as_bool) == Some(true);
    let figure = |field: &str, withheld_field: &str, write: fn(f64) -> String, drift: &str| {
        let figure = match number(field) {
            Some(figure) => write(figure),
            None if withheld(withheld_field) => "non publié".to_owned(),
            None => "inconnu".to_owned(),
        };
        let drift = number(drift).map(french::percent);
        drift.map_or(figure.clone(), |drift| format!("{figure} (écart {drift})"))
    };
    let cost = figure("cost_current", "cost_withheld", french::meur, "budget_drift");
    let length = figure("duration_current", "duration_withheld", french::months, "calendar_drift");
    Some(TimelineEvent {
        name: format!("edition/{edition}"),
        on: edition.as_of(),
        at: None,
        about: TimelineKind::Edition,
        kind: "published".to_owned(),
        title: format!("Édition de {}", french::month_and_year(edition.as_of())),
        words: format!("Coût : {cost} ; durée : {length}"),
        level: None,
        by: None,
        path: "/api/v1/editions".to_owned(),
    })
}

fn link_event(entry: &LinkEntry, project: &ProjectId) -> Option<TimelineEvent> {
    let LinkEntry { from, into, .. } = entry;
    let other = match (from == project, into == project) {
        (true, _) => into,
        (_, true) => from,
        (false, false) => return None,
    };
    let (kind, how) = match entry.action {
        LinkAction::Link => ("linked", "réuni à"),
        LinkAction::Unlink => ("unlinked", "séparé de"),
    };
    Some(TimelineEvent {
        name: format!("identity/{}", entry.number),
        about: TimelineKind::Identity,
        kind: kind.to_owned(),
        title: format!("Projet {how} {other}"),
        words: entry.reason.clone(),
        path: "/api/v1/known-projects".to_owned(),
        ..done_at(entry.at)
    })
}

/// Events of the project's alerts and of those they continue, except cycles that found the same as
/// the one before.
async fn alert_events(
    services: &Services,
    subject: &Subject,
) -> Result<Vec<TimelineEvent>, ApplicationError> {
    let rules = rules_in_force(services).await?;
    let of_it = AlertFilter { subject: Some(subject.clone()), ..AlertFilter::default() };
    let alerts = services.store.alerts(&of_it).await?;
    let (mut seen, mut cycles) = (BTreeSet::new(), BTreeMap::new());
    let mut events = Vec::new();
    for Alert { id: current, rule, .. } in alerts {
        for id in dossier::line_of(services, &current).await? {
            if !seen.insert(id.clone()) {
                continue;
            }
            let history = dossier::history_of(services, &id, &mut cycles).await?;
            let shown = history.into_iter().enumerate();
            let shown = shown.filter(|(_, one)| one.kind != AlertChangeKind::Persisted.as_str());
            let title = rules.titles().get(&rule).map_or_else(|| rule.to_string(), Clone::clone);
            events.extend(shown.map(|(place, event)| TimelineEvent {
                name: format!("alert/{id}/{place}"),
                title: format!("Alerte « {title} » : {}", event.label),
                path: format!("/api/v1/alerts/{id}"),
                ..alert_event(event)
            }));
        }
    }
    Ok(events)
}

fn alert_event(event: AlertEvent) -> TimelineEvent {
    let AlertEvent { at, actor, kind, level, words, whom, .. } = event;
    let said = [whom.unwrap_or_default(), words];
    let said: Vec<String> = said.into_iter().filter(|text| !text.is_empty()).collect();
    TimelineEvent {
        about: TimelineKind::Alert,
        kind,
        words: said.join(" : "),
        level,
        by: Some(actor),
        ..done_at(at)
    }
}

fn mission_event((place, entry): (usize, MissionEntry)) -> TimelineEvent {
    let MissionEntry { at, change, .. } = entry;
    let mission = change.mission;
    TimelineEvent {
        name: format!("mission/{}/{place}", mission.id),
        about: TimelineKind::Mission,
        kind: change.kind.as_str().to_owned(),
        title: format!("{} : {}", mission.kind.label(), change.kind.label()),
        words: change.reason,
        by: change.by.or_else(|| Some(Actor::vigie())),
        path: format!("/api/v1/missions/{}", mission.id),
        ..done_at(at)
    }
}

fn review_event((place, entry): (usize, ReviewEntry)) -> TimelineEvent {
    let ReviewEntry { at, change } = entry;
    let Review { id, planned_on, .. } = change.review;
    TimelineEvent {
        name: format!("review/{id}/{place}"),
        about: TimelineKind::Review,
        kind: change.kind.as_str().to_owned(),
        title: format!("Revue du {} : {}", french::date(planned_on), change.kind.label()),
        words: change.reason,
        by: change.by.or_else(|| Some(Actor::vigie())),
        path: format!("/api/v1/reviews/{id}"),
        ..done_at(at)
    }
}

fn silence_events(silence: &Silence) -> impl Iterator<Item = TimelineEvent> {
    let of = |kind: &str, title: String, at: DateTime<Utc>| TimelineEvent {
        name: format!("silence/{}/{kind}", silence.number),
        about: TimelineKind::Silence,
        kind: kind.to_owned(),
        title,
        path: format!("/api/v1/silences/{}", silence.number),
        ..done_at(at)
    };
    let until = format!("Silence jusqu’au {}", french::date(silence.last_day));
    let made = TimelineEvent {
        words: silence.reason.clone(),
        by: Some(silence.author.clone()),
        ..of("made", until, silence.made_at)
    };
    let ended = silence.ended.as_ref().map(|end| TimelineEvent {
        words: end.reason.clone(),
        by: Some(end.by.clone()),
        ..of("ended", "Fin du silence".to_owned(), end.at)
    });
    [Some(made), ended].into_iter().flatten()
}

/// An event of which only the instant is set.
fn done_at(at: DateTime<Utc>) -> TimelineEvent {
    TimelineEvent {
        name: String::new(),
        on: today(at),
        at: Some(at),
        about: TimelineKind::Edition,
        kind: String::new(),
        title: String::new(),
        words: String::new(),
        level: None,
        by: None,
        path: String::new(),
    }
}
