//! Reviews of listed projects, and the calendar of each ministry.

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
    ministry: Vec<MinistryCode>,
    state: Vec<ReviewState>,
    project: Vec<ProjectId>,
    late: Option<bool>,
}

/// List reviews of listed projects by date, those planned first.
#[utoipa::path(
    get,
    path = "/api/v1/reviews",
    tag = "reviews",
    params(ReviewQuery),
    responses((status = 200, description = "As asked", body = Page<ReviewLine>))
)]
pub(super) async fn list_reviews(
    desk: Desk,
    asked: Listing<ReviewQuery>,
) -> Result<Page<ReviewLine>, Problem> {
    let mut lines = cycle::review_lines(&desk, None, None).await?;
    lines.retain(|ReviewLine { review, late, .. }| {
        is_wanted(&asked.ministry, &review.ministry)
            && is_wanted(&asked.state, &review.state)
            && is_wanted(&asked.project, &review.project)
            && asked.late.is_none_or(|wanted| *late == wanted)
    });
    asked.page(lines, |ReviewLine { review, .. }| {
        (review.state, review.planned_on, review.project.clone(), review.id.clone())
    })
}

/// Find one review, its minutes and its changes.
#[utoipa::path(
    get,
    path = "/api/v1/reviews/{review}",
    tag = "reviews",
    params(("review" = ReviewId, Path, description = "Id of the review")),
    responses((status = 200, description = "As asked", body = ReviewFile))
)]
pub(super) async fn find_review(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<ReviewFile>, Problem> {
    Ok(web::Json(cycle::review(&desk, &ReviewId::new(id.into_inner())).await?))
}

/// Give the reviews of a ministry as an iCalendar feed.
#[utoipa::path(
    get,
    path = "/api/v1/ministries/{ministry}/reviews.ics",
    tag = "reviews",
    params(("ministry" = MinistryCode, Path, description = "Code of the ministry")),
    responses((status = 200, description = "As asked", body = String, content_type = "text/calendar"))
)]
pub(super) async fn find_calendar(
    desk: Desk,
    ministry: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let feed = cycle::review_calendar(&desk, &ministry).await?;
    Ok(HttpResponse::Ok().content_type("text/calendar; charset=utf-8").body(feed))
}
