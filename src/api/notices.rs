//! Notices, and the page on which all of one can be read when the message was cut.

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web;
use serde::Deserialize;

use super::desk::Desk;
use super::error::Problem;
use super::page;
use super::page::Listing;
use super::page::Page;
use super::query::QueryFault;
use crate::cycle::Parts;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::NoticeId;
use crate::domain::notice::Content;
use crate::domain::notice::NoticeKind;
use crate::domain::notice::NoticeState;
use crate::domain::notice::QueuedNotice;
use crate::domain::notice::Receiver;
use crate::domain::visible_text;
use crate::store::NoticeFilter;

/// The pages hold text and their own style: nothing else may be loaded by them, nor run.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct NoticeQuery {
    state: Vec<NoticeState>,
    kind: Vec<NoticeKind>,
    receiver: Option<Receiver>,
    /// The cycle that decided it.
    cycle: Option<CycleNumber>,
}

/// List the messages that were written and what became of them, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/notices",
    tag = "notices",
    params(NoticeQuery),
    responses((status = 200, description = "As asked", body = Page<QueuedNotice>))
)]
pub(super) async fn list_notices(
    desk: Desk,
    asked: Listing<NoticeQuery>,
) -> Result<Page<QueuedNotice>, Problem> {
    if let Some(cycle) = asked.cycle.filter(|cycle| cycle.0 < 1) {
        let words = format!("found `{cycle}`, expected 1 or more");
        return Err(QueryFault::of("cycle", words).into());
    }
    let before: Option<NoticeId> = asked.after()?;
    if let Some(id) = &before {
        // One that was tidied away no longer says where it stood.
        desk.store.notice(id).await?.ok_or_else(page::lost)?;
    }
    let filter = NoticeFilter {
        states: asked.state.clone(),
        kinds: asked.kind.clone(),
        receiver: asked.receiver.clone(),
        cycle: asked.cycle,
        before,
    };
    let notices = desk.store.notices(&filter, asked.room()).await?;
    asked.fetched(notices, |queued| queued.notice.id.clone())
}

/// Find one message, to the byte.
#[utoipa::path(
    get,
    path = "/api/v1/notices/{notice}",
    tag = "notices",
    params(("notice" = NoticeId, Path, description = "Id of the notice")),
    responses((status = 200, description = "As asked", body = QueuedNotice))
)]
pub(super) async fn find_notice(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<QueuedNotice>, Problem> {
    Ok(web::Json(found(&desk, id.into_inner()).await?))
}

/// Show a page with all of a message of which mail holds the first lines only.
#[utoipa::path(
    get,
    path = "/notices/{notice}",
    tag = "notices",
    params(("notice" = NoticeId, Path, description = "Id of the notice")),
    responses((status = 200, description = "As asked", body = String, content_type = "text/html"))
)]
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
        .body(visible_text::lines(&page.unwrap_or(html)).into_owned()))
}

pub(super) async fn found(parts: &Parts, id: String) -> Result<QueuedNotice, Problem> {
    let notice = parts.store.notice(&NoticeId::new(id.as_str())).await?;
    notice.ok_or(Problem::NotFound { kind: "notice", id })
}
