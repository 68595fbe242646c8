//! How a session is named.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
