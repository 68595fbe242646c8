//! `/connexion`: the ways to sign in that this service has, or what to do when it has none.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::session_links;
use super::statement::Statement;
use crate::api::{Problem, SignIn, check_origin, is_own_path, leading_to};
use crate::domain::accounts::mail_address::MailAddress;
use crate::web::context::Heading;
use crate::web::query::PageQuery;
use crate::web::visitor::{VisitorContext, redirect};

/// What is said of a text that is no mail address.
pub(super) const UNFIT_ADDRESS: &str = "Cette adresse électronique n’a pas la forme attendue, par exemple \
                                        anne.martin@example.gouv.fr.";

/// The form that asks for a sign-in link.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct LinkRequest {
    adresse: String,
    /// Path on this service to open after sign-in; empty for the dashboard.
    #[serde(default)]
    retour: String,
}

#[derive(Debug, Serialize)]
struct SignInView<'a> {
    /// Where the identity provider is reached, if there is one.
    provider: Option<String>,
    sends_links: bool,
    go_to: Option<&'a str>,
    contact: &'a str,
    typed: &'a str,
    error: Option<&'static str>,
}

/// Shows the ways to sign in.
///
/// # Errors
/// If the template cannot be filled.
pub(in crate::web) async fn show(
    context: VisitorContext,
    sign_in: web::Data<SignIn>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let asked = query.given.get("retour").and_then(|values| values.first());
    let go_to = asked.map(String::as_str).filter(|path| is_own_path(path));
    if context.caller().is_some() {
        return Ok(redirect(go_to.unwrap_or("/")).finish());
    }
    page((&context, &sign_in), go_to, ("", None), StatusCode::OK)
}

/// Sends a sign-in link to the mail address of an account. The response is the same whether or not an account has it.
///
/// # Errors
/// If the request comes from a page of another site.
pub(in crate::web) async fn send_link(
    context: VisitorContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    body: web::Form<LinkRequest>,
) -> Result<HttpResponse, Problem> {
    check_origin(&request)?;
    let LinkRequest { adresse, retour } = body.into_inner();
    let go_to = Some(retour).filter(|path| is_own_path(path));
    let frame = (&context, &*sign_in.into_inner());
    if !frame.1.mail_links {
        return page(frame, go_to.as_deref(), ("", None), StatusCode::NOT_FOUND);
    }
    let Ok(address) = MailAddress::try_from(adresse.clone()) else {
        let typed = (adresse.as_str(), Some(UNFIT_ADDRESS));
        return page(frame, go_to.as_deref(), typed, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let cookie = session_links::send((frame.0, frame.1, &request), address, go_to)?;
    let otherwise = format!(
        "Rien ne vient ? Vérifiez l’adresse et les courriers indésirables. Un compte reçoit au plus cinq liens par \
         heure. Sinon, écrivez à {}.",
        frame.1.contact()
    );
    let statement = Statement::of(
        "Consultez votre messagerie",
        &[
            "Si un compte de Vigie a cette adresse, un message vient de lui être envoyé. Le lien qu’il contient \
             sert une seule fois, pendant 15 minutes, dans ce navigateur.",
            &otherwise,
        ],
    );
    let statement = statement.with_link("Revenir à la connexion", "/connexion");
    let mut response = statement.show(frame.0, StatusCode::OK)?;
    response.add_cookie(&cookie).map_err(|_| Problem::PageNotMade)?;
    Ok(response)
}

fn page(
    (context, sign_in): (&VisitorContext, &SignIn),
    go_to: Option<&str>,
    (typed, error): (&str, Option<&'static str>),
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let provider = || match go_to {
        Some(path) => leading_to("/sign-in", ("go_to", path)),
        None => "/sign-in".to_owned(),
    };
    let view = SignInView {
        provider: sign_in.is_on().then(provider),
        sends_links: sign_in.mail_links,
        go_to,
        contact: sign_in.contact(),
        typed,
        error,
    };
    context.page(status, "pages/sign_in.html", &Heading::of("Se connecter", ""), &view)
}
