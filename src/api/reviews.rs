//! Reviews of listed projects, and the calendar of each ministry.

use actix_web::HttpResponse;
use actix_web::web;
use serde::Deserialize;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use crate::cycle;
use crate::cycle::ReviewFile;
use crate::cycle::ReviewLine;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ReviewId;
use crate::domain::review::ReviewState;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewQuery {
    ministry: Option<MinistryCode>,
    state: Option<ReviewState>,
}

pub(super) async fn list_reviews(
    desk: Desk,
    query: web::Query<ReviewQuery>,
) -> Result<web::Json<List<ReviewLine>>, Problem> {
    let lines = cycle::review_lines(&desk, query.ministry.as_ref(), query.state).await?;
    Ok(List::of(lines))
}

pub(super) async fn find_review(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<ReviewFile>, Problem> {
    Ok(web::Json(cycle::review(&desk, &ReviewId::new(id.into_inner())).await?))
}

pub(super) async fn find_calendar(
    desk: Desk,
    ministry: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let feed = cycle::review_calendar(&desk, &ministry).await?;
    Ok(HttpResponse::Ok().content_type("text/calendar; charset=utf-8").body(feed))
}
