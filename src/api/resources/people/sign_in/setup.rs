//! First start: a link that the service prints creates the administrator's account, once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::ToSchema;

use super::page::{HtmlField, HtmlPage};
use crate::api::context::AnonymousContext;
use crate::api::middleware::access::session_cookie;
use crate::api::middleware::access::sign_in::SignIn;
use crate::api::problem::details::ProblemDetails;
use crate::api::problem::kinds::Problem;
use crate::domain::accounts::access::Account;
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::store::{Credential, SessionTerms, TokenTerms};

/// Maximum length of an invitation in bytes; longer ones are never valid.
const LONGEST: usize = 200;

/// Lifetime of the first token, in days.
const TOKEN_DAYS: i64 = 90;

const NAME: HtmlField = HtmlField { name: "name", label: "Vos prénom et nom" };

/// The form that creates the administrator's account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Setup {
    /// Name of the account, as the audit trail shows it.
    name: String,
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

/// Create the administrator's account, once.
///
/// The page in the response shows a token, once; the browser is signed in.
#[utoipa::path(
    post,
    path = "/setup/{invitation}",
    params(("invitation" = String, Path, description = "Secret of the setup link")),
    request_body(content = Setup, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The account is created; an HTML page in French", body = String, content_type = "text/html"),
        (status = 403, description = "The request comes from a page of another site", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "The link is unknown, used or expired", body = String, content_type = "text/html"),
        (status = 422, description = "The name is not acceptable", content((String = "text/html"), (ProblemDetails = "application/problem+json")))
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
    let Ok(actor) = Actor::person(body.name.trim()) else {
        let fault = "Ce nom ne convient pas : une ligne, de 200 caractères au plus, sans caractère invisible, et pas \
             « vigie ».";
        return Ok(form(Some(fault)).answer(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let act = ActionContext { actor, at: context.clock.now(), reason: "first start".to_owned() };
    let presented = Credential::presented(invitation.into_inner());
    let Some(account) = context.store.accept_invitation(&presented, &act).await? else {
        return Ok(refuse(&context, "POST"));
    };
    let terms = SessionTerms {
        account: account.number,
        multi_factor: false,
        id_token: None,
        expires_at: act.at + TimeDelta::hours(sign_in.cookies.hours.into()),
    };
    let session = context.store.begin_session(&terms, &act).await?;
    let token = TokenTerms {
        account: account.number,
        label: "premier accès".to_owned(),
        roles: account.roles.clone(),
        scope: account.scope.clone(),
        issued_with: None,
        expires_at: act.at + TimeDelta::days(TOKEN_DAYS),
    };
    let (_, secret) = context.store.issue_token(&token, &act).await?;
    let mut response = HttpResponse::Created();
    response.cookie(sign_in.cookies.of_session(&session));
    Ok(welcome(&account, &secret).answer_with(response))
}

fn form(fault: Option<&str>) -> HtmlPage {
    let purpose = "Ce lien crée le compte de l’administrateur de Vigie, une seule fois. L’administrateur \
                   ouvre les comptes des autres et traite les alertes ; il ne publie pas de règles.";
    HtmlPage {
        title: "Premier démarrage",
        paragraphs: [Some(purpose), fault].into_iter().flatten().map(str::to_owned).collect(),
        field: Some(NAME),
        button: Some(("Créer le compte", "")),
        ..HtmlPage::default()
    }
}

fn welcome(account: &Account, secret: &Credential) -> HtmlPage {
    HtmlPage {
        title: "Le compte est créé",
        paragraphs: vec![
            format!("Session ouverte dans ce navigateur au nom de « {} ».", account.name),
            format!(
                "Votre jeton d’accès à l’API, valable {TOKEN_DAYS} jours, n’est montré qu’ici : {}",
                secret.reveal()
            ),
            "Gardez-le dans un gestionnaire de mots de passe. Vous pourrez en créer d’autres et révoquer \
             celui-ci."
                .to_owned(),
        ],
        link: Some(("Parcourir l’API et ouvrir les comptes des autres", "/api/docs".to_owned())),
        ..HtmlPage::default()
    }
}

fn refuse(context: &AnonymousContext, method: &str) -> HttpResponse {
    note(context, method, "the setup link is unknown, used or expired");
    let page = HtmlPage {
        title: "Ce lien ne vaut plus",
        paragraphs: vec![
            "Il a déjà servi, il a expiré, ou un compte existe déjà.".to_owned(),
            "Tant qu’il n’y a aucun compte, la commande « vigie accounts invite » en donne un nouveau, de \
             même qu’un redémarrage du service."
                .to_owned(),
        ],
        ..HtmlPage::default()
    };
    page.answer(StatusCode::NOT_FOUND)
}

fn note(context: &AnonymousContext, method: &str, reason: &str) {
    let subject = format!("route/{method} /setup/{{invitation}}");
    let record = AuditRecord::by(&Actor::vigie(), "request_refused", subject).because(reason);
    context.note_refusal(record);
}
