//! Acts on a review: minutes with their actions, another date, calling it off, and actions that are done.

use actix_web::{HttpResponse, web};

use super::filled_form::{FilledForm, SentForm};
use super::review::{ACTION_ROWS, show_with};
use crate::api::Problem;
use crate::application;
use crate::decisions::reviews::{ActionTick, NewAction, ReviewAct, ReviewMinutes, ReviewMove};
use crate::domain::action_bodies::Reason;
use crate::domain::bounded_text::{OptionalText, RequiredText, SingleLine};
use crate::domain::ids::ReviewId;
use crate::web::confirmations::Confirmation;
use crate::web::context::PageContext;

type Answer = Result<HttpResponse, Problem>;

/// The fields of the minutes, besides the rows of actions.
const MINUTES: [&str; 5] = ["held_on", "present", "findings", "decisions", "next_on"];

/// Records the minutes of a review that was held.
///
/// # Errors
/// If there is no such review, or the data cannot be read or written.
pub(in crate::web) async fn hold(
    context: PageContext,
    id: web::Path<String>,
    sent: SentForm,
) -> Answer {
    let rows = (1..=ACTION_ROWS)
        .flat_map(|row| [named("what", row), named("owner", row), named("due_on", row)]);
    let rows: Vec<String> = rows.collect();
    let fields: Vec<&str> = MINUTES.into_iter().chain(rows.iter().map(String::as_str)).collect();
    let mut form = FilledForm::of("minutes", &fields, sent)?;
    let held_on = form.date("held_on", "Tenue le");
    let present = form.lines::<SingleLine>("present", "Présents");
    if present.as_ref().is_some_and(Vec::is_empty) {
        form.refuse("present", "Présents : nommer une personne au moins".to_owned());
    }
    let findings = form.required::<RequiredText>("findings", "Constats");
    let decisions = form.lines::<RequiredText>("decisions", "Décisions");
    let next_on = form.optional_date("next_on", "Prochaine revue");
    let actions = actions(&mut form);
    let body = held_on.zip(present).zip(findings).zip(decisions).zip(next_on).map(
        |((((held_on, present), findings), decisions), next_on)| {
            ReviewAct::Hold(ReviewMinutes {
                held_on,
                present,
                findings,
                decisions,
                actions,
                next_on: next_on.filled(),
            })
        },
    );
    conclude(&context, &id, (form, body), Confirmation::ReviewHeld).await
}

fn named(field: &str, row: usize) -> String {
    format!("{field}-{row}")
}

/// The actions of the rows that were filled in.
fn actions(form: &mut FilledForm) -> Vec<NewAction> {
    let mut actions = Vec::new();
    for row in 1..=ACTION_ROWS {
        let names = [named("what", row), named("owner", row), named("due_on", row)];
        if names.iter().all(|name| form.text(name).is_empty()) {
            continue;
        }
        let [what, owner, due_on] = names;
        let what = form.required::<RequiredText>(&what, &format!("Action {row}"));
        let owner = form.name(&owner, &format!("Responsable de l’action {row}"));
        let due_on = form.date(&due_on, &format!("Échéance de l’action {row}"));
        let action = what.zip(owner).zip(due_on).map(|((what, owner), due_on)| NewAction {
            what,
            owner,
            due_on,
        });
        actions.extend(action);
    }
    actions
}

/// Moves a planned review to another working day.
///
/// # Errors
/// If there is no such review, or the data cannot be read or written.
pub(in crate::web) async fn move_to(
    context: PageContext,
    id: web::Path<String>,
    sent: SentForm,
) -> Answer {
    let mut form = FilledForm::of("move", &["to", "at", "reason"], sent)?;
    let to = form.date("to", "Nouvelle date");
    let at = form.optional_time("at", "Heure");
    let reason = form.required::<RequiredText>("reason", "Motif");
    let body = to
        .zip(at)
        .zip(reason)
        .map(|((to, at), reason)| ReviewAct::Move(ReviewMove { to, at: at.filled(), reason }));
    conclude(&context, &id, (form, body), Confirmation::ReviewMoved).await
}

/// Cancels a planned review.
///
/// # Errors
/// If there is no such review, or the data cannot be read or written.
pub(in crate::web) async fn cancel(
    context: PageContext,
    id: web::Path<String>,
    sent: SentForm,
) -> Answer {
    let mut form = FilledForm::of("cancellation", &["reason"], sent)?;
    let reason = form.required::<RequiredText>("reason", "Motif");
    let body = reason.map(|reason| ReviewAct::Cancel(Reason { reason }));
    conclude(&context, &id, (form, body), Confirmation::ReviewCancelled).await
}

/// Does the act on the revision that was read, or shows the form again with what is wrong.
async fn conclude(
    context: &PageContext,
    id: &str,
    (form, act): (FilledForm, Option<ReviewAct>),
    done: Confirmation,
) -> Answer {
    let id = ReviewId::new(id);
    let read = form.revision()?;
    let Some(act) = act.filter(|_| !form.is_faulty()) else {
        return show_with(context, &id, Some(read), form.faulty()).await;
    };
    let changed =
        application::act_on_review(context, (&id, Some(read)), &act, context.person()?).await;
    match changed.map_err(Problem::from) {
        Ok(_) => Ok(context.done(done, &format!("/revues/{id}"))),
        Err(problem) => show_with(context, &id, Some(read), form.refused(problem)?).await,
    }
}

/// Marks an action of the minutes as done, or as not done after all. One that somebody else marked before is refused, so no
/// revision is asked for: actions are marked from lists of several reviews.
///
/// # Errors
/// If there is no such review, or the data cannot be read or written.
pub(in crate::web) async fn tick(
    context: PageContext,
    place: web::Path<(String, usize)>,
    sent: SentForm,
) -> Answer {
    let (id, number) = place.into_inner();
    let id = ReviewId::new(id);
    let mut form = FilledForm::of(format!("tick-{number}"), &["done", "reason", "back"], sent)?;
    let done = form.text("done") == "yes";
    let reason = form.optional::<OptionalText>("reason", "Remarque");
    if !done && form.text("reason").is_empty() {
        let words = "Motif : dire pourquoi l’action n’est pas faite";
        form.refuse("reason", words.to_owned());
    }
    let Some(reason) = reason.filter(|_| !form.is_faulty()) else {
        return show_with(&context, &id, None, form.faulty()).await;
    };
    let act =
        ReviewAct::Tick(number, ActionTick { done, reason: reason.filled().unwrap_or_default() });
    let changed = application::act_on_review(&context, (&id, None), &act, context.person()?).await;
    let confirmation = if done { Confirmation::ActionDone } else { Confirmation::ActionReopened };
    let of_list = form.text("back") == "actions";
    let back = if of_list { "/revues/actions".to_owned() } else { format!("/revues/{id}") };
    match changed.map_err(Problem::from) {
        Ok(_) => Ok(context.done(confirmation, &back)),
        Err(problem) => show_with(&context, &id, None, form.refused(problem)?).await,
    }
}
