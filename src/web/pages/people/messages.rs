//! Messages: what was written to whom, what became of it, and sending again what failed.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::api::resources::decisions::notices::{NoticeQuery, found, list_notices};
use crate::api::{Page, Problem};
use crate::domain::bounded_text::{OptionalText, RequiredText};
use crate::domain::messages::notice::{Content, NoticeKind, NoticeState, QueuedNotice};
use crate::support::french;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::list_file;
use crate::web::lists::people::MESSAGES as LIST;
use crate::web::query::{Choice, PageQuery, Parameter, labels_of, plain};

pub(super) const MESSAGES: (&str, &str) = ("Messages", "/messages");

const PARAMETERS: &[Parameter] = &[
    labels_of::<NoticeState>("etat", "state"),
    labels_of::<NoticeKind>("genre", "kind"),
    plain("destinataire", "receiver"),
    plain("cycle", "cycle"),
];

/// What each filter is called where it is in force.
const FILTERS: [(&str, &str); 4] =
    [("etat", "État"), ("genre", "Genre"), ("destinataire", "Destinataire"), ("cycle", "Cycle")];

#[derive(Debug, Serialize)]
struct MessagesView {
    query: PageQuery,
    messages: Page<QueuedNotice>,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    filters: Vec<Link>,
}

/// Lists the messages, newest first.
///
/// # Errors
/// If a parameter is unknown, or the data cannot be read.
pub(super) async fn list(context: PageContext, query: PageQuery) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let listing = query.listing::<NoticeQuery>(PARAMETERS)?;
    let messages = list_notices(context.request(), listing).await?;
    if let Some(format) = query.format {
        let (messages, _) = messages.into_parts();
        return list_file(&context, (&LIST, format), messages, query.filters(&FILTERS)).await;
    }
    let view = MessagesView {
        messages,
        states: Choice::of::<NoticeState>(),
        kinds: Choice::of::<NoticeKind>(),
        filters: query.filters(&FILTERS),
        query,
    };
    context.page("pages/messages.html", &Heading::of("Messages", "messages"), &view)
}

#[derive(Debug, Serialize)]
struct MessageView {
    message: QueuedNotice,
    /// What people read, without its layout; a program's own text where it is for a program.
    text: String,
    /// Whether it has a page that shows it as it is laid out.
    is_for_people: bool,
}

/// Shows one message as it is sent, and what became of it.
///
/// # Errors
/// If there is no such message among those that the caller sees, or the data cannot be read.
pub(super) async fn show(
    context: PageContext,
    message: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let queued = found(&context, message.into_inner()).await?;
    let (text, is_for_people) = match &queued.notice.content {
        Content::Message { text, .. } => (text.clone(), true),
        Content::Post { body, .. } => (body.clone(), false),
    };
    let heading = Heading::of(&queued.notice.title, "message").under(&[MESSAGES]);
    let view = MessageView { message: queued, text, is_for_people };
    context.page("pages/message.html", &heading, &view)
}

/// Why a message is sent again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplayForm {
    #[serde(default)]
    reason: OptionalText,
}

/// Puts a message that was given up back in the queue.
///
/// # Errors
/// If there is no such message, or it was not given up.
pub(super) async fn send_again(
    context: PageContext,
    message: web::Path<String>,
    form: web::Form<ReplayForm>,
) -> Result<HttpResponse, Problem> {
    let queued = found(&context, message.into_inner()).await?;
    let id = queued.notice.id;
    if !context.store.replay_notice(&id, &context.act(form.reason.as_str())?).await? {
        let state = queued.state.as_str();
        return Err(Problem::Refused(format!("notice {id} is {state}, expected dead")));
    }
    Ok(context.done(Confirmation::SentAgain, &format!("/messages/envois/{id}")))
}

/// Puts all messages that were given up back in the queue.
///
/// # Errors
/// If the change cannot be written.
pub(super) async fn send_all_again(
    context: PageContext,
    form: web::Form<ReplayForm>,
) -> Result<HttpResponse, Problem> {
    context.store.replay_dead_notices(&context.act(form.reason.as_str())?).await?;
    Ok(context.done(Confirmation::AllSentAgain, MESSAGES.1))
}

/// Why the links of a message are revoked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RevocationForm {
    reason: RequiredText,
}

/// Revokes the links by which a message serves without an account.
///
/// # Errors
/// If there is no such message, or the change cannot be written.
pub(super) async fn revoke_links(
    context: PageContext,
    message: web::Path<String>,
    form: web::Form<RevocationForm>,
) -> Result<HttpResponse, Problem> {
    let id = found(&context, message.into_inner()).await?.notice.id;
    context.store.revoke_links(&id, &context.act(form.reason.as_str())?).await?;
    Ok(context.done(Confirmation::LinksRevoked, &format!("/messages/envois/{id}")))
}

/// How many messages, in words.
pub(super) fn counted(messages: usize) -> String {
    french::counted(messages, "message", "messages")
}
