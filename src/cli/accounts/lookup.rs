//! Accounts found by their names.

use crate::cli::outcome::CliError;
use vigie::client::ApiClient;
use vigie::domain::accounts::access::Account;

/// All accounts, closed ones included.
pub(super) async fn all(api: &ApiClient) -> Result<Vec<Account>, CliError> {
    Ok(api.all(api.at(&["accounts"])).await?)
}

/// The account called `name`.
pub(super) async fn find(name: &str, api: &ApiClient) -> Result<Account, CliError> {
    let found = all(api).await?.into_iter().find(|account| account.name.as_str() == name);
    found.ok_or_else(|| CliError::NoSuchAccount(name.to_owned()))
}

/// Its number, and its revision as `If-Match` has it.
pub(super) fn numbered(account: &Account) -> (String, String) {
    (account.number.0.to_string(), format!("\"{}\"", account.revision))
}
