//! `/compte`: who one is for Vigie, one's sessions and one's tokens.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::api::{Problem, SignIn, no_session_cookie};
use crate::application;
use crate::application::{MOST_DAYS, USUAL_DAYS};
use crate::domain::accounts::access::{Caller, Lack, Permission, ProvedBy, Role, Scope, Token};
use crate::domain::accounts::session_id::SessionId;
use crate::domain::accounts::sessions::OpenSession;
use crate::domain::action_bodies::TokenBody;
use crate::domain::bounded_text::SingleLine;
use crate::domain::ids::MinistryCode;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::query::Choice;
use crate::web::visitor::redirect;

const PAGE: &str = "/compte";

/// The reason that the audit trail has for what is done in this page.
const REASON: &str = "depuis la page du compte";

#[derive(Debug, Serialize)]
struct AccountView {
    name: String,
    roles: Vec<Role>,
    /// Codes of the ministries that the caller sees; none for all.
    ministries: Option<BTreeSet<MinistryCode>>,
    mail_address: Option<String>,
    contact: String,
    /// The session of this request; none for a token.
    current: Option<SessionLine>,
    /// What the caller's proof lacks to publish rules.
    lacks_factor: bool,
    has_provider: bool,
    sessions: Vec<SessionLine>,
    /// Those that may still be used.
    tokens: Vec<TokenLine>,
    /// How many were revoked or have expired.
    former_tokens: usize,
    form: TokenFormView,
}

#[derive(Clone, Debug, Serialize)]
struct SessionLine {
    #[serde(flatten)]
    session: OpenSession,
    current: bool,
}

#[derive(Debug, Serialize)]
struct TokenLine {
    #[serde(flatten)]
    token: Token,
    /// Whether it lends all roles of the account.
    is_whole: bool,
}

/// The form of a new token, with what was typed and what is to be mended.
#[derive(Debug, Serialize)]
struct TokenFormView {
    label: String,
    days: String,
    most_days: u16,
    role: String,
    roles: Vec<Choice>,
    label_error: Option<&'static str>,
    days_error: Option<String>,
}

/// The form of a new token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct TokenForm {
    usage: String,
    jours: String,
    /// Its only role; empty for all that the account has.
    #[serde(default)]
    role: String,
}

#[derive(Debug, Serialize)]
struct NewTokenView {
    token: Token,
    secret: String,
}

/// Shows the caller's account.
///
/// # Errors
/// If the database cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    sign_in: web::Data<SignIn>,
) -> Result<HttpResponse, Problem> {
    let form =
        TokenForm { usage: String::new(), jours: USUAL_DAYS.to_string(), role: String::new() };
    page((&context, &sign_in), (form, TokenFaults::default()), StatusCode::OK).await
}

/// Ends one of the caller's sessions.
///
/// # Errors
/// If the caller has no such session, or the database cannot be written.
pub(in crate::web) async fn end_session(
    context: PageContext,
    session: web::Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(REASON)?;
    application::end_own_session(&context, (context.caller(), &session), &act).await?;
    if own_session(context.caller()) == Some(&*session) {
        return Ok(redirect("/signed-out").cookie(no_session_cookie()).finish());
    }
    Ok(context.done(Confirmation::SessionEnded, PAGE))
}

/// Issues a token for the caller, and shows it once.
///
/// # Errors
/// If the database cannot be written.
pub(in crate::web) async fn issue_token(
    context: PageContext,
    sign_in: web::Data<SignIn>,
    form: web::Form<TokenForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let body = match read(&form) {
        Ok(body) => body,
        Err(faults) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return page((&context, &sign_in), (form, faults), status).await;
        }
    };
    let act = context.act("")?;
    let asked = (context.caller(), None);
    let (token, secret) = application::issue_token(&context, asked, body, &act).await?;
    let view = NewTokenView { token, secret: secret.reveal().to_owned() };
    let heading = Heading::of("Votre nouveau jeton", "compte").under(&[("Mon compte", PAGE)]);
    context.page_with_status(StatusCode::CREATED, "pages/new_token.html", &heading, &view)
}

/// Revokes one of the caller's tokens.
///
/// # Errors
/// If the caller has no such token, or the database cannot be written.
pub(in crate::web) async fn revoke_token(
    context: PageContext,
    token: web::Path<i64>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(REASON)?;
    application::revoke_own_token(&context, (context.caller(), *token), &act).await?;
    Ok(context.done(Confirmation::TokenRevoked, PAGE))
}

/// Leads from the former address of this page.
pub(in crate::web) async fn move_on() -> HttpResponse {
    redirect(PAGE).finish()
}

/// What is wrong with the form of a new token.
#[derive(Debug, Default)]
struct TokenFaults {
    label: Option<&'static str>,
    days: Option<String>,
}

fn read(form: &TokenForm) -> Result<TokenBody, TokenFaults> {
    let label = SingleLine::try_from(form.usage.clone());
    let days = form.jours.trim().parse::<u16>().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let role: Result<Option<Role>, _> = match form.role.as_str() {
        "" => Ok(None),
        word => word.parse().map(Some),
    };
    match (label, days, role) {
        (Ok(label), Some(days), Ok(role)) => {
            let roles = role.map(|role| [role].into_iter().collect());
            Ok(TokenBody { label, roles, scope: None, days: Some(days) })
        }
        (label, days, _) => Err(TokenFaults {
            label: label
                .is_err()
                .then_some("Écrivez à quoi il servira, en une ligne de 200 caractères au plus."),
            days: days
                .is_none()
                .then(|| format!("Écrivez un nombre de jours, de 1 à {MOST_DAYS}.")),
        }),
    }
}

async fn page(
    (context, sign_in): (&PageContext, &SignIn),
    (form, faults): (TokenForm, TokenFaults),
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let caller = context.caller();
    let now = context.clock.now();
    let own = own_session(caller);
    let sessions = context.store.sessions_of(caller.account, now).await?;
    let session_line = |session: OpenSession| {
        let current = own == Some(&session.id);
        SessionLine { session, current }
    };
    let sessions: Vec<SessionLine> = sessions.into_iter().map(session_line).collect();
    let (valid, former): (Vec<Token>, Vec<Token>) = context
        .store
        .tokens(Some(caller.account))
        .await?
        .into_iter()
        .partition(|token| token.is_valid(now));
    let account = context.store.own_account(caller).await?;
    let whole = account.as_ref().map_or(&caller.roles, |account| &account.roles);
    let tokens = valid.into_iter().rev().map(|token| {
        let is_whole = token.roles == *whole;
        TokenLine { token, is_whole }
    });
    let address = account.as_ref().and_then(|account| account.mail_address.as_ref());
    let view = AccountView {
        name: caller.name.to_string(),
        roles: caller.roles.iter().copied().collect(),
        ministries: match &caller.scope {
            Scope::Whole => None,
            Scope::Ministries(codes) => Some(codes.clone()),
        },
        mail_address: address.map(|address| address.as_str().to_owned()),
        contact: sign_in.contact().to_owned(),
        current: sessions.iter().find(|line| line.current).cloned(),
        lacks_factor: caller.lacks(Permission::PublishRules) == Some(Lack::Factor),
        has_provider: sign_in.is_on(),
        sessions,
        tokens: tokens.collect(),
        former_tokens: former.len(),
        form: form_view(caller, form, faults),
    };
    context.page_with_status(
        status,
        "pages/account.html",
        &Heading::of("Mon compte", "compte"),
        &view,
    )
}

fn form_view(caller: &Caller, form: TokenForm, faults: TokenFaults) -> TokenFormView {
    let TokenForm { usage, jours, role } = form;
    let choice = |held: &Role| Choice {
        value: held.as_str().to_owned(),
        label: format!("Ceux du rôle «\u{a0}{}\u{a0}» seulement", held.label()),
    };
    TokenFormView {
        label: usage,
        days: jours,
        most_days: MOST_DAYS,
        role,
        roles: caller.roles.iter().map(choice).collect(),
        label_error: faults.label,
        days_error: faults.days,
    }
}

fn own_session(caller: &Caller) -> Option<&SessionId> {
    match &caller.proof {
        ProvedBy::Session { id, .. } => Some(id),
        ProvedBy::Token { .. } | ProvedBy::Local => None,
    }
}
