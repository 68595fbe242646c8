//! What the settings say of what callers do.

use std::path::PathBuf;

use actix_web::web;

use super::error::Problem;
use crate::domain::silence::SilenceTerms;
use crate::sources::Reader;

#[derive(Clone, Debug)]
pub struct Practice {
    pub silences: SilenceTerms,
    /// The only one who may name a vendor in public.
    pub director: Option<String>,
    /// Empty when there are none but those shipped.
    pub profiles: PathBuf,
    pub aliases: PathBuf,
}

impl Practice {
    /// As the profiles and the aliases are on disk now.
    pub(super) async fn reader(&self) -> Result<Reader, Problem> {
        let (profiles, aliases) = (self.profiles.clone(), self.aliases.clone());
        let opened = web::block(move || Reader::open(&profiles, &aliases)).await;
        let opened = opened.map_err(|_| Problem::NotReady("the service is busy".to_owned()))?;
        opened.map_err(|fault| Problem::NotReady(format!("{fault}")))
    }
}
