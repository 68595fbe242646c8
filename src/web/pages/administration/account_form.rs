//! The form of an account, as it was sent and as it is shown again.

use serde::Serialize;

use crate::api::Problem;
use crate::domain::accounts::access::{Account, Role, Scope};
use crate::domain::accounts::audit::Actor;
use crate::domain::accounts::mail_address::MailAddress;
use crate::domain::ids::MinistryCode;
use crate::store::AccountTerms;
use crate::support::translation;
use crate::web::wording::problem_words::for_people;

/// Longest code of a ministry, in bytes.
const LONGEST_CODE: usize = 40;

/// What was typed. A form sends a field once for each box that is ticked.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct AccountForm {
    pub(super) name: String,
    pub(super) mail_address: String,
    pub(super) roles: Vec<String>,
    /// Whether it is for the whole State.
    pub(super) is_whole: bool,
    pub(super) ministries: Vec<String>,
    pub(super) reason: String,
    /// Of the account that was read; `None` for a new one.
    pub(super) revision: Option<i64>,
}

impl AccountForm {
    pub(super) fn of(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "name" => form.name = value,
                "mail_address" => form.mail_address = value.trim().to_owned(),
                "role" => form.roles.push(value),
                "scope" => form.is_whole = value == "whole",
                "ministry" => form.ministries.push(value),
                "reason" => form.reason = value,
                "revision" => form.revision = value.parse().ok(),
                _ => {}
            }
        }
        form
    }

    pub(super) fn of_account(account: &Account) -> Self {
        let (is_whole, ministries) = match &account.scope {
            Scope::Whole => (true, Vec::new()),
            Scope::Ministries(codes) => (false, codes.iter().map(ToString::to_string).collect()),
        };
        Self {
            name: account.name.to_string(),
            mail_address: account.mail_address.as_ref().map_or("", |to| to.as_str()).to_owned(),
            roles: account.roles.iter().map(ToString::to_string).collect(),
            is_whole,
            ministries,
            reason: String::new(),
            revision: Some(account.revision),
        }
    }

    /// What the form makes of an account; its identity stays as it was.
    ///
    /// # Errors
    /// `Problem::Unfit` for the first field that is not acceptable.
    pub(super) fn terms(&self, before: Option<&Account>) -> Result<AccountTerms, Problem> {
        let name = Actor::person(&self.name).map_err(|fault| Problem::Unfit(fault.to_string()))?;
        let mail_address = if self.mail_address.is_empty() {
            None
        } else {
            let address = MailAddress::try_from(self.mail_address.clone());
            Some(address.map_err(|fault| Problem::Unfit(fault.to_owned()))?)
        };
        let roles: Result<_, _> = self.roles.iter().map(|role| role.parse::<Role>()).collect();
        let roles = roles.map_err(|fault| Problem::Unfit(fault.to_string()))?;
        let is_code = |code: &&String| {
            (1..=LONGEST_CODE).contains(&code.len())
                && !code.chars().any(|letter| letter.is_control() || letter.is_whitespace())
        };
        let scope = if self.is_whole {
            Scope::Whole
        } else {
            let codes = self.ministries.iter().filter(is_code);
            Scope::of(codes.map(|code| MinistryCode::new(code.as_str())))
        };
        let identity = before.and_then(|account| account.identity.clone());
        Ok(AccountTerms { name, roles, scope, mail_address, identity })
    }
}

/// What a form says of a problem with what was typed.
///
/// # Errors
/// The problem itself, if it is another one.
pub(super) fn words_of(problem: Problem) -> Result<String, Problem> {
    let is_of_form = matches!(
        problem,
        Problem::Unfit(_)
            | Problem::Refused(_)
            | Problem::BadParameter(_)
            | Problem::LastAdministrator(_)
    );
    if is_of_form {
        Ok(for_people(&translation::into_french(&problem.to_string())))
    } else {
        Err(problem)
    }
}
