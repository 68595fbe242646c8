//! Actions on reviews: plan, record minutes, move, cancel, mark actions as done.

use actix_web::web;
use serde::Deserialize;

use super::desk::Desk;
use super::error::Problem;
use super::page::Listing;
use super::page::Page;
use super::page::Whole;
use crate::cycle;
use crate::cycle::OpenAction;
use crate::cycle::ReviewFile;
use crate::domain::acts::Reason;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ReviewId;
use crate::domain::review::ReviewChange;
use crate::reviews::ActionTick;
use crate::reviews::ReviewAct;
use crate::reviews::ReviewMinutes;
use crate::reviews::ReviewMove;
use crate::reviews::ReviewPlanning;

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
    act(&desk, id.into_inner(), ReviewAct::Hold(body.into_inner())).await
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
    act(&desk, id.into_inner(), ReviewAct::Move(body.into_inner())).await
}

/// Cancel a planned review. The review of the project stays due.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{review}/cancellation",
    tag = "reviews",
    params(("review" = ReviewId, Path, description = "Id of the review")),
    request_body = Reason,
    responses((status = 200, description = "The cancelled review", body = ReviewFile))
)]
pub(super) async fn cancel_review(
    desk: Desk,
    id: web::Path<String>,
    body: web::Json<Reason>,
) -> Answer {
    act(&desk, id.into_inner(), ReviewAct::Cancel(body.into_inner())).await
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
    act(&desk, id, ReviewAct::Tick(number, body.into_inner())).await
}

async fn act(desk: &Desk, id: String, what: ReviewAct) -> Answer {
    let id = ReviewId::new(id);
    cycle::act_on_review(desk, &id, &what, desk.person()?).await?;
    Ok(web::Json(cycle::review(desk, &id).await?))
}
