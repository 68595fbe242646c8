//! Reviews of watch-listed projects, and the calendar of each ministry.

use actix_web::HttpResponse;
use actix_web::web;
use serde::Deserialize;

use super::desk::Desk;
use super::error::Problem;
use super::page::Listing;
use super::page::Page;
use super::query::is_wanted;
use crate::cycle;
use crate::cycle::ReviewFile;
use crate::cycle::ReviewLine;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::ids::ReviewId;
use crate::domain::review::ReviewState;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReviewQuery {
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
    tag = "reviews",
    params(ReviewQuery),
    responses((status = 200, description = "A page of reviews", body = Page<ReviewLine>))
)]
pub(super) async fn list_reviews(
    desk: Desk,
    listing: Listing<ReviewQuery>,
) -> Result<Page<ReviewLine>, Problem> {
    let mut lines = cycle::review_lines(&desk, None, None).await?;
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
    tag = "reviews",
    params(("review" = ReviewId, Path, description = "Id of the review")),
    responses((status = 200, description = "The review", body = ReviewFile))
)]
pub(super) async fn find_review(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<ReviewFile>, Problem> {
    Ok(web::Json(cycle::review(&desk, &ReviewId::new(id.into_inner())).await?))
}

/// Return the reviews of a ministry as an iCalendar feed.
#[utoipa::path(
    get,
    path = "/api/v1/ministries/{ministry}/reviews.ics",
    tag = "reviews",
    params(("ministry" = MinistryCode, Path, description = "Code of the ministry")),
    responses((status = 200, description = "The calendar", body = String, content_type = "text/calendar"))
)]
pub(super) async fn find_calendar(
    desk: Desk,
    ministry: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let feed = cycle::review_calendar(&desk, &ministry).await?;
    Ok(HttpResponse::Ok().content_type("text/calendar; charset=utf-8").body(feed))
}
