//! Accounts: who may come in, what for, and for which ministries; their invitations, tokens and sessions.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::account_form::{AccountForm, words_of};
use super::tabs::{AdministrationTab, heading, tabs};
use crate::api::Problem;
use crate::application;
use crate::domain::accounts::access::{Account, AccountNumber, Role, Token};
use crate::domain::accounts::session_id::SessionId;
use crate::domain::accounts::sessions::OpenSession;
use crate::domain::action_bodies::TokenBody;
use crate::domain::bounded_text::{OptionalText, RequiredText, SingleLine};
use crate::web::confirmations::Confirmation;
use crate::web::context::PageContext;
use crate::web::lists::administration::ACCOUNTS as LIST;
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery};

const ACCOUNTS: (&str, &str) = ("Comptes", "/administration/comptes");

#[derive(Debug, Serialize)]
struct AccountsView {
    query: PageQuery,
    tabs: Vec<AdministrationTab>,
    accounts: Vec<Account>,
    choices: AccountChoices,
    form: AccountForm,
    error: Option<String>,
}

/// What forms of accounts offer.
#[derive(Debug, Serialize)]
struct AccountChoices {
    roles: Vec<Choice>,
    ministries: Vec<Choice>,
}

impl AccountChoices {
    async fn read(context: &PageContext) -> Result<Self, Problem> {
        let known = context.store.known_projects().await?;
        let codes: BTreeSet<String> = known.iter().map(|one| one.ministry.to_string()).collect();
        let role =
            |role: Role| Choice { value: role.as_str().to_owned(), label: role.label().to_owned() };
        Ok(Self {
            roles: Role::ALL.map(role).into(),
            ministries: codes.into_iter().map(Choice::plain).collect(),
        })
    }
}

/// Lists the accounts, with the form that makes one.
///
/// # Errors
/// If the data cannot be read.
pub(super) async fn list(context: PageContext, query: PageQuery) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    if let Some(format) = query.format {
        let accounts = context.store.accounts().await?;
        return list_file(&context, (&LIST, format), accounts, Vec::new()).await;
    }
    list_page(&context, AccountForm::default(), None).await
}

async fn list_page(
    context: &PageContext,
    form: AccountForm,
    error: Option<String>,
) -> Result<HttpResponse, Problem> {
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = AccountsView {
        query: PageQuery::of_path(ACCOUNTS.1),
        tabs: tabs(context, ACCOUNTS.1),
        accounts: context.store.accounts().await?,
        choices: AccountChoices::read(context).await?,
        form,
        error,
    };
    let heading = heading("Comptes", "comptes", None);
    context.page_with_status(status, "pages/managed_accounts.html", &heading, &view)
}

/// Makes an account.
///
/// # Errors
/// If the database cannot be written; a form that is not acceptable is shown again.
pub(super) async fn make(
    context: PageContext,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let form = AccountForm::of(fields.into_inner());
    let made = match form.terms(None) {
        Ok(terms) => {
            let act = context.act(&form.reason)?;
            context.store.make_account(&terms, &act).await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(account) => {
            let address = format!("{}/{}", ACCOUNTS.1, account.number.0);
            Ok(context.done(Confirmation::AccountMade, &address))
        }
        Err(problem) => {
            let words = words_of(problem)?;
            list_page(&context, form, Some(words)).await
        }
    }
}

#[derive(Debug, Serialize)]
struct AccountView {
    tabs: Vec<AdministrationTab>,
    account: Account,
    choices: AccountChoices,
    form: AccountForm,
    tokens: Vec<Token>,
    sessions: Vec<OpenSession>,
    error: Option<String>,
    /// A secret that was just made, which is shown once.
    secret: Option<ShownSecret>,
}

/// A secret that cannot be shown again.
#[derive(Debug, Serialize)]
struct ShownSecret {
    /// Whether it is the link of an invitation, rather than a token.
    is_link: bool,
    text: String,
}

/// Shows one account.
///
/// # Errors
/// If there is no such account, or the data cannot be read.
pub(super) async fn show(
    context: PageContext,
    account: web::Path<AccountNumber>,
) -> Result<HttpResponse, Problem> {
    let account = found(&context, *account).await?;
    let form = AccountForm::of_account(&account);
    page(&context, account, form, (None, None)).await
}

async fn page(
    context: &PageContext,
    account: Account,
    form: AccountForm,
    (error, secret): (Option<String>, Option<ShownSecret>),
) -> Result<HttpResponse, Problem> {
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let now = context.clock.now();
    let view = AccountView {
        tabs: tabs(context, ACCOUNTS.1),
        choices: AccountChoices::read(context).await?,
        tokens: context.store.tokens(Some(account.number)).await?,
        sessions: context.store.sessions_of(account.number, now).await?,
        account,
        form,
        error,
        secret,
    };
    let title = format!("Compte de {}", view.account.name);
    let heading = heading(&title, "compte", Some(ACCOUNTS));
    context.page_with_status(status, "pages/managed_account.html", &heading, &view)
}

/// Changes the name, roles, ministries and mail address of an account.
///
/// # Errors
/// If there is no such account, or somebody changed it meanwhile; a form that is not acceptable is shown again.
pub(super) async fn change(
    context: PageContext,
    number: web::Path<AccountNumber>,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let account = found(&context, *number).await?;
    let form = AccountForm::of(fields.into_inner());
    let revision = form.revision.ok_or(Problem::NoRevision)?;
    let changed = match form.terms(Some(&account)) {
        Ok(terms) => {
            let act = context.act(&form.reason)?;
            let seen = (account.number, revision);
            context.store.change_account(seen, &terms, &act).await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(context.done(Confirmation::AccountChanged, &address(account.number))),
        Err(problem) => {
            let words = words_of(problem)?;
            page(&context, account, form, (Some(words), None)).await
        }
    }
}

/// Why an account is closed, and which one was seen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClosingForm {
    revision: i64,
    reason: RequiredText,
}

/// Closes an account for good.
///
/// # Errors
/// If there is no such account, somebody changed it meanwhile, or it is the last administrator's.
pub(super) async fn close(
    context: PageContext,
    number: web::Path<AccountNumber>,
    form: web::Form<ClosingForm>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(form.reason.as_str())?;
    context.store.close_account((*number, form.revision), &act).await?;
    Ok(context.done(Confirmation::AccountClosed, &address(*number)))
}

/// How an invitation is handed over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitationForm {
    /// Present if the link is to be shown rather than sent by mail.
    show: Option<String>,
    #[serde(default)]
    reason: OptionalText,
}

/// Invites the person of an account: by mail, or by a link that is shown once.
///
/// # Errors
/// If there is no such account, or it is closed.
pub(super) async fn invite(
    context: PageContext,
    number: web::Path<AccountNumber>,
    form: web::Form<InvitationForm>,
) -> Result<HttpResponse, Problem> {
    let account = found(&context, *number).await?;
    let act = context.act(form.reason.as_str())?;
    let invited = application::invite(&context, (&account, form.show.is_some()), &act).await?;
    let Some(secret) = invited.secret else {
        return Ok(context.done(Confirmation::InvitationSent, &address(account.number)));
    };
    let home = &context.notify.public_url;
    let text = format!("{home}/invitation/{}", secret.reveal());
    let account_form = AccountForm::of_account(&account);
    page(&context, account, account_form, (None, Some(ShownSecret { is_link: true, text }))).await
}

/// A new token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountTokenForm {
    label: SingleLine,
    days: u16,
}

/// Issues a token for an account, and shows its secret once.
///
/// # Errors
/// If there is no such account, it is closed, or the token cannot be.
pub(super) async fn issue_token(
    context: PageContext,
    number: web::Path<AccountNumber>,
    form: web::Form<AccountTokenForm>,
) -> Result<HttpResponse, Problem> {
    let account = found(&context, *number).await?;
    let AccountTokenForm { label, days } = form.into_inner();
    let body = TokenBody { label, roles: None, scope: None, days: Some(days) };
    let owner = (context.caller(), Some(&account));
    let act = context.act("")?;
    let (_, secret) = application::issue_token(&context, owner, body, &act).await?;
    let text = secret.reveal().to_owned();
    let account_form = AccountForm::of_account(&account);
    page(&context, account, account_form, (None, Some(ShownSecret { is_link: false, text }))).await
}

/// Why a token is revoked or a session ended.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndingForm {
    #[serde(default)]
    reason: OptionalText,
}

/// Revokes a token of an account.
///
/// # Errors
/// If the account has no such token.
pub(super) async fn revoke_token(
    context: PageContext,
    of: web::Path<(AccountNumber, i64)>,
    form: web::Form<EndingForm>,
) -> Result<HttpResponse, Problem> {
    let (account, token) = of.into_inner();
    let act = context.act(form.reason.as_str())?;
    application::revoke_token(&context, (account, token), &act).await?;
    Ok(context.done(Confirmation::TokenRevoked, &address(account)))
}

/// Ends a session of an account.
///
/// # Errors
/// If the account has no such session.
pub(super) async fn end_session(
    context: PageContext,
    of: web::Path<(AccountNumber, SessionId)>,
    form: web::Form<EndingForm>,
) -> Result<HttpResponse, Problem> {
    let (account, session) = of.into_inner();
    let act = context.act(form.reason.as_str())?;
    application::end_session(&context, (account, &session), &act).await?;
    Ok(context.done(Confirmation::SessionEnded, &address(account)))
}

async fn found(context: &PageContext, number: AccountNumber) -> Result<Account, Problem> {
    let account = context.store.account(number).await?;
    account.ok_or_else(|| Problem::NotFound { kind: "account", id: number.0.to_string() })
}

fn address(account: AccountNumber) -> String {
    format!("{}/{}", ACCOUNTS.1, account.0)
}
