//! Settings that apply to the actions of callers.

use std::path::PathBuf;

use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::silence::SilenceTerms;
use crate::intake::Reader;

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
    /// A reader with the profiles and aliases that are on disk now, and the saved profiles.
    ///
    /// # Errors
    /// 503 if they cannot be read.
    pub(crate) async fn reader(&self, services: &Services) -> Result<Reader, Problem> {
        let opened = application::open_reader(services, &self.profiles, &self.aliases).await;
        opened.map_err(|fault| {
            if let ApplicationError::Source(unread) = fault {
                return Problem::NotReady(unread.to_string());
            }
            fault.into()
        })
    }
}
