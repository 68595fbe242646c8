//! Actions of people on a review: hold it, move it, call it off.

use chrono::NaiveDate;
use chrono::NaiveTime;
use thiserror::Error;

use crate::domain::audit::Actor;
use crate::domain::french;
use crate::domain::ids::ReviewId;
use crate::domain::review::ActionDone;
use crate::domain::review::Minutes;
use crate::domain::review::Review;
use crate::domain::review::ReviewChange;
use crate::domain::review::ReviewChangeKind;
use crate::domain::review::ReviewState;
use crate::domain::working_days;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewAct {
    Hold {
        minutes: Minutes,
    },
    Move {
        to: NaiveDate,
        at: Option<NaiveTime>,
        reason: String,
    },
    Cancel {
        reason: String,
    },
    /// Marks an action of its minutes, counted from 1, as done or not done.
    Action {
        number: usize,
        done: bool,
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReviewRefusal {
    #[error("review {id} is {found}, expected {expected}")]
    State { id: ReviewId, found: &'static str, expected: &'static str },
    #[error("review {id} has {found} actions, expected the number of one, not {number}")]
    NoSuchAction { id: ReviewId, number: usize, found: usize },
    #[error("action {number} of review {id} is {found} already")]
    Already { id: ReviewId, number: usize, found: &'static str },
    #[error("{what} is empty; say it, for those who come after")]
    Empty { what: &'static str },
    #[error("the review cannot have been held on {found}, after today, {today}")]
    NotHeldYet { found: NaiveDate, today: NaiveDate },
    #[error("{what} is {found}, expected no day before {bound}")]
    TooEarly { what: &'static str, found: NaiveDate, bound: NaiveDate },
    #[error("{day} is not worked ({why}); the next day that is: {next}")]
    NotWorked { day: NaiveDate, why: &'static str, next: NaiveDate },
}

/// Applies an action. Pure: returns the change, writes nothing. `today` is the day in Paris.
///
/// # Errors
/// When the action is refused.
pub fn act(
    review: &Review,
    act: &ReviewAct,
    by: &Actor,
    today: NaiveDate,
) -> Result<ReviewChange, ReviewRefusal> {
    let expected = match act {
        ReviewAct::Hold { .. } | ReviewAct::Move { .. } | ReviewAct::Cancel { .. } => {
            ReviewState::Planned
        }
        ReviewAct::Action { .. } => ReviewState::Held,
    };
    if review.state != expected {
        let (found, expected) = (review.state.as_str(), expected.as_str());
        return Err(ReviewRefusal::State { id: review.id.clone(), found, expected });
    }
    let mut after = review.clone();
    after.revision += 1;
    let (kind, reason) = match act {
        ReviewAct::Hold { minutes } => {
            check(minutes, today)?;
            after.state = ReviewState::Held;
            after.minutes = Some(minutes.clone());
            (ReviewChangeKind::Held, format!("Tenue le {}.", french::date(minutes.held_on)))
        }
        ReviewAct::Move { to, at, reason } => {
            said("the reason", reason)?;
            not_before("the new date", *to, today)?;
            worked(*to)?;
            after.planned_on = *to;
            after.starts_at = at.unwrap_or(review.starts_at);
            after.sequence += 1;
            let (was, becomes) = (french::date(review.planned_on), french::date(*to));
            (ReviewChangeKind::Moved, format!("Du {was} au {becomes} : {reason}"))
        }
        ReviewAct::Cancel { reason } => {
            said("the reason", reason)?;
            after.state = ReviewState::Cancelled;
            after.sequence += 1;
            after.cancelled_by = Some(by.clone());
            (ReviewChangeKind::Cancelled, reason.clone())
        }
        ReviewAct::Action { number, done, reason } => {
            tick(&mut after, (*number, *done), reason, (by, today))?
        }
    };
    // Only a planned review takes its reason from the action: marking an action of the minutes does
    // not change why the review took place.
    if review.state == ReviewState::Planned {
        after.reason.clone_from(&reason);
    }
    Ok(ReviewChange { review: after, kind, reason, by: Some(by.clone()) })
}

/// Marks an action of the minutes as done or not done.
fn tick(
    review: &mut Review,
    (number, done): (usize, bool),
    reason: &str,
    (by, today): (&Actor, NaiveDate),
) -> Result<(ReviewChangeKind, String), ReviewRefusal> {
    let id = review.id.clone();
    let mut none = Vec::new();
    let actions = review.minutes.as_mut().map_or(&mut none, |minutes| &mut minutes.actions);
    let found = actions.len();
    let Some(action) = number.checked_sub(1).and_then(|place| actions.get_mut(place)) else {
        return Err(ReviewRefusal::NoSuchAction { id, number, found });
    };
    if action.done.is_some() == done {
        let state = if done { "done" } else { "open" };
        return Err(ReviewRefusal::Already { id, number, found: state });
    }
    let (kind, what) = if done {
        action.done = Some(ActionDone { on: today, by: by.clone() });
        (ReviewChangeKind::ActionDone, "Faite")
    } else {
        said("the reason", reason)?;
        action.done = None;
        (ReviewChangeKind::ActionReopened, "Rouverte")
    };
    let words = if reason.trim().is_empty() { String::new() } else { format!(" : {reason}") };
    Ok((kind, format!("{what} : {} ({}){words}", action.what, action.owner)))
}

fn check(minutes: &Minutes, today: NaiveDate) -> Result<(), ReviewRefusal> {
    let held_on = minutes.held_on;
    if held_on > today {
        return Err(ReviewRefusal::NotHeldYet { found: held_on, today });
    }
    said("the list of those present", &minutes.present.join(""))?;
    said("the findings", &minutes.findings)?;
    if let Some(next_on) = minutes.next_on {
        not_before("the next review", next_on, held_on.succ_opt().unwrap_or(held_on))?;
        worked(next_on)?;
    }
    for action in &minutes.actions {
        said("what an action is", &action.what)?;
        said("the owner of an action", &action.owner)?;
        not_before("an action", action.due_on, held_on)?;
    }
    Ok(())
}

fn said(what: &'static str, text: &str) -> Result<(), ReviewRefusal> {
    if text.trim().is_empty() { Err(ReviewRefusal::Empty { what }) } else { Ok(()) }
}

fn not_before(what: &'static str, found: NaiveDate, bound: NaiveDate) -> Result<(), ReviewRefusal> {
    if found < bound { Err(ReviewRefusal::TooEarly { what, found, bound }) } else { Ok(()) }
}

fn worked(day: NaiveDate) -> Result<(), ReviewRefusal> {
    if working_days::is_working_day(day) {
        return Ok(());
    }
    let why = working_days::holiday(day).unwrap_or("week-end");
    Err(ReviewRefusal::NotWorked { day, why, next: working_days::working_day_from(day) })
}
