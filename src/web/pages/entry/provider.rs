//! Sign-in and sign-out through an identity provider (OpenID Connect).

use std::collections::BTreeSet;

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde::Deserialize;

use super::refusal::SignInRefusal;
use super::statement::Statement;
use crate::api::{
    Problem, QueryParameters, SignIn, check_origin, expired_cookie, is_own_path, no_session_cookie,
    own_cookie, session_secret,
};
use crate::auth::{Person, Provider, ProviderResponse, SignInFault, Ticket};
use crate::domain::accounts::access::{Account, Identity, Scope};
use crate::domain::accounts::audit::{ActionContext, Actor, NameProof};
use crate::domain::accounts::sessions::SessionOpening;
use crate::store::{SessionTerms, SignedInPerson, StoreError};
use crate::support::secret::Secret;
use crate::support::visible_text;
use crate::web::visitor::{VisitorContext, redirect};

const TICKET: &str = "vigie_sign_in";
const TICKET_PATH: &str = "/sign-in";

/// Where people land who signed out.
const SIGNED_OUT: &str = "/signed-out";

/// Maximum time between the redirect to the provider and the return from it, in minutes.
const MINUTES: i64 = 10;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct Start {
    /// Path on this service to open after sign-in.
    go_to: Option<String>,
}

/// Redirects the browser to the identity provider. The sign-in must be finished within ten minutes. If it cannot begin, a
/// page says why.
///
/// # Errors
/// If a parameter is unknown, or the database cannot be written.
pub(in crate::web) async fn start_sign_in(
    context: VisitorContext,
    sign_in: web::Data<SignIn>,
    query: QueryParameters<Start>,
) -> Result<HttpResponse, Problem> {
    match start(&context, &sign_in, query.into_inner().go_to).await? {
        Ok(response) => Ok(response),
        Err(refusal) => refused((&context, &sign_in), &refusal),
    }
}

async fn start(
    context: &VisitorContext,
    sign_in: &SignIn,
    go_to: Option<String>,
) -> Result<Result<HttpResponse, SignInRefusal>, Problem> {
    let Some(provider) = &sign_in.provider else { return Ok(Err(SignInRefusal::Off)) };
    if go_to.as_deref().is_some_and(|address| !is_own_path(address)) {
        return Ok(Err(SignInRefusal::GoesElsewhere));
    }
    let departure = match provider.begin().await {
        Ok(departure) => departure,
        Err(fault) => return Ok(Err(SignInRefusal::Fault(fault))),
    };
    let now = context.clock.now();
    let period = (now, now + TimeDelta::minutes(MINUTES));
    let ticket = departure.ticket;
    context.store.begin_sign_in(&ticket.fingerprint(), go_to.as_deref(), period).await?;
    let cookie = own_cookie(TICKET, ticket.reveal(), TICKET_PATH)
        .secure(sign_in.cookies.secure)
        .max_age(Duration::minutes(MINUTES))
        .finish();
    Ok(Ok(redirect(departure.url.as_str()).cookie(cookie).finish()))
}

/// Finishes a sign-in, when the identity provider redirects the browser back. If it is refused, a page says why and what
/// to do.
///
/// # Errors
/// If a parameter is unknown, or the database cannot be written.
pub(in crate::web) async fn end_sign_in(
    context: VisitorContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    answer: QueryParameters<ProviderResponse>,
) -> Result<HttpResponse, Problem> {
    match finish((&context, &sign_in), &request, &answer).await? {
        Ok(response) => Ok(response),
        Err(refusal) => refused((&context, &sign_in), &refusal),
    }
}

async fn finish(
    (context, sign_in): (&VisitorContext, &SignIn),
    request: &HttpRequest,
    answer: &ProviderResponse,
) -> Result<Result<HttpResponse, SignInRefusal>, Problem> {
    let Some(provider) = &sign_in.provider else { return Ok(Err(SignInRefusal::Off)) };
    // A return that belongs to another sign-in must not use up this browser's.
    let ticket = request.cookie(TICKET).and_then(|cookie| Ticket::read(cookie.value()));
    let ticket = ticket.filter(|ticket| ticket.is_of(answer));
    let pending = match &ticket {
        Some(ticket) => {
            let now = context.clock.now();
            let period = (now, now + TimeDelta::minutes(MINUTES));
            context.store.take_sign_in(&ticket.fingerprint(), period).await?
        }
        None => None,
    };
    let (Some(ticket), Some(go_to)) = (ticket, pending) else {
        return Ok(Err(SignInRefusal::Fault(SignInFault::Foreign)));
    };
    let person = match provider.finish(&ticket, answer).await {
        Ok(person) => person,
        Err(fault) => return Ok(Err(SignInRefusal::Fault(fault))),
    };
    let account = match welcome(context, provider, &person).await? {
        Ok(account) => account,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let settings = provider.settings();
    let act = ActionContext { actor: account.name, at: context.clock.now(), reason: String::new() };
    let terms = SessionTerms {
        account: account.number,
        opened_by: SessionOpening::Provider,
        multi_factor: settings.is_strong(&person.methods),
        id_token: Some(person.id_token),
        expires_at: act.at + TimeDelta::hours(sign_in.cookies.hours.into()),
    };
    let secret = context.store.begin_session(&terms, &act).await?;
    let cookie = sign_in.cookies.of_session(&secret);
    let mut home = redirect(go_to.as_deref().unwrap_or("/"));
    Ok(Ok(home.cookie(cookie).cookie(no_ticket()).finish()))
}

fn refused(
    (context, sign_in): (&VisitorContext, &SignIn),
    refusal: &SignInRefusal,
) -> Result<HttpResponse, Problem> {
    let mut response = refusal.show((context, sign_in))?;
    response.add_cookie(&no_ticket()).map_err(|_| Problem::PageNotMade)?;
    Ok(response)
}

/// The person's account, created if need be; a refusal if it is closed, or has no role or ministry.
async fn welcome(
    context: &VisitorContext,
    provider: &Provider,
    person: &Person,
) -> Result<Result<Account, SignInRefusal>, Problem> {
    let settings = provider.settings();
    let name = person.account_name();
    let Ok(actor) = Actor::person(&name) else {
        return Ok(Err(SignInRefusal::NameUnfit {
            account: visible_text::one_line(&name).into_owned(),
        }));
    };
    let arrival = SignedInPerson {
        identity: Identity { issuer: person.issuer.clone(), subject: person.subject.clone() },
        name: actor.clone(),
        roles: settings.roles.iter().copied().collect::<BTreeSet<_>>(),
        scope: settings.scope_of(person.siret.as_deref()),
    };
    let actor = actor.proved_by(NameProof::Session);
    let act = ActionContext { actor, at: context.clock.now(), reason: "signed in".to_owned() };
    let account = match context.store.welcome(&arrival, &act).await {
        Ok(account) => account,
        Err(
            StoreError::AccountExists { .. }
            | StoreError::AccountAlike { .. }
            | StoreError::FormerName { .. },
        ) => {
            return Ok(Err(SignInRefusal::NameTaken { account: name }));
        }
        Err(error) => return Err(error.into()),
    };
    let account_name = account.name.to_string();
    if account.closed_at.is_some() {
        return Ok(Err(SignInRefusal::Closed { account: account_name }));
    }
    if arrival.scope == Some(Scope::of([])) {
        return Ok(Err(SignInRefusal::NoMinistry {
            account: account_name,
            siret: person.siret.clone(),
        }));
    }
    if account.roles.is_empty() {
        return Ok(Err(SignInRefusal::NoRole { account: account_name }));
    }
    Ok(Ok(account))
}

/// Ends the browser's session, here and at the identity provider.
///
/// # Errors
/// If the request comes from a page of another site, or the database cannot be written.
pub(in crate::web) async fn sign_out(
    context: VisitorContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    check_origin(&request)?;
    let mut onward = None;
    if let Some(caller) = context.caller()
        && let Some(secret) = session_secret(&request)
    {
        let actor = caller.name.clone();
        let act = ActionContext { actor, at: context.clock.now(), reason: String::new() };
        let id_token = context.store.end_session(&secret, &act).await?;
        onward = address_for_leaving(&sign_in, id_token).await;
    }
    let Some(onward) = onward else {
        return Ok(redirect(SIGNED_OUT).cookie(no_session_cookie()).finish());
    };
    // A form leads to this service alone, redirects included: the page that answers it goes on by itself.
    let statement = Statement::of(
        "Déconnexion",
        &["Votre session de Vigie est close. Le fournisseur d’identité va clore la sienne."],
    );
    let statement = statement.with_link("Continuer chez le fournisseur d’identité", &onward);
    let mut response = statement.show(&context.without_caller(&request), StatusCode::OK)?;
    let onward = header::HeaderValue::from_str(&format!("0; url={onward}"));
    let onward = onward.map_err(|_| Problem::PageNotMade)?;
    response.headers_mut().insert(header::REFRESH, onward);
    response.add_cookie(&no_session_cookie()).map_err(|_| Problem::PageNotMade)?;
    Ok(response)
}

/// Shows that the session has ended.
///
/// # Errors
/// If the template cannot be filled.
pub(in crate::web) async fn show_signed_out(
    context: VisitorContext,
) -> Result<HttpResponse, Problem> {
    Statement::of("Vous êtes déconnecté", &["Vous pouvez fermer cette page."])
        .with_link("Se connecter", "/connexion")
        .show(&context, StatusCode::OK)
}

/// Where the provider signs the browser out as well, if it signed it in.
async fn address_for_leaving(sign_in: &SignIn, id_token: Option<Secret>) -> Option<String> {
    let (provider, id_token) = (sign_in.provider.as_ref()?, id_token?);
    let state = Ticket::draw().ok()?.reveal();
    provider.sign_out_url(&id_token, &state).await.map(String::from)
}

fn no_ticket() -> Cookie<'static> {
    expired_cookie(TICKET, TICKET_PATH)
}
