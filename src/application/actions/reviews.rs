//! Reviews as shown to people, their planning, and the actions of people on them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::application::publishing::catalogue;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::decisions::reviews;
use crate::decisions::reviews::{Listed, ReviewAct, TIMETABLE_FILE, Timetable};
use crate::domain::accounts::audit::Actor;
use crate::domain::ids::{MinistryCode, ProjectId, ReviewId};
use crate::domain::missions::review::{Review, ReviewAction, ReviewChange, ReviewState};
use crate::domain::portfolio::follow_up::WatchList;
use crate::domain::portfolio::published::Portfolio;
use crate::store::{ReviewEntry, StoreError};
use crate::support::clock::today;

/// A review in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReviewLine {
    #[serde(flatten)]
    pub review: Review,
    /// The project's latest name.
    pub name: String,
    pub late: bool,
}

/// An action decided in a review and not yet marked as done.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OpenAction {
    pub review: ReviewId,
    /// Its number in the minutes of that review, from 1.
    pub number: usize,
    pub project: ProjectId,
    pub name: String,
    pub ministry: MinistryCode,
    pub held_on: NaiveDate,
    #[serde(flatten)]
    pub action: ReviewAction,
    pub late: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReviewFile {
    #[serde(flatten)]
    pub line: ReviewLine,
    /// For a planned review: the open actions of earlier reviews of the project.
    pub open_actions: Vec<OpenAction>,
    /// Oldest first.
    pub history: Vec<ReviewEntry>,
}

/// The job of reviews: plans the next review of each listed project, and calls off those of
/// projects that are no longer listed. Writes nothing on a dry run, or when nothing changes.
pub async fn plan_reviews(
    services: &Services,
    as_of: Option<NaiveDate>,
    dry_run: bool,
) -> Result<Vec<ReviewChange>, ApplicationError> {
    let at = services.clock.now();
    let as_of = as_of.unwrap_or_else(|| today(at));
    let upto = services.store.latest_known().await?;
    let listed = listed(&view::known_portfolio(services, &upto, as_of).await?, as_of);
    let timetable = timetable(services).await?;
    if dry_run {
        let known: Vec<Review> = all(services).await?;
        return Ok(reviews::plan(&listed, &known, &timetable, as_of));
    }
    services
        .store
        .change_reviews((as_of, at), |known| Ok(reviews::plan(&listed, known, &timetable, as_of)))
        .await
}

/// Planned reviews by date, then the others; of one ministry or of all.
pub async fn review_lines(
    services: &Services,
    ministry: Option<&MinistryCode>,
    state: Option<ReviewState>,
) -> Result<Vec<ReviewLine>, ApplicationError> {
    let today = today(services.clock.now());
    let names = names(services).await?;
    let chosen = |review: &Review| {
        ministry.is_none_or(|ministry| review.ministry == *ministry)
            && state.is_none_or(|state| review.state == state)
    };
    let reviews = all(services).await?.into_iter().filter(chosen);
    let mut lines: Vec<ReviewLine> = reviews.map(|review| line(review, &names, today)).collect();
    lines.sort_by_key(|line| line.review.state);
    Ok(lines)
}

pub async fn review(services: &Services, id: &ReviewId) -> Result<ReviewFile, ApplicationError> {
    let known = all(services).await?;
    let found = known.iter().find(|review| review.id == *id).cloned();
    let found = found.ok_or_else(|| ApplicationError::NoSuchReview(id.clone()))?;
    let today = today(services.clock.now());
    let names = names(services).await?;
    let open_actions = if found.state == ReviewState::Planned {
        let of_it: Vec<&Review> = known.iter().filter(|one| one.project == found.project).collect();
        open(&of_it, &names, today)
    } else {
        vec![]
    };
    let line = line(found, &names, today);
    Ok(ReviewFile { line, open_actions, history: services.store.review_history(id).await? })
}

/// Actions that reviews left to do, by date; of one ministry or of all.
pub async fn open_actions(
    services: &Services,
    ministry: Option<&MinistryCode>,
) -> Result<Vec<OpenAction>, ApplicationError> {
    let today = today(services.clock.now());
    let known = all(services).await?;
    let chosen = known.iter().filter(|one| ministry.is_none_or(|wanted| one.ministry == *wanted));
    Ok(open(&chosen.collect::<Vec<_>>(), &names(services).await?, today))
}

/// Open actions, by date.
fn open(
    reviews: &[&Review],
    names: &BTreeMap<ProjectId, String>,
    today: NaiveDate,
) -> Vec<OpenAction> {
    let mut open: Vec<OpenAction> = Vec::new();
    for review in reviews {
        let Some(minutes) = &review.minutes else { continue };
        let numbered = (1..).zip(&minutes.actions).filter(|(_, action)| action.done.is_none());
        open.extend(numbered.map(|(number, action)| OpenAction {
            review: review.id.clone(),
            number,
            project: review.project.clone(),
            name: named(&review.project, names),
            ministry: review.ministry.clone(),
            held_on: minutes.held_on,
            late: action.is_late(today),
            action: action.clone(),
        }));
    }
    open.sort_by(|a, b| {
        (a.action.due_on, &a.project, a.number).cmp(&(b.action.due_on, &b.project, b.number))
    });
    open
}

/// Applies an action to a review. When the review was held, plans the next one in the same
/// transaction.
///
/// # Errors
/// When the action is refused, or the review is of another revision than `read`, where that is given.
pub async fn act_on_review(
    services: &Services,
    (id, read): (&ReviewId, Option<u32>),
    what: &ReviewAct,
    actor: &Actor,
) -> Result<Vec<ReviewChange>, ApplicationError> {
    let at = services.clock.now();
    let today = today(at);
    let upto = services.store.latest_known().await?;
    let listed = listed(&view::known_portfolio(services, &upto, today).await?, today);
    let timetable = timetable(services).await?;
    let day = match what {
        ReviewAct::Hold(minutes) => minutes.held_on.min(today),
        ReviewAct::Move(_) | ReviewAct::Cancel(_) | ReviewAct::Tick(..) => today,
    };
    services
        .store
        .change_reviews((day, at), |known| {
            let found = known.iter().find(|review| review.id == *id);
            let review = found.ok_or_else(|| ApplicationError::NoSuchReview(id.clone()))?;
            if read.is_some_and(|read| read != review.revision) {
                let changed = StoreError::Changed { what: "review", id: id.to_string() };
                return Err(changed.into());
            }
            let change =
                reviews::act(review, what, actor, today).map_err(ApplicationError::Disallowed)?;
            let mut changes = vec![change.clone()];
            if matches!(what, ReviewAct::Hold(_)) {
                let of_it: Vec<Listed> =
                    listed.into_iter().filter(|one| one.project == review.project).collect();
                let after: Vec<Review> = known
                    .iter()
                    .map(|one| if one.id == *id { &change.review } else { one })
                    .cloned()
                    .collect();
                let next = reviews::plan(&of_it, &after, &timetable, today);
                // Only this project was planned, so the reviews of the others are not called off.
                changes.extend(
                    next.into_iter().filter(|next| next.review.state == ReviewState::Planned),
                );
            }
            Ok(changes)
        })
        .await
}

/// The reviews of a ministry as an iCalendar feed.
pub async fn review_calendar(
    services: &Services,
    ministry: &str,
) -> Result<String, ApplicationError> {
    let known = services.store.known_projects().await?;
    if !known.iter().any(|project| project.ministry.as_str() == ministry) {
        return Err(ApplicationError::NoSuchMinistry(ministry.to_owned()));
    }
    let mut reviews = services.store.reviews().await?;
    reviews.retain(|(review, _)| review.ministry.as_str() == ministry);
    let title = format!("Revues SG/DINUM, {ministry}");
    reviews::feed(&title, &reviews, &names(services).await?).map_err(ApplicationError::Calendar)
}

fn line(review: Review, names: &BTreeMap<ProjectId, String>, today: NaiveDate) -> ReviewLine {
    ReviewLine { late: review.is_late(today), name: named(&review.project, names), review }
}

fn named(project: &ProjectId, names: &BTreeMap<ProjectId, String>) -> String {
    names.get(project).cloned().unwrap_or_else(|| project.to_string())
}

async fn all(services: &Services) -> Result<Vec<Review>, ApplicationError> {
    Ok(services.store.reviews().await?.into_iter().map(|(review, _)| review).collect())
}

async fn names(services: &Services) -> Result<BTreeMap<ProjectId, String>, ApplicationError> {
    let known = services.store.known_projects().await?;
    Ok(known
        .into_iter()
        .map(|project| (project.project.clone(), project.name().to_owned()))
        .collect())
}

/// The listed projects as of a date, with the ministry of their latest edition.
fn listed(portfolio: &Portfolio, as_of: NaiveDate) -> Vec<Listed> {
    let ministries: BTreeMap<&ProjectId, &MinistryCode> = portfolio
        .snapshots
        .iter()
        .map(|snapshot| (&snapshot.project, &snapshot.ministry))
        .collect();
    let mut on_lists: BTreeMap<&ProjectId, (Vec<WatchList>, NaiveDate)> = BTreeMap::new();
    for entry in &portfolio.watches {
        if entry.since <= as_of && entry.until.is_none_or(|until| until > as_of) {
            let (watches, since) =
                on_lists.entry(&entry.project).or_insert_with(|| (Vec::new(), entry.since));
            if !watches.contains(&entry.watch) {
                watches.push(entry.watch);
            }
            *since = entry.since.min(*since);
        }
    }
    on_lists
        .into_iter()
        .filter_map(|(project, (watches, since))| {
            let ministry = MinistryCode::clone(ministries.get(project)?);
            Some(Listed { project: project.clone(), ministry, watches, since })
        })
        .collect()
}

/// Reads the timetable of the catalogue in force.
async fn timetable(services: &Services) -> Result<Timetable, ApplicationError> {
    let rules = catalogue::rules_in_force(services).await?;
    let text = rules.texts.get(TIMETABLE_FILE).ok_or(ApplicationError::NoTimetable)?;
    Ok(Timetable::parse(text, TIMETABLE_FILE)?)
}
