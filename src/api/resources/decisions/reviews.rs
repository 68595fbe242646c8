//! Reviews of watch-listed projects, and the calendar of each ministry.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Collection, Listing, Page};
use crate::api::extract::query::is_wanted;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{OpenAction, ReviewFile, ReviewLine};
use crate::decisions::reviews::{ActionTick, ReviewAct, ReviewMinutes, ReviewMove, ReviewPlanning};
use crate::domain::action_bodies::Reason;
use crate::domain::ids::{MinistryCode, ProjectId, ReviewId};
use crate::domain::missions::review::{ReviewChange, ReviewState};

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReviewQuery {
    /// Code of a ministry.
    ministry: Vec<MinistryCode>,
    /// State of the review.
    state: Vec<ReviewState>,
    /// Id of a project.
    project: Vec<ProjectId>,
    /// Whether the review is past its due date.
    late: Option<bool>,
}

/// List reviews of watch-listed projects by date, planned ones first.
#[utoipa::path(
    get,
    path = "/api/v1/reviews",
    params(ReviewQuery),
    responses((status = 200, description = "A page of reviews", body = Page<ReviewLine>))
)]
pub(crate) async fn list_reviews(
    context: RequestContext,
    listing: Listing<ReviewQuery>,
) -> Result<Page<ReviewLine>, Problem> {
    let mut lines = application::review_lines(&context, None, None).await?;
    lines.retain(|ReviewLine { review, late, .. }| {
        is_wanted(&listing.ministry, &review.ministry)
            && is_wanted(&listing.state, &review.state)
            && is_wanted(&listing.project, &review.project)
            && listing.late.is_none_or(|wanted| *late == wanted)
    });
    listing.page(lines, |ReviewLine { review, .. }| {
        (review.state, review.planned_on, review.project.clone(), review.id.clone())
    })
}

/// Return one review with its minutes and history.
#[utoipa::path(
    get,
    path = "/api/v1/reviews/{review}",
    params(("review" = ReviewId, Path, description = "Id of the review")),
    responses((status = 200, description = "The review", body = ReviewFile))
)]
pub(crate) async fn find_review(
    context: RequestContext,
    id: web::Path<String>,
) -> Result<web::Json<ReviewFile>, Problem> {
    Ok(web::Json(application::review(&context, &ReviewId::new(id.into_inner())).await?))
}

/// Return the reviews of a ministry as an iCalendar feed.
#[utoipa::path(
    get,
    path = "/api/v1/ministries/{ministry}/reviews.ics",
    params(("ministry" = MinistryCode, Path, description = "Code of the ministry")),
    responses((status = 200, description = "The calendar", body = String, content_type = "text/calendar"))
)]
pub(crate) async fn find_calendar(
    context: RequestContext,
    ministry: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let feed = application::review_calendar(&context, &ministry).await?;
    Ok(HttpResponse::Ok().content_type("text/calendar; charset=utf-8").body(feed))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ActionQuery {
    /// Code of a ministry.
    ministry: Option<MinistryCode>,
}

/// List open actions from reviews, by due date.
#[utoipa::path(
    get,
    path = "/api/v1/reviews/actions",
    params(ActionQuery),
    responses((status = 200, description = "A page of actions", body = Page<OpenAction>))
)]
pub(crate) async fn list_actions(
    context: RequestContext,
    listing: Listing<ActionQuery>,
) -> Result<Page<OpenAction>, Problem> {
    let actions = application::open_actions(&context, listing.ministry.as_ref()).await?;
    listing.page_as_is(actions, |action| (action.review.clone(), action.number))
}

type Answer = Result<web::Json<ReviewFile>, Problem>;

/// Plan the next review of each watch-listed project.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/planning",
    request_body = ReviewPlanning,
    responses((status = 200, description = "The reviews that changed", body = Collection<ReviewChange>))
)]
pub(crate) async fn plan_reviews(
    context: RequestContext,
    body: web::Json<ReviewPlanning>,
) -> Result<web::Json<Collection<ReviewChange>>, Problem> {
    Ok(Collection::of(application::plan_reviews(&context, body.as_of, body.dry_run).await?))
}

/// Record the minutes of a review that was held, and plan the next one.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{review}/minutes",
    params(("review" = ReviewId, Path, description = "Id of the review")),
    request_body = ReviewMinutes,
    responses((status = 200, description = "The review, with its minutes", body = ReviewFile))
)]
pub(crate) async fn hold_review(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<ReviewMinutes>,
) -> Answer {
    act(&context, id.into_inner(), ReviewAct::Hold(body.into_inner())).await
}

/// Move a planned review to another working day.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{review}/move",
    params(("review" = ReviewId, Path, description = "Id of the review")),
    request_body = ReviewMove,
    responses((status = 200, description = "The moved review", body = ReviewFile))
)]
pub(crate) async fn move_review(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<ReviewMove>,
) -> Answer {
    act(&context, id.into_inner(), ReviewAct::Move(body.into_inner())).await
}

/// Cancel a planned review. The review of the project stays due.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{review}/cancellation",
    params(("review" = ReviewId, Path, description = "Id of the review")),
    request_body = Reason,
    responses((status = 200, description = "The cancelled review", body = ReviewFile))
)]
pub(crate) async fn cancel_review(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<Reason>,
) -> Answer {
    act(&context, id.into_inner(), ReviewAct::Cancel(body.into_inner())).await
}

/// Mark an action of a review's minutes as done, or as not done.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{review}/actions/{action}/completion",
    params(
        ("review" = ReviewId, Path, description = "Id of the review"),
        ("action" = usize, Path, description = "Number of the action in the minutes, from 1"),
    ),
    request_body = ActionTick,
    responses((status = 200, description = "The review, with the action marked", body = ReviewFile))
)]
pub(crate) async fn tick_action(
    context: RequestContext,
    place: web::Path<(String, usize)>,
    body: web::Json<ActionTick>,
) -> Answer {
    let (id, number) = place.into_inner();
    act(&context, id, ReviewAct::Tick(number, body.into_inner())).await
}

async fn act(context: &RequestContext, id: String, what: ReviewAct) -> Answer {
    let id = ReviewId::new(id);
    application::act_on_review(context, (&id, None), &what, context.person()?).await?;
    Ok(web::Json(application::review(context, &id).await?))
}
