//! Signing in and out by a provider of identities: to it, back from it, and away.

pub(super) mod account;
mod page;
mod refusal;
pub(super) mod setup;

use std::collections::BTreeSet;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::cookie::time::Duration;
use actix_web::http::header;
use actix_web::web;
use chrono::TimeDelta;
use serde::Deserialize;
use tracing::warn;

use super::access::Cookies;
use super::access::browser;
use super::desk::AnonymousContext;
use super::error::Problem;
use super::problem_details::ProblemDetails;
use super::query::Asked;
use crate::domain::access::Account;
use crate::domain::access::Caller;
use crate::domain::access::Identity;
use crate::domain::access::Scope;
use crate::domain::audit::Act;
use crate::domain::audit::Actor;
use crate::domain::audit::Deed;
use crate::domain::audit::NameProof;
use crate::domain::secret::Secret;
use crate::domain::visible_text;
use crate::sign_in::Answer;
use crate::sign_in::Person;
use crate::sign_in::Provider;
use crate::sign_in::SignInFault;
use crate::sign_in::Ticket;
use crate::store::Arrival;
use crate::store::SessionTerms;
use crate::store::StoreError;
use refusal::Refusal;

const TICKET: &str = "vigie_sign_in";
const TICKET_PATH: &str = "/sign-in";

/// From leaving for the provider to coming back.
const MINUTES: i64 = 10;

/// Of an address of ours.
const LONGEST_ADDRESS: usize = 500;

/// What sign-in needs beside the context.
#[derive(Debug)]
pub struct SignIn {
    pub provider: Option<Provider>,
    /// Whom refusals tell to ask; empty when nobody is named.
    pub contact: String,
    pub cookies: Cookies,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Start {
    /// An address of Vigie, where to go once signed in.
    go_to: Option<String>,
}

/// Send a browser to the provider of identities.
///
/// It may come back within ten minutes. A page in French says why it cannot go.
#[utoipa::path(
    get,
    path = "/sign-in",
    tag = "accounts",
    params(Start),
    responses(
        (status = 303, description = "To the provider"),
        (status = 400, description = "`go_to` is no address of Vigie, or no such parameter is known", content((String = "text/html"), (ProblemDetails = "application/problem+json"))),
        (status = 404, description = "No provider is set", body = String, content_type = "text/html"),
        (status = 503, description = "The provider does not answer", body = String, content_type = "text/html")
    )
)]
pub(super) async fn start_sign_in(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    query: Asked<Start>,
) -> Result<HttpResponse, Problem> {
    let Some(provider) = &sign_in.provider else {
        return Ok(sign_in.refuse(&context, &Refusal::Off));
    };
    let go_to = query.into_inner().go_to;
    if go_to.as_deref().is_some_and(|address| !is_ours(address)) {
        return Ok(sign_in.refuse(&context, &Refusal::GoesElsewhere));
    }
    let departure = match provider.begin().await {
        Ok(departure) => departure,
        Err(fault) => return Ok(sign_in.refuse(&context, &Refusal::Fault(fault))),
    };
    let now = context.clock.now();
    let period = (now, now + TimeDelta::minutes(MINUTES));
    let ticket = departure.ticket;
    context.store.begin_sign_in(&ticket.fingerprint(), go_to.as_deref(), period).await?;
    let cookie = browser::of_ours(TICKET, ticket.reveal(), TICKET_PATH)
        .secure(sign_in.cookies.secure)
        .max_age(Duration::minutes(MINUTES))
        .finish();
    let mut away = see_other(departure.url.as_str());
    Ok(away.cookie(cookie).finish())
}

/// Take back somebody whom the provider signed in.
///
/// Called by the provider through the browser. Whoever is refused reads why, in French, and what to do.
#[utoipa::path(
    get,
    path = "/sign-in/return",
    tag = "accounts",
    params(
        ("code" = Option<String>, Query, description = "What the provider gave"),
        ("state" = Option<String>, Query, description = "What it was sent with"),
        ("iss" = Option<String>, Query, description = "The provider, by its own account"),
        ("error" = Option<String>, Query, description = "Why there is no code")
    ),
    responses(
        (status = 303, description = "Signed in, with the cookie of a session"),
        (status = 400, description = "No sign-in that began in this browser, or over", content((String = "text/html"), (ProblemDetails = "application/problem+json"))),
        (status = 403, description = "Declined, or nothing for them here", body = String, content_type = "text/html"),
        (status = 404, description = "No provider is set", body = String, content_type = "text/html"),
        (status = 502, description = "The provider's answer proves nothing", body = String, content_type = "text/html"),
        (status = 503, description = "The provider does not answer", body = String, content_type = "text/html")
    )
)]
pub(super) async fn end_sign_in(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
    answer: Asked<Answer>,
) -> Result<HttpResponse, Problem> {
    let Some(provider) = &sign_in.provider else {
        return Ok(sign_in.refuse(&context, &Refusal::Off));
    };
    // Nobody else's return may use up this browser's sign-in.
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
        return Ok(sign_in.refuse(&context, &Refusal::Fault(SignInFault::Foreign)));
    };
    let person = match provider.finish(&ticket, &answer).await {
        Ok(person) => person,
        Err(fault) => return Ok(sign_in.refuse(&context, &Refusal::Fault(fault))),
    };
    let account = match welcome(&context, provider, &person).await? {
        Ok(account) => account,
        Err(refusal) => return Ok(sign_in.refuse(&context, &refusal)),
    };
    let settings = provider.settings();
    let act = Act { actor: account.name, at: context.clock.now(), reason: String::new() };
    let terms = SessionTerms {
        account: account.number,
        multi_factor: settings.is_strong(&person.methods),
        id_token: Some(person.id_token),
        expires_at: act.at + TimeDelta::hours(sign_in.cookies.hours.into()),
    };
    let secret = context.store.begin_session(&terms, &act).await?;
    let cookie = sign_in.cookies.of_session(&secret);
    let mut home = see_other(go_to.as_deref().unwrap_or("/account"));
    Ok(home.cookie(cookie).cookie(browser::gone(TICKET, TICKET_PATH)).finish())
}

/// The person's account, if it may do anything.
async fn welcome(
    context: &AnonymousContext,
    provider: &Provider,
    person: &Person,
) -> Result<Result<Account, Refusal>, Problem> {
    let settings = provider.settings();
    let name = person.account_name();
    let Ok(actor) = Actor::person(&name) else {
        return Ok(Err(Refusal::NameUnfit { account: visible_text::one_line(&name).into_owned() }));
    };
    let arrival = Arrival {
        identity: Identity { issuer: person.issuer.clone(), subject: person.subject.clone() },
        name: actor.clone(),
        roles: settings.roles.iter().copied().collect::<BTreeSet<_>>(),
        scope: settings.scope_of(person.siret.as_deref()),
    };
    let actor = actor.proved_by(NameProof::Session);
    let act = Act { actor, at: context.clock.now(), reason: "signed in".to_owned() };
    let account = match context.store.welcome(&arrival, &act).await {
        Ok(account) => account,
        Err(StoreError::AccountExists { .. } | StoreError::AccountAlike { .. }) => {
            return Ok(Err(Refusal::NameTaken { account: name }));
        }
        Err(error) => return Err(error.into()),
    };
    let own = account.name.to_string();
    if account.closed_at.is_some() {
        return Ok(Err(Refusal::Closed { account: own }));
    }
    if arrival.scope == Some(Scope::of([])) {
        return Ok(Err(Refusal::NoMinistry { account: own, siret: person.siret.clone() }));
    }
    if account.roles.is_empty() {
        return Ok(Err(Refusal::NoRole { account: own }));
    }
    Ok(Ok(account))
}

/// End the session of a browser, here and at the provider.
#[utoipa::path(
    post,
    path = "/sign-out",
    tag = "accounts",
    responses(
        (status = 303, description = "To the provider, if there is anything to end there"),
        (status = 403, description = "Asked by a page that is not Vigie's", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
pub(super) async fn sign_out(
    context: AnonymousContext,
    sign_in: web::Data<SignIn>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    browser::check_origin(&request)?;
    let mut onward = None;
    if let Some(caller) = person(&context, &request).await?
        && let Some(secret) = browser::session(&request)
    {
        let act = Act { actor: caller.name, at: context.clock.now(), reason: String::new() };
        let id_token = context.store.end_session(&secret, &act).await?;
        onward = sign_in.leave(id_token).await;
    }
    let mut away = see_other(onward.as_deref().unwrap_or("/signed-out"));
    Ok(away.cookie(browser::no_session_cookie()).finish())
}

/// Whose session the browser brings, if it holds.
async fn person(
    context: &AnonymousContext,
    request: &HttpRequest,
) -> Result<Option<Caller>, Problem> {
    let Some(secret) = browser::session(request) else { return Ok(None) };
    Ok(context.store.caller_by_session(&secret, context.clock.now()).await?)
}

impl SignIn {
    /// To the log, to the trail, and to the person with what to do.
    fn refuse(&self, context: &AnonymousContext, refusal: &Refusal) -> HttpResponse {
        let reason = refusal.reason();
        warn!(reason, "A sign-in was refused");
        let who = refusal.account().and_then(|account| Actor::person(account).ok());
        let who = who.unwrap_or_else(Actor::vigie);
        let deed = Deed::by(&who, "sign_in_refused", "sign-in").because(&reason);
        context.note_refusal(deed);
        let mut response = HttpResponse::build(refusal.status());
        response.cookie(browser::gone(TICKET, TICKET_PATH));
        refusal.page(self.contact()).answer_with(response)
    }

    pub(super) fn is_on(&self) -> bool {
        self.provider.is_some()
    }

    fn contact(&self) -> &str {
        if self.contact.is_empty() { "l’administrateur de Vigie" } else { &self.contact }
    }

    async fn leave(&self, id_token: Option<Secret>) -> Option<String> {
        let (provider, id_token) = (self.provider.as_ref()?, id_token?);
        let state = Ticket::draw().ok()?.reveal();
        provider.sign_out_url(&id_token, &state).await.map(String::from)
    }
}

fn see_other(address: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, address));
    response
}

/// A path, and nothing that a browser might take for the name of another host.
fn is_ours(address: &str) -> bool {
    let graphic = |c: char| c.is_ascii_graphic() && c != '\\';
    address.starts_with('/')
        && !address.starts_with("//")
        && address.len() <= LONGEST_ADDRESS
        && address.chars().all(graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_ours_are_gone_to() {
        for ours in ["/", "/account", "/notices/a?b=c#d", "/a//b"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\nb",
            "/a b",
        ] {
            assert!(!is_ours(other), "{other}");
        }
        assert!(!is_ours(&format!("/{}", "a".repeat(LONGEST_ADDRESS))));
    }
}
