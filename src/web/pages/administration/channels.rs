//! What carries messages: mail, Tchap, programs; their outages, and those that their receiver closed.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::tabs::{AdministrationTab, heading, tabs};
use crate::api::resources::decisions::notices::{ReceiverLine, list_receivers, open_receiver};
use crate::api::{Page, Problem};
use crate::domain::action_bodies::Reason;
use crate::domain::bounded_text::RequiredText;
use crate::web::confirmations::Confirmation;
use crate::web::context::PageContext;
use crate::web::query::PageQuery;

const CHANNELS: &str = "/administration/canaux";

#[derive(Debug, Serialize)]
struct ChannelsView {
    tabs: Vec<AdministrationTab>,
    channels: Page<ReceiverLine>,
}

/// Lists the channels with their state.
///
/// # Errors
/// If the data cannot be read.
pub(super) async fn list(context: PageContext, query: PageQuery) -> Result<HttpResponse, Problem> {
    let channels = list_receivers(context.request(), query.listing(&[])?).await?;
    let view = ChannelsView { tabs: tabs(&context, CHANNELS), channels };
    context.page("pages/channels.html", &heading("Canaux", "canaux", None), &view)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReopeningForm {
    /// As the list calls the channel.
    channel: String,
    reason: RequiredText,
}

/// Reopens a channel that its receiver closed.
///
/// # Errors
/// If there is no such channel, or it was not closed.
pub(super) async fn reopen(
    context: PageContext,
    form: web::Form<ReopeningForm>,
) -> Result<HttpResponse, Problem> {
    let ReopeningForm { channel, reason } = form.into_inner();
    let body = web::Json(Reason { reason });
    open_receiver(context.request(), web::Path::from(channel), body).await?;
    Ok(context.done(Confirmation::ReceiverOpened, CHANNELS))
}
