//! Sign-in and sign-out through an identity provider (OpenID Connect).

use std::collections::BTreeSet;

use actix_web::cookie::time::Duration;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde::Deserialize;
use tracing::warn;

use super::refusal::SignInRefusal;
use crate::api::context::AnonymousContext;
use crate::api::extract::query::QueryParameters;
use crate::api::middleware::access::cookies::{expired_cookie, no_session_cookie, own_cookie};
use crate::api::middleware::access::own_path::is_own_path;
use crate::api::middleware::access::session_cookie;
use crate::api::middleware::access::sign_in::SignIn;
use crate::api::problem::details::ProblemDetails;
use crate::api::problem::kinds::Problem;
use crate::auth::{Person, Provider, ProviderResponse, SignInFault, Ticket};
use crate::domain::accounts::access::{Account, Caller, Identity, Scope};
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord, NameProof};
use crate::domain::accounts::sessions::SessionOpening;
use crate::store::{SessionTerms, SignedInPerson, StoreError};
use crate::support::secret::Secret;
use crate::support::visible_text;

const TICKET: &str = "vigie_sign_in";
const TICKET_PATH: &str = "/sign-in";

/// Maximum time between the redirect to the provider and the return from it, in minutes.
const MINUTES: i64 = 10;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Start {
    /// Path on this service to open after sign-in.
    go_to: Option<String>,
}

/// Redirect the browser to the identity provider.
///
/// The sign-in must be finished within ten minutes. If it cannot begin, the response is a page in French that says why.
#[utoipa::path(
    get,
    path = "/sign-in",
    params(Start),
    responses(
        (status = 303, description = "Redirect to the identity provider"),
        (status = 400, description = "`go_to` is not an address of Vigie, or a parameter is unknown", content((String = "text/html"), (ProblemDetails = "application/problem+json"))),
        (status = 404, description = "No identity provider is configured", body = String, content_type = "text/html"),
        (status = 503, description = "The identity provider does not respond", body = String, content_type = "text/html")
    )
)]
pub(in crate::api) async fn start_sign_in(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    query: QueryParameters<Start>,
) -> Result<HttpResponse, Problem> {
    let Some(provider) = &sign_in.provider else {
        return Ok(sign_in.refuse(&context, &SignInRefusal::Off));
    };
    let go_to = query.into_inner().go_to;
    if go_to.as_deref().is_some_and(|address| !is_own_path(address)) {
        return Ok(sign_in.refuse(&context, &SignInRefusal::GoesElsewhere));
    }
    let departure = match provider.begin().await {
        Ok(departure) => departure,
        Err(fault) => return Ok(sign_in.refuse(&context, &SignInRefusal::Fault(fault))),
    };
    let now = context.clock.now();
    let period = (now, now + TimeDelta::minutes(MINUTES));
    let ticket = departure.ticket;
    context.store.begin_sign_in(&ticket.fingerprint(), go_to.as_deref(), period).await?;
    let cookie = own_cookie(TICKET, ticket.reveal(), TICKET_PATH)
        .secure(sign_in.cookies.secure)
        .max_age(Duration::minutes(MINUTES))
        .finish();
    let mut away = redirect(departure.url.as_str());
    Ok(away.cookie(cookie).finish())
}

/// Finish a sign-in, when the identity provider redirects the browser back.
///
/// If the sign-in is refused, the response is a page in French that says why and what to do.
#[utoipa::path(
    get,
    path = "/sign-in/return",
    params(
        ("code" = Option<String>, Query, description = "Authorization code"),
        ("state" = Option<String>, Query, description = "State of the authorization request"),
        ("iss" = Option<String>, Query, description = "Issuer of the response"),
        ("error" = Option<String>, Query, description = "Error code of the provider, instead of a code")
    ),
    responses(
        (status = 303, description = "Signed in: the response sets the session cookie"),
        (status = 400, description = "The sign-in did not begin in this browser, or has expired", content((String = "text/html"), (ProblemDetails = "application/problem+json"))),
        (status = 403, description = "The sign-in was declined, or the person has no access", body = String, content_type = "text/html"),
        (status = 404, description = "No identity provider is configured", body = String, content_type = "text/html"),
        (status = 502, description = "The identity provider's response cannot be trusted", body = String, content_type = "text/html"),
        (status = 503, description = "The identity provider does not respond", body = String, content_type = "text/html")
    )
)]
pub(in crate::api) async fn end_sign_in(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    answer: QueryParameters<ProviderResponse>,
) -> Result<HttpResponse, Problem> {
    let Some(provider) = &sign_in.provider else {
        return Ok(sign_in.refuse(&context, &SignInRefusal::Off));
    };
    // A return that belongs to another sign-in must not use up this browser's.
    let ticket = request.cookie(TICKET).and_then(|cookie| Ticket::read(cookie.value()));
    let ticket = ticket.filter(|ticket| ticket.is_of(&answer));
    let pending = match &ticket {
        Some(ticket) => {
            let now = context.clock.now();
            let period = (now, now + TimeDelta::minutes(MINUTES));
            context.store.take_sign_in(&ticket.fingerprint(), period).await?
        }
        None => None,
    };
    let (Some(ticket), Some(go_to)) = (ticket, pending) else {
        return Ok(sign_in.refuse(&context, &SignInRefusal::Fault(SignInFault::Foreign)));
    };
    let person = match provider.finish(&ticket, &answer).await {
        Ok(person) => person,
        Err(fault) => return Ok(sign_in.refuse(&context, &SignInRefusal::Fault(fault))),
    };
    let account = match welcome(&context, provider, &person).await? {
        Ok(account) => account,
        Err(refusal) => return Ok(sign_in.refuse(&context, &refusal)),
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
    Ok(home.cookie(cookie).cookie(expired_cookie(TICKET, TICKET_PATH)).finish())
}

/// The person's account, created if need be; a refusal if it is closed, or has no role or ministry.
async fn welcome(
    context: &AnonymousContext,
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

/// End the browser's session, here and at the identity provider.
#[utoipa::path(
    post,
    path = "/sign-out",
    responses(
        (status = 303, description = "Redirect to the identity provider's sign-out page, or to `/signed-out`"),
        (status = 403, description = "The request comes from a page of another site", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
pub(in crate::api) async fn sign_out(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    session_cookie::check_origin(&request)?;
    let mut onward = None;
    if let Some(caller) = person(&context, &request).await?
        && let Some(secret) = session_cookie::session(&request)
    {
        let act =
            ActionContext { actor: caller.name, at: context.clock.now(), reason: String::new() };
        let id_token = context.store.end_session(&secret, &act).await?;
        onward = sign_in.leave(id_token).await;
    }
    let mut away = redirect(onward.as_deref().unwrap_or("/signed-out"));
    Ok(away.cookie(no_session_cookie()).finish())
}

/// The caller of a valid session cookie, if the request has one.
pub(super) async fn person(
    context: &AnonymousContext,
    request: &HttpRequest,
) -> Result<Option<Caller>, Problem> {
    let Some(secret) = session_cookie::session(request) else { return Ok(None) };
    Ok(context.store.caller_by_session(&secret, context.clock.now()).await?)
}

impl SignIn {
    /// Logs a refusal, records it in the audit trail, and returns a page that says what to do.
    pub(super) fn refuse(
        &self,
        context: &AnonymousContext,
        refusal: &SignInRefusal,
    ) -> HttpResponse {
        let reason = refusal.reason();
        warn!(reason, "A sign-in was refused");
        let who = refusal.account().and_then(|account| Actor::person(account).ok());
        let who = who.unwrap_or_else(Actor::vigie);
        let record = AuditRecord::by(&who, "sign_in_refused", "sign-in").because(&reason);
        context.note_refusal(record);
        let mut response = HttpResponse::build(refusal.status());
        response.cookie(expired_cookie(TICKET, TICKET_PATH));
        refusal.page(self.contact()).answer_with(response)
    }

    async fn leave(&self, id_token: Option<Secret>) -> Option<String> {
        let (provider, id_token) = (self.provider.as_ref()?, id_token?);
        let state = Ticket::draw().ok()?.reveal();
        provider.sign_out_url(&id_token, &state).await.map(String::from)
    }
}

pub(super) fn redirect(address: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, address));
    response
}
