//! Actions of people on a review: hold it, move it, call it off.

use chrono::NaiveDate;
use thiserror::Error;

use super::bodies::{ActionTick, NewAction, ReviewAct, ReviewMinutes, ReviewMove};
use crate::domain::accounts::audit::Actor;
use crate::domain::action_bodies::Reason;
use crate::domain::ids::ReviewId;
use crate::domain::missions::review::{
    ActionDone, Minutes, Review, ReviewAction, ReviewChange, ReviewChangeKind, ReviewState,
};
use crate::support::{french, working_days};

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
        ReviewAct::Hold(_) | ReviewAct::Move(_) | ReviewAct::Cancel(_) => ReviewState::Planned,
        ReviewAct::Tick(..) => ReviewState::Held,
    };
    if review.state != expected {
        let (found, expected) = (review.state.as_str(), expected.as_str());
        return Err(ReviewRefusal::State { id: review.id.clone(), found, expected });
    }
    let mut after = review.clone();
    after.revision += 1;
    let (kind, words) = match act {
        ReviewAct::Hold(body) => {
            check(body, today)?;
            after.state = ReviewState::Held;
            after.minutes = Some(minutes(body, by));
            (ReviewChangeKind::Held, format!("Tenue le {}.", french::date(body.held_on)))
        }
        ReviewAct::Move(ReviewMove { to, at, reason }) => {
            not_before("the new date", *to, today)?;
            worked(*to)?;
            after.planned_on = *to;
            after.starts_at = at.unwrap_or(review.starts_at);
            after.sequence += 1;
            let (was, becomes) = (french::date(review.planned_on), french::date(*to));
            let words = format!("Du {was} au {becomes} : {}", reason.as_str());
            (ReviewChangeKind::Moved, words)
        }
        ReviewAct::Cancel(Reason { reason }) => {
            after.state = ReviewState::Cancelled;
            after.sequence += 1;
            after.cancelled_by = Some(by.clone());
            (ReviewChangeKind::Cancelled, reason.as_str().to_owned())
        }
        ReviewAct::Tick(number, ActionTick { done, reason }) => {
            tick(&mut after, (*number, *done), reason.as_str(), (by, today))?
        }
    };
    // Only a planned review takes its reason from the action: marking an action of the minutes does
    // not change why the review took place.
    if review.state == ReviewState::Planned {
        after.reason.clone_from(&words);
    }
    Ok(ReviewChange { review: after, kind, reason: words, by: Some(by.clone()) })
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
        if reason.is_empty() {
            return Err(ReviewRefusal::Empty { what: "the reason" });
        }
        action.done = None;
        (ReviewChangeKind::ActionReopened, "Rouverte")
    };
    let words = if reason.is_empty() { String::new() } else { format!(" : {reason}") };
    Ok((kind, format!("{what} : {} ({}){words}", action.what, action.owner)))
}

fn minutes(body: &ReviewMinutes, by: &Actor) -> Minutes {
    let action = |action: &NewAction| ReviewAction {
        what: action.what.as_str().to_owned(),
        owner: action.owner.as_str().to_owned(),
        due_on: action.due_on,
        done: None,
    };
    Minutes {
        held_on: body.held_on,
        present: body.present.iter().map(|name| name.as_str().to_owned()).collect(),
        findings: body.findings.as_str().to_owned(),
        decisions: body.decisions.iter().map(|text| text.as_str().to_owned()).collect(),
        next_on: body.next_on,
        actions: body.actions.iter().map(action).collect(),
        recorded_by: by.clone(),
    }
}

fn check(body: &ReviewMinutes, today: NaiveDate) -> Result<(), ReviewRefusal> {
    let held_on = body.held_on;
    if held_on > today {
        return Err(ReviewRefusal::NotHeldYet { found: held_on, today });
    }
    if body.present.is_empty() {
        return Err(ReviewRefusal::Empty { what: "the list of those present" });
    }
    if let Some(next_on) = body.next_on {
        not_before("the next review", next_on, held_on.succ_opt().unwrap_or(held_on))?;
        worked(next_on)?;
    }
    for action in &body.actions {
        not_before("an action", action.due_on, held_on)?;
    }
    Ok(())
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
