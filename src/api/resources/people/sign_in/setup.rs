//! First start: a link that the service prints creates the administrator's account, once, and opens its session.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::ToSchema;

use super::page::{HtmlField, HtmlPage};
use super::sign_in_flow::redirect;
use crate::api::context::AnonymousContext;
use crate::api::middleware::access::session_cookie;
use crate::api::middleware::access::sign_in::SignIn;
use crate::api::problem::details::ProblemDetails;
use crate::api::problem::kinds::Problem;
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::domain::accounts::mail_address::MailAddress;
use crate::store::{Credential, StoreError};

/// Maximum length of an invitation in bytes; longer ones are never valid.
const LONGEST: usize = 200;

const NAME: HtmlField =
    HtmlField {
        name: "name", label: "Vos prénom et nom", autocomplete: "name", is_required: true
    };

const ADDRESS: HtmlField = HtmlField {
    name: "mail_address",
    label: "Votre adresse électronique, pour recevoir des liens de connexion (facultatif)",
    autocomplete: "email",
    is_required: false,
};

/// The form that creates the administrator's account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Setup {
    /// Name of the account, as the audit trail shows it.
    name: String,
    /// Mail address for sign-in links; empty for none.
    #[serde(default)]
    mail_address: String,
}

/// Show the page that creates the first account.
#[utoipa::path(
    get,
    path = "/setup/{invitation}",
    params(("invitation" = String, Path, description = "Secret of the setup link")),
    responses(
        (status = 200, description = "An HTML page in French", body = String, content_type = "text/html"),
        (status = 404, description = "The link is unknown, used or expired", body = String, content_type = "text/html")
    )
)]
pub(in crate::api) async fn show_setup(
    context: AnonymousContext,
    invitation: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let presented = Credential::presented(invitation.into_inner());
    let holds = presented.reveal().len() <= LONGEST
        && context.store.is_invited(&presented, context.clock.now()).await?;
    if !holds {
        return Ok(refuse(&context, "GET"));
    }
    Ok(form(None).answer(StatusCode::OK))
}

/// Create the administrator's account, once, and open its session.
#[utoipa::path(
    post,
    path = "/setup/{invitation}",
    params(("invitation" = String, Path, description = "Secret of the setup link")),
    request_body(content = Setup, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "The account is created: the response sets the session cookie, and leads to `/`"),
        (status = 403, description = "The request comes from a page of another site", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "The link is unknown, used or expired", body = String, content_type = "text/html"),
        (status = 422, description = "The name or the mail address is not acceptable", content((String = "text/html"), (ProblemDetails = "application/problem+json")))
    )
)]
pub(in crate::api) async fn set_up(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    invitation: web::Path<String>,
    body: web::Form<Setup>,
) -> Result<HttpResponse, Problem> {
    if let Err(problem) = session_cookie::check_origin(&request) {
        note(&context, "POST", &problem.to_string());
        return Err(problem);
    }
    let unfit = |fault| Ok(form(Some(fault)).answer(StatusCode::UNPROCESSABLE_ENTITY));
    let Setup { name, mail_address } = body.into_inner();
    let Ok(actor) = Actor::person(name.trim()) else {
        return unfit(
            "Ce nom ne convient pas : une ligne, de 200 caractères au plus, sans caractère invisible, et pas \
             « vigie ».",
        );
    };
    let address = match mail_address.trim() {
        "" => None,
        text => match MailAddress::try_from(text.to_owned()) {
            Ok(address) => Some(address),
            Err(_) => return unfit("Cette adresse électronique ne convient pas."),
        },
    };
    let act = ActionContext { actor, at: context.clock.now(), reason: "first start".to_owned() };
    let presented = Credential::presented(invitation.into_inner());
    let until = act.at + TimeDelta::hours(sign_in.cookies.hours.into());
    let accepted = context.store.accept_invitation(&presented, (address, until), &act).await;
    let made = match accepted {
        Err(
            StoreError::AccountExists { .. }
            | StoreError::AccountAlike { .. }
            | StoreError::FormerName { .. },
        ) => return unfit("Un compte porte ou a porté ce nom, ou un nom qui lui ressemble."),
        Err(StoreError::MailAddressTaken { .. }) => {
            return unfit("Un autre compte a cette adresse électronique.");
        }
        other => other?,
    };
    let Some((_, session)) = made else { return Ok(refuse(&context, "POST")) };
    Ok(redirect("/").cookie(sign_in.cookies.of_session(&session)).finish())
}

fn form(fault: Option<&str>) -> HtmlPage {
    let purpose = "Ce lien crée le compte de l’administrateur de Vigie, une seule fois, et ouvre sa session. \
                   L’administrateur ouvre les comptes des autres et traite les alertes ; il ne publie pas de règles.";
    HtmlPage {
        title: "Premier démarrage",
        paragraphs: [Some(purpose), fault].into_iter().flatten().map(str::to_owned).collect(),
        fields: vec![NAME, ADDRESS],
        button: Some(("Créer le compte", "")),
        ..HtmlPage::default()
    }
}

fn refuse(context: &AnonymousContext, method: &str) -> HttpResponse {
    note(context, method, "the setup link is unknown, used or expired");
    let page = HtmlPage {
        title: "Ce lien ne vaut plus",
        paragraphs: vec![
            "Il a déjà servi, il a expiré, ou un compte existe déjà.".to_owned(),
            "Tant qu’il n’y a aucun administrateur, la commande « vigie accounts invite » en donne un nouveau, de \
             même qu’un redémarrage du service."
                .to_owned(),
        ],
        link: Some(("Se connecter", "/connexion".to_owned())),
        ..HtmlPage::default()
    };
    page.answer(StatusCode::NOT_FOUND)
}

fn note(context: &AnonymousContext, method: &str, reason: &str) {
    let subject = format!("route/{method} /setup/{{invitation}}");
    let record = AuditRecord::by(&Actor::vigie(), "request_refused", subject).because(reason);
    context.note_refusal(record);
}
