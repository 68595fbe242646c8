//! Links that open a session: those of invitations, and those that people ask for at `/connexion`. Following one changes
//! nothing, since programs that check mail follow them: opening the session takes the button of the page.

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde::Serialize;
use tracing::warn;

use super::refusal::SignInRefusal;
use super::statement::Statement;
use crate::api::{AnonymousContext, Problem, SignIn, check_origin, expired_cookie, own_cookie};
use crate::application;
use crate::application::{Services, SignInLink};
use crate::auth::Ticket;
use crate::domain::accounts::access::Scope;
use crate::domain::accounts::audit::{Actor, AuditRecord};
use crate::domain::accounts::mail_address::MailAddress;
use crate::domain::accounts::sessions::AccountLinkKind;
use crate::store::{AccountLinkState, Credential, SignInRequest};
use crate::web::context::Heading;
use crate::web::visitor::{VisitorContext, redirect};

/// Cookie of a browser that asked for a sign-in link.
const BROWSER: &str = "vigie_connexion";
const BROWSER_PATH: &str = "/connexion";

/// Maximum length of a secret in bytes; longer ones are never valid.
const LONGEST: usize = 200;

#[derive(Debug, Serialize)]
struct SessionLinkView {
    /// Name of the account whose session it opens.
    account: String,
    hours: u32,
}

/// Shows who an invitation is for, with the button that opens the session. Changes nothing.
///
/// # Errors
/// If the database cannot be read.
pub(in crate::web) async fn show_invitation(
    context: VisitorContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    secret: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    show(AccountLinkKind::Invitation, (&context, &sign_in, &request), secret.into_inner()).await
}

/// Opens a session by an invitation, once.
///
/// # Errors
/// If the request comes from a page of another site, or the database cannot be written.
pub(in crate::web) async fn accept_invitation(
    context: VisitorContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    secret: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    open(AccountLinkKind::Invitation, (&context, &sign_in, &request), secret.into_inner()).await
}

/// Shows the button that opens the session of a sign-in link. Changes nothing.
///
/// # Errors
/// If the database cannot be read.
pub(in crate::web) async fn show_sign_in_link(
    context: VisitorContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    secret: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    show(AccountLinkKind::SignIn, (&context, &sign_in, &request), secret.into_inner()).await
}

/// Opens a session by a sign-in link, once, in the browser that asked for it.
///
/// # Errors
/// If the request comes from a page of another site, or the database cannot be written.
pub(in crate::web) async fn sign_in_by_link(
    context: VisitorContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    secret: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    open(AccountLinkKind::SignIn, (&context, &sign_in, &request), secret.into_inner()).await
}

type Visit<'a> = (&'a VisitorContext, &'a SignIn, &'a HttpRequest);

async fn show(
    kind: AccountLinkKind,
    (context, sign_in, request): Visit<'_>,
    secret: String,
) -> Result<HttpResponse, Problem> {
    let presented = Credential::presented(secret);
    let browser = browser(request).map(|ticket| ticket.fingerprint());
    let state = if presented.reveal().len() <= LONGEST {
        let presents = (&presented, browser.as_ref());
        context.store.account_link(kind, presents, context.clock.now()).await?
    } else {
        AccountLinkState::Over
    };
    let AccountLinkState::Serves(link) = state else {
        return refuse(kind, &state, (context, request));
    };
    let account = link.account.name.to_string();
    let view = SessionLinkView { account, hours: sign_in.cookies.hours };
    let heading = Heading::of("Ouvrir votre session", "");
    context.page(StatusCode::OK, "pages/session_link.html", &heading, &view)
}

async fn open(
    kind: AccountLinkKind,
    (context, sign_in, request): Visit<'_>,
    secret: String,
) -> Result<HttpResponse, Problem> {
    check_origin(request)?;
    let presented = Credential::presented(secret);
    let browser = browser(request).map(|ticket| ticket.fingerprint());
    let presents = (&presented, browser.as_ref());
    let now = context.clock.now();
    let before = context.store.account_link(kind, presents, now).await?;
    if let AccountLinkState::Serves(link) = &before
        && link.account.roles.is_empty()
    {
        let account = link.account.name.to_string();
        return SignInRefusal::NoRole { account }.show((context, sign_in));
    }
    let period = (now, now + TimeDelta::hours(sign_in.cookies.hours.into()));
    let (state, session) = context.store.use_account_link(kind, presents, period).await?;
    let (AccountLinkState::Serves(link), Some(session)) = (&state, session) else {
        return refuse(kind, &state, (context, request));
    };
    let mut home = redirect(link.go_to.as_deref().unwrap_or("/"));
    home.cookie(sign_in.cookies.of_session(&session));
    if kind == AccountLinkKind::SignIn {
        home.cookie(expired_cookie(BROWSER, BROWSER_PATH));
    }
    Ok(home.finish())
}

/// Sends a sign-in link, if an account has the address; gives the cookie of the browser that asks. Nothing waits for the
/// link: neither the words of a response nor its time tell whether there is such an account.
///
/// # Errors
/// If the system gives no random bytes.
pub(super) fn send(
    (context, sign_in, request): Visit<'_>,
    address: MailAddress,
    go_to: Option<String>,
) -> Result<Cookie<'static>, Problem> {
    let ticket = match browser(request) {
        Some(ticket) => ticket,
        None => Ticket::draw().map_err(|fault| Problem::NotReady(fault.to_string()))?,
    };
    // The account of an address is no part of what anybody sees.
    let services = context.seen_by(request, &Scope::Whole);
    let wanted = SignInRequest { browser: ticket.fingerprint(), go_to };
    let context = context.request();
    tokio::spawn(async move { note_sent(&context, &services, (&address, &wanted)).await });
    let minutes = Duration::minutes(AccountLinkKind::SignIn.lasts().num_minutes());
    let cookie = own_cookie(BROWSER, ticket.reveal(), BROWSER_PATH);
    Ok(cookie.secure(sign_in.cookies.secure).max_age(minutes).finish())
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
    (context, request): (&VisitorContext, &HttpRequest),
) -> Result<HttpResponse, Problem> {
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
    let statement = match kind {
        AccountLinkKind::SignIn if is_elsewhere => Statement::of(
            "Ce lien s’ouvre dans un autre navigateur",
            &[
                "Par sécurité, un lien de connexion ne sert que dans le navigateur où il a été demandé.",
                "Ouvrez-le dans ce navigateur-là, ou demandez ici un nouveau lien.",
            ],
        ),
        AccountLinkKind::SignIn => Statement::of_dead_link(&[
            "Il a déjà servi, ou il a été demandé il y a plus de 15 minutes.",
            "Demandez un nouveau lien.",
        ]),
        AccountLinkKind::Invitation => Statement::of_dead_link(&[
            "Il a déjà servi, il a été remplacé par un plus récent, ou il a plus de trois jours.",
            "Si vous avez déjà ouvert une session, connectez-vous. Sinon, demandez une nouvelle invitation à \
             l’administrateur de Vigie.",
        ]),
    };
    let status = if is_elsewhere { StatusCode::FORBIDDEN } else { StatusCode::GONE };
    statement.with_link("Se connecter", "/connexion").show(context, status)
}
