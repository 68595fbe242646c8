//! What the browser brings back from the identity provider.

use serde::Deserialize;

use crate::support::secret::Secret;

/// The query that the provider adds to the return address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ProviderResponse {
    pub code: Option<Secret>,
    pub state: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
}
