//! The same of a server, for those who keep its accounts.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use vigie::client::Remote;
use vigie::domain::access::Account;
use vigie::domain::access::Token;
use vigie::domain::secret::Secret;

use super::AccountsCommand;
use super::Terms;
use super::TokensCommand;
use crate::cli::CliError;
use crate::cli::Conclusion;
use crate::cli::print;
use crate::cli::print::Printer;

#[derive(Deserialize)]
struct Issued {
    token: Token,
    secret: Secret,
}

pub(in crate::cli) async fn run(
    command: &AccountsCommand,
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        // For whoever holds the machine, when nobody is left who keeps accounts.
        AccountsCommand::Invite => return Err(CliError::HereOnly("accounts invite")),
        AccountsCommand::List => {
            let accounts = all(remote).await?;
            printer.answer(&accounts, &[super::sheet(&accounts)], 0)?;
        }
        AccountsCommand::Add { name, terms, reason } => {
            let body = body(name, terms, reason);
            let account: Account = remote.post(remote.at(&["accounts"]), &body).await?;
            print::message(&format!("account {} made: {}", account.number.0, account.name));
        }
        AccountsCommand::Change { name, terms, reason } => {
            let (number, seen) = find(name, remote).await?;
            let place = remote.at(&["accounts", &number]);
            let body = body(name, terms, reason);
            let account: Account = remote.act((Method::PUT, place), &body, Some(&seen)).await?;
            print::message(&format!("account {} changed", account.number.0));
        }
        AccountsCommand::Close { name, reason } => {
            let (number, seen) = find(name, remote).await?;
            let place = remote.at(&["accounts", &number]).with("reason", Some(reason));
            remote.delete(place, Some(&seen)).await?;
            print::message(&format!("account {number} closed"));
        }
    }
    Ok(Conclusion::Good)
}

pub(in crate::cli) async fn tokens(
    command: &TokensCommand,
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        TokensCommand::List => {
            let accounts = all(remote).await?;
            super::list_tokens(&all_tokens(&accounts, remote).await?, &accounts, printer)?;
        }
        TokensCommand::Issue { account, label, roles, ministries, days } => {
            let (number, _) = find(account, remote).await?;
            let roles = (!roles.is_empty()).then_some(roles);
            let scope = (!ministries.is_empty()).then(|| super::scope(ministries));
            let body = json!({ "label": label, "days": days, "roles": roles, "scope": scope });
            let place = remote.at(&["accounts", &number, "tokens"]);
            let Issued { token, secret } = remote.post(place, &body).await?;
            super::show_issued(&token, secret.reveal(), printer)?;
        }
        TokensCommand::Revoke { number, reason } => {
            let accounts = all(remote).await?;
            let tokens = all_tokens(&accounts, remote).await?;
            let found = tokens.iter().find(|token| token.number == *number);
            // The server says it of one that is nobody's.
            let account = found.map_or(0, |token| token.account.0).to_string();
            let place = remote.at(&["accounts", &account, "tokens", &number.to_string()]);
            remote.delete(place.with("reason", Some(reason)), None).await?;
            print::message(&format!("token {number} is revoked"));
        }
    }
    Ok(Conclusion::Good)
}

async fn all(remote: &Remote) -> Result<Vec<Account>, CliError> {
    Ok(remote.all(remote.at(&["accounts"])).await?)
}

/// In the order in which they were issued.
async fn all_tokens(accounts: &[Account], remote: &Remote) -> Result<Vec<Token>, CliError> {
    let mut tokens: Vec<Token> = Vec::new();
    for account in accounts {
        let place = remote.at(&["accounts", &account.number.0.to_string(), "tokens"]);
        tokens.extend(remote.all::<Token>(place).await?);
    }
    tokens.sort_by_key(|token| token.number);
    Ok(tokens)
}

/// Its number, and its revision as it is now.
async fn find(name: &str, remote: &Remote) -> Result<(String, String), CliError> {
    let account = super::named(all(remote).await?, name)?;
    Ok((account.number.0.to_string(), format!("\"{}\"", account.revision)))
}

fn body(name: &str, Terms { roles, ministries }: &Terms, reason: &str) -> serde_json::Value {
    let scope = super::scope(ministries);
    json!({ "name": name, "roles": roles, "scope": scope, "reason": reason })
}
