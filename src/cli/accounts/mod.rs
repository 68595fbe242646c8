//! `vigie accounts` and `vigie tokens`: who may call the API, and what programs prove themselves with.
//! Anybody who can write the database can do this, so it asks for no account; it is marked as done by a name that
//! nobody proved.

mod sessions;

use std::collections::BTreeSet;

use chrono::{SecondsFormat, TimeDelta};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::outcome::{CliError, Conclusion};
use super::output::print;
use super::output::print::{Cell, Printer, Sheet};
use super::person::act;
use super::session::Session;
use super::values::{text, word};
use sessions::{invite, list_sessions};
use vigie::application::Services;
use vigie::client::ApiClient;
use vigie::domain::accounts::access::{Account, Role, Scope, Token};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::accounts::mail_address::MailAddress;
use vigie::domain::action_bodies::{AccountBody, TokenBody};
use vigie::domain::ids::MinistryCode;
use vigie::store::TokenTerms;
use vigie::support::french;
use vigie::support::secret::Secret;
use vigie::{application, server};

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// List accounts, closed ones included
    List,
    /// Invite the person of an account by a link; without a name, print the link that creates the administrator's account
    ///
    /// The link opens a session once, within 72 hours. It is sent by mail when mail is configured and the account has a mail
    /// address, and printed otherwise. Former invitations of the account are revoked. Without a name, the link is printed
    /// as long as there is no administrator.
    Invite {
        /// Name of the account
        name: Option<String>,
        /// Print the link rather than send it by mail
        #[arg(long, requires = "name")]
        show: bool,
        /// Reason, recorded in the audit trail
        #[arg(long, default_value = "", requires = "name")]
        reason: String,
    },
    /// List the open sessions of an account
    Sessions {
        /// Name of the account
        name: String,
    },
    /// End a session of an account
    EndSession {
        /// Name of the account
        name: String,
        /// Id of the session, as listed
        session: String,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
    /// Create an account
    Add {
        /// Name of the account, as the audit trail shows it
        name: String,
        #[command(flatten)]
        terms: Terms,
        /// Mail address of its person, for invitations and sign-in links
        #[arg(long, value_name = "ADDRESS", value_parser = mail_address)]
        mail: Option<MailAddress>,
        /// Reason, recorded in the audit trail
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Change the roles, ministries or mail address of an account
    ///
    /// Without `--role` and `--ministry`, its roles and ministries stay as they are; with `--role` alone, it sees all ministries.
    Change {
        name: String,
        #[command(flatten)]
        change: Change,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
    /// Close an account for good, and revoke its tokens and sessions
    Close {
        name: String,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Terms {
    /// Role: `reader`, `analyst`, `rule_author`, `approver` or `administrator`; may be repeated
    #[arg(long = "role", value_name = "ROLE", value_parser = role, required = true)]
    roles: Vec<Role>,
    /// Code of a visible ministry; may be repeated; all ministries by default
    #[arg(long = "ministry", value_name = "CODE")]
    ministries: Vec<String>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Change {
    /// Role: `reader`, `analyst`, `rule_author`, `approver` or `administrator`; may be repeated
    #[arg(long = "role", value_name = "ROLE", value_parser = role)]
    roles: Vec<Role>,
    /// Code of a visible ministry; may be repeated; all ministries by default
    #[arg(long = "ministry", value_name = "CODE")]
    ministries: Vec<String>,
    /// Mail address of its person, for invitations and sign-in links
    #[arg(long, value_name = "ADDRESS", value_parser = mail_address)]
    mail: Option<MailAddress>,
    /// Remove its mail address
    #[arg(long, conflicts_with = "mail")]
    no_mail: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokensCommand {
    /// List tokens, expired and revoked ones included
    List,
    /// Issue a token, shown once on standard output
    ///
    /// The local command line does not authenticate its user. The audit trail records that the token was issued there,
    /// also with every decision made with it, and its account is notified: by mail, if it has an address, and at its
    /// next sign-in.
    Issue {
        /// Name of the account
        account: String,
        /// Label to recognize the token
        #[arg(long, value_name = "TEXT")]
        label: String,
        /// Role of the token, among those of the account; may be repeated; all of them by default
        #[arg(long = "role", value_name = "ROLE", value_parser = role)]
        roles: Vec<Role>,
        /// Ministry visible with the token, among those of the account; may be repeated; all of them by default
        #[arg(long = "ministry", value_name = "CODE")]
        ministries: Vec<String>,
        /// Lifetime in days
        #[arg(long, value_name = "DAYS", default_value_t = 90,
              value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
    },
    /// Revoke a token
    Revoke {
        /// Number of the token, as listed
        number: i64,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
}

#[derive(Deserialize)]
struct Issued {
    token: Token,
    secret: Secret,
}

pub(super) async fn run(
    command: &AccountsCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let api = &session.api;
    match command {
        AccountsCommand::List => {
            let accounts = all(api).await?;
            session.printer.answer(&accounts, &[sheet(&accounts)], 0)?;
        }
        AccountsCommand::Invite { name: Some(name), show, reason } => {
            invite(name, (*show, reason), session).await?;
        }
        // For the person who runs the machine, when no administrator is left.
        AccountsCommand::Invite { name: None, .. } => {
            let services = session.database_for("accounts invite")?;
            let now = services.clock.now();
            let invitation = services.store.invite_first((now, now + server::INVITED)).await?;
            let secret = invitation.ok_or(CliError::NotFirst)?;
            print::message(
                "valable une fois, pendant 24 heures ; les liens précédents ne valent plus",
            );
            let link = server::setup_link(session.config, &session.config.listen, &secret);
            session.printer.secret(&json!({ "link": link }), &link)?;
        }
        AccountsCommand::Sessions { name } => list_sessions(name, session).await?,
        AccountsCommand::EndSession { name, session: id, reason } => {
            let (number, _) = numbered(&find(name, api).await?);
            let place = api.at(&["accounts", &number, "sessions", id]);
            api.delete(place.with("reason", Some(reason)), None).await?;
            print::message(&format!("session {id} close"));
        }
        AccountsCommand::Add { name, terms, mail, reason } => {
            let body = AccountBody {
                name: text("NAME", name)?,
                roles: terms.roles.iter().copied().collect(),
                scope: scope(&terms.ministries),
                mail_address: mail.clone().map(Some),
                reason: text("--reason", reason)?,
            };
            let account: Account = api.post(api.at(&["accounts"]), &body).await?;
            print::message(&format!("compte {} créé : {}", account.number.0, account.name));
        }
        AccountsCommand::Change { name, change, reason } => {
            let found = find(name, api).await?;
            let (number, etag) = numbered(&found);
            let place = (Method::PUT, api.at(&["accounts", &number]));
            let body = changed(&found, change, reason)?;
            let account: Account = api.act(place, &body, Some(&etag)).await?;
            print::message(&format!("compte {} modifié", account.number.0));
        }
        AccountsCommand::Close { name, reason } => {
            let (number, etag) = numbered(&find(name, api).await?);
            let place = api.at(&["accounts", &number]).with("reason", Some(reason));
            api.delete(place, Some(&etag)).await?;
            print::message(&format!("compte {number} clos"));
        }
    }
    Ok(Conclusion::Good)
}

pub(super) async fn tokens(
    command: &TokensCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let api = &session.api;
    match command {
        TokensCommand::List => {
            let accounts = all(api).await?;
            list_tokens(&all_tokens(&accounts, api).await?, &accounts, session.printer)?;
        }
        TokensCommand::Issue { account, label, roles, ministries, days } => {
            let account = find(account, api).await?;
            if let Some(services) = session.database() {
                let request = (label.as_str(), roles.as_slice(), ministries.as_slice(), *days);
                issue_here(&account, request, (services, session)).await?;
                return Ok(Conclusion::Good);
            }
            let roles = (!roles.is_empty()).then(|| roles.iter().copied().collect());
            let scope = (!ministries.is_empty()).then(|| scope(ministries));
            let body =
                TokenBody { label: text("--label", label)?, roles, scope, days: Some(*days) };
            let place = api.at(&["accounts", &account.number.0.to_string(), "tokens"]);
            let Issued { token, secret } = api.post(place, &body).await?;
            show_issued(&token, secret.reveal(), session.printer)?;
        }
        TokensCommand::Revoke { number, reason } => {
            let accounts = all(api).await?;
            let tokens = all_tokens(&accounts, api).await?;
            let found = tokens.iter().find(|token| token.number == *number);
            let found = found.ok_or(CliError::NoSuchToken(*number))?;
            let account = found.account.0.to_string();
            let place = api.at(&["accounts", &account, "tokens", &number.to_string()]);
            api.delete(place.with("reason", Some(reason)), None).await?;
            print::message(&format!("jeton {number} révoqué"));
        }
    }
    Ok(Conclusion::Good)
}

/// Next to the database nobody proves that the account is theirs: the account is notified of the token.
async fn issue_here(
    account: &Account,
    (label, roles, ministries, days): (&str, &[Role], &[String], u16),
    (services, session): (&Services, &Session<'_>),
) -> Result<(), CliError> {
    let act = act(session.config, services, "")?;
    let roles = match roles {
        [] => account.roles.clone(),
        roles => roles.iter().copied().collect(),
    };
    let terms = TokenTerms {
        account: account.number,
        label: label.to_owned(),
        roles,
        scope: scope(ministries),
        issued_with: None,
        expires_at: act.at + TimeDelta::days(days.into()),
    };
    let (token, secret, is_mailed) =
        application::issue_local_token(services, (account, &terms), &act).await?;
    show_issued(&token, secret.reveal(), session.printer)?;
    let how = if is_mailed { "par courriel, et " } else { "" };
    print::message(&format!(
        "{} en sera informé {how}à sa prochaine connexion : jeton émis ici, par {}",
        account.name, act.actor
    ));
    Ok(())
}

async fn all(api: &ApiClient) -> Result<Vec<Account>, CliError> {
    Ok(api.all(api.at(&["accounts"])).await?)
}

/// In the order in which they were issued.
async fn all_tokens(accounts: &[Account], api: &ApiClient) -> Result<Vec<Token>, CliError> {
    let mut tokens: Vec<Token> = Vec::new();
    for account in accounts {
        let place = api.at(&["accounts", &account.number.0.to_string(), "tokens"]);
        tokens.extend(api.all::<Token>(place).await?);
    }
    tokens.sort_by_key(|token| token.number);
    Ok(tokens)
}

async fn find(name: &str, api: &ApiClient) -> Result<Account, CliError> {
    let found = all(api).await?.into_iter().find(|account| account.name.as_str() == name);
    found.ok_or_else(|| CliError::NoSuchAccount(name.to_owned()))
}

/// Its number, and its revision as `If-Match` has it.
fn numbered(account: &Account) -> (String, String) {
    (account.number.0.to_string(), format!("\"{}\"", account.revision))
}

/// The account with what the command changes.
fn changed(account: &Account, change: &Change, reason: &str) -> Result<AccountBody, CliError> {
    let Change { roles, ministries, mail, no_mail } = change;
    let keeps_scope = roles.is_empty() && ministries.is_empty();
    Ok(AccountBody {
        name: text("NAME", account.name.as_str())?,
        roles: match roles.as_slice() {
            [] => account.roles.clone(),
            roles => roles.iter().copied().collect(),
        },
        scope: if keeps_scope { account.scope.clone() } else { scope(ministries) },
        mail_address: if *no_mail { Some(None) } else { mail.clone().map(Some) },
        reason: text("--reason", reason)?,
    })
}

fn show_issued(token: &Token, secret: &str, printer: &Printer) -> Result<(), CliError> {
    let end = token.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    print::message(&format!(
        "jeton {} valable jusqu’au {end} ; il n’est plus montré ensuite",
        token.number
    ));
    printer.secret(&json!({ "token": token, "secret": secret }), secret)
}

fn scope(ministries: &[String]) -> Scope {
    if ministries.is_empty() {
        return Scope::Whole;
    }
    Scope::of(ministries.iter().map(MinistryCode::new))
}

fn mail_address(text: &str) -> Result<MailAddress, &'static str> {
    MailAddress::try_from(text.to_owned())
}

fn role(text: &str) -> Result<Role, String> {
    word(text, &Role::ALL.map(Role::as_str))
}

fn list_tokens(
    tokens: &[Token],
    accounts: &[Account],
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let owner = |number| accounts.iter().find(|account| account.number == number);
    let instant = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let sheet = Sheet::list(
        french::counted(tokens.len(), "jeton", "jetons"),
        tokens.iter(),
        &[
            ("number", "N°", &|one| Cell::count(one.number)),
            ("account", "Compte", &|one| {
                Cell::optional(owner(one.account).map(|account| account.name.as_str()))
            }),
            ("label", "Usage", &|one| Cell::text(&one.label)),
            ("roles", "Rôles", &|one| Cell::text(words(&one.roles))),
            ("scope", "Périmètre", &|one| Cell::text(shown(&one.scope))),
            ("issued_by", "Émis par", &|one| {
                Cell::optional(one.issued_by.as_ref().map(Actor::as_str))
            }),
            ("expires_at", "Expire le", &|one| Cell::text(instant(one.expires_at))),
            ("last_used_at", "Dernier usage", &|one| Cell::optional(one.last_used_at.map(instant))),
            ("revoked_at", "Révoqué le", &|one| Cell::optional(one.revoked_at.map(instant))),
        ],
    );
    printer.answer(&tokens, &[sheet], 0)
}

fn sheet(accounts: &[Account]) -> Sheet {
    Sheet::list(
        french::counted(accounts.len(), "compte", "comptes"),
        accounts.iter(),
        &[
            ("number", "N°", &|one| Cell::count(one.number.0)),
            ("name", "Nom", &|one| Cell::text(one.name.as_str())),
            ("roles", "Rôles", &|one| Cell::text(words(&one.roles))),
            ("scope", "Périmètre", &|one| Cell::text(shown(&one.scope))),
            ("mail_address", "Adresse électronique", &|one| {
                Cell::optional(one.mail_address.as_ref().map(MailAddress::as_str))
            }),
            ("signs_in", "Fournisseur d’identité", &|one| {
                Cell::text(if one.identity.is_some() { "oui" } else { "non" })
            }),
            ("closed_at", "Fermé le", &|one| {
                Cell::optional(one.closed_at.map(|at| at.date_naive().to_string()))
            }),
        ],
    )
}

fn words(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}

fn shown(scope: &Scope) -> String {
    match scope {
        Scope::Whole => "État".to_owned(),
        Scope::Ministries(codes) => {
            codes.iter().map(MinistryCode::as_str).collect::<Vec<_>>().join(", ")
        }
    }
}
