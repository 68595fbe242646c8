//! Links that open a session: those of invitations, and those that people ask for at `/connexion`. Following one changes
//! nothing, since programs that check mail follow them: opening the session takes the button of the page.

use actix_web::cookie::time::Duration;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use tracing::warn;

use super::page::HtmlPage;
use super::refusal::SignInRefusal;
use super::sign_in_flow::redirect;
use crate::api::context::AnonymousContext;
use crate::api::middleware::access::cookies::{expired_cookie, own_cookie};
use crate::api::middleware::access::session_cookie;
use crate::api::middleware::access::sign_in::SignIn;
use crate::api::problem::details::ProblemDetails;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{Services, SignInLink};
use crate::auth::Ticket;
use crate::domain::accounts::access::Scope;
use crate::domain::accounts::audit::{Actor, AuditRecord};
use crate::domain::accounts::mail_address::MailAddress;
use crate::domain::accounts::sessions::AccountLinkKind;
use crate::store::{AccountLinkState, Credential, SignInRequest};

/// Cookie of a browser that asked for a sign-in link.
const BROWSER: &str = "vigie_connexion";
const BROWSER_PATH: &str = "/connexion";

/// Maximum length of a secret in bytes; longer ones are never valid.
const LONGEST: usize = 200;

/// Show who an invitation is for, with the button that opens the session. Changes nothing.
#[utoipa::path(
    get,
    path = "/invitation/{invitation}",
    params(("invitation" = String, Path, description = "Secret of the link")),
    responses(
        (status = 200, description = "An HTML page in French", body = String, content_type = "text/html"),
        (status = 404, description = "The link is unknown, used, expired or revoked", body = String, content_type = "text/html")
    )
)]
pub(in crate::api) async fn show_invitation(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    secret: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    show(AccountLinkKind::Invitation, (&context, &sign_in, &request), secret.into_inner()).await
}

/// Open a session by an invitation, once.
#[utoipa::path(
    post,
    path = "/invitation/{invitation}",
    params(("invitation" = String, Path, description = "Secret of the link")),
    responses(
        (status = 303, description = "Signed in: the response sets the session cookie, and leads to `/`"),
        (status = 403, description = "The account has no role, or the request comes from a page of another site", content((String = "text/html"), (ProblemDetails = "application/problem+json"))),
        (status = 404, description = "The link is unknown, used, expired or revoked", body = String, content_type = "text/html")
    )
)]
pub(in crate::api) async fn accept_invitation(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    secret: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    open(AccountLinkKind::Invitation, (&context, &sign_in, &request), secret.into_inner()).await
}

/// Show the button that opens the session of a sign-in link. Changes nothing.
#[utoipa::path(
    get,
    path = "/connexion/{link}",
    params(("link" = String, Path, description = "Secret of the link")),
    responses(
        (status = 200, description = "An HTML page in French", body = String, content_type = "text/html"),
        (status = 403, description = "Another browser asked for the link", body = String, content_type = "text/html"),
        (status = 404, description = "The link is unknown, used, expired or revoked", body = String, content_type = "text/html")
    )
)]
pub(in crate::api) async fn show_sign_in_link(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    secret: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    show(AccountLinkKind::SignIn, (&context, &sign_in, &request), secret.into_inner()).await
}

/// Open a session by a sign-in link, once, in the browser that asked for it.
#[utoipa::path(
    post,
    path = "/connexion/{link}",
    params(("link" = String, Path, description = "Secret of the link")),
    responses(
        (status = 303, description = "Signed in: the response sets the session cookie, and leads to where the person was going"),
        (status = 403, description = "Another browser asked for the link, the account has no role, or the request comes from a page of another site", content((String = "text/html"), (ProblemDetails = "application/problem+json"))),
        (status = 404, description = "The link is unknown, used, expired or revoked", body = String, content_type = "text/html")
    )
)]
pub(in crate::api) async fn sign_in_by_link(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    secret: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    open(AccountLinkKind::SignIn, (&context, &sign_in, &request), secret.into_inner()).await
}

type Visit<'a> = (&'a AnonymousContext, &'a SignIn, &'a HttpRequest);

async fn show(
    kind: AccountLinkKind,
    (context, sign_in, request): Visit<'_>,
    secret: String,
) -> Result<HttpResponse, Problem> {
    let presented = Credential::presented(secret);
    let browser = browser(request).map(|ticket| ticket.fingerprint());
    let state = match presented.reveal().len() <= LONGEST {
        true => {
            let presents = (&presented, browser.as_ref());
            context.store.account_link(kind, presents, context.clock.now()).await?
        }
        false => AccountLinkState::Over,
    };
    let AccountLinkState::Serves(link) = state else {
        return Ok(refuse(kind, &state, (context, request)));
    };
    let page = HtmlPage {
        title: "Ouvrir votre session",
        paragraphs: vec![format!(
            "Ce lien ouvre une session de Vigie dans ce navigateur, pendant {} heures, au nom de « {} ».",
            sign_in.cookies.hours, link.account.name
        )],
        button: Some(("Ouvrir ma session", "")),
        ..HtmlPage::default()
    };
    Ok(page.answer(StatusCode::OK))
}

async fn open(
    kind: AccountLinkKind,
    (context, sign_in, request): Visit<'_>,
    secret: String,
) -> Result<HttpResponse, Problem> {
    session_cookie::check_origin(request)?;
    let presented = Credential::presented(secret);
    let browser = browser(request).map(|ticket| ticket.fingerprint());
    let presents = (&presented, browser.as_ref());
    let now = context.clock.now();
    let state = context.store.account_link(kind, presents, now).await?;
    if let AccountLinkState::Serves(link) = &state
        && link.account.roles.is_empty()
    {
        let account = link.account.name.to_string();
        return Ok(sign_in.refuse(context, &SignInRefusal::NoRole { account }));
    }
    let period = (now, now + TimeDelta::hours(sign_in.cookies.hours.into()));
    let (state, session) = context.store.use_account_link(kind, presents, period).await?;
    let (AccountLinkState::Serves(link), Some(session)) = (&state, session) else {
        return Ok(refuse(kind, &state, (context, request)));
    };
    let mut home = redirect(link.go_to.as_deref().unwrap_or("/"));
    home.cookie(sign_in.cookies.of_session(&session));
    if kind == AccountLinkKind::SignIn {
        home.cookie(expired_cookie(BROWSER, BROWSER_PATH));
    }
    Ok(home.finish())
}

/// Sends a sign-in link, if an account has the address, and gives the response the cookie of the browser that asks. The
/// response comes first: neither its words nor its time tell whether there is such an account.
pub(super) fn send_link(
    context: AnonymousContext,
    (sign_in, request): (&SignIn, &HttpRequest),
    (address, go_to): (MailAddress, Option<String>),
    mut response: actix_web::HttpResponseBuilder,
) -> Result<actix_web::HttpResponseBuilder, Problem> {
    let ticket = match browser(request) {
        Some(ticket) => ticket,
        None => Ticket::draw().map_err(|fault| Problem::NotReady(fault.to_string()))?,
    };
    let cookie = own_cookie(BROWSER, ticket.reveal(), BROWSER_PATH)
        .secure(sign_in.cookies.secure)
        .max_age(Duration::minutes(AccountLinkKind::SignIn.lasts().num_minutes()))
        .finish();
    response.cookie(cookie);
    // The account of an address is no part of what anybody sees.
    let services = context.seen_by(request, &Scope::Whole);
    let wanted = SignInRequest { browser: ticket.fingerprint(), go_to };
    tokio::spawn(async move { note_sent(&context, &services, (&address, &wanted)).await });
    Ok(response)
}

async fn note_sent(
    context: &AnonymousContext,
    services: &Services,
    (address, wanted): (&MailAddress, &SignInRequest),
) {
    let refused = |subject: String, reason: &str| {
        let record = AuditRecord::by(&Actor::vigie(), "sign_in_refused", subject).because(reason);
        context.note_refusal(record);
    };
    match application::send_sign_in_link(services, address, wanted).await {
        Ok(SignInLink::Sent) => {}
        Ok(SignInLink::NoAccount) => {
            refused("sign-in".to_owned(), "no account has the mail address that was given");
        }
        Ok(SignInLink::TooMany(account)) => {
            let subject = format!("account/{}", account.0);
            refused(subject, "too many sign-in links were asked for within an hour");
        }
        Err(fault) => {
            let cause: &dyn std::error::Error = &fault;
            warn!(error = cause, "A sign-in link could not be sent");
        }
    }
}

/// What the browser was given when it asked for a link.
fn browser(request: &HttpRequest) -> Option<Ticket> {
    request.cookie(BROWSER).and_then(|cookie| Ticket::read(cookie.value()))
}

fn refuse(
    kind: AccountLinkKind,
    state: &AccountLinkState,
    (context, request): (&AnonymousContext, &HttpRequest),
) -> HttpResponse {
    let is_elsewhere = *state == AccountLinkState::OfAnotherBrowser;
    let reason = if is_elsewhere {
        "another browser asked for the sign-in link"
    } else {
        "the link is unknown, used, expired or revoked"
    };
    let method = if *request.method() == Method::POST { "POST" } else { "GET" };
    let path = match kind {
        AccountLinkKind::Invitation => "/invitation/{invitation}",
        AccountLinkKind::SignIn => "/connexion/{link}",
    };
    let subject = format!("route/{method} {path}");
    let record = AuditRecord::by(&Actor::vigie(), "request_refused", subject).because(reason);
    context.note_refusal(record);
    let (title, paragraphs) = match kind {
        AccountLinkKind::SignIn if is_elsewhere => (
            "Ce lien s’ouvre dans un autre navigateur",
            vec![
                "Par sécurité, un lien de connexion ne sert que dans le navigateur où il a été demandé.",
                "Ouvrez-le dans ce navigateur-là, ou demandez ici un nouveau lien.",
            ],
        ),
        AccountLinkKind::SignIn => (
            "Ce lien ne vaut plus",
            vec![
                "Il a déjà servi, ou il a été demandé il y a plus de 15 minutes.",
                "Demandez un nouveau lien.",
            ],
        ),
        AccountLinkKind::Invitation => (
            "Ce lien ne vaut plus",
            vec![
                "Il a déjà servi, il a été remplacé par un plus récent, ou il a plus de trois jours.",
                "Demandez une nouvelle invitation à l’administrateur de Vigie.",
            ],
        ),
    };
    let page = HtmlPage {
        title,
        paragraphs: paragraphs.into_iter().map(str::to_owned).collect(),
        link: Some(("Se connecter", "/connexion".to_owned())),
        ..HtmlPage::default()
    };
    let status = if is_elsewhere { StatusCode::FORBIDDEN } else { StatusCode::NOT_FOUND };
    page.answer(status)
}
