//! Messages that have not left: those of the next cycle, those that were given up, closed receivers.

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
use crate::domain::notice::Lane;
use crate::domain::notice::LaneState;
use crate::domain::notice::Notice;
use crate::domain::notice::QueuedNotice;
use crate::domain::outage::Outage;
use crate::domain::words::Name;
use crate::notify;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PreviewQuery {
    /// Code or name.
    ministry: Name,
    /// Judge as of this date; today by default.
    as_of: Option<NaiveDate>,
}

/// Show the next messages of a ministry's secretary-general, of which none is sent.
#[utoipa::path(
    get,
    path = "/api/v1/notices/preview",
    tag = "notices",
    params(PreviewQuery),
    responses(
        (status = 200, description = "None when nothing changed since the last", body = Whole<Notice>),
        NotFound, NoData
    )
)]
pub(super) async fn preview_notices(
    desk: Desk,
    query: Asked<PreviewQuery>,
) -> Result<web::Json<Whole<Notice>>, Problem> {
    Ok(Whole::of(cycle::preview(&desk, query.ministry.as_str(), query.as_of).await?))
}

/// Let a message that was given up wait again.
#[utoipa::path(
    post,
    path = "/api/v1/notices/{notice}/replay",
    tag = "notices",
    params(("notice" = String, Path, description = "Id of the message")),
    request_body = OptionalReason,
    responses((status = 200, description = "The message, waiting", body = QueuedNotice))
)]
pub(super) async fn replay_notice(
    desk: Desk,
    named: web::Path<String>,
    body: web::Json<OptionalReason>,
) -> Result<web::Json<QueuedNotice>, Problem> {
    let queued = found(&desk, named.into_inner()).await?;
    let id = queued.notice.id;
    if !desk.store.replay_notice(&id, &desk.act(body.reason.as_str())?).await? {
        let state = queued.state.word();
        return Err(Problem::Refused(format!("notice {id} is {state}, expected dead")));
    }
    Ok(web::Json(found(&desk, id.to_string()).await?))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Replayed {
    /// How many messages wait again.
    replayed: u64,
}

/// Let all the messages that were given up wait again.
#[utoipa::path(
    post,
    path = "/api/v1/notices/replay",
    tag = "notices",
    request_body = OptionalReason,
    responses((status = 200, description = "How many", body = Replayed))
)]
pub(super) async fn replay_dead_notices(
    desk: Desk,
    body: web::Json<OptionalReason>,
) -> Result<web::Json<Replayed>, Problem> {
    let replayed = desk.store.replay_dead_notices(&desk.act(body.reason.as_str())?).await?;
    Ok(web::Json(Replayed { replayed }))
}

/// What carries messages.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReceiverLine {
    #[schema(value_type = String, example = "webhook/supervision")]
    receiver: Lane,
    /// Whether the settings name it.
    set_up: bool,
    /// `null`: it opens at the next cycle.
    opened_at: Option<DateTime<Utc>>,
    /// It had asked for nothing more.
    closed_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    /// The outage under way: what waits for it neither ages nor is given up. `null` when it works.
    outage: Option<Outage>,
}

/// List what carries messages, and whether it is open.
#[utoipa::path(
    get,
    path = "/api/v1/receivers",
    tag = "notices",
    responses((status = 200, description = "As asked", body = Page<ReceiverLine>))
)]
pub(super) async fn list_receivers(
    desk: Desk,
    asked: Listing<NoFilters>,
) -> Result<Page<ReceiverLine>, Problem> {
    asked.page_as_is(receivers(&desk).await?, |line| line.receiver.to_string())
}

/// Open again a receiver that had asked for nothing more.
#[utoipa::path(
    post,
    path = "/api/v1/receivers/{receiver}/opening",
    tag = "notices",
    params(("receiver" = String, Path, description = "`mail`, `tchap`, or the name of a webhook")),
    request_body = Reason,
    responses((status = 200, description = "The receiver, open", body = ReceiverLine))
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
