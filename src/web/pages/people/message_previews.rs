//! What each ministry would be told if a cycle ran now, and who would receive it.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::messages::{MESSAGES, counted};
use crate::api::Problem;
use crate::api::resources::decisions::recipients::RecipientQuery;
use crate::application;
use crate::domain::bounded_text::SingleLine;
use crate::domain::messages::notice::{Content, Notice, NoticeKind};
use crate::domain::messages::recipients::RecipientLine;
use crate::web::context::{Heading, PageContext};
use crate::web::query::{Choice, PageQuery, Parameter, plain};

const PARAMETERS: &[Parameter] = &[plain("ministere", "ministry"), plain("date", "as_of")];

/// The ministry and the day of a preview.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PreviewFilter {
    ministry: Option<SingleLine>,
    as_of: Option<NaiveDate>,
}

#[derive(Debug, Serialize)]
struct PreviewView {
    query: PageQuery,
    ministries: Vec<Choice>,
    /// `None` while no ministry is chosen.
    messages: Option<Vec<PreviewedMessage>>,
    /// `2 messages`
    found: String,
}

/// A message that would be written.
#[derive(Debug, Serialize)]
struct PreviewedMessage {
    receiver: String,
    kind: NoticeKind,
    title: String,
    text: String,
}

/// Shows the next messages to a ministry. Nothing is sent.
///
/// # Errors
/// If a parameter is unknown, there is no such ministry, or no data yet.
pub(super) async fn preview(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let listing = query.listing::<PreviewFilter>(PARAMETERS)?;
    let messages = match &listing.ministry {
        Some(ministry) => {
            let found = application::preview(&context, ministry.as_str(), listing.as_of).await?;
            Some(found.into_iter().map(PreviewedMessage::of).collect::<Vec<_>>())
        }
        None => None,
    };
    let view = PreviewView {
        query,
        ministries: ministries(&context).await?,
        found: counted(messages.as_ref().map_or(0, Vec::len)),
        messages,
    };
    let heading = Heading::of("Aperçu des prochains messages", "apercu").under(&[MESSAGES]);
    context.page("pages/message_previews.html", &heading, &view)
}

impl PreviewedMessage {
    fn of(notice: Notice) -> Self {
        let text = match notice.content {
            Content::Message { text, page: _, .. } => text,
            Content::Post { body, .. } => body,
        };
        let (receiver, kind, title) = (notice.receiver.to_string(), notice.kind, notice.title);
        Self { receiver, kind, title, text }
    }
}

/// The ministries of known projects.
pub(super) async fn ministries(context: &PageContext) -> Result<Vec<Choice>, Problem> {
    let known = context.store.known_projects().await?;
    let codes: BTreeSet<String> = known.iter().map(|one| one.ministry.to_string()).collect();
    Ok(codes.into_iter().map(Choice::plain).collect())
}

#[derive(Debug, Serialize)]
struct RecipientsView {
    query: PageQuery,
    ministries: Vec<Choice>,
    recipients: Vec<RecipientLine>,
}

/// Lists who receives the messages of each ministry, and why.
///
/// # Errors
/// If a parameter is unknown, there is no such ministry, or no data yet.
pub(super) async fn recipients(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let listing = query.listing::<RecipientQuery>(PARAMETERS)?;
    let ministry = listing.ministry.as_ref().map(SingleLine::as_str);
    let view = RecipientsView {
        recipients: application::recipients(&context, ministry, listing.as_of).await?,
        ministries: ministries(&context).await?,
        query,
    };
    let heading = Heading::of("Destinataires", "destinataires").under(&[MESSAGES]);
    context.page("pages/recipients.html", &heading, &view)
}
