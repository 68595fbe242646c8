//! One review: its date, its minutes and their actions, its history, and the acts.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;

use super::alert::{HistoryLine, by};
use super::filled_form::{FormState, capital};
use crate::api::Problem;
use crate::application;
use crate::application::{ReviewFile, today};
use crate::domain::ids::ReviewId;
use crate::domain::missions::review::ReviewState;
use crate::store::ReviewEntry;
use crate::support::french;
use crate::web::context::{Heading, PageContext};

/// Rows for actions in the form of minutes.
pub(super) const ACTION_ROWS: usize = 8;

#[derive(Debug, Serialize)]
struct ReviewView {
    #[serde(flatten)]
    file: ReviewFile,
    events: Vec<HistoryLine>,
    meanwhile: Vec<HistoryLine>,
    form: FormState,
    is_planned: bool,
    is_held: bool,
    /// Numbers of the rows for actions.
    rows: Vec<usize>,
    today: NaiveDate,
}

/// Shows one review.
///
/// # Errors
/// If there is no such review among those that the caller sees, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    review: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = ReviewId::new(review.into_inner());
    show_with(&context, &id, None, (StatusCode::OK, FormState::default())).await
}

/// The page with a form as it was typed; `read` is the revision that its author had before them.
pub(super) async fn show_with(
    context: &PageContext,
    id: &ReviewId,
    read: Option<u32>,
    (status, form): (StatusCode, FormState),
) -> Result<HttpResponse, Problem> {
    let file = application::review(context, id).await?;
    let since = |entry: &&ReviewEntry| read.is_some_and(|read| entry.change.review.revision > read);
    let planned = french::date(file.line.review.planned_on);
    let title = format!("Revue du {planned} : {}", file.line.name);
    let view = ReviewView {
        events: file.history.iter().rev().map(event).collect(),
        meanwhile: file.history.iter().filter(since).map(event).collect(),
        form,
        is_planned: file.line.review.state == ReviewState::Planned,
        is_held: file.line.review.state == ReviewState::Held,
        rows: (1..=ACTION_ROWS).collect(),
        today: today(context.clock.now()),
        file,
    };
    let heading = Heading::of(&title, "revue").under(&[("Revues", "/revues")]);
    context.page_with_status(status, "pages/review.html", &heading, &view)
}

fn event(entry: &ReviewEntry) -> HistoryLine {
    let ReviewEntry { at, change } = entry;
    HistoryLine {
        date: french::date(today(*at)),
        datetime: at.to_rfc3339(),
        text: format!("{} — {}", capital(change.kind.label()), change.reason),
        detail: by(change.by.as_ref()),
    }
}
