//! Notifications, and the page that shows the full text of one whose mail was shortened.

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

/// Content security policy of the pages: inline styles only, no scripts.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct NoticeQuery {
    /// Delivery state.
    state: Vec<NoticeState>,
    /// Kind of notification.
    kind: Vec<NoticeKind>,
    /// Office or account that the notification is addressed to.
    receiver: Option<Receiver>,
    /// Number of the cycle that the notification reports on.
    cycle: Option<CycleNumber>,
}

/// List notifications and their delivery state, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/notices",
    tag = "notices",
    params(NoticeQuery),
    responses((status = 200, description = "A page of notifications", body = Page<QueuedNotice>))
)]
pub(super) async fn list_notices(
    desk: Desk,
    listing: Listing<NoticeQuery>,
) -> Result<Page<QueuedNotice>, Problem> {
    if let Some(cycle) = listing.cycle.filter(|cycle| cycle.0 < 1) {
        let words = format!("found `{cycle}`, expected 1 or more");
        return Err(QueryFault::of("cycle", words).into());
    }
    let before: Option<NoticeId> = listing.after()?;
    if let Some(id) = &before {
        // The position of a notification that was deleted since is not known.
        desk.store.notice(id).await?.ok_or_else(page::lost)?;
    }
    let filter = NoticeFilter {
        states: listing.state.clone(),
        kinds: listing.kind.clone(),
        receiver: listing.receiver.clone(),
        cycle: listing.cycle,
        before,
    };
    let notices = desk.store.notices(&filter, listing.room()).await?;
    listing.fetched(notices, |queued| queued.notice.id.clone())
}

/// Return one notification, exactly as it is sent.
#[utoipa::path(
    get,
    path = "/api/v1/notices/{notice}",
    tag = "notices",
    params(("notice" = NoticeId, Path, description = "Id of the notification")),
    responses((status = 200, description = "The notification", body = QueuedNotice))
)]
pub(super) async fn find_notice(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<QueuedNotice>, Problem> {
    Ok(web::Json(found(&desk, id.into_inner()).await?))
}

/// Show the full text of a notification whose mail was shortened.
#[utoipa::path(
    get,
    path = "/notices/{notice}",
    tag = "notices",
    params(("notice" = NoticeId, Path, description = "Id of the notification")),
    responses((status = 200, description = "An HTML page in French", body = String, content_type = "text/html"))
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
