//! Plans the next review of each listed project. Pure: decides, changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate, NaiveTime};

use super::timetable::Timetable;
use crate::domain::ids::{MinistryCode, ProjectId, ReviewId};
use crate::domain::missions::review::{Review, ReviewChange, ReviewChangeKind, ReviewState};
use crate::domain::portfolio::follow_up::WatchList;
use crate::support::french;
use crate::support::working_days::{add_working_days, working_day_from};

/// A project on at least one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub project: ProjectId,
    pub ministry: MinistryCode,
    pub watches: Vec<WatchList>,
    /// The date of the earliest of the lists it is on.
    pub since: NaiveDate,
}

/// Plans one review ahead for each listed project, and none for the others. `known` are all reviews
/// ever, under their projects' current ids.
pub fn plan(
    listed: &[Listed],
    known: &[Review],
    timetable: &Timetable,
    today: NaiveDate,
) -> Vec<ReviewChange> {
    let mut of_project: BTreeMap<&ProjectId, Vec<&Review>> = BTreeMap::new();
    for review in known {
        of_project.entry(&review.project).or_default().push(review);
    }
    let mut wanting: Vec<(NaiveDate, &Listed, String)> = Vec::new();
    for one in listed {
        let past = of_project.get(&one.project).map_or(&[][..], Vec::as_slice);
        if past.iter().all(|review| review.state != ReviewState::Planned) {
            let (due_on, reason) = due(one, past, timetable, today);
            wanting.push((due_on, one, reason));
        }
    }
    // The most urgent projects choose their time first.
    wanting.sort_by(|a, b| (a.0, &a.1.project).cmp(&(b.0, &b.1.project)));
    let mut slots = Slots::of(known, timetable);
    let earliest = add_working_days(today, timetable.notice_working_days());
    let mut changes = unlisted(listed, known);
    for (due_on, one, reason) in wanting {
        let Some((planned_on, starts_at)) = slots.take(due_on.max(earliest)) else { continue };
        let rank = of_project.get(&one.project).map_or(0, Vec::len);
        let review = Review {
            id: free_id(&one.project, rank, known),
            project: one.project.clone(),
            ministry: one.ministry.clone(),
            due_on,
            planned_on,
            starts_at,
            length_minutes: timetable.length_minutes(),
            state: ReviewState::Planned,
            sequence: 0,
            revision: 1,
            reason: reason.clone(),
            minutes: None,
            cancelled_by: None,
        };
        changes.push(ReviewChange { review, kind: ReviewChangeKind::Planned, reason, by: None });
    }
    changes
}

/// Projects that were merged for a while may have reviews of each other.
fn free_id(project: &ProjectId, rank: usize, known: &[Review]) -> ReviewId {
    let id = Review::id_of(project, rank);
    if known.iter().any(|review| review.id == id) {
        return free_id(project, rank + 1, known);
    }
    id
}

/// The date by which a review is due, and why. A date agreed at the last review takes precedence
/// over the interval, and a review that a person called off is still due. Time before the first
/// planning does not make a review late.
fn due(
    listed: &Listed,
    past: &[&Review],
    timetable: &Timetable,
    today: NaiveDate,
) -> (NaiveDate, String) {
    let held = past.iter().filter_map(|review| review.minutes.as_ref());
    let last = held.max_by_key(|minutes| minutes.held_on);
    let called_off = past
        .iter()
        .filter(|review| review.cancelled_by.is_some())
        .filter(|review| last.is_none_or(|last| review.due_on > last.held_on))
        .map(|review| review.due_on)
        .min();
    if let Some(due_on) = called_off {
        let reason = format!("Une revue annulée reste due, pour le {}.", french::date(due_on));
        return (due_on, reason);
    }
    let lists = listed.watches.iter().map(|watch| watch.label()).collect::<Vec<_>>().join(", ");
    let Some(last) = last else {
        let within = timetable.first_within_days(&listed.watches);
        let since = french::date(listed.since);
        let reason =
            format!("Première revue d’un projet {lists}, listé le {since} : sous {within} jours.");
        return (after(listed.since, within).max(today), reason);
    };
    let held_on = french::date(last.held_on);
    if let Some(next_on) = last.next_on {
        return (next_on, format!("Date convenue à la revue du {held_on}."));
    }
    let every = timetable.every_days(&listed.watches);
    let reason = format!("Projet {lists} : tous les {every} jours, dernière revue le {held_on}.");
    (after(last.held_on, every), reason)
}

fn unlisted(listed: &[Listed], known: &[Review]) -> Vec<ReviewChange> {
    let projects: BTreeSet<&ProjectId> = listed.iter().map(|one| &one.project).collect();
    let of_no_list = known.iter().filter(|review| {
        review.state == ReviewState::Planned && !projects.contains(&review.project)
    });
    let cancelled = |review: &Review| {
        let reason = "Le projet n’est plus sur aucune liste.".to_owned();
        let review = Review {
            state: ReviewState::Cancelled,
            sequence: review.sequence + 1,
            revision: review.revision + 1,
            reason: reason.clone(),
            ..review.clone()
        };
        ReviewChange { review, kind: ReviewChangeKind::Cancelled, reason, by: None }
    };
    of_no_list.map(cancelled).collect()
}

/// The times that are taken.
struct Slots {
    starts: Vec<NaiveTime>,
    taken: BTreeSet<(NaiveDate, NaiveTime)>,
}

impl Slots {
    fn of(known: &[Review], timetable: &Timetable) -> Self {
        let planned = known.iter().filter(|review| review.state == ReviewState::Planned);
        let taken = planned.map(|review| (review.planned_on, review.starts_at)).collect();
        Self { starts: timetable.starts(), taken }
    }

    /// The first free time from a day on; `None` when the timetable has no times.
    fn take(&mut self, from: NaiveDate) -> Option<(NaiveDate, NaiveTime)> {
        let mut day = working_day_from(from);
        while !self.starts.is_empty() {
            let free = self.starts.iter().find(|start| !self.taken.contains(&(day, **start)));
            if let Some(start) = free {
                let slot = (day, *start);
                self.taken.insert(slot);
                return Some(slot);
            }
            day = add_working_days(day, 1);
        }
        None
    }
}

fn after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days))).unwrap_or(day)
}
