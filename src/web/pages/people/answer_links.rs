//! The questionnaire by the link of a campaign's mail, for contacts without an account: a project's director answers for that
//! project, a relay for each project of the ministry. The link is the only credential.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::questionnaire;
use super::questionnaire::{AnswersForm, SignatureForm};
use super::respondent::Respondent;
use crate::api::{Problem, check_origin};
use crate::application;
use crate::application::Services;
use crate::domain::accounts::access::Scope;
use crate::domain::ids::MinistryCode;
use crate::domain::messages::notice::Receiver;
use crate::domain::messages::recipients::{Recipients, project_directors};
use crate::domain::portfolio::follow_up::Contact;
use crate::notify::{LinkPurpose, LinkSigner, PersonalLink};
use crate::support::clock::today;
use crate::web::context::{Frame, Heading};
use crate::web::pages::entry::mail_links::{actor, refuse};
use crate::web::visitor::{VisitorContext, redirect};

/// The address of what links lead to, as the table of pages has it.
const PATH: &str = "/reponses/{link}";

/// A link that serves now, and what its holder may see.
struct AnswerLink {
    link: PersonalLink,
    /// Of the holder's ministry alone.
    services: Services,
    recipients: Vec<Contact>,
}

#[derive(Debug, Serialize)]
struct AnswerLinkView {
    projects: Vec<LinkedProject>,
}

/// A project that the holder of a link answers for.
#[derive(Debug, Serialize)]
struct LinkedProject {
    name: String,
    href: String,
}

/// Shows the projects to answer for; of a director, leads to the one there is.
///
/// # Errors
/// If the data cannot be read.
pub(super) async fn show(
    context: VisitorContext,
    request: HttpRequest,
    presented: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(held) = held(&context, &request, &presented).await? else {
        return refuse(&context, &request, PATH);
    };
    let address = |project: &str| format!("/reponses/{}/{project}", presented.as_str());
    if let Receiver::ProjectDirector(project) = &held.link.receiver {
        return Ok(redirect(&address(project.as_str())).finish());
    }
    let mut projects = Vec::new();
    for known in held.services.store.known_projects().await? {
        // Those that are over, or gone, are asked nothing.
        if let Ok(sheet) = application::answer_sheet(&held.services, known.project.as_str()).await {
            let href = address(sheet.project.as_str());
            projects.push(LinkedProject { name: sheet.name, href });
        }
    }
    let heading = Heading::of("Questionnaire de suivi", "questionnaire");
    let view = AnswerLinkView { projects };
    context.page(StatusCode::OK, "pages/answer_link.html", &heading, &view)
}

/// Shows the themes of the questionnaire of a project.
///
/// # Errors
/// If the project is not asked, or the data cannot be read.
pub(super) async fn show_project(
    context: VisitorContext,
    request: HttpRequest,
    of: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (presented, project) = of.into_inner();
    match respondent(&context, &request, (&presented, &project)).await? {
        Some(respondent) => questionnaire::show_sheet(&respondent, &project).await,
        None => refuse(&context, &request, PATH),
    }
}

/// Shows the questions of one theme.
///
/// # Errors
/// If the project is not asked, or has no such theme.
pub(super) async fn show_theme(
    context: VisitorContext,
    request: HttpRequest,
    of: web::Path<(String, String, usize)>,
) -> Result<HttpResponse, Problem> {
    let (presented, project, number) = of.into_inner();
    match respondent(&context, &request, (&presented, &project)).await? {
        Some(respondent) => questionnaire::show_questions(&respondent, &project, number).await,
        None => refuse(&context, &request, PATH),
    }
}

/// Keeps the answers of one theme.
///
/// # Errors
/// If the request comes from a page of another site, or the answers cannot be kept.
pub(super) async fn keep(
    context: VisitorContext,
    request: HttpRequest,
    of: web::Path<(String, String, usize)>,
    form: AnswersForm,
) -> Result<HttpResponse, Problem> {
    check_origin(&request)?;
    let (presented, project, number) = of.into_inner();
    match respondent(&context, &request, (&presented, &project)).await? {
        Some(one) => questionnaire::keep_answers(&one, (&project, number), form).await,
        None => refuse(&context, &request, PATH),
    }
}

/// Sends the answers that were kept.
///
/// # Errors
/// If the request comes from a page of another site, or nothing can be recorded.
pub(super) async fn send(
    context: VisitorContext,
    request: HttpRequest,
    of: web::Path<(String, String)>,
    form: web::Form<SignatureForm>,
) -> Result<HttpResponse, Problem> {
    check_origin(&request)?;
    let (presented, project) = of.into_inner();
    match respondent(&context, &request, (&presented, &project)).await? {
        Some(respondent) => questionnaire::send_answers(&respondent, &project, &form).await,
        None => refuse(&context, &request, PATH),
    }
}

/// The holder of a link, for a project that the link is for; `None` if it is for none or for another.
async fn respondent(
    context: &VisitorContext,
    request: &HttpRequest,
    (presented, project): (&str, &str),
) -> Result<Option<Respondent>, Problem> {
    let Some(held) = held(context, request, presented).await? else { return Ok(None) };
    let receiver = &held.link.receiver;
    let is_other = |own: &str| own != project;
    if matches!(receiver, Receiver::ProjectDirector(own) if is_other(own.as_str())) {
        return Ok(None);
    }
    Ok(Some(Respondent {
        recording: context.seen_by(request, &Scope::Whole),
        settings: context.action_settings().clone(),
        actor: actor(&held.recipients)?,
        author: receiver.to_string(),
        base: format!("/reponses/{presented}/{project}"),
        frame: Frame::of(request, None),
        services: held.services,
    }))
}

/// `None` unless the link was made here to answer, has neither expired nor been revoked, and went only to people who hold
/// the office now.
async fn held(
    context: &VisitorContext,
    request: &HttpRequest,
    presented: &str,
) -> Result<Option<AnswerLink>, Problem> {
    let now = context.clock.now();
    let Some(key) = context.store.existing_link_key().await? else { return Ok(None) };
    let signer = LinkSigner::new(key.reveal().as_bytes(), &context.notify);
    let read = signer.read(presented).filter(|link| link.serves(LinkPurpose::Answer, now));
    let Some(link) = read else { return Ok(None) };
    if context.store.are_links_revoked(&link.notice).await? {
        return Ok(None);
    }
    let whole = context.seen_by(request, &Scope::Whole);
    let contacts = whole.store.contacts(today(now)).await?;
    let Some((ministry, readers)) = office(&whole, (&contacts, &link.receiver)).await? else {
        return Ok(None);
    };
    let Some(holders) = link.holders(&readers) else { return Ok(None) };
    let recipients = holders.into_iter().cloned().collect();
    let services = context.seen_by(request, &Scope::of([ministry]));
    Ok(Some(AnswerLink { link, services, recipients }))
}

/// The ministry that an office answers for, and who holds the office today; `None` if it answers no questionnaire.
async fn office<'c>(
    whole: &Services,
    (contacts, receiver): (&'c [Contact], &Receiver),
) -> Result<Option<(MinistryCode, Vec<&'c Contact>)>, Problem> {
    let day = today(whole.clock.now());
    if let Receiver::SecurityRelay(ministry) = receiver {
        let relays = Recipients::of(contacts, ministry, day).relays();
        return Ok(Some((ministry.clone(), relays)));
    }
    let Receiver::ProjectDirector(project) = receiver else { return Ok(None) };
    let known = whole.store.known_projects().await?;
    let own = known.into_iter().find(|known| known.project == *project);
    Ok(own.map(|found| (found.ministry, project_directors(contacts, project, day))))
}
