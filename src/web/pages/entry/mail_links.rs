//! What the links of mails lead to, for people without an account: the message in full, and the page that
//! acknowledges alerts. A link is the only credential. Following one changes nothing, since programs that check mail
//! follow them: acknowledging takes the button of the page.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::statement::Statement;
use crate::api::resources::decisions::notices::POLICY;
use crate::api::{Problem, check_origin};
use crate::application;
use crate::application::Services;
use crate::domain::accounts::access::Scope;
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::ids::MinistryCode;
use crate::domain::level::Level;
use crate::domain::messages::notice::{Content, Receiver};
use crate::domain::messages::recipients::Recipients;
use crate::domain::portfolio::follow_up::Contact;
use crate::notify::{LinkPurpose, LinkSigner, PersonalLink};
use crate::store::Credential;
use crate::support::clock::today;
use crate::support::visible_text;
use crate::web::context::Heading;
use crate::web::visitor::VisitorContext;

#[derive(Debug, Serialize)]
struct AcknowledgementView {
    alerts: Vec<NamedAlert>,
    /// The address of the page of the ministry, for those who have an account.
    ministry_page: String,
}

#[derive(Debug, Serialize)]
struct NamedAlert {
    project: String,
    rule: String,
    level: Level,
}

/// A link that serves now, and what its holder may see.
struct Held {
    link: PersonalLink,
    /// Of the holder's ministry alone.
    services: Services,
    /// Those to whom the mail went, all of whom may still read it.
    recipients: Vec<Contact>,
    /// Whose messages they receive.
    ministry: MinistryCode,
    /// What the link was signed with.
    key: Credential,
}

/// Shows a message in full, to those who received it by mail.
///
/// # Errors
/// If the database cannot be read.
pub(in crate::web) async fn show_message(
    context: VisitorContext,
    request: HttpRequest,
    link: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(held) = held(&context, &request, &link, LinkPurpose::Read).await? else {
        return refuse(&context, &request, "/messages/{link}");
    };
    let notice = held.services.store.notice(&held.link.notice).await?.map(|one| one.notice);
    let Some(notice) = notice.filter(|notice| notice.receiver == held.link.receiver) else {
        return refuse(&context, &request, "/messages/{link}");
    };
    let signer = LinkSigner::new(held.key.reveal().as_bytes(), &context.notify);
    let recipients: Vec<&Contact> = held.recipients.iter().collect();
    let personal = signer.personal(&notice, &recipients);
    let Content::Message { html, page, .. } = personal.content else {
        return refuse(&context, &request, "/messages/{link}");
    };
    Ok(HttpResponse::Ok()
        .insert_header(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(visible_text::lines(&page.unwrap_or(html)).into_owned()))
}

/// Shows the page that acknowledges alerts, to those who received them by mail. Changes nothing.
///
/// # Errors
/// If the database cannot be read.
pub(in crate::web) async fn show_acknowledgement(
    context: VisitorContext,
    request: HttpRequest,
    link: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(held) = held(&context, &request, &link, LinkPurpose::Acknowledge).await? else {
        return refuse(&context, &request, "/acknowledgements/{link}");
    };
    let alerts = waiting(&held).await?;
    if alerts.is_empty() {
        return done(&held).show(&context, StatusCode::OK);
    }
    let directory = application::directory(&held.services).await?;
    let named = alerts.iter().map(|alert| NamedAlert {
        project: directory.name(&alert.subject),
        rule: directory.rule_title(&alert.rule),
        level: alert.level,
    });
    let view = AcknowledgementView { alerts: named.collect(), ministry_page: ministry_page(&held) };
    let heading = Heading::of("Prendre connaissance", "");
    context.page(StatusCode::OK, "pages/acknowledgement.html", &heading, &view)
}

/// Acknowledges alerts, for those who received them by mail.
///
/// # Errors
/// If the request comes from a page of another site, or the database cannot be written.
pub(in crate::web) async fn acknowledge_by_link(
    context: VisitorContext,
    request: HttpRequest,
    link: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    check_origin(&request)?;
    let Some(held) = held(&context, &request, &link, LinkPurpose::Acknowledge).await? else {
        return refuse(&context, &request, "/acknowledgements/{link}");
    };
    let act = ActionContext {
        actor: actor(&held.recipients)?,
        at: context.clock.now(),
        reason: format!("par le lien du message {}", held.link.notice),
    };
    for alert in waiting(&held).await? {
        application::acknowledge(&held.services, &alert, &act).await?;
    }
    done(&held).show(&context, StatusCode::OK)
}

/// `None` unless the link was made here, serves this purpose, has neither expired nor been revoked, and went only to
/// people who may read the messages of the ministry now.
async fn held(
    context: &VisitorContext,
    request: &HttpRequest,
    presented: &str,
    purpose: LinkPurpose,
) -> Result<Option<Held>, Problem> {
    let now = context.clock.now();
    let Some(key) = context.store.existing_link_key().await? else { return Ok(None) };
    let signer = LinkSigner::new(key.reveal().as_bytes(), &context.notify);
    let read = signer.read(presented).filter(|link| link.serves(purpose, now));
    let Some(link) = read else { return Ok(None) };
    let Receiver::SecretaryGeneral(ministry) = &link.receiver else { return Ok(None) };
    if context.store.are_links_revoked(&link.notice).await? {
        return Ok(None);
    }
    let services = context.seen_by(request, &Scope::of([ministry.clone()]));
    let contacts = services.store.contacts(today(now)).await?;
    let readers = Recipients::of(&contacts, ministry, today(now)).readers();
    let Some(holders) = link.holders(&readers) else { return Ok(None) };
    let recipients = holders.into_iter().cloned().collect();
    let ministry = ministry.clone();
    Ok(Some(Held { link, services, recipients, ministry, key }))
}

/// The alerts of the link that are open and that nobody acknowledged.
async fn waiting(held: &Held) -> Result<Vec<Alert>, Problem> {
    let handlings = held.services.store.handlings().await?;
    let mut waiting = Vec::new();
    for id in &held.link.alerts {
        let seen = handlings.get(id).is_some_and(|handling| handling.acknowledged.is_some());
        let alert = held.services.store.alert(id).await?;
        waiting.extend(alert.filter(|alert| !seen && alert.state == AlertState::Open));
    }
    Ok(waiting)
}

/// Who acts by a link: one of those to whom the mail went, by name when all have one.
///
/// # Errors
/// If their names are none.
pub(in crate::web) fn actor(recipients: &[Contact]) -> Result<Actor, Problem> {
    let names: Option<Vec<&str>> =
        recipients.iter().map(|contact| contact.name.as_deref()).collect();
    let person = names.and_then(|names| Actor::person(&names.join(" ou ")).ok());
    let ministry = recipients.first().map_or("", |contact| contact.ministry.as_str());
    let office = || Actor::person(&format!("un destinataire des messages, {ministry}"));
    match person {
        Some(person) => Ok(person),
        None => office().map_err(|fault| Problem::Unfit(fault.to_string())),
    }
}

/// The address of the page of the ministry, which takes an account.
fn ministry_page(held: &Held) -> String {
    format!("/ministeres/{}", held.ministry)
}

fn done(held: &Held) -> Statement {
    let statement = Statement::of(
        "C’est noté",
        &[
            "La DINUM sait que votre ministère a pris connaissance de ces alertes. Vous pouvez fermer cette page.",
        ],
    );
    statement.with_link("Voir la page de votre ministère", &ministry_page(held))
}

/// Says that a link does not serve, and records that it was tried.
///
/// # Errors
/// If the page cannot be made.
pub(in crate::web) fn refuse(
    context: &VisitorContext,
    request: &HttpRequest,
    path: &str,
) -> Result<HttpResponse, Problem> {
    let method = if *request.method() == Method::POST { "POST" } else { "GET" };
    let record =
        AuditRecord::by(&Actor::vigie(), "request_refused", format!("route/{method} {path}"))
            .because("the link of a mail is unknown, expired or revoked");
    context.note_refusal(record);
    let statement = Statement::of_dead_link(&[
        "Il a expiré, il a été révoqué, ou le destinataire des messages de ce ministère a changé.",
        "Pour toute question, répondez au message qui le contenait.",
    ]);
    statement.show(context, StatusCode::GONE)
}
