//! Accounts, for administrators.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::context::RequestContext;
use crate::api::extract::if_match::{IfMatch, SeenRevision};
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::extract::query::QueryParameters;
use crate::api::middleware::idempotency::GivesSecret;
use crate::api::problem::details::{PROBLEM_JSON, ProblemDetails};
use crate::api::problem::kinds::Problem;
use crate::api::responses::{at_revision, created_at};
use crate::application;
use crate::domain::accounts::access::{Account, AccountNumber, Scope};
use crate::domain::accounts::audit::Actor;
use crate::domain::action_bodies::{AccountBody, InvitationBody};
use crate::domain::ids::MinistryCode;
use crate::store::AccountTerms;

/// Maximum length of a ministry's code, in bytes.
const LONGEST_CODE: usize = 40;

/// An invitation, just made.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct NewInvitation {
    account: AccountNumber,
    expires_at: DateTime<Utc>,
    /// Whether the link was sent by mail.
    mailed: bool,
    /// Path of the link on this service; null if it was sent by mail. It cannot be shown again.
    path: Option<String>,
    /// The whole link; null if it was sent by mail, or if the service has no public address.
    url: Option<String>,
}

/// The reason for a change whose request has no body.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct WhyQuery {
    /// Reason for the change, recorded in the audit trail.
    #[param(max_length = 4000)]
    pub(in crate::api) reason: String,
}

/// List accounts, closed ones included.
#[utoipa::path(
    get,
    path = "/api/v1/accounts",
    responses(
        (status = 200, description = "A page of accounts, by number", body = Page<Account>)
    )
)]
pub(in crate::api) async fn list_accounts(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<Account>, Problem> {
    listing.page(context.store.accounts().await?, |account| account.number)
}

/// Return one account.
#[utoipa::path(
    get,
    path = "/api/v1/accounts/{account}",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account")
    ),
    responses(
        (status = 200, description = "The account, with its revision in `ETag`", body = Account)
    )
)]
pub(in crate::api) async fn find_account(
    context: RequestContext,
    number: web::Path<AccountNumber>,
) -> Result<HttpResponse, Problem> {
    let account = find(&context, *number).await?;
    Ok(at_revision(account.revision, &account))
}

/// Create an account.
#[utoipa::path(
    post,
    path = "/api/v1/accounts",
    request_body = AccountBody,
    responses(
        (status = 201, description = "The new account, with its revision in `ETag`", body = Account),
        (status = 409, description = "The name is taken, or looks like another account's name, or the mail address is taken", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
pub(in crate::api) async fn make_account(
    context: RequestContext,
    body: web::Json<AccountBody>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(body.reason.as_str())?;
    let account = context.store.make_account(&terms(body.into_inner(), None)?, &act).await?;
    let address = format!("/api/v1/accounts/{}", account.number.0);
    Ok(created_at(&address, account.revision, &account))
}

/// Change the name, roles, scope and mail address of an account.
///
/// Links that were sent to a former mail address are revoked.
///
/// Its identity at the identity provider stays the same.
#[utoipa::path(
    put,
    path = "/api/v1/accounts/{account}",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account"),
        SeenRevision
    ),
    request_body = AccountBody,
    responses(
        (status = 200, description = "The changed account, with its new revision in `ETag`", body = Account),
        (status = 409, description = "The account is closed, the name or the mail address is taken, or no administrator would be left", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 412, description = "The account has changed since the revision in `If-Match`", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 428, description = "`If-Match` header required", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
pub(in crate::api) async fn change_account(
    context: RequestContext,
    number: web::Path<AccountNumber>,
    IfMatch(revision): IfMatch,
    body: web::Json<AccountBody>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(body.reason.as_str())?;
    let before = find(&context, *number).await?;
    let terms = terms(body.into_inner(), Some(&before))?;
    let account = context.store.change_account((*number, revision), &terms, &act).await?;
    Ok(at_revision(account.revision, &account))
}

/// Close an account for good, and revoke its tokens and sessions.
#[utoipa::path(
    delete,
    path = "/api/v1/accounts/{account}",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account"),
        SeenRevision,
        WhyQuery
    ),
    responses(
        (status = 200, description = "The closed account, with its new revision in `ETag`", body = Account),
        (status = 409, description = "The account is already closed, or is the last administrator", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 412, description = "The account has changed since the revision in `If-Match`", body = ProblemDetails, content_type = PROBLEM_JSON),
        (status = 428, description = "`If-Match` header required", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
pub(in crate::api) async fn close_account(
    context: RequestContext,
    number: web::Path<AccountNumber>,
    IfMatch(revision): IfMatch,
    why: QueryParameters<WhyQuery>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(&why.reason)?;
    let account = context.store.close_account((*number, revision), &act).await?;
    Ok(at_revision(account.revision, &account))
}

/// Invite the person of an account by a link, which opens a session once, within 72 hours.
///
/// The link is sent by mail when mail is configured and the account has a mail address; otherwise, or if `show` is true, it
/// is in the response. Former invitations of the account are revoked.
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{account}/invitation",
    params(
        ("account" = AccountNumber, Path, description = "Number of the account")
    ),
    request_body = InvitationBody,
    responses(
        (status = 201, description = "The invitation, with its link if it is not sent by mail, which is shown only once", body = NewInvitation),
        (status = 409, description = "The account is closed", body = ProblemDetails, content_type = PROBLEM_JSON)
    )
)]
pub(in crate::api) async fn invite_account(
    context: RequestContext,
    number: web::Path<AccountNumber>,
    body: web::Json<InvitationBody>,
) -> Result<HttpResponse, Problem> {
    let account = find(&context, *number).await?;
    let act = context.act(body.reason.as_str())?;
    let invited = application::invite(&context, (&account, body.show), &act).await?;
    let path = invited.secret.as_ref().map(|secret| format!("/invitation/{}", secret.reveal()));
    let home = &context.notify.public_url;
    let invitation = NewInvitation {
        account: account.number,
        expires_at: invited.expires_at,
        mailed: path.is_none(),
        url: path.as_ref().filter(|_| !home.is_empty()).map(|path| format!("{home}{path}")),
        path,
    };
    let mut answer = HttpResponse::Created().json(invitation);
    answer.extensions_mut().insert(GivesSecret);
    Ok(answer)
}

pub(in crate::api) async fn find(
    context: &RequestContext,
    number: AccountNumber,
) -> Result<Account, Problem> {
    let found = context.store.account(number).await?;
    found.ok_or_else(|| Problem::NotFound { kind: "account", id: number.0.to_string() })
}

/// Checks that the codes of a scope have the form of ministries' codes.
///
/// # Errors
/// `Problem::Unfit` for the first one that has not.
pub(in crate::api) fn check(scope: &Scope) -> Result<(), Problem> {
    let Scope::Ministries(codes) = scope else { return Ok(()) };
    let is_code = |code: &&MinistryCode| {
        let mut letters = code.as_str().chars();
        !letters.any(|letter| letter.is_control() || letter.is_whitespace())
            && (1..=LONGEST_CODE).contains(&code.as_str().len())
    };
    codes.iter().find(|code| !is_code(code)).map_or(Ok(()), |code| {
        let found = code.as_str().escape_debug();
        let words = format!("found `{found}`, expected the code of a ministry, as `MJ`");
        Err(Problem::Unfit(words))
    })
}

/// What the body makes of an account; what it leaves out stays as it was before.
fn terms(body: AccountBody, before: Option<&Account>) -> Result<AccountTerms, Problem> {
    let AccountBody { name, roles, scope, mail_address, reason: _ } = body;
    let name =
        Actor::person(name.as_str()).map_err(|fault| Problem::BadParameter(fault.to_string()))?;
    check(&scope)?;
    let mail_address =
        mail_address.unwrap_or_else(|| before.and_then(|account| account.mail_address.clone()));
    let identity = before.and_then(|account| account.identity.clone());
    Ok(AccountTerms { name, roles, scope, mail_address, identity })
}
