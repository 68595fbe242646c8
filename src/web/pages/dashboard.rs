//! The dashboard: the figures of the last edition, what moved, what is new, what awaits a decision.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::api::Problem;
use crate::application;
use crate::application::{
    ApplicationError, EditionComparison, EditionMove, FeedEntry, MissionLine, Panorama, ReviewLine,
    rate_chart,
};
use crate::charts::LineChart;
use crate::domain::accounts::access::Permission;
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::level::Level;
use crate::domain::missions::mission::Awaited;
use crate::domain::operation::cycle::CycleCounts;
use crate::domain::portfolio::edition::EditionId;
use crate::store::{FeedQuery, MissionFilter};
use crate::support::french;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::last_visit;
use crate::web::last_visit::Visits;
use crate::web::pages::people::ministry;

/// Most changes since the last visit that are counted, and that are shown one by one.
const MOST_CHANGES: usize = 1000;
const SHOWN_CHANGES: usize = 8;

#[derive(Debug, Serialize)]
struct DashboardPage {
    /// `None` before the first edition is imported.
    panorama: Option<Panorama>,
    chart: Option<LineChart>,
    moves: Option<Moves>,
    levels: Vec<LevelCount>,
    decisions: Vec<Decision>,
    news: Option<News>,
    /// The day that the last cycle judged as of.
    judged_on: Option<NaiveDate>,
    /// Its verdicts of the whole State.
    counts: Option<CycleCounts>,
    /// The newest import of each dataset.
    data: Vec<DataAge>,
}

/// What changed between the last two editions.
#[derive(Debug, Serialize)]
struct Moves {
    from: EditionId,
    to: EditionId,
    entrants: Vec<Link>,
    leavers: Vec<Link>,
    changed: usize,
}

#[derive(Debug, Serialize)]
struct LevelCount {
    level: Level,
    label: &'static str,
    count: usize,
    href: String,
}

/// Something that waits for a person.
#[derive(Debug, Serialize)]
struct Decision {
    /// `3 missions à décider`
    words: String,
    href: &'static str,
    is_late: bool,
}

/// What happened since the last visit.
#[derive(Debug, Serialize)]
struct News {
    since: DateTime<Utc>,
    counts: Vec<String>,
    entries: Vec<NewsEntry>,
}

#[derive(Debug, Serialize)]
struct NewsEntry {
    at: DateTime<Utc>,
    title: String,
    href: Option<String>,
}

#[derive(Debug, Serialize)]
struct DataAge {
    label: &'static str,
    file: String,
    at: DateTime<Utc>,
}

/// Shows the dashboard.
///
/// # Errors
/// If the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if let Some(page) = ministry::home(&context).await? {
        return Ok(page);
    }
    let visits = Visits::at(request.cookie(last_visit::COOKIE).as_ref(), context.clock.now());
    let (panorama, moves, (levels, decisions), news, data) = tokio::try_join!(
        once_known(application::panorama(&context, None)),
        moves(&context),
        waiting(&context),
        news(&context, visits),
        data(&context),
    )?;
    let cycle = context.store.last_cycle().await?;
    let page = DashboardPage {
        chart: panorama
            .as_ref()
            .and_then(|panorama| rate_chart(&panorama.series.iter().collect::<Vec<_>>())),
        moves,
        levels,
        decisions,
        news,
        judged_on: cycle.as_ref().map(|cycle| cycle.inputs.as_of),
        counts: cycle.and_then(|cycle| cycle.counts),
        data,
        panorama,
    };
    let heading = Heading::of("Tableau de bord", "tableau-de-bord");
    let mut response = context.page("pages/dashboard.html", &heading, &page)?;
    // A browser that refuses cookies reads the dashboard all the same.
    drop(response.add_cookie(&visits.cookie(context.is_secure())));
    Ok(response)
}

/// What the data gives; `None` before the first edition is imported.
async fn once_known<T>(
    made: impl Future<Output = Result<T, ApplicationError>>,
) -> Result<Option<T>, Problem> {
    match made.await.map_err(Problem::from) {
        Ok(made) => Ok(Some(made)),
        Err(Problem::NotYet(_)) => Ok(None),
        Err(problem) => Err(problem),
    }
}

async fn moves(context: &PageContext) -> Result<Option<Moves>, Problem> {
    let compared = once_known(application::compare_last_editions(context)).await?;
    let Some(EditionComparison { from, to, projects, .. }) = compared.flatten() else {
        return Ok(None);
    };
    let named = |change: EditionMove| {
        let those = projects.iter().filter(move |one| one.change == change);
        let link = those.map(|one| Link {
            label: one.name.clone(),
            href: format!("/projets/{}", one.project_id),
        });
        link.collect::<Vec<_>>()
    };
    let changed = projects.iter().filter(|one| !one.changed.is_empty()).count();
    let (entrants, leavers) = (named(EditionMove::Entered), named(EditionMove::Left));
    Ok(Some(Moves { from, to, entrants, leavers, changed }))
}

/// The open alerts by level, and what waits for those who may decide.
async fn waiting(context: &PageContext) -> Result<(Vec<LevelCount>, Vec<Decision>), Problem> {
    let mut alerts = context.store.alerts_in_brief().await?;
    alerts.retain(|alert| alert.state == AlertState::Open);
    Ok((levels(&alerts), decisions(context, &alerts).await?))
}

/// How many open alerts have each level, the most serious first.
fn levels(alerts: &[Alert]) -> Vec<LevelCount> {
    let of = |level: Level| LevelCount {
        level,
        label: level.label(),
        count: alerts.iter().filter(|alert| alert.level == level).count(),
        href: format!("/alertes?niveau={}", crate::web::wording::labels::in_address(level.label())),
    };
    Level::ALL.into_iter().rev().filter(|level| level.is_alerting()).map(of).collect()
}

/// What waits for those who may decide: nothing that the caller could not act on.
async fn decisions(context: &PageContext, alerts: &[Alert]) -> Result<Vec<Decision>, Problem> {
    let mut decisions = Vec::new();
    let mut add = |count: usize, (one, many): (&str, &str), href, is_late| {
        if count > 0 {
            decisions.push(Decision { words: french::counted(count, one, many), href, is_late });
        }
    };
    let missions = application::mission_lines(context, &MissionFilter::default()).await?;
    let awaiting = |line: &&MissionLine| line.awaits == Some(Awaited::Decision);
    let to_decide = missions.iter().filter(awaiting).count();
    let is_late = missions.iter().filter(awaiting).any(|line| line.late);
    let to_decide_words = ("mission à décider", "missions à décider");
    add(to_decide, to_decide_words, "/missions?etat=proposee", is_late);
    let late_missions = missions.iter().filter(|line| line.late && !awaiting(line)).count();
    add(late_missions, ("mission en retard", "missions en retard"), "/missions?retard=oui", true);
    let handlings = context.store.handlings().await?;
    let is_seen = |alert: &Alert| {
        handlings.get(&alert.id).is_some_and(|handling| handling.acknowledged.is_some())
    };
    let critical = alerts.iter().filter(|alert| alert.level == Level::Critical && !is_seen(alert));
    let critical_words = ("alerte critique à acquitter", "alertes critiques à acquitter");
    add(critical.count(), critical_words, "/alertes?niveau=critique", false);
    let reviews = application::review_lines(context, None, None).await?;
    let late_reviews = reviews.iter().filter(|line: &&ReviewLine| line.late).count();
    add(late_reviews, ("revue en retard", "revues en retard"), "/revues", true);
    if context.caller().may(Permission::Operate) && context.caller().scope.is_whole() {
        let held = context.store.held_imports().await?.len();
        let held_words =
            ("import en attente de confirmation", "imports en attente de confirmation");
        add(held, held_words, "/imports?etat=en-attente-de-confirmation", false);
    }
    Ok(decisions)
}

async fn news(context: &PageContext, visits: Visits) -> Result<Option<News>, Problem> {
    let Some(since) = visits.former else { return Ok(None) };
    let query = FeedQuery { after: None, since: Some(since), limit: MOST_CHANGES };
    let entries = application::feed(context, &query).await?.entries;
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for entry in &entries {
        *counts.entry(entry.kind).or_default() += 1;
    }
    let counts = counts.into_iter().filter_map(|(kind, count)| counted(kind, count)).collect();
    let shown = entries.into_iter().filter(|entry| counted(entry.kind, 1).is_some());
    Ok(Some(News { since, counts, entries: shown.take(SHOWN_CHANGES).map(news_entry).collect() }))
}

fn news_entry(entry: FeedEntry) -> NewsEntry {
    let href = entry.path.strip_prefix("/api/v1/").and_then(|path| path.split_once('/')).and_then(
        |(kind, id)| match kind {
            "alerts" => Some(format!("/alertes/{id}")),
            "missions" => Some(format!("/missions/{id}")),
            _ => None,
        },
    );
    NewsEntry { at: entry.at, title: entry.title, href }
}

/// `3 alertes ouvertes`; `None` for what is no news of its own.
fn counted(kind: &str, count: usize) -> Option<String> {
    let (one, many) = match kind {
        "alert.opened" => ("alerte ouverte", "alertes ouvertes"),
        "alert.new_fact" => ("fait nouveau", "faits nouveaux"),
        "alert.updated" => ("alerte modifiée", "alertes modifiées"),
        "alert.resolved" => ("alerte close", "alertes closes"),
        "mission.proposed" => ("mission proposée", "missions proposées"),
        "mission.opened" => ("mission ouverte", "missions ouvertes"),
        "mission.closed" => ("mission close", "missions closes"),
        "dataset.imported" => ("fichier reçu", "fichiers reçus"),
        _ => return None,
    };
    Some(french::counted(count, one, many))
}

/// The newest import of each dataset that is in use.
async fn data(context: &PageContext) -> Result<Vec<DataAge>, Problem> {
    let mut newest = BTreeMap::new();
    for import in context.store.imports().await? {
        let age =
            DataAge { label: import.dataset.label(), file: import.file, at: import.imported_at };
        newest.insert(import.dataset, age);
    }
    Ok(newest.into_values().collect())
}
