//! Notifications not yet delivered: previews, replays of undeliverable ones, and closed delivery channels.

use actix_web::web;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::Problem;
use super::notices::found;
use super::openapi::NoData;
use super::openapi::NotFound;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::page::Whole;
use super::query::Asked;
use crate::cycle;
use crate::domain::acts::OptionalReason;
use crate::domain::acts::Reason;
use crate::domain::bounded_text::Name;
use crate::domain::notice::Lane;
use crate::domain::notice::LaneState;
use crate::domain::notice::Notice;
use crate::domain::notice::QueuedNotice;
use crate::domain::outage::Outage;
use crate::notify;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PreviewQuery {
    /// Code or name of the ministry.
    ministry: Name,
    /// Date as of which rules are evaluated; today by default.
    as_of: Option<NaiveDate>,
}

/// Preview the next notifications to the secretary-general of a ministry. Nothing is sent.
#[utoipa::path(
    get,
    path = "/api/v1/notices/preview",
    tag = "notices",
    params(PreviewQuery),
    responses(
        (status = 200, description = "The notifications; empty when nothing has changed since the last ones", body = Whole<Notice>),
        NotFound, NoData
    )
)]
pub(super) async fn preview_notices(
    desk: Desk,
    query: Asked<PreviewQuery>,
) -> Result<web::Json<Whole<Notice>>, Problem> {
    Ok(Whole::of(cycle::preview(&desk, query.ministry.as_str(), query.as_of).await?))
}

/// Put a notification that could not be delivered back in the delivery queue.
#[utoipa::path(
    post,
    path = "/api/v1/notices/{notice}/replay",
    tag = "notices",
    params(("notice" = String, Path, description = "Id of the message")),
    request_body = OptionalReason,
    responses((status = 200, description = "The notification, waiting for delivery", body = QueuedNotice))
)]
pub(super) async fn replay_notice(
    desk: Desk,
    named: web::Path<String>,
    body: web::Json<OptionalReason>,
) -> Result<web::Json<QueuedNotice>, Problem> {
    let queued = found(&desk, named.into_inner()).await?;
    let id = queued.notice.id;
    if !desk.store.replay_notice(&id, &desk.act(body.reason.as_str())?).await? {
        let state = queued.state.as_str();
        return Err(Problem::Refused(format!("notice {id} is {state}, expected dead")));
    }
    Ok(web::Json(found(&desk, id.to_string()).await?))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Replayed {
    /// Number of notifications put back in the delivery queue.
    replayed: u64,
}

/// Put every notification that could not be delivered back in the delivery queue.
#[utoipa::path(
    post,
    path = "/api/v1/notices/replay",
    tag = "notices",
    request_body = OptionalReason,
    responses((status = 200, description = "The number of notifications put back in the queue", body = Replayed))
)]
pub(super) async fn replay_dead_notices(
    desk: Desk,
    body: web::Json<OptionalReason>,
) -> Result<web::Json<Replayed>, Problem> {
    let replayed = desk.store.replay_dead_notices(&desk.act(body.reason.as_str())?).await?;
    Ok(web::Json(Replayed { replayed }))
}

/// A delivery channel: mail, Tchap or a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReceiverLine {
    #[schema(value_type = String, example = "webhook/supervision")]
    receiver: Lane,
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
    tag = "notices",
    responses((status = 200, description = "A page of channels", body = Page<ReceiverLine>))
)]
pub(super) async fn list_receivers(
    desk: Desk,
    listing: Listing<NoFilters>,
) -> Result<Page<ReceiverLine>, Problem> {
    listing.page_as_is(receivers(&desk).await?, |line| line.receiver.to_string())
}

/// Reopen a channel that was closed because its receiver refused further deliveries.
#[utoipa::path(
    post,
    path = "/api/v1/receivers/{receiver}/opening",
    tag = "notices",
    params(("receiver" = String, Path, description = "`mail`, `tchap`, or the name of a webhook")),
    request_body = Reason,
    responses((status = 200, description = "The reopened channel", body = ReceiverLine))
)]
pub(super) async fn open_receiver(
    desk: Desk,
    name: web::Path<String>,
    body: web::Json<Reason>,
) -> Result<web::Json<ReceiverLine>, Problem> {
    let name = name.into_inner();
    let unknown = || Problem::NotFound { kind: "receiver", id: name.clone() };
    let lane = Lane::try_from(name.clone())
        .or_else(|_| Lane::try_from(format!("webhook/{name}")))
        .map_err(|_| unknown())?;
    let known = |lines: Vec<ReceiverLine>| lines.into_iter().find(|line| line.receiver == lane);
    known(receivers(&desk).await?).ok_or_else(unknown)?;
    if !desk.store.reopen_lane(&lane, &desk.act(body.reason.as_str())?).await? {
        return Err(Problem::Refused(format!("{lane} was not closed")));
    }
    known(receivers(&desk).await?).map(web::Json).ok_or_else(unknown)
}

async fn receivers(desk: &Desk) -> Result<Vec<ReceiverLine>, Problem> {
    let set_up = notify::lanes(&desk.notify);
    let states = desk.store.lanes().await?;
    let outages = desk.store.outages().await?;
    let unseen: Vec<Lane> = set_up
        .iter()
        .filter(|lane| !states.iter().any(|state| state.lane == **lane))
        .cloned()
        .collect();
    let seen =
        states.into_iter().map(|LaneState { lane, opened_at, closed_at, reason, outage }| {
            let opened_at = Some(opened_at);
            ReceiverLine {
                set_up: set_up.contains(&lane),
                receiver: lane,
                opened_at,
                closed_at,
                reason,
                outage,
            }
        });
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
