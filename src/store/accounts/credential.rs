//! Secrets that callers prove themselves with: made by chance, shown once, stored as fingerprints.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::store::db::error::StoreError;
use crate::support::fingerprint::Fingerprint;
use crate::support::secret::{SHOWN, Secret};

/// 256 bits: nothing that is tried can be met by luck, so a plain hash is enough.
const BYTES: usize = 32;

/// A secret on its way to whom it is for. Neither debug output nor the database ever holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential(Secret);

impl Credential {
    /// With a prefix by which a leaked one can be recognised.
    pub(in crate::store) fn fresh(prefix: &str) -> Result<Self, StoreError> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(|source| StoreError::Chance { source })?;
        Ok(Self(Secret::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))))
    }

    /// One that somebody presents.
    pub fn presented(text: impl Into<String>) -> Self {
        Self(Secret::new(text))
    }

    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    pub(in crate::store) fn hash(&self) -> Fingerprint {
        Fingerprint::of(self.reveal().as_bytes())
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SHOWN}")
    }
}
