//! `/connexion`: the ways to sign in that this service has, or what to do when it has none.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::page::{HtmlField, HtmlPage};
use super::session_links;
use super::sign_in_flow::{person, redirect};
use crate::api::context::AnonymousContext;
use crate::api::extract::query::QueryParameters;
use crate::api::middleware::access::own_path::{is_own_path, leading_to};
use crate::api::middleware::access::session_cookie;
use crate::api::middleware::access::sign_in::SignIn;
use crate::api::problem::details::ProblemDetails;
use crate::api::problem::kinds::Problem;
use crate::domain::accounts::mail_address::MailAddress;

const ADDRESS: HtmlField = HtmlField {
    name: "adresse",
    label: "Votre adresse électronique",
    autocomplete: "email",
    is_required: true,
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Arrival {
    /// Path on this service to open after sign-in.
    retour: Option<String>,
}

/// The form that asks for a sign-in link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct LinkRequest {
    /// Mail address of the account.
    adresse: String,
    /// Path on this service to open after sign-in; empty for the first page.
    #[serde(default)]
    retour: String,
}

/// Show the ways to sign in.
#[utoipa::path(
    get,
    path = "/connexion",
    params(Arrival),
    responses(
        (status = 200, description = "An HTML page in French", body = String, content_type = "text/html"),
        (status = 303, description = "The browser has a session already: the response leads to where the person was going")
    )
)]
pub(in crate::api) async fn show_sign_in(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    arrival: QueryParameters<Arrival>,
) -> Result<HttpResponse, Problem> {
    let go_to = arrival.into_inner().retour.filter(|path| is_own_path(path));
    if person(&context, &request).await?.is_some() {
        return Ok(redirect(go_to.as_deref().unwrap_or("/")).finish());
    }
    Ok(page(&sign_in, (go_to, None)).answer(StatusCode::OK))
}

/// Send a sign-in link to the mail address of an account.
///
/// The response is the same whether or not an account has the address. The link opens a session once, within fifteen
/// minutes, in this browser; an account is sent five at most in an hour.
#[utoipa::path(
    post,
    path = "/connexion",
    request_body(content = LinkRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "An HTML page in French", body = String, content_type = "text/html"),
        (status = 403, description = "The request comes from a page of another site", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "Links are not sent by this service", body = String, content_type = "text/html"),
        (status = 422, description = "The text is not a mail address", content((String = "text/html"), (ProblemDetails = "application/problem+json")))
    )
)]
pub(in crate::api) async fn ask_for_link(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    body: web::Form<LinkRequest>,
) -> Result<HttpResponse, Problem> {
    session_cookie::check_origin(&request)?;
    let LinkRequest { adresse, retour } = body.into_inner();
    let go_to = Some(retour).filter(|path| is_own_path(path));
    if !sign_in.mail_links {
        return Ok(page(&sign_in, (go_to, None)).answer(StatusCode::NOT_FOUND));
    }
    let Ok(address) = MailAddress::try_from(adresse) else {
        let fault = "Cette adresse électronique n’a pas la forme attendue, par exemple \
                     anne.martin@example.gouv.fr.";
        let page = page(&sign_in, (go_to, Some(fault)));
        return Ok(page.answer(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let response = session_links::send_link(
        context,
        (&sign_in, &request),
        (address, go_to),
        HttpResponse::Ok(),
    )?;
    let asked = HtmlPage {
        title: "Consultez votre messagerie",
        paragraphs: vec![
            "Si un compte de Vigie a cette adresse, un message vient de lui être envoyé. Le lien qu’il contient \
             sert une seule fois, pendant 15 minutes, dans ce navigateur."
                .to_owned(),
            format!(
                "Rien ne vient ? Vérifiez l’adresse et les courriers indésirables ; un compte reçoit au plus cinq \
                 liens par heure. Sinon, écrivez à {}.",
                sign_in.contact()
            ),
        ],
        link: Some(("Demander un autre lien", "/connexion".to_owned())),
        ..HtmlPage::default()
    };
    Ok(asked.answer_with(response))
}

fn page(sign_in: &SignIn, (go_to, fault): (Option<String>, Option<&str>)) -> HtmlPage {
    let to_provider = match &go_to {
        Some(path) => leading_to("/sign-in", ("go_to", path)),
        None => "/sign-in".to_owned(),
    };
    let link =
        sign_in.is_on().then_some(("Se connecter par le fournisseur d’identité", to_provider));
    let mut paragraphs: Vec<String> = fault.map(str::to_owned).into_iter().collect();
    if !sign_in.is_on() && !sign_in.mail_links {
        paragraphs.push(format!(
            "Ce service n’envoie pas de liens de connexion et n’a pas de fournisseur d’identité. Pour ouvrir une \
             session, demandez un lien d’invitation à {}.",
            sign_in.contact()
        ));
        paragraphs.push(
            "Sur la machine du service, la commande « vigie accounts invite NOM » en donne un."
                .to_owned(),
        );
    }
    let by_mail = sign_in.mail_links;
    HtmlPage {
        title: "Se connecter",
        paragraphs,
        link,
        fields: if by_mail { vec![ADDRESS] } else { vec![] },
        hidden: go_to.filter(|_| by_mail).map(|path| ("retour", path)),
        button: by_mail.then_some(("Recevoir un lien de connexion", "/connexion")),
        ..HtmlPage::default()
    }
}
