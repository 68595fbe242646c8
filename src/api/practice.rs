//! What the settings say of what callers do.

use std::path::PathBuf;

use crate::domain::silence::SilenceTerms;

#[derive(Clone, Debug)]
pub struct Practice {
    pub silences: SilenceTerms,
    /// The only one who may name a vendor in public.
    pub director: Option<String>,
    /// Empty when there are none but those shipped.
    pub profiles: PathBuf,
    pub aliases: PathBuf,
    /// Bytes of a file that is sent.
    pub upload_bytes: u64,
}
