//! Sessions of browsers, and the links that open them.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::AccountNumber;
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

/// Names a session without being worth anything: the fingerprint of what the database has of its secret, cut short.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = "^[0-9a-f]{12}$")]
pub struct SessionId(String);

impl SessionId {
    /// The id of the session whose secret has this hash.
    pub fn of(hash: &Fingerprint) -> Self {
        Self(Fingerprint::of_parts(&["session", hash.as_str()]).short().to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

words! {
    /// What opened a session.
    pub enum SessionOpening, "what opened a session" {
        /// An identity provider.
        Provider = "provider" => "fournisseur d’identité",
        /// The link of an invitation.
        Invitation = "invitation" => "lien d’invitation",
        /// A link sent by mail to whoever asked for it.
        MailLink = "mail_link" => "lien de connexion reçu par courriel",
        /// The link of the first start, which made the account.
        Setup = "setup" => "lien de premier démarrage",
    }
}

/// A session of a browser that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenSession {
    pub id: SessionId,
    pub account: AccountNumber,
    pub begun_at: DateTime<Utc>,
    /// Time of its last request, to some minutes. None when it was opened before that was recorded.
    pub last_seen_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub opened_by: SessionOpening,
    /// Whether the person proved who they are with several factors.
    pub multi_factor: bool,
}

words! {
    /// What a link to an account is for.
    pub enum AccountLinkKind, "what a link is for" {
        /// To come in for the first time, or again.
        Invitation = "invitation",
        /// To sign in, from the browser that asked for it.
        SignIn = "sign_in",
    }
}

impl AccountLinkKind {
    /// How long a link serves.
    pub fn lasts(self) -> TimeDelta {
        match self {
            Self::Invitation => TimeDelta::hours(72),
            Self::SignIn => TimeDelta::minutes(15),
        }
    }
}
