//! Pages about the session: the signed-in account, and the confirmation of sign-out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::HtmlPage;
use super::sign_in_flow::person;
use crate::api::context::AnonymousContext;
use crate::api::middleware::access::sign_in::SignIn;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::domain::accounts::access::{ProvedBy, Role, Scope, Token};
use crate::support::french;

/// Show a page that confirms that the session has ended.
#[utoipa::path(
    get,
    path = "/signed-out",
    responses((status = 200, description = "An HTML page in French", body = String, content_type = "text/html"))
)]
pub(in crate::api) async fn show_signed_out() -> HttpResponse {
    let page = HtmlPage {
        title: "Vous êtes déconnecté",
        paragraphs: vec!["Vous pouvez fermer cette page.".to_owned()],
        link: Some(("Se connecter", "/sign-in".to_owned())),
        ..HtmlPage::default()
    };
    page.answer(StatusCode::OK)
}

/// Show a page with the signed-in account and a sign-out button.
#[utoipa::path(
    get,
    path = "/account",
    responses((status = 200, description = "An HTML page in French", body = String, content_type = "text/html"))
)]
pub(in crate::api) async fn show_account(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Some(caller) = person(&context, &request).await? else {
        let page = HtmlPage {
            title: "Vous n’êtes pas connecté",
            paragraphs: vec!["Votre session a expiré ou n’est pas ouverte.".to_owned()],
            link: Some(("Se connecter", "/sign-in".to_owned())),
            ..HtmlPage::default()
        };
        return Ok(page.answer(StatusCode::OK));
    };
    let roles: Vec<&str> = caller.roles.iter().map(|role| in_french(*role)).collect();
    let seen = match &caller.scope {
        Scope::Whole => "tous les ministères".to_owned(),
        Scope::Ministries(codes) if codes.is_empty() => {
            format!("aucun pour l’instant ; écrivez à {} pour en voir un", sign_in.contact())
        }
        Scope::Ministries(codes) => {
            codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
    };
    let factors = match caller.proof {
        ProvedBy::Session { multi_factor: true, .. } => "plusieurs facteurs",
        ProvedBy::Session { multi_factor: false, .. }
        | ProvedBy::Token { .. }
        | ProvedBy::Local => "un seul facteur : publier des règles en demande plusieurs",
    };
    let mut paragraphs = vec![
        format!("Compte : {}", caller.name),
        format!("Rôles : {}", roles.join(", ")),
        format!("Ministères : {seen}"),
        format!("Connexion : {factors}"),
    ];
    let local_tokens = application::valid_local_tokens(&context, caller.account).await?;
    paragraphs.extend(local_tokens.iter().map(local_token));
    let page = HtmlPage {
        title: "Votre session",
        paragraphs,
        button: Some(("Se déconnecter", "/sign-out")),
        leads_to: match &sign_in.provider {
            Some(provider) => provider.sign_out_endpoint().await,
            None => None,
        },
        ..HtmlPage::default()
    };
    Ok(page.answer(StatusCode::OK))
}

fn local_token(token: &Token) -> String {
    let by = token.issued_by.as_ref().map_or_else(String::new, |by| format!(" par {by}"));
    format!(
        "Attention : le jeton n° {} (« {} ») a été émis pour votre compte{by}, le {}, sur la machine de la \
         base de données. Qui le détient agit sous votre nom ; si vous ne l’avez pas demandé, révoquez-le et \
         dites-le à un administrateur.",
        token.number,
        token.label,
        french::date(token.created_at.date_naive())
    )
}

fn in_french(role: Role) -> &'static str {
    match role {
        Role::Reader => "lecteur",
        Role::Analyst => "analyste",
        Role::RuleAuthor => "concepteur de règles",
        Role::Approver => "approbateur de règles",
        Role::Administrator => "administrateur",
    }
}
