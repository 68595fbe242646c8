//! Actions on reviews: plan, record minutes, move, cancel, mark actions as done.

use actix_web::web;
use chrono::NaiveDate;
use chrono::NaiveTime;
use serde::Deserialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::Problem;
use super::page::Listing;
use super::page::Page;
use super::page::Whole;
use super::words::Name;
use super::words::Said;
use super::words::Words;
use crate::cycle;
use crate::cycle::OpenAction;
use crate::cycle::ReviewFile;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ReviewId;
use crate::domain::review::Minutes;
use crate::domain::review::ReviewAction;
use crate::domain::review::ReviewChange;
use crate::reviews::ReviewAct;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ActionQuery {
    /// Code of a ministry.
    ministry: Option<MinistryCode>,
}

/// List open actions from reviews, by due date.
#[utoipa::path(
    get,
    path = "/api/v1/reviews/actions",
    tag = "reviews",
    params(ActionQuery),
    responses((status = 200, description = "A page of actions", body = Page<OpenAction>))
)]
pub(super) async fn list_actions(
    desk: Desk,
    listing: Listing<ActionQuery>,
) -> Result<Page<OpenAction>, Problem> {
    let actions = cycle::open_actions(&desk, listing.ministry.as_ref()).await?;
    listing.page_as_is(actions, |action| (action.review.clone(), action.number))
}

type Answer = Result<web::Json<ReviewFile>, Problem>;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewPlanning {
    /// Date from which reviews are planned; today by default.
    as_of: Option<NaiveDate>,
    /// Report what would be planned, and write nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Plan the next review of each watch-listed project.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/planning",
    tag = "reviews",
    request_body = ReviewPlanning,
    responses((status = 200, description = "The reviews that changed", body = Whole<ReviewChange>))
)]
pub(super) async fn plan_reviews(
    desk: Desk,
    body: web::Json<ReviewPlanning>,
) -> Result<web::Json<Whole<ReviewChange>>, Problem> {
    Ok(Whole::of(cycle::plan_reviews(&desk, body.as_of, body.dry_run).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewMinutes {
    held_on: NaiveDate,
    /// Persons present.
    #[schema(min_items = 1)]
    present: Vec<Name>,
    findings: Said,
    #[serde(default)]
    decisions: Vec<Said>,
    #[serde(default)]
    actions: Vec<NewAction>,
    /// Date agreed for the next review; by default, it follows the interval of the project's watch list.
    next_on: Option<NaiveDate>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAction {
    what: Said,
    owner: Name,
    due_on: NaiveDate,
}

/// Record the minutes of a review that was held, and plan the next one.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{review}/minutes",
    tag = "reviews",
    params(("review" = ReviewId, Path, description = "Id of the review")),
    request_body = ReviewMinutes,
    responses((status = 200, description = "The review, with its minutes", body = ReviewFile))
)]
pub(super) async fn hold_review(
    desk: Desk,
    id: web::Path<String>,
    body: web::Json<ReviewMinutes>,
) -> Answer {
    let body = body.into_inner();
    let minutes = Minutes {
        held_on: body.held_on,
        present: body.present.into_iter().map(Name::into_inner).collect(),
        findings: body.findings.into_inner(),
        decisions: body.decisions.into_iter().map(Said::into_inner).collect(),
        next_on: body.next_on,
        actions: body.actions.into_iter().map(action).collect(),
        recorded_by: desk.caller().name.clone(),
    };
    act(&desk, id.into_inner(), ReviewAct::Hold { minutes }).await
}

fn action(body: NewAction) -> ReviewAction {
    ReviewAction {
        what: body.what.into_inner(),
        owner: body.owner.into_inner(),
        due_on: body.due_on,
        done: None,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewMove {
    /// New date, a working day.
    to: NaiveDate,
    /// New time in Paris; the same time by default.
    #[schema(value_type = Option<String>, example = "14:30:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$")]
    at: Option<NaiveTime>,
    reason: Said,
}

/// Move a planned review to another working day.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{review}/move",
    tag = "reviews",
    params(("review" = ReviewId, Path, description = "Id of the review")),
    request_body = ReviewMove,
    responses((status = 200, description = "The moved review", body = ReviewFile))
)]
pub(super) async fn move_review(
    desk: Desk,
    id: web::Path<String>,
    body: web::Json<ReviewMove>,
) -> Answer {
    let ReviewMove { to, at, reason } = body.into_inner();
    act(&desk, id.into_inner(), ReviewAct::Move { to, at, reason: reason.into_inner() }).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewCancellation {
    reason: Said,
}

/// Cancel a planned review. The review of the project stays due.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{review}/cancellation",
    tag = "reviews",
    params(("review" = ReviewId, Path, description = "Id of the review")),
    request_body = ReviewCancellation,
    responses((status = 200, description = "The cancelled review", body = ReviewFile))
)]
pub(super) async fn cancel_review(
    desk: Desk,
    id: web::Path<String>,
    body: web::Json<ReviewCancellation>,
) -> Answer {
    let reason = body.into_inner().reason.into_inner();
    act(&desk, id.into_inner(), ReviewAct::Cancel { reason }).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionTick {
    /// Whether the action is done.
    done: bool,
    /// How the action was done, or why it is not. Required if `done` is `false`.
    #[serde(default)]
    reason: Words,
}

/// Mark an action of a review's minutes as done, or as not done.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{review}/actions/{action}/completion",
    tag = "reviews",
    params(
        ("review" = ReviewId, Path, description = "Id of the review"),
        ("action" = usize, Path, description = "Number of the action in the minutes, from 1"),
    ),
    request_body = ActionTick,
    responses((status = 200, description = "The review, with the action marked", body = ReviewFile))
)]
pub(super) async fn tick_action(
    desk: Desk,
    place: web::Path<(String, usize)>,
    body: web::Json<ActionTick>,
) -> Answer {
    let (id, number) = place.into_inner();
    let ActionTick { done, reason } = body.into_inner();
    let reason = reason.as_str().to_owned();
    act(&desk, id, ReviewAct::Action { number, done, reason }).await
}

async fn act(desk: &Desk, id: String, what: ReviewAct) -> Answer {
    let id = ReviewId::new(id);
    cycle::act_on_review(desk, &id, &what, &desk.caller().name).await?;
    Ok(web::Json(cycle::review(desk, &id).await?))
}
