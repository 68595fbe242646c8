//! Notifications, and the page that shows the full text of one whose mail was shortened.

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::context::RequestContext;
use crate::api::extract::page;
use crate::api::extract::page::{Collection, Listing, NoFilters, Page};
use crate::api::extract::query::{QueryFault, QueryParameters};
use crate::api::openapi::answers::{NoData, NotFound};
use crate::api::problem::kinds::Problem;
use crate::application::Services;
use crate::domain::action_bodies::{OptionalReason, Reason};
use crate::domain::bounded_text::SingleLine;
use crate::domain::ids::{CycleNumber, NoticeId};
use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::{
    ChannelState, Content, Notice, NoticeKind, NoticeState, QueuedNotice, Receiver,
};
use crate::domain::messages::outage::Outage;
use crate::store::NoticeFilter;
use crate::support::visible_text;
use crate::{application, notify};

/// Content security policy of the pages: inline styles only, no scripts.
pub(crate) const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NoticeQuery {
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
    params(NoticeQuery),
    responses((status = 200, description = "A page of notifications", body = Page<QueuedNotice>))
)]
pub(crate) async fn list_notices(
    context: RequestContext,
    listing: Listing<NoticeQuery>,
) -> Result<Page<QueuedNotice>, Problem> {
    if let Some(cycle) = listing.cycle.filter(|cycle| cycle.0 < 1) {
        let words = format!("found `{cycle}`, expected 1 or more");
        return Err(QueryFault::of("cycle", words).into());
    }
    let before: Option<NoticeId> = listing.after()?;
    if let Some(id) = &before {
        // The position of a notification that was deleted since is not known.
        context.store.notice(id).await?.ok_or_else(page::invalid_cursor)?;
    }
    let filter = NoticeFilter {
        states: listing.state.clone(),
        kinds: listing.kind.clone(),
        receiver: listing.receiver.clone(),
        cycle: listing.cycle,
        before,
    };
    let notices = context.store.notices(&filter, listing.fetch_limit()).await?;
    let notices = notices.into_iter().map(QueuedNotice::with_files_named).collect();
    listing.fetched(notices, |queued| queued.notice.id.clone())
}

/// Return one notification, exactly as it is sent. Files that go with it are named, without their content.
#[utoipa::path(
    get,
    path = "/api/v1/notices/{notice}",
    params(("notice" = NoticeId, Path, description = "Id of the notification")),
    responses((status = 200, description = "The notification", body = QueuedNotice))
)]
pub(crate) async fn find_notice(
    context: RequestContext,
    id: web::Path<String>,
) -> Result<web::Json<QueuedNotice>, Problem> {
    Ok(web::Json(found(&context, id.into_inner()).await?))
}

/// Show the full text of a notification whose mail was shortened.
#[utoipa::path(
    get,
    path = "/notices/{notice}",
    params(("notice" = NoticeId, Path, description = "Id of the notification")),
    responses((status = 200, description = "An HTML page in French", body = String, content_type = "text/html"))
)]
pub(crate) async fn show_notice(
    context: RequestContext,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let Content::Message { html, page, .. } = found(&context, id.clone()).await?.notice.content
    else {
        return Err(Problem::NotFound { kind: "page of notice", id });
    };
    Ok(HttpResponse::Ok()
        .insert_header(ContentType::html())
        .insert_header(("Content-Security-Policy", POLICY))
        .body(visible_text::lines(&page.unwrap_or(html)).into_owned()))
}

pub(crate) async fn found(services: &Services, id: String) -> Result<QueuedNotice, Problem> {
    let notice = services.store.notice(&NoticeId::new(id.as_str())).await?;
    notice.map(QueuedNotice::with_files_named).ok_or(Problem::NotFound { kind: "notice", id })
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreviewQuery {
    /// Code or name of the ministry.
    ministry: SingleLine,
    /// Date as of which rules are evaluated; today by default.
    as_of: Option<NaiveDate>,
}

/// Preview the next notifications to the secretary-general of a ministry. Nothing is sent.
#[utoipa::path(
    get,
    path = "/api/v1/notices/preview",
    params(PreviewQuery),
    responses(
        (status = 200, description = "The notifications; empty when nothing has changed since the last ones", body = Collection<Notice>),
        NotFound, NoData
    )
)]
pub(crate) async fn preview_notices(
    context: RequestContext,
    query: QueryParameters<PreviewQuery>,
) -> Result<web::Json<Collection<Notice>>, Problem> {
    Ok(Collection::of(application::preview(&context, query.ministry.as_str(), query.as_of).await?))
}

/// Put a notification that could not be delivered back in the delivery queue.
#[utoipa::path(
    post,
    path = "/api/v1/notices/{notice}/replay",
    params(("notice" = String, Path, description = "Id of the message")),
    request_body = OptionalReason,
    responses((status = 200, description = "The notification, waiting for delivery", body = QueuedNotice))
)]
pub(crate) async fn replay_notice(
    context: RequestContext,
    named: web::Path<String>,
    body: web::Json<OptionalReason>,
) -> Result<web::Json<QueuedNotice>, Problem> {
    let queued = found(&context, named.into_inner()).await?;
    let id = queued.notice.id;
    if !context.store.replay_notice(&id, &context.act(body.reason.as_str())?).await? {
        let state = queued.state.as_str();
        return Err(Problem::Refused(format!("notice {id} is {state}, expected dead")));
    }
    Ok(web::Json(found(&context, id.to_string()).await?))
}

/// Whether links were revoked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevokedLinks {
    /// False when they had been revoked before.
    revoked: bool,
}

/// Revoke the links by which a notification can be read and its alerts acknowledged without an account.
#[utoipa::path(
    post,
    path = "/api/v1/notices/{notice}/revocation",
    params(("notice" = String, Path, description = "Id of the message")),
    request_body = Reason,
    responses((status = 200, description = "Whether they were still valid", body = RevokedLinks))
)]
pub(crate) async fn revoke_links(
    context: RequestContext,
    named: web::Path<String>,
    body: web::Json<Reason>,
) -> Result<web::Json<RevokedLinks>, Problem> {
    let id = found(&context, named.into_inner()).await?.notice.id;
    let revoked = context.store.revoke_links(&id, &context.act(body.reason.as_str())?).await?;
    Ok(web::Json(RevokedLinks { revoked }))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replayed {
    /// Number of notifications put back in the delivery queue.
    replayed: u64,
}

/// Put every notification that could not be delivered back in the delivery queue.
#[utoipa::path(
    post,
    path = "/api/v1/notices/replay",
    request_body = OptionalReason,
    responses((status = 200, description = "The number of notifications put back in the queue", body = Replayed))
)]
pub(crate) async fn replay_dead_notices(
    context: RequestContext,
    body: web::Json<OptionalReason>,
) -> Result<web::Json<Replayed>, Problem> {
    let replayed = context.store.replay_dead_notices(&context.act(body.reason.as_str())?).await?;
    Ok(web::Json(Replayed { replayed }))
}

/// A delivery channel: mail, Tchap or a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiverLine {
    #[schema(value_type = String, example = "webhook/supervision")]
    receiver: Channel,
    /// Whether the settings configure it.
    set_up: bool,
    /// When the channel was opened; `null` until the next cycle opens it.
    opened_at: Option<DateTime<Utc>>,
    /// When the channel was closed because its receiver refused further deliveries.
    closed_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    /// The outage under way, or `null`. Meanwhile notifications wait, and do not expire.
    outage: Option<Outage>,
}

/// List delivery channels and their state.
#[utoipa::path(
    get,
    path = "/api/v1/receivers",
    responses((status = 200, description = "A page of channels", body = Page<ReceiverLine>))
)]
pub(crate) async fn list_receivers(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<ReceiverLine>, Problem> {
    listing.page_as_is(receivers(&context).await?, |line| line.receiver.to_string())
}

/// Reopen a channel that was closed because its receiver refused further deliveries.
#[utoipa::path(
    post,
    path = "/api/v1/receivers/{receiver}/opening",
    params(("receiver" = String, Path, description = "`mail`, `tchap`, or the name of a webhook")),
    request_body = Reason,
    responses((status = 200, description = "The reopened channel", body = ReceiverLine))
)]
pub(crate) async fn open_receiver(
    context: RequestContext,
    name: web::Path<String>,
    body: web::Json<Reason>,
) -> Result<web::Json<ReceiverLine>, Problem> {
    let name = name.into_inner();
    let unknown = || Problem::NotFound { kind: "receiver", id: name.clone() };
    let channel = Channel::try_from(name.clone())
        .or_else(|_| Channel::try_from(format!("webhook/{name}")))
        .map_err(|_| unknown())?;
    let known = |lines: Vec<ReceiverLine>| lines.into_iter().find(|line| line.receiver == channel);
    known(receivers(&context).await?).ok_or_else(unknown)?;
    if !context.store.reopen_channel(&channel, &context.act(body.reason.as_str())?).await? {
        return Err(Problem::Refused(format!("{channel} was not closed")));
    }
    known(receivers(&context).await?).map(web::Json).ok_or_else(unknown)
}

async fn receivers(context: &RequestContext) -> Result<Vec<ReceiverLine>, Problem> {
    let set_up = notify::lanes(&context.notify);
    let states = context.store.lanes().await?;
    let outages = context.store.outages().await?;
    let unseen: Vec<Channel> = set_up
        .iter()
        .filter(|channel| !states.iter().any(|state| state.lane == **channel))
        .cloned()
        .collect();
    let seen = states.into_iter().map(
        |ChannelState { lane: channel, opened_at, closed_at, reason, outage }| {
            let opened_at = Some(opened_at);
            ReceiverLine {
                set_up: set_up.contains(&channel),
                receiver: channel,
                opened_at,
                closed_at,
                reason,
                outage,
            }
        },
    );
    let unseen = unseen.into_iter().map(|receiver| ReceiverLine {
        outage: outages.iter().find(|outage| outage.lane == receiver).cloned(),
        receiver,
        set_up: true,
        opened_at: None,
        closed_at: None,
        reason: None,
    });
    Ok(seen.chain(unseen).collect())
}
