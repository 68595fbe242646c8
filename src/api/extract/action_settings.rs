//! Settings that apply to the actions of callers.

use std::path::PathBuf;

use actix_web::web;

use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::Services;
use crate::domain::alerts::silence::SilenceTerms;
use crate::intake::{ProfileTerms, Reader};
use crate::rules::RowFormulas;

#[derive(Clone, Debug)]
pub struct ActionSettings {
    pub silences: SilenceTerms,
    /// Name of the director, who alone may name a vendor in public.
    pub director: Option<String>,
    /// Folder of additional import profiles; empty if there is none.
    pub profiles: PathBuf,
    pub aliases: PathBuf,
}

impl ActionSettings {
    /// A reader with the profiles and aliases that are on disk now.
    ///
    /// # Errors
    /// 503 if they cannot be read.
    pub(crate) async fn reader(&self, services: &Services) -> Result<Reader, Problem> {
        let dictionary = application::dictionary(services).await?;
        let (profiles, aliases) = (self.profiles.clone(), self.aliases.clone());
        let open = move || {
            let terms = ProfileTerms { dictionary: &dictionary, language: &RowFormulas };
            Reader::open(&profiles, &aliases, terms)
        };
        let opened = web::block(open).await;
        let opened = opened.map_err(|_| Problem::NotReady("the service is busy".to_owned()))?;
        opened.map_err(|fault| Problem::NotReady(format!("{fault}")))
    }
}
