//! Who may see what and do what: roles, permissions, and the ministries that an account is for.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::audit::Actor;
use super::mail_address::MailAddress;
use super::sessions::SessionId;
use crate::domain::ids::MinistryCode;
use crate::domain::words::words;

words! {
    /// What an account is for. An account may have several.
    pub enum Role, "a role" {
        /// Looks.
        Reader = "reader" => "lecteur",
        /// Acts on alerts, missions and reviews; imports and judges.
        Analyst = "analyst" => "analyste",
        /// Writes drafts of rules.
        RuleAuthor = "rule_author" => "concepteur de règles",
        /// Publishes what another wrote.
        Approver = "approver" => "approbateur de règles",
        /// Keeps accounts, jobs and messages, and reads the audit trail.
        Administrator = "administrator" => "administrateur",
    }
}

words! {
    /// What a route asks of its caller.
    pub enum Permission, "a permission" {
        Read = "read",
        /// On alerts, missions, reviews, silences, disputes.
        Act = "act",
        /// Import files, start cycles.
        Operate = "operate",
        WriteRules = "write_rules",
        PublishRules = "publish_rules",
        Administer = "administer",
    }
}

/// The ministries that a reader sees. Applied by the store, to whatever it reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccountScope)]
pub enum Scope {
    /// The whole State, the portfolio's own figures included.
    Whole,
    /// These only; none of them is nothing at all.
    Ministries(BTreeSet<MinistryCode>),
}

/// Numbered from 1 in the order in which they were made.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
#[schema(minimum = 1)]
pub struct AccountNumber(pub i64);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    pub number: AccountNumber,
    /// Unique; the name under which the audit trail knows what it does.
    pub name: Actor,
    pub roles: BTreeSet<Role>,
    pub scope: Scope,
    /// Where its person gets invitations and sign-in links; unique among accounts that are not closed.
    #[serde(default)]
    pub mail_address: Option<MailAddress>,
    /// Who it is for the provider of identities, when it signs in there.
    pub identity: Option<Identity>,
    pub created_at: DateTime<Utc>,
    /// One that is closed can do nothing; its deeds remain.
    pub closed_at: Option<DateTime<Utc>>,
    /// Changes so far, its making included.
    pub revision: i64,
}

/// A person as a provider of identities knows them: `subject` means something to `issuer` only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
}

/// What a program proves itself with; its secret was shown once, when it was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    pub number: i64,
    pub account: AccountNumber,
    /// For people, to know it again.
    pub label: String,
    /// Of the account's roles, those it lends.
    pub roles: BTreeSet<Role>,
    /// Of what the account sees, what it shows.
    pub scope: Scope,
    pub created_at: DateTime<Utc>,
    /// None when it was issued before that was recorded.
    #[serde(default)]
    pub issued_by: Option<Actor>,
    /// Whether it was issued on the local command line, where nobody proves who they are:
    /// its holder may be the person who typed that.
    #[serde(default)]
    pub issued_locally: bool,
    /// Number of the token that its issuer came with: revoking that one revokes this one. None when the
    /// issuer came with a session or by the command line.
    #[serde(default)]
    pub issued_with: Option<i64>,
    pub expires_at: DateTime<Utc>,
    /// To some minutes.
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Who asks, once known: an account, as narrowed by the token or session that it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub account: AccountNumber,
    pub name: Actor,
    pub roles: BTreeSet<Role>,
    pub scope: Scope,
    /// How it proved who it is.
    pub proof: ProvedBy,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProvedBy {
    Token {
        number: i64,
    },
    Session {
        id: SessionId,
        /// That the person proved it in more than one way.
        multi_factor: bool,
    },
    /// By nothing: a command run next to the database, by a person who could write that file as well.
    Local,
}

impl Role {
    pub fn grants(self, permission: Permission) -> bool {
        match permission {
            Permission::Read => true,
            Permission::Act | Permission::Operate => self == Self::Analyst,
            Permission::WriteRules => self == Self::RuleAuthor,
            Permission::PublishRules => self == Self::Approver,
            Permission::Administer => self == Self::Administrator,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Scope {
    pub fn of(ministries: impl IntoIterator<Item = MinistryCode>) -> Self {
        Self::Ministries(ministries.into_iter().collect())
    }

    pub fn is_whole(&self) -> bool {
        *self == Self::Whole
    }

    pub fn covers(&self, ministry: &MinistryCode) -> bool {
        match self {
            Self::Whole => true,
            Self::Ministries(codes) => codes.contains(ministry),
        }
    }

    /// Whether it shows nothing that the other does not.
    pub fn is_within(&self, other: &Self) -> bool {
        self.and(other) == *self
    }

    /// What both show.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Whole, narrower) | (narrower, Self::Whole) => narrower.clone(),
            (Self::Ministries(one), Self::Ministries(two)) => {
                Self::Ministries(one.intersection(two).cloned().collect())
            }
        }
    }
}

impl Account {
    /// Whether it may keep accounts, its own included.
    pub fn keeps_accounts(&self) -> bool {
        self.closed_at.is_none()
            && self.scope.is_whole()
            && self.roles.iter().any(|role| role.grants(Permission::Administer))
    }
}

impl Token {
    /// Whether it is neither revoked nor over.
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }
}

/// What a caller lacks for what a route asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// None of its roles gives it.
    Role,
    /// The person signed in with a single factor, and rules are published with several.
    Factor,
}

impl Caller {
    pub fn may(&self, permission: Permission) -> bool {
        self.lacks(permission).is_none()
    }

    pub fn lacks(&self, permission: Permission) -> Option<Lack> {
        if !self.roles.iter().any(|role| role.grants(permission)) {
            return Some(Lack::Role);
        }
        let single = matches!(self.proof, ProvedBy::Session { multi_factor: false, .. });
        (single && permission == Permission::PublishRules).then_some(Lack::Factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrower_scope_never_shows_more_than_either() {
        let justice = Scope::of([MinistryCode::new("MJ")]);
        let both = Scope::of([MinistryCode::new("MJ"), MinistryCode::new("MI")]);
        assert_eq!(Scope::Whole.and(&both), both);
        assert_eq!(both.and(&justice), justice);
        assert_eq!(justice.and(&Scope::of([MinistryCode::new("MI")])), Scope::of([]));
        assert!(!Scope::of([]).covers(&MinistryCode::new("MJ")));
    }

    #[test]
    fn nobody_publishes_rules_by_being_an_administrator_or_an_author() {
        let publishers: Vec<Role> =
            Role::ALL.into_iter().filter(|role| role.grants(Permission::PublishRules)).collect();
        assert_eq!(publishers, [Role::Approver]);
    }
}
