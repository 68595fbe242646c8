//! Notices, and the page on which all of one can be read when the message was cut.

use actix_web::HttpResponse;
use actix_web::get;
use actix_web::http::header::ContentType;
use actix_web::web;
use serde::Deserialize;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use super::query::Asked;
use crate::cycle::Parts;
use crate::domain::ids::NoticeId;
use crate::domain::notice::Content;
use crate::domain::notice::NoticeState;
use crate::domain::notice::QueuedNotice;
use crate::store::NoticeFilter;

/// Answered at most, the latest ones.
const LISTED: u32 = 1000;

/// The pages hold text and their own style: nothing else may be loaded by them, nor run.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct NoticeQuery {
    state: Option<NoticeState>,
}

/// List the messages that were written, and what became of them.
#[utoipa::path(
    tag = "notices",
    params(NoticeQuery),
    responses((status = 200, description = "As asked", body = List<QueuedNotice>))
)]
#[get("/api/v1/notices")]
pub(super) async fn list_notices(
    desk: Desk,
    query: Asked<NoticeQuery>,
) -> Result<web::Json<List<QueuedNotice>>, Problem> {
    let filter = NoticeFilter { state: query.state, ..NoticeFilter::default() };
    Ok(List::of(desk.store.notices(&filter, LISTED).await?))
}

/// Find one message, to the byte.
#[utoipa::path(
    tag = "notices",
    params(("notice" = NoticeId, Path, description = "Id of the notice")),
    responses((status = 200, description = "As asked", body = QueuedNotice))
)]
#[get("/api/v1/notices/{notice}")]
pub(super) async fn find_notice(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<QueuedNotice>, Problem> {
    Ok(web::Json(found(&desk, id.into_inner()).await?))
}

/// Show a page with all of a message of which mail holds the first lines only.
#[utoipa::path(
    tag = "notices",
    params(("notice" = NoticeId, Path, description = "Id of the notice")),
    responses((status = 200, description = "As asked", body = String, content_type = "text/html"))
)]
#[get("/notices/{notice}")]
pub(super) async fn show_notice(
    desk: Desk,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let Content::Message { html, page, .. } = found(&desk, id.clone()).await?.notice.content else {
        return Err(Problem::NotFound { kind: "page of notice", id });
    };
    Ok(HttpResponse::Ok()
        .insert_header(ContentType::html())
        .insert_header(("Content-Security-Policy", POLICY))
        .body(page.unwrap_or(html)))
}

async fn found(parts: &Parts, id: String) -> Result<QueuedNotice, Problem> {
    let notice = parts.store.notice(&NoticeId::new(id.as_str())).await?;
    notice.ok_or(Problem::NotFound { kind: "notice", id })
}
